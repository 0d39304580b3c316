"""`containerscope describe`: everything the detail pane of one thing shows, printed."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import click

from containerscope.cli.chosen import check_scope, narrowed, nowhere, only, resource_named
from containerscope.cli.completion import ResourceName
from containerscope.cli.exits import Exit, exit_for
from containerscope.cli.invocation import Command, invocation
from containerscope.cli.say import Progress, say, say_problems
from containerscope.cli.session import connected, scope_of
from containerscope.cli.sign_in import sign_in
from containerscope.model.listing import ApiError, Item, Missing, Problem
from containerscope.model.text import visible
from containerscope.poller import Poller
from containerscope.resource import Block, Clients, Demand, Detail, Resource, Scope
from containerscope.rows.format import to_ascii
from containerscope.settings import Settings
from containerscope.ui.blocks import lines
from containerscope.ui.spans import Role, Span, text_of

_UNCUT = 5_000
"""Columns where no terminal limits them."""
_STYLES: dict[Role, dict[str, Any]] = {
    "failed": {"fg": "red"},
    "warning": {"fg": "yellow"},
    "progress": {"fg": "cyan"},
    "title": {"bold": True},
    "strong": {"bold": True},
    "dim": {"dim": True},
}


def _styled(spans: Sequence[Span], *, color: bool) -> str:
    if not color:
        return text_of(spans).rstrip()
    return "".join(
        click.style(span.text, **_STYLES[span.role]) if span.role in _STYLES else span.text
        for span in spans
    )


async def _last_blocks(
    detail: Detail[Any], clients: Clients, scope: Scope, item: Item[Any]
) -> tuple[tuple[Block, ...], tuple[Problem, ...]]:
    """What the tab shows in the end, and why it shows no more."""
    shown: tuple[Block, ...] = ()
    problems: tuple[Problem, ...] = ()
    try:
        async for blocks in detail.blocks(clients, scope, item):
            shown = blocks
    except ApiError as error:
        problems = (error.problem,)
    return shown, problems


def _printed(
    blocks: Sequence[Block], width: int, now: datetime, settings: Settings, *, color: bool
) -> Iterator[str]:
    for place, block in enumerate(blocks):
        if place:
            yield ""
        for line in lines((block,), width, now):
            text = _styled(line.spans, color=color)
            yield to_ascii(text) if settings.ascii else text


async def _describe(resource: Resource[Any], name: str, settings: Settings) -> int:
    async with connected(settings, sign_in()) as clients:
        scope, problems = await scope_of(clients, settings)
        progress = Progress(resource.name)
        try:
            listing = await Poller(clients, settings.refresh).once(
                resource,
                narrowed(resource, scope, name),
                Demand(everything=True),
                progress.show,
            )
        finally:
            progress.done()
        problems = listing.problems or (() if listing.items else problems)
        found = only(listing, name)
        for place, item in enumerate(found.items):
            if place:
                click.echo()
            problems += await _print_item(resource, clients, scope, item, settings)
        say_problems(problems)
        if not found.items:
            say(nowhere(resource, name, scope, problems))
            return exit_for(problems) or Exit.FAILED
        return exit_for(_about(problems, found.items))


async def _print_item(
    resource: Resource[Any], clients: Clients, scope: Scope, item: Item[Any], settings: Settings
) -> tuple[Problem, ...]:
    color = settings.color and sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _UNCUT
    where = f" in {item.cluster}" if item.cluster else ""
    title = f"{resource.noun} {visible(item.name)}{visible(where)}"
    click.echo(click.style(title, bold=True) if color else title, color=color)
    problems: tuple[Problem, ...] = ()
    for detail in resource.details_of(item):
        blocks, more = await _last_blocks(detail, clients, scope, item)
        problems += more
        click.echo(f"\n== {visible(detail.title)} ==")
        for line in _printed(blocks, width, clients.clock.now(), settings, color=color):
            click.echo(line, color=color)
    return problems


def _about(problems: Sequence[Problem], items: Sequence[Item[Any]]) -> Iterator[Problem]:
    """The problems that touch these items: another cluster's denial leaves this one complete."""
    keys, clusters = {item.key for item in items}, {item.cluster for item in items}
    missing = any(isinstance(item.value, Missing) for item in items)
    for problem in problems:
        elsewhere = problem.where and problem.where not in clusters
        if missing or not (elsewhere or (problem.keys and keys.isdisjoint(problem.keys))):
            yield problem


@click.command("describe", cls=Command)
@click.argument("resource", type=ResourceName())
@click.argument("name")
@click.pass_context
def describe(context: click.Context, resource: str, name: str) -> int:
    """Print what the detail pane shows of one NAME or ARN, tab by tab."""
    settings = invocation(context).settings
    chosen = resource_named(resource)
    check_scope(
        chosen,
        Scope(cluster=settings.cluster, service=settings.service, namespace=settings.namespace),
    )
    try:
        return asyncio.run(_describe(chosen, name, settings))
    except ApiError as error:
        say_problems((error.problem,))
        return Exit.FAILED


COMMAND = describe
