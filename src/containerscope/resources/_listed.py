"""A list as part of a pane: chosen columns of a resource, and what could not be read below them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import aclosing
from typing import Any

from containerscope.model.health import Level
from containerscope.model.listing import Item, Listing, Missing, Phase, Problem
from containerscope.resource import (
    Block,
    Clients,
    Column,
    Demand,
    Resource,
    Scope,
    TableBlock,
    TextBlock,
)
from containerscope.resources import _ecs


def within(scope: Scope, item: Item[Any]) -> Scope:
    """The scope of what belongs to a service."""
    return scope.within(cluster=_ecs.cluster_of(scope, item), service=item.name, parent="")


def problem_block(problem: Problem, title: str = "") -> TextBlock:
    """What could not be read and which permission that needs."""
    lacking = problem.permission if problem.permission not in problem.message else ""
    needs = f". It needs {lacking}." if lacking else ""
    said = problem.message.rstrip(". ") if lacking else problem.message
    return TextBlock(f"{said}{needs}", title, Level.WARNING)


def problem_blocks(problems: Iterable[Problem]) -> tuple[Block, ...]:
    """Every problem once."""
    return tuple(problem_block(each) for each in dict.fromkeys(problems))


def listed_table(
    title: str,
    resource: Resource[Any],
    listing: Listing[Any],
    fields: Sequence[str],
    *,
    ranked: bool = True,
    by_columns: bool = False,
    where: str = "this service",
) -> TableBlock:
    """The rows of a listing with these columns of its resource; the worst first if ranked.

    With `by_columns` a row is as bad as the worst of its coloured cells.
    """
    columns = {column.field: column for column in resource.columns}
    chosen = [columns[name] for name in fields]
    items = list(listing.items)
    tones = [each.tone_of_item for each in chosen if by_columns and each.tone_of_item is not None]

    def level(item: Item[Any]) -> Level:
        return max(_level(resource, item), *(tone(item) for tone in tones), Level.NONE)

    if ranked:
        items.sort(key=lambda item: -level(item))
    waiting = listing.phase is not Phase.DONE
    empty = "Loading …" if waiting else resource.empty.replace("{scope}", where)
    if listing.problems and not waiting:
        empty = "They could not be read."
    return TableBlock(
        title,
        tuple(column.title for column in chosen),
        tuple(tuple(_value(column, item) for column in chosen) for item in items),
        tuple(each if (each := level(item)) > Level.FINE else Level.NONE for item in items),
        empty=empty,
    )


def _level(resource: Resource[Any], item: Item[Any]) -> Level:
    return Level.NONE if isinstance(item.value, Missing) else resource.health(item.value).level


def _value(column: Column[Any], item: Item[Any]) -> Any:
    value = column.of(item)
    if column.kind == "ratio" and isinstance(value, tuple) and len(value) == 2:
        return f"{value[0]}/{value[1]}"
    if column.kind == "bytes" and isinstance(value, int):
        return f"{value / 2**20:,.1f} MiB"
    return value


async def listed_blocks(
    title: str,
    resource: Resource[Any],
    fields: Sequence[str],
    clients: Clients,
    scope: Scope,
    where: str = "this service",
) -> AsyncIterator[tuple[Block, ...]]:
    """The list as it arrives, in the calls that the list itself takes."""
    async with aclosing(_listings(resource, clients, scope)) as listings:
        async for listing in listings:
            table = listed_table(title, resource, listing, fields, where=where)
            yield (table, *problem_blocks(listing.problems))


async def _listings(resource: Resource[Any], clients: Clients, scope: Scope) -> Any:
    async for listing in resource.lister(clients, scope, Demand(everything=True)):
        yield listing
