"""`containerscope get`: what a view shows, printed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click

from containerscope.cli.chosen import check_scope, narrowed, nowhere, only, resource_named
from containerscope.cli.completion import ResourceName
from containerscope.cli.exact import envelope, exact, item_document, json_text, yaml_text
from containerscope.cli.exits import Exit, exit_for
from containerscope.cli.invocation import Command, invocation
from containerscope.cli.say import Progress, say, say_problems
from containerscope.cli.session import connected, scope_of
from containerscope.cli.sign_in import sign_in
from containerscope.cli.table import table_lines
from containerscope.cli.watch import watch
from containerscope.model.listing import ApiError, Item, Listing, Problem
from containerscope.model.text import visible
from containerscope.poller import Poller
from containerscope.redact import redact
from containerscope.resource import Clients, Demand, Resource, Scope
from containerscope.rows import Rows, View, build, needs_of, shown_fields
from containerscope.rows.export import to_csv
from containerscope.settings import Settings

FORMATS = ("table", "wide", "json", "yaml", "csv", "name")


@dataclass(frozen=True)
class Wish:
    """What `get` was asked for."""

    resource: Resource[Any]
    name: str
    output: str
    watch: bool
    view: View

    @property
    def demand(self) -> Demand:
        """Every row, and the joins of what is printed."""
        wide = self.view.wide or self.output in ("json", "yaml")
        shown = shown_fields(self.resource, wide=wide)
        now = datetime.now(UTC)
        needs = needs_of(self.resource, self.view.filter, self.view.sort, shown, now)
        return Demand(joins=needs.shown | needs.whole, everything=True)


async def _get(wish: Wish, settings: Settings) -> int:
    async with connected(settings, sign_in()) as clients:
        scope, problems = await scope_of(clients, settings)
        poller = Poller(clients, settings.refresh)
        within = narrowed(wish.resource, scope, wish.name)
        if wish.watch:
            return await watch(poller, clients, within, wish, color=_color(settings))
        progress = Progress(wish.resource.name)
        try:
            listing = await poller.once(wish.resource, within, wish.demand, progress.show)
        finally:
            progress.done()
        return await _print(wish, settings, clients, scope, listing, problems)


async def _print(
    wish: Wish,
    settings: Settings,
    clients: Clients,
    scope: Scope,
    listing: Listing[Any],
    problems: tuple[Problem, ...],
) -> int:
    if wish.name:
        listing = only(listing, wish.name)
    rows = build(listing, wish.resource, wish.view, clients.clock.now())
    if rows.error:
        raise click.UsageError(rows.error)
    # A listing that works needs no identity: then that it is unknown is no problem of the list.
    problems = listing.problems or (() if listing.items else problems)
    if wish.output in ("json", "yaml"):
        items = [rows.item(key) for key in rows.keys]
        if wish.name:
            documents, more = await _whole(wish.resource, clients, scope, items)
            problems += more
        else:
            documents = [item_document(item) for item in items]
        whole = envelope(wish.resource, scope, listing, documents, problems)
        text = json_text(whole) if wish.output == "json" else yaml_text(whole)
        click.echo(text.rstrip("\n"))
    else:
        _print_rows(wish, settings, rows, scope, whole=not problems)
    say_problems(problems)
    if wish.name and not rows.keys:
        say(nowhere(wish.resource, wish.name, scope, problems))
        return exit_for(problems) or Exit.FAILED
    return exit_for(problems)


async def _whole(
    resource: Resource[Any], clients: Clients, scope: Scope, items: Iterable[Item[Any]]
) -> tuple[list[dict[str, Any]], tuple[Problem, ...]]:
    """Each item read again as the API gives it; where that fails, as the list has it."""
    documents: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for item in items:
        try:
            documents.append(redact(exact(await resource.read(clients, scope, item))))
        except ApiError as error:
            problems.append(error.problem)
            documents.append(item_document(item))
    return documents, tuple(problems)


def _print_rows(wish: Wish, settings: Settings, rows: Rows, scope: Scope, *, whole: bool) -> None:
    if wish.output == "csv":
        click.echo(to_csv(rows), nl=False)
    elif wish.output == "name":
        for key in rows.keys:
            click.echo(visible(rows.item(key).name))
    elif rows.keys:
        color = _color(settings)
        click.echo("\n".join(table_lines(rows, color=color)), color=color)
    elif whole and not wish.name:
        place = scope.cluster or scope.region or "any context"
        where = visible(f"{scope.namespace} of {place}" if scope.namespace else place)
        empty = wish.resource.empty or f"No {wish.resource.name} in {{scope}}."
        say("nothing matches the filter" if rows.total else empty.replace("{scope}", where))


def _color(settings: Settings) -> bool:
    return settings.color and sys.stdout.isatty()


@click.command("get", cls=Command)
@click.argument("resource", type=ResourceName())
@click.argument("name", default="")
@click.option(
    "-o", "--output", type=click.Choice(FORMATS), default="table", show_default=True,
    help="Form of the output.",
)  # fmt: skip
@click.option("--watch", "-w", is_flag=True, help="Go on, and print what changes, until ctrl+c.")
@click.option("--sort", default="", metavar="F", help="Field to sort by; -F for descending.")
@click.option("--filter", "filter_", default="", metavar="F", help="As after / in the interface.")
@click.pass_context
def get(
    context: click.Context,
    resource: str,
    name: str,
    output: str,
    watch: bool,
    sort: str,
    filter_: str,
) -> int:
    """Print resources: all in scope, or those of one NAME or ARN.

    Without --cluster it covers all clusters. With a NAME, json and yaml hold the whole answer of
    the API. What was denied or throttled is said on stderr, and the exit code is 3.
    """
    settings = invocation(context).settings
    view = View(filter_, sort, wide=output in ("wide", "csv"), ascii=settings.ascii)
    wish = Wish(resource_named(resource), name, output, watch, view)
    check_scope(
        wish.resource,
        Scope(cluster=settings.cluster, service=settings.service, namespace=settings.namespace),
    )
    if watch and output in ("yaml", "csv"):
        raise click.UsageError("--watch prints table, wide, json or name")
    try:
        return asyncio.run(_get(wish, settings))
    except ApiError as error:
        say_problems((error.problem,))
        return Exit.FAILED


COMMAND = get
