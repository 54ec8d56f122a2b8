"""The command line, one file a command: arguments in, text and an exit code out.

Everything heavy is imported inside the function that needs it, so that --help stays quick. Results go to
standard output, everything else to standard error.
"""
