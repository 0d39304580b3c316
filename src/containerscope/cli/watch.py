"""`get --watch`: all rows once, then each row that changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import click

from containerscope.cli.chosen import only
from containerscope.cli.exact import item_document, json_text
from containerscope.cli.exits import Exit
from containerscope.cli.say import say_problems
from containerscope.cli.table import TextTable
from containerscope.model.listing import Listing, Missing, Phase, Problem
from containerscope.model.text import visible
from containerscope.poller import Poller
from containerscope.resource import Clients, Demand, Scope
from containerscope.rows import Rows, build

if TYPE_CHECKING:
    from containerscope.cli.get import Wish

GONE = "(gone)"


class Changes:
    """The lines to print for each refresh of a listing."""

    def __init__(self, output: str, *, color: bool) -> None:
        self._output = output
        self._color = color
        self._seen: dict[str, Any] = {}
        self._names: dict[str, str] = {}
        self._table: TextTable | None = None

    def lines(self, rows: Rows) -> Iterator[str]:
        """One line for each row that is new, changed or gone since the last refresh."""
        found = {key: self._record(rows, key) for key in rows.keys}
        changed = [key for key in rows.keys if self._seen.get(key) != found[key]]
        gone = [key for key in self._seen if key not in found]
        names = {key: rows.item(key).name for key in rows.keys}
        yield from self._printed(rows, changed, found)
        for key in gone:
            yield self._gone(key)
        self._seen, self._names = found, names

    def _record(self, rows: Rows, key: str) -> Any:
        return item_document(rows.item(key)) if self._output == "json" else rows.record(key)

    def _printed(self, rows: Rows, changed: list[str], found: dict[str, Any]) -> Iterator[str]:
        if self._output == "json":
            yield from (json_text(found[key], lines=True) for key in changed)
        elif self._output == "name":
            yield from (visible(rows.item(key).name) for key in changed)
        else:
            yield from self._aligned(rows, changed)

    def _aligned(self, rows: Rows, changed: list[str]) -> Iterator[str]:
        if not changed:
            return
        first = self._table is None
        table = self._table = self._table or TextTable(rows, color=self._color)
        table.fit(rows, changed)
        if first:
            yield table.head()
        for key in changed:
            yield table.line(rows, key)

    def _gone(self, key: str) -> str:
        name = self._names[key]
        if self._output == "json":
            return json_text({"name": name, "key": key, "gone": True}, lines=True)
        return f"{visible(name)} {GONE}"


async def watch(poller: Poller, clients: Clients, scope: Scope, wish: Wish, *, color: bool) -> int:
    """Print changes until interrupted."""
    changes = Changes(wish.output, color=color)
    said: tuple[Problem, ...] = ()
    async with aclosing(_follow(poller, scope, wish)) as listings:
        async for listing in listings:
            rows = build(listing, wish.resource, wish.view, clients.clock.now())
            if rows.error:
                raise click.UsageError(rows.error)
            for line in changes.lines(rows):
                click.echo(line, color=color)
            say_problems(problem for problem in listing.problems if problem not in said)
            said = listing.problems
    return Exit.DONE


def _joined(listing: Listing[Any], wish: Wish, demand: Demand) -> bool:
    """Whether what is printed beside the rows has arrived for each of them."""
    names = {join.name for join in wish.resource.joins} & demand.joins
    return all(
        name in item.joined
        for item in listing.items
        if not isinstance(item.value, Missing)
        for name in names
    )


async def _follow(poller: Poller, scope: Scope, wish: Wish) -> Any:
    """Finished refreshes only: a half-read list would report half its rows as gone."""
    demand: Demand = wish.demand
    async with aclosing(poller.follow(wish.resource, scope, demand)) as listings:  # type: ignore[type-var]
        async for listing in listings:
            if listing.phase is Phase.DONE and _joined(listing, wish, demand):
                chosen: Listing[Any] = only(listing, wish.name) if wish.name else listing
                yield chosen
