"""Sorting holds for any values."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from containerscope.model.listing import LOADING, Missing, Why
from containerscope.rows.natural import natural_key
from containerscope.rows.order import _merged, moved, ordered, sort_key

MISSING = st.sampled_from([None, LOADING, Missing(Why.DENIED, "no"), float("nan"), ""])
VALUES: st.SearchStrategy[Any] = st.one_of(
    st.integers(),
    st.floats(allow_nan=False),
    st.booleans(),
    st.text(max_size=5),
    st.datetimes(
        min_value=datetime(1971, 1, 1),  # noqa: DTZ001
        max_value=datetime(2200, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    st.tuples(st.integers(0, 9), st.integers(0, 9)),
    st.lists(st.text(max_size=2), max_size=2),
    MISSING,
)


def keys_of(values: list[Any]) -> list[Any]:
    return [sort_key(value, "ratio") for value in values]


@given(st.lists(VALUES), st.booleans())
def test_any_mix_of_values_sorts_with_what_is_missing_last(
    values: list[Any], descending: bool
) -> None:
    keys = keys_of(values)
    order = ordered(keys, descending=descending)
    assert sorted(order) == list(range(len(values)))
    there = sum(key is not None for key in keys)
    assert all(keys[place] is not None for place in order[:there])
    assert order[there:] == sorted(order[there:])


@given(st.lists(st.one_of(st.integers(0, 3), st.none())), st.booleans())
def test_equal_values_keep_their_places(values: list[int | None], descending: bool) -> None:
    order = ordered(values, descending=descending)
    for place, after in itertools.pairwise(order):
        one, other = values[place], values[after]
        if one == other:
            assert place < after
        elif one is not None and other is not None:
            assert (one > other) == descending


@given(st.data(), st.booleans())
def test_moving_changed_rows_gives_the_order_of_a_full_sort(
    data: st.DataObject, descending: bool
) -> None:
    values = st.one_of(st.integers(0, 4), st.none())
    before = data.draw(st.lists(values, min_size=1, max_size=12))
    changed = data.draw(st.sets(st.integers(0, len(before) - 1)))
    after = [data.draw(values) if place in changed else key for place, key in enumerate(before)]
    order = ordered(before, descending=descending)
    assert moved(order, after, dict.fromkeys(changed), descending=descending) == ordered(
        after, descending=descending
    )


@given(st.data(), st.booleans())
def test_merging_many_changed_rows_gives_the_order_of_a_full_sort(
    data: st.DataObject, descending: bool
) -> None:
    values = st.one_of(st.integers(0, 4), st.none(), st.just("a"))
    before = data.draw(st.lists(values, min_size=1, max_size=12))
    changed = data.draw(st.sets(st.integers(0, len(before) - 1)))
    after = [data.draw(values) if place in changed else key for place, key in enumerate(before)]
    order = ordered(before, descending=descending)
    assert _merged(order, after, dict.fromkeys(changed), descending=descending) == ordered(
        after, descending=descending
    )


@given(st.integers(0, 10**30), st.integers(0, 10**30))
def test_numbers_in_names_count_by_value(one: int, other: int) -> None:
    assert (natural_key(f"web-{one}") < natural_key(f"web-{other}")) == (one < other)


def test_ids_and_names_both_have_a_place() -> None:
    names = ["web-10", "0f" * 16, "web-9", "Web-1", "a1b22"]
    assert sorted(names, key=natural_key) == ["0f" * 16, "a1b22", "Web-1", "web-9", "web-10"]
