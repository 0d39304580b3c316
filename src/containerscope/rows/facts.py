"""What is known of every row of a listing, carried over from one listing to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from containerscope.model.health import Level
from containerscope.model.listing import Item, Missing
from containerscope.resource import Resource
from containerscope.rows.columns import all_columns, level_of, value_of
from containerscope.rows.format import plain
from containerscope.rows.natural import natural_key
from containerscope.rows.order import moved, ordered, sort_key
from containerscope.rows.sorting import Sorting

V = TypeVar("V")


class Facts:
    """Levels, order and text of all rows; what belongs to an unchanged Item is not made again."""

    def __init__(
        self,
        resource: Resource[Any],
        items: tuple[Item[Any], ...],
        sorting: Sorting,
        previous: Facts | None,
    ) -> None:
        if previous is not None and previous.resource is not resource:
            previous = None
        self.resource: Resource[Any] = resource
        self.items = items
        self.sorting = sorting
        self._sources, self._changed = _sources(items, previous)
        self.levels: list[Level] = self._carry(
            None if previous is None else previous.levels, lambda item: level_of(resource, item)
        )
        same = previous is not None and previous.sorting == sorting
        self._keys: list[Any] = self._carry(
            previous._keys if same and previous is not None else None, self._key
        )
        self.order = self._ordered(previous if same else None)
        self._texts: list[str] | None = None
        if previous is not None and previous._texts is not None:
            self._texts = self._carry(previous._texts, self._text)
        self._place = self._inherited_places(previous)
        self.detailed = self._detailed(previous)
        """How many rows have their details."""

    def _carry(self, old: list[V] | None, make: Callable[[Item[Any]], V]) -> list[V]:
        if old is None:
            return [make(item) for item in self.items]
        if self._sources is None:
            if not self._changed:
                return old
            new = list(old)
            for place in self._changed:
                new[place] = make(self.items[place])
            return new
        return [
            make(item) if source is None else old[source]
            for item, source in zip(self.items, self._sources, strict=True)
        ]

    def _key(self, item: Item[Any]) -> Any:
        column = self.sorting.column
        if column is None:
            return chr(0x39 - level_of(self.resource, item)) + natural_key(item.name)
        return sort_key(value_of(column, item), column.kind)

    def _ordered(self, previous: Facts | None) -> list[int]:
        descending = self.sorting.descending
        if previous is None:
            return ordered(self._keys, descending=descending)
        if self._sources is not None:
            return self._reordered(previous, self._sources)
        changed = {
            place: None for place in self._changed if self._keys[place] != previous._keys[place]
        }
        if not changed:
            return previous.order
        return moved(previous.order, self._keys, changed, descending=descending)

    def _reordered(self, previous: Facts, sources: list[int | None]) -> list[int]:
        """The order after rows came or went: those that stayed are in theirs already."""
        now: list[int] = [-1] * len(previous.items)
        new: dict[int, None] = {}
        latest = -1
        for place, source in enumerate(sources):
            if source is None:
                new[place] = None
            elif source < latest:  # they changed places among themselves
                return ordered(self._keys, descending=self.sorting.descending)
            else:
                now[source] = place
                latest = source
        stayed = [place for source in previous.order if (place := now[source]) >= 0]
        return moved(stayed, self._keys, new, descending=self.sorting.descending)

    def _detailed(self, previous: Facts | None) -> int:
        if previous is None or self._sources is not None:
            return len([1 for item in self.items if item.value.__class__ is not Missing])
        before, now = previous.items, self.items
        return previous.detailed + sum(
            isinstance(before[place].value, Missing) - isinstance(now[place].value, Missing)
            for place in self._changed
        )

    def _inherited_places(self, previous: Facts | None) -> dict[str, int] | None:
        if previous is None or self._sources is not None:
            return None
        old = previous.items
        same = all(old[place].key == self.items[place].key for place in self._changed)
        return previous.place if same else None

    @cached_property
    def counts(self) -> Mapping[Level, int]:
        """How many rows of each level there are."""
        # Counting level by level takes a twentieth of the time of hashing every one.
        return {level: count for level in Level if (count := self.levels.count(level))}

    def complete(self) -> None:
        """Know all that a screen asks for, while there is time for it."""
        _ = self.place, self.counts

    @property
    def place(self) -> dict[str, int]:
        """Key of a row -> its place in the listing."""
        if self._place is None:
            self._place = {item.key: place for place, item in enumerate(self.items)}
        return self._place

    @cached_property
    def _text_columns(self) -> tuple[Any, ...]:
        return tuple(column for column in all_columns(self.resource) if column.kind == "text")

    def _text(self, item: Item[Any]) -> str:
        parts = [item.name]
        parts += [plain(value_of(column, item)) for column in self._text_columns]
        # The rest of an ARN is alike in all rows: `eu` or `service` would match every one.
        parts.append(item.key.rpartition("/")[2])
        return "\n".join(parts).casefold()

    @property
    def texts(self) -> Sequence[str]:
        """The lower-case text of every row, in which plain filters and patterns look."""
        if self._texts is None:
            self._texts = [self._text(item) for item in self.items]
        return self._texts


def _sources(
    items: tuple[Item[Any], ...], previous: Facts | None
) -> tuple[list[int | None] | None, list[int]]:
    """Where each row was before, or, if all kept their places, only which rows changed."""
    if previous is None:
        return None, []
    old = previous.items
    if items is old:
        return None, []
    if len(items) == len(old):
        changed = [
            place
            for place, (one, other) in enumerate(zip(old, items, strict=True))
            if one is not other
        ]
        if len(changed) <= len(items) // 2:
            return None, changed
    places = {id(item): place for place, item in enumerate(old)}
    return [places.get(id(item)) for item in items], []
