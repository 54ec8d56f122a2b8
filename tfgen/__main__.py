"""`python -m tfgen`."""

from tfgen.commands.main import main

main()
