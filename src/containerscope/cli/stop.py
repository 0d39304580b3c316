"""`containerscope stop`."""

from containerscope.cli.acts import COMMANDS

COMMAND = COMMANDS["stop"]
