"""`containerscope exec`: a command or a shell in a container, or on an instance."""

from __future__ import annotations

import shlex
import sys
from typing import Any, TextIO

import click

from containerscope.cli.exits import Exit
from containerscope.cli.invocation import Command, invocation
from containerscope.cli.remote import Again, run, wanted
from containerscope.cli.say import say
from containerscope.plan import Step

_HOSTS = ("instance", "instances", "node", "nodes", "no", "ci")


def _write(where: TextIO, data: bytes) -> None:
    where.buffer.write(data)
    where.flush()


@click.command("exec", cls=Command)
@click.argument("kind")
@click.argument("name")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.option("-c", "--container", metavar="C", default="", help="The container; else the first.")
@click.option("--check", is_flag=True, help="Say what it needs and what is lacking; open nothing.")
@click.option("-i", "--stdin", is_flag=True, help="Pass standard input on to the command.")
@click.option("-t/-T", "--tty/--no-tty", default=None,
              help="With a terminal, or without; else where this is one.")  # fmt: skip
@click.option(
    "--raw",
    is_flag=True,
    help="Through ECS without a shell around the command, which tells its exit code.",
)
@click.option("--attach", is_flag=True, help="To what runs in the container already; pods only.")
@click.option("--debug", metavar="IMAGE", default="",
              help="In a debug container of this image beside it; pods only.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Print the call as JSON and send nothing.")
@click.pass_context
def exec_(
    context: click.Context,
    /,
    kind: str,
    name: str,
    command: tuple[str, ...],
    container: str,
    tty: bool | None,
    **flags: Any,
) -> int:
    """Run a command in a container: `exec task ID -- CMD`, `exec service NAME`, `exec pod NAME`.

    Without a command it is a shell; of an instance or a node it is always one. Of a service the
    newest task is entered. The exit code is that of the command where it is known: on a terminal,
    ECS does not tell it. What is opened is written to the action log.
    """
    from containerscope.remote.terminal import is_terminal

    stdin, attach, debug = flags["stdin"], flags["attach"], flags["debug"]
    if (attach or debug or kind in _HOSTS) and command:
        raise click.UsageError("that takes no command")
    terminal = is_terminal() if tty is None else tty
    if not terminal and not (command or flags["check"] or flags["dry_run"]):
        raise click.UsageError("without a terminal a command is needed: -- CMD")
    verb = "attach" if attach else "debug" if debug else "exec" if command else "shell"
    wish = wanted(
        verb,
        kind,
        name,
        container,
        answers=(debug or shlex.join(command),),
        check=flags["check"],
        dry_run=flags["dry_run"],
    )
    return run(
        wish,
        invocation(context).settings,
        _Opening(terminal=terminal, stdin=stdin, raw=flags["raw"]),
    )


class _Opening:
    """Opens a step on the terminal, or without one."""

    def __init__(self, *, terminal: bool, stdin: bool, raw: bool) -> None:
        self._raw = raw
        self._terminal = terminal
        self._stdin = stdin

    async def __call__(self, clients: Any, step: Step, again: Again) -> int:
        """The exit code of the command, or 1 where it broke off; 0 where nobody knows."""
        from containerscope.remote import opening
        from containerscope.remote.terminal import standard_input

        if self._terminal:
            end = await opening.terminal(clients, step)
        else:
            end = await opening.piped(
                clients,
                step,
                lambda data: _write(sys.stdout, data),
                lambda data: _write(sys.stderr, data),
                standard_input() if self._stdin else None,
                as_it_is=self._raw,
            )
        if end.broken:
            say(f"{step.target}: {end.words}")
        if end.code is not None:
            return end.code
        return Exit.FAILED if end.broken else Exit.DONE


COMMAND = exec_
