"""`containerscope rollback`."""

from containerscope.cli.acts import COMMANDS

COMMAND = COMMANDS["rollback"]
