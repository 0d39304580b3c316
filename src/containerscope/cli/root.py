"""The root command: the interface without a subcommand, and the way to the others."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from containerscope import __version__
from containerscope.cli.exits import Exit
from containerscope.cli.invocation import global_options, invocation
from containerscope.cli.verbs import VERBS

NAME = "containerscope"
_COMMANDS = {
    "get": "get",
    "describe": "describe",
    "logs": "logs",
    "exec": "exec",
    "forward": "forward",
    "copy": "copy",
    **{verb.name: "acts" for verb in VERBS},
    "find": "find",
    "can": "can",
    "doctor": "doctor",
    "policy": "policy",
    "config": "config",
    "completion": "completion",
    "demo-server": "demo_server",
}
"""Name -> module with its `COMMAND`, or with all `COMMANDS`; imported when it is asked for."""


class EndedError(Exception):
    """The run was ended from outside, with the exit code that says how."""

    def __init__(self, code: Exit) -> None:
        super().__init__(code)
        self.code = code


class _Root(click.Group):
    """Loads a command's module when its name is typed, so that nothing heavy loads before."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; ctrl+c and a closed pipe are kept from click's own handling."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except BrokenPipeError as error:
            raise EndedError(Exit.PIPE) from error
        except KeyboardInterrupt as error:
            raise EndedError(Exit.INTERRUPTED) from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of the help."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name; None if there is none."""
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        loaded = importlib.import_module(f"containerscope.cli.{module}")
        command = loaded.COMMANDS[cmd_name] if module == "acts" else loaded.COMMAND
        assert isinstance(command, click.Command)
        return command


@click.group(
    NAME,
    cls=_Root,
    invoke_without_command=True,
    params=global_options(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Without a command the terminal interface opens. These options may also follow a"
    " command; `containerscope COMMAND --help` lists those of its own.",
)
@click.version_option(__version__, prog_name=NAME, message="%(prog)s %(version)s")
@click.pass_context
def root(context: click.Context) -> int:
    """A terminal explorer for containers on AWS: ECS and EKS in one window."""
    if context.invoked_subcommand is not None:
        return 0
    from containerscope.cli.interface import run_interface  # loads Textual

    return run_interface(invocation(context))
