"""The command line, one file per command: arguments in, text and an exit code out.

Heavy imports are inside the functions that need them, so that --help stays fast. Results go to standard
output, everything else to standard error.
"""
