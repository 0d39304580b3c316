"""`containerscope copy`: files and folders into containers and out of them."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click

from containerscope.cli.exits import Exit
from containerscope.cli.invocation import Command, invocation
from containerscope.cli.remote import Again, run, wanted
from containerscope.cli.say import say
from containerscope.plan import Step


@click.command("copy", cls=Command)
@click.argument("kind")
@click.argument("name")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("-c", "--container", metavar="C", default="", help="The container; else the first.")
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
@click.option("--max-size", metavar="MIB", type=click.IntRange(min=1),
              help="MiB at most; else 32 through ECS, 2048 through Kubernetes.")  # fmt: skip
@click.option("--check", is_flag=True, help="Say what it needs and what is lacking; open nothing.")
@click.option("--dry-run", is_flag=True, help="Print the call as JSON and send nothing.")
@click.pass_context
def copy(
    context: click.Context,
    /,
    kind: str,
    name: str,
    source: str,
    target: str,
    container: str,
    **flags: Any,
) -> int:
    """Copy a file or folder: `copy task ID :/etc/hosts .`, `copy pod NAME ./conf :/tmp/conf`.

    The path in the container has a colon before it. It needs sh and tar there; through ECS base64
    and sha256sum too, and what was copied is compared. Links and devices are left out.
    """
    into = target.startswith(":")
    if into == source.startswith(":"):
        raise click.UsageError("one of FROM and TO is in the container: put a colon before it")
    remote, local = (target, source) if into else (source, target)
    force, most = flags.pop("force"), flags.pop("max_size") or 0
    answer = shlex.join((local, remote[1:]) if into else (remote[1:], local))
    verb = "copy-in" if into else "copy-out"
    wish = wanted(verb, kind, name, container, answers=(answer,), **flags)

    async def opening(clients: Any, step: Step, again: Again) -> int:
        from containerscope.remote.copying import MIB, Copy
        from containerscope.remote.copying import copy as made

        what = Copy(remote[1:], Path(local), into, most * MIB, force)
        say(f"{step.target}: {await made(clients, step, what)}")
        return Exit.DONE

    return run(wish, invocation(context).settings, opening)


COMMAND = copy
