"""`containerscope can`: whether a role may do something."""

from __future__ import annotations

import asyncio

import click

from containerscope.cli.exits import Exit
from containerscope.cli.invocation import Command, invocation
from containerscope.cli.say import say_problems
from containerscope.cli.session import connected
from containerscope.cli.sign_in import sign_in
from containerscope.insight.iam_access import Answer
from containerscope.model.listing import ApiError
from containerscope.model.text import visible
from containerscope.resources._can import answer, sentence
from containerscope.settings import Settings


async def _can(role: str, action: str, resource: str, settings: Settings) -> int:
    async with connected(settings, sign_in()) as clients:
        decision = await answer(clients, role, action, resource)
    click.echo(visible(sentence(role, action, resource, decision)))
    return Exit.DONE if decision.answer is Answer.ALLOWED else Exit.FAILED


@click.command("can", cls=Command)
@click.argument("role")
@click.argument("action")
@click.argument("resource", default="*")
@click.pass_context
def can(context: click.Context, role: str, action: str, resource: str) -> int:
    """Say whether ROLE, a name or ARN, may do ACTION (s3:GetObject) on RESOURCE, an ARN.

    IAM simulates it where that is allowed; else the role's own policies are evaluated here, and
    what that cannot see is said. The exit code is 0 for a plain yes.
    """
    try:
        return asyncio.run(_can(role, action, resource, invocation(context).settings))
    except ApiError as error:
        say_problems((error.problem,))
        return Exit.FAILED


COMMAND = can
