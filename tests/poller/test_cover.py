"""What a refresh shows on its way holds for any two states of a list."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from containerscope.model.listing import (
    LOADING,
    NOT_APPLICABLE,
    Item,
    Listing,
    Missing,
    Phase,
    Problem,
    Why,
)
from containerscope.poller.cover import Cover, lost_list
from tests.poller.scene import Thing, done, thing

NAMES = st.sampled_from("abcdefgh")
VALUES: st.SearchStrategy[Any] = st.one_of(
    st.integers(0, 3).map(Thing),
    st.just(LOADING),
    st.just(Missing(Why.THROTTLED, "slow down")),
    st.just(Missing(Why.DENIED, "no", Thing(9))),
)
ITEMS = st.dictionaries(NAMES, VALUES).map(
    lambda values: tuple(
        Item(name, name, value, cluster="c1" if name < "d" else "c2")
        for name, value in values.items()
    )
)
PROBLEMS = st.lists(
    st.sampled_from(
        [
            Problem(Why.THROTTLED, "x:ListThings", "slow down", where="c1"),
            Problem(Why.UNREACHABLE, "x:ListClusters", "no route"),
            Problem(Why.FAILED, "x:DescribeThings", "odd", where="c2"),
        ]
    ),
    unique=True,
    max_size=2,
).map(tuple)
LISTINGS = st.builds(Listing, items=ITEMS, phase=st.sampled_from(Phase), problems=PROBLEMS)


@given(LISTINGS, LISTINGS)
def test_no_row_is_lost_before_all_names_are_read_or_when_its_list_failed(
    base: Listing[Thing], new: Listing[Thing]
) -> None:
    laid = Cover(base).lay(new)
    shown = {item.key for item in laid.items}
    assert len(shown) == len(laid.items)
    if new.phase is Phase.NAMES:
        assert {item.key for item in base.items} <= shown
    else:
        assert {item.key for item in new.items} <= shown
    lost = {problem.where for problem in new.problems if lost_list(problem)}
    for item in base.items:
        if "" in lost or item.cluster in lost:
            assert item.key in shown


@given(LISTINGS, LISTINGS)
def test_what_was_known_is_never_replaced_by_loading(
    base: Listing[Thing], new: Listing[Thing]
) -> None:
    laid = {item.key: item for item in Cover(base).lay(new).items}
    for item in base.items:
        after = laid.get(item.key)
        if after is not None and isinstance(item.value, Thing):
            assert isinstance(after.value, Thing) or after.value.last is not None


@given(LISTINGS, LISTINGS)
def test_laying_is_repeatable_and_keeps_the_objects(
    base: Listing[Thing], new: Listing[Thing]
) -> None:
    cover = Cover(base)
    first, second = cover.lay(new), cover.lay(new)
    assert first == second
    assert all(one is other for one, other in zip(first.items, second.items, strict=True))
    before = {item.key: item for item in base.items}
    for item in first.items:
        if item == before.get(item.key):
            assert item is before[item.key]


@given(ITEMS)
def test_a_listing_that_did_not_change_keeps_its_very_tuple(items: tuple[Item[Thing], ...]) -> None:
    base = Listing(items, Phase.DONE)
    again = Listing(
        tuple(Item(i.key, i.name, i.value, cluster=i.cluster) for i in items), Phase.DONE
    )
    laid = Cover(base).lay(again)
    assert laid.items is base.items or not items


def test_joins_that_are_not_read_again_stay_and_failed_ones_keep_their_last_value() -> None:
    value = Thing(1)
    base = done(Item("a", "a", value, {"cpu": 5, "targets": 2, "alarm": 1}))
    new = done(
        Item(
            "a",
            "a",
            value,
            {"cpu": LOADING, "targets": Missing(Why.THROTTLED, "slow"), "new": LOADING},
        )
    )
    (item,) = Cover(base).lay(new).items
    assert item.joined == {
        "cpu": 5,
        "targets": Missing(Why.THROTTLED, "slow", 2),
        "alarm": 1,
        "new": LOADING,
    }


def test_what_no_longer_applies_has_no_last_value() -> None:
    base = done(Item("a", "a", Thing(), {"targets": 2}))
    new = done(Item("a", "a", Thing(), {"targets": NOT_APPLICABLE}))
    (item,) = Cover(base).lay(new).items
    assert item.joined == {"targets": NOT_APPLICABLE}


def test_problems_before_stay_until_the_refresh_is_done() -> None:
    problem = Problem(Why.DENIED, "x:DescribeThings", "no", keys=("a",))
    base = done(thing("a"), problems=(problem,))
    cover = Cover(base)
    assert cover.lay(Listing((thing("a", 2),), Phase.DETAILS)).problems == (problem,)
    assert cover.lay(done(thing("a", 2))).problems == ()


def test_the_columns_that_the_api_told_of_stay_until_it_tells_of_others() -> None:
    base: Listing[Thing] = Listing((thing("a"),), Phase.DONE, columns=("x",))
    silent: Listing[Thing] = Listing((thing("a"),), Phase.DETAILS)
    assert Cover(base).lay(silent).columns == ("x",)
    told = Listing((thing("a"), thing("b")), Phase.DONE, columns=("y",))
    assert Cover(base).lay(told).columns == ("y",)
