"""Trees that are folded: rows out of sight below one that says how many they are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypeVar

import msgspec

from containerscope.model.listing import Item, Missing
from containerscope.resource import Tree

T = TypeVar("T")


def folded(items: Sequence[Item[T]], keys: Collection[str], tree: Tree[T]) -> tuple[Item[T], ...]:
    """The items in sight when those of these keys are folded; they stand in the tree's order."""
    kept: list[Item[T]] = []
    top: Item[T] | None = None
    below = 0
    for item in items:
        if top is not None and _depth(item, tree) > _depth(top, tree):
            below += 1
            continue
        _close(kept, top, below, tree)
        top, below = (item, 0) if item.key in keys else (None, 0)
        if top is None:
            kept.append(item)
    _close(kept, top, below, tree)
    return tuple(kept)


def _close(kept: list[Item[T]], top: Item[T] | None, below: int, tree: Tree[T]) -> None:
    if top is None:
        return
    if below and not isinstance(top.value, Missing):
        top = msgspec.structs.replace(top, value=tree.folded(top.value, below))
    kept.append(top)


def _depth(item: Item[Any], tree: Tree[Any]) -> int:
    return 0 if isinstance(item.value, Missing) else tree.depth(item.value)


def tops(items: Sequence[Item[T]], tree: Tree[T]) -> frozenset[str]:
    """The keys of the outermost rows."""
    least = min((_depth(item, tree) for item in items), default=0)
    return frozenset(item.key for item in items if _depth(item, tree) == least)


def holder(items: Sequence[Item[T]], key: str, tree: Tree[T]) -> str:
    """What is to be folded for a row: itself if rows stand below it, else the one it is below."""
    place = next((place for place, item in enumerate(items) if item.key == key), None)
    if place is None:
        return key
    depth = _depth(items[place], tree)
    if any(_depth(item, tree) > depth for item in items[place + 1 : place + 2]):
        return key
    above = (item.key for item in reversed(items[:place]) if _depth(item, tree) < depth)
    return next(above, key)
