"""`containerscope restart`."""

from containerscope.cli.acts import COMMANDS

COMMAND = COMMANDS["restart"]
