"""`containerscope forward`: ports of containers, pods and instances, until ctrl+c."""

from __future__ import annotations

from typing import Any

import click

from containerscope.cli.exits import Exit
from containerscope.cli.invocation import Command, invocation
from containerscope.cli.remote import Again, run, wanted
from containerscope.cli.say import say
from containerscope.model.forward import Forward
from containerscope.plan import Step


@click.command("forward", cls=Command)
@click.argument("kind")
@click.argument("name")
@click.argument("ports", nargs=-1, required=True)
@click.option("-c", "--container", metavar="C", default="", help="The container; else the first.")
@click.option("--check", is_flag=True, help="Say what it needs and what is lacking; open nothing.")
@click.option("--dry-run", is_flag=True, help="Print the calls as JSON and send nothing.")
@click.pass_context
def forward(
    context: click.Context,
    /,
    kind: str,
    name: str,
    ports: tuple[str, ...],
    container: str,
    **flags: bool,
) -> int:
    """Forward ports until ctrl+c: `forward task ID 8080`, `forward pod NAME 9000:8080 5005`.

    PORTS are [LOCAL:][HOST:]PORT; HOST is another one that a task or an instance reaches, such as
    5432:db.internal:5432. One that breaks is begun anew; of a service with its newest task.
    """
    wish = wanted("forward", kind, name, container, answers=ports, **flags)
    return run(wish, invocation(context).settings, _open)


async def _open(clients: Any, step: Step, again: Again) -> int:
    last = ""

    def told(forward: Forward) -> None:
        nonlocal last
        words = f"{forward.address} → {step.target} {forward.remote}: {forward.status}"
        words = f"{words}: {forward.message}" if forward.message else words
        if words != last and forward.status != "starting":
            last = words
            say(words)

    await clients.forwards.run(clients, step, again, told)
    return Exit.DONE


COMMAND = forward
