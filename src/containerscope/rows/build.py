"""From a listing and a view of it to the rows in their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec

from containerscope.model.health import Level
from containerscope.model.listing import Item, Listing, Missing
from containerscope.model.text import visible
from containerscope.resource import Column, Resource, Scope
from containerscope.rows.cells import Cell, Heading
from containerscope.rows.columns import all_columns, known, value_of
from containerscope.rows.facts import Facts
from containerscope.rows.filter import FilterError, read_filter
from containerscope.rows.fold import folded
from containerscope.rows.format import jsonable, shown, to_ascii
from containerscope.rows.masking import masked_value
from containerscope.rows.sorting import Sorting, read_sorting

_RIGHT = frozenset({"number", "ratio", "age", "percent", "mib", "bytes", "trend"})
EVERYWHERE = Scope()


@dataclass(frozen=True)
class View:
    """How a person looks at a listing."""

    filter: str = ""
    sort: str = ""
    """A field, `-` before it for descending; empty for the resource's default."""
    wide: bool = False
    problems_only: bool = False
    ascii: bool = False
    """Glyphs beyond ASCII are replaced."""
    scope: Scope = EVERYWHERE
    """What the listing covers: columns that say nothing there step aside."""
    folded: frozenset[str] = frozenset()
    """The keys of rows of a tree below which nothing is shown, unless something is looked for."""


class Rows:
    """The shown rows in order; each is formatted when it is asked for."""

    def __init__(
        self,
        facts: Facts,
        view: View,
        now: datetime,
        order: list[int],
        error: str,
        previous: Rows | None = None,
    ) -> None:
        resource = facts.resource
        self.resource = resource
        self.view = view
        self.error = error
        """Why the filter or the sort was not applied; empty if they were."""
        self.total = len(facts.items)
        """How many rows there are before the filter."""
        self.keys: tuple[str, ...] = tuple([facts.items[place].key for place in order])
        self._facts = facts
        self._now = now
        self._cells: dict[str, tuple[Item[Any], tuple[Cell, ...]]] = {}
        self._before = previous._cells if previous is not None and self._looks(previous) else {}
        """The cells formatted for the rows before: of an unchanged item only ages are anew."""

    def _looks(self, previous: Rows) -> bool:
        """Whether the cells of the rows before would read the same here."""
        one, other = self.view, previous.view
        same = (one.wide, one.ascii, one.scope) == (other.wide, other.ascii, other.scope)
        return same and previous.resource is self.resource

    @cached_property
    def _columns(self) -> tuple[Column[Any], ...]:
        view = self.view
        return tuple(
            column
            for column in all_columns(self.resource)
            if (view.wide or not column.wide)
            and not (column.unless and view.scope.one(column.unless))
        )

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """The heads of the shown columns."""
        sorting = self._facts.sorting
        direction = -1 if sorting.descending else 1
        return tuple(
            Heading(
                field=column.field,
                title=column.title,
                right=column.kind in _RIGHT,
                priority=column.priority,
                width=column.width,
                sorted=direction if column.field == sorting.field else 0,
                quiet=column.kind == "age",
            )
            for column in self._columns
        )

    @property
    def counts(self) -> Mapping[Level, int]:
        """How many rows of each level there are before the filter."""
        return self._facts.counts

    @property
    def detailed(self) -> int:
        """How many rows have their details, before the filter."""
        return self._facts.detailed

    @property
    def ratios(self) -> frozenset[str]:
        """The fields whose values are pairs of a part and the whole."""
        return frozenset(column.field for column in self._columns if column.kind == "ratio")

    def item(self, key: str) -> Item[Any]:
        """The item of a row, shown or not; KeyError if there is none."""
        return self._facts.items[self._facts.place[key]]

    def name(self, key: str) -> str:
        """The name of a row, harmless to show: what a search looks at."""
        return visible(self.item(key).name)

    def level(self, key: str) -> Level:
        """How much a row wants the eye."""
        return self._facts.levels[self._facts.place[key]]

    def cells(self, key: str) -> tuple[Cell, ...]:
        """The cells of a row, one for each heading."""
        formatted = self._cells.get(key)
        if formatted is None:
            item = self.item(key)
            formatted = self._cells[key] = item, self._formatted(key, item)
        return formatted[1]

    def _formatted(self, key: str, item: Item[Any]) -> tuple[Cell, ...]:
        before = self._before.get(key)
        if before is None or before[0] is not item:
            return tuple(self._cell(column, item) for column in self._columns)
        return tuple(
            self._cell(column, item) if column.kind == "age" else cell
            for column, cell in zip(self._columns, before[1], strict=True)
        )

    def _cell(self, column: Column[Any], item: Item[Any]) -> Cell:
        value = masked_value(value_of(column, item), item)
        text = shown(value, column, self._now)
        if self.view.ascii:
            text = to_ascii(text)
        why = ""
        if isinstance(value, Missing):
            why = value.why.value
            if value.reason:
                why += f": {visible(value.reason)}"
        elif value is None:
            why = "not applicable"
        level = Level.NONE
        if column.tone_of_item is not None:
            level = column.tone_of_item(item)
        elif column.tone is not None:
            of = known(item.value)
            level = Level.NONE if of is None else column.tone(of)
        return Cell(text, level, dim=bool(why), why=why)

    def record(self, key: str) -> dict[str, Any]:
        """The values of a row's shown columns by field, as JSON can hold them."""
        item = self.item(key)
        return {
            column.field: jsonable(masked_value(value_of(column, item), item))
            for column in self._columns
        }


def build(
    listing: Listing[Any],
    resource: Resource[Any],
    view: View,
    now: datetime,
    previous: Rows | None = None,
) -> Rows:
    """The rows that the view shows of the listing.

    `now` is the server's time, from which ages count. With the rows built before, work on items
    that are still the same objects is not done again.
    """
    resource = resource.of(listing)
    sorting = read_sorting(resource, view.sort)
    if resource.tree is not None and _folds(view, resource):
        items = folded(listing.items, view.folded, resource.tree)
        listing = msgspec.structs.replace(listing, items=items)
    facts = _facts(listing, resource, sorting, previous)
    order, error = facts.order, sorting.error
    if view.problems_only:
        levels = facts.levels
        order = [place for place in order if levels[place] >= Level.WARNING]
    if view.filter.strip():
        try:
            order = _matching(facts, order, view.filter, now)
        except FilterError as problem:
            error = str(problem)
    return Rows(facts, view, now, order, error, previous)


def _folds(view: View, resource: Resource[Any]) -> bool:
    looks = view.filter.strip() or view.problems_only or view.sort not in ("", resource.sort)
    return bool(view.folded) and not looks


def _facts(
    listing: Listing[Any], resource: Resource[Any], sorting: Sorting, previous: Rows | None
) -> Facts:
    before = None if previous is None else previous._facts
    if (
        before is not None
        and before.items is listing.items
        and before.resource is resource
        and before.sorting == sorting
    ):
        return before
    facts = Facts(resource, listing.items, sorting, before)
    facts.complete()
    return facts


def _matching(facts: Facts, order: list[int], source: str, now: datetime) -> list[int]:
    wanted = read_filter(source, facts.resource, now)
    items = facts.items
    if not wanted.needs_text:
        return [place for place in order if wanted.matches(items[place], "")]
    texts = facts.texts
    return [place for place in order if wanted.matches(items[place], texts[place])]


def matching(rows: Rows, source: str, now: datetime) -> frozenset[str]:
    """The keys of the shown rows that a filter would keep; none for one that is no filter."""
    if not source.strip():
        return frozenset()
    order = [rows._facts.place[key] for key in rows.keys]
    try:
        found = _matching(rows._facts, order, source, now)
    except FilterError:
        return frozenset()
    return frozenset(rows._facts.items[place].key for place in found)
