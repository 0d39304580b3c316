"""`containerscope find`: what an id, an address, a name or an ARN belongs to."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from typing import Any

import click

from containerscope.cli.exact import envelope, item_document, json_text
from containerscope.cli.exits import Exit, exit_for
from containerscope.cli.invocation import Command, invocation
from containerscope.cli.say import Progress, say, say_problems
from containerscope.cli.session import connected, scope_of
from containerscope.cli.sign_in import sign_in
from containerscope.cli.table import table_lines
from containerscope.model.listing import ApiError, Item, Missing
from containerscope.poller import Poller
from containerscope.resource import Demand
from containerscope.resources.found import RESOURCE
from containerscope.rows import View, build
from containerscope.settings import Settings


async def _find(what: str, output: str, settings: Settings) -> int:
    async with connected(settings, sign_in()) as clients:
        scope, problems = await scope_of(clients, settings)
        scope = replace(scope, parent=what)
        progress = Progress("results")
        try:
            listing = await Poller(clients, settings.refresh).once(
                RESOURCE, scope, Demand(everything=True), progress.show
            )
        finally:
            progress.done()
        problems = listing.problems or (() if listing.items else problems)
        results = [item for item in listing.items if _is_result(item)]
        looked = [_words(item) for item in listing.items if not _is_result(item)]
        if output == "json":
            documents = [item_document(item) for item in results]
            whole = envelope(RESOURCE, scope, listing, documents, problems)
            click.echo(json_text({**whole, "looked": looked}).rstrip("\n"))
        elif results:
            only = type(listing)(tuple(results), listing.phase, len(results), listing.problems)
            rows = build(only, RESOURCE, View(ascii=settings.ascii), clients.clock.now())
            color = settings.color and sys.stdout.isatty()
            click.echo("\n".join(table_lines(rows, color=color)), color=color)
        for words in looked:
            say(words)
        say_problems(problems)
        if not results:
            say(f"nothing found for {what!r}")
            return exit_for(problems) or Exit.FAILED
        return exit_for(problems)


def _is_result(item: Item[Any]) -> bool:
    return not isinstance(item.value, Missing) and bool(item.value.resource)


def _words(item: Item[Any]) -> str:
    """How far it has looked in a place."""
    return item.name if isinstance(item.value, Missing) else f"{item.name}: {item.value.words}"


@click.command("find", cls=Command)
@click.argument("what")
@click.option(
    "-o", "--output", type=click.Choice(("table", "json")), default="table", show_default=True,
    help="Form of the output.",
)  # fmt: skip
@click.pass_context
def find(context: click.Context, what: str, output: str) -> int:
    """Say what WHAT belongs to: a task id, an IP, an ENI, an instance, an image, a digest, an ARN.

    It looks through every cluster of the region, the likeliest place first, and says on stderr
    where it has looked.
    """
    settings = invocation(context).settings
    try:
        return asyncio.run(_find(what, output, settings))
    except ApiError as error:
        say_problems((error.problem,))
        return Exit.FAILED


COMMAND = find
