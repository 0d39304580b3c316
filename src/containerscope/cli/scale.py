"""`containerscope scale`."""

from containerscope.cli.acts import COMMANDS

COMMAND = COMMANDS["scale"]
