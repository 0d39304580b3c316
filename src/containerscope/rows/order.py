"""The order of rows: by value, stable, what is missing last."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from containerscope.model.trend import Trend
from containerscope.resource import Kind
from containerscope.rows.columns import known
from containerscope.rows.format import plain, utc
from containerscope.rows.natural import natural_key

_FEW = 500
"""Up to this many changed rows are moved to their places one by one; more are merged in."""


def _ratio(pair: Sequence[Any]) -> tuple[float, float] | None:
    part, whole = known(pair[0]), known(pair[1])
    if not isinstance(part, int | float):
        return None
    if not isinstance(whole, int | float):
        return (1.0, float(part))
    return (part / whole if whole else 1.0, float(whole))


def sort_key(value: Any, kind: Kind) -> Any:
    """What a value is compared by; None where there is nothing to compare.

    Ages sort youngest first, ratios by how much of the whole is there.
    """
    value = known(value)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return natural_key(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, Trend):
        return value.last
    if isinstance(value, datetime):
        moment = utc(value).timestamp()
        return -moment if kind == "age" else moment
    if kind == "ratio" and isinstance(value, tuple | list) and len(value) == 2:
        return _ratio(value)
    return natural_key(plain(value))


def _of_one_type(key: Any) -> tuple[str, Any]:
    kind = "number" if isinstance(key, int | float) else type(key).__name__
    return kind, key


def ordered(keys: Sequence[Any], *, descending: bool = False) -> list[int]:
    """The places in the order of their keys; equal ones keep theirs, None is last either way."""
    there = [place for place, key in enumerate(keys) if key is not None]
    try:
        there.sort(key=keys.__getitem__, reverse=descending)
    except TypeError:
        there = sorted(
            (place for place, key in enumerate(keys) if key is not None),
            key=lambda place: _of_one_type(keys[place]),
            reverse=descending,
        )
    if len(there) == len(keys):
        return there
    return there + [place for place, key in enumerate(keys) if key is None]


def moved(
    order: list[int], keys: Sequence[Any], changed: Mapping[int, None], *, descending: bool = False
) -> list[int]:
    """What `ordered` returns, from an order in which all but the changed places are right."""
    if len(changed) > _FEW:
        return _merged(order, keys, changed, descending=descending)
    kept = [place for place in order if place not in changed]
    for place in changed:
        low, high = 0, len(kept)
        while low < high:
            middle = (low + high) // 2
            if _before(keys, kept[middle], place, descending=descending):
                low = middle + 1
            else:
                high = middle
        kept.insert(low, place)
    return kept


def _before(keys: Sequence[Any], first: int, second: int, *, descending: bool) -> bool:
    one, other = keys[first], keys[second]
    if one is None or other is None:
        return first < second if one is other else other is None
    try:
        if one == other:
            return first < second
        return bool(one > other) if descending else bool(one < other)
    except TypeError:
        one, other = _of_one_type(one), _of_one_type(other)
        return one > other if descending else one < other


def _merged(
    order: list[int], keys: Sequence[Any], changed: Mapping[int, None], *, descending: bool
) -> list[int]:
    """Sorts two runs, each in its order, which takes one pass over them.

    A large sort from nothing would hold up every other thread meanwhile.
    """
    kept = [place for place in order if place not in changed and keys[place] is not None]
    come = sorted(place for place in changed if keys[place] is not None)
    try:
        come.sort(key=keys.__getitem__, reverse=descending)
        there = kept + come
        there.sort(key=keys.__getitem__, reverse=descending)
    except TypeError:
        return ordered(keys, descending=descending)
    _put_ties_in_place(there, keys)
    if len(there) == len(keys):
        return there
    return there + [place for place, key in enumerate(keys) if key is None]


def _put_ties_in_place(there: list[int], keys: Sequence[Any]) -> None:
    """Put places with equal keys back into their own order."""
    found = [keys[place] for place in there]
    if not any(map(operator.eq, found, islice(found, 1, None))):
        return
    start = 0
    for at in range(1, len(there) + 1):
        if at == len(there) or found[at] != found[start]:
            if at - start > 1:
                there[start:at] = sorted(there[start:at])
            start = at
