"""Values joined to rows: for what is looked at, that first, in full batches, and only so long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from containerscope.model.listing import (
    LOADING,
    ApiError,
    Item,
    Missing,
    Phase,
    Problem,
    Why,
    joined,
)
from containerscope.resource import Clients, Demand, Join, Scope
from tests.poller.scene import SCOPE, Scene, Step, Thing, bare, done, thing

DENIED = Problem(Why.DENIED, "x:GetSizes", "no", permission="x:GetSizes")
FAILED = Problem(Why.FAILED, "x:GetSizes", "broken")


@dataclass
class Sizes:
    """A join that answers with the length of the name, or as it is told."""

    asked: list[tuple[str, ...]] = field(default_factory=list)
    problem: Problem | None = None
    lacking: frozenset[str] = frozenset()

    async def fetch(
        self, clients: Clients, _: Scope, items: Sequence[Item[Thing]]
    ) -> Mapping[str, Any]:
        self.asked.append(tuple(item.key for item in items))
        await clients.clock.sleep(0.5)
        if self.problem is not None:
            raise ApiError(self.problem)
        return {item.key: len(item.name) for item in items if item.key not in self.lacking}


def scene_of(
    sizes: Sizes, *names: str, batch: int = 2, alike: Callable[[Item[Thing]], Any] = lambda _: None
) -> Scene:
    """A list of these names whose rows have a size beside their own values."""
    join = Join("size", sizes.fetch, batch=batch, seconds=30, alike=alike)
    answers: list[list[Step]] = [[done(*(thing(name, cluster=name[0]) for name in names))]]
    return Scene(answers=answers, joins=(join,), demand=Demand(joins=frozenset({"size"})))


def sizes_shown(scene: Scene) -> dict[str, Any]:
    """The joined value of each row on screen."""
    return {item.key: joined(item, "size") for item in scene.now_shown.items}


async def test_only_the_rows_on_screen_are_fetched_in_full_batches() -> None:
    sizes = Sizes()
    scene = scene_of(sizes, "a", "bb", "ccc", "dddd", "eeeee")
    scene.demand.visible = ("bb", "ccc", "dddd")
    async with scene.followed():
        await scene.until(lambda: sizes_shown(scene)["dddd"] == 4)
        assert sizes.asked == [("bb", "ccc"), ("dddd",)]
        assert sizes_shown(scene) == {"a": LOADING, "bb": 2, "ccc": 3, "dddd": 4, "eeeee": LOADING}


async def test_rows_stand_before_their_joins_arrive() -> None:
    scene = scene_of(Sizes(), "a")
    scene.demand.visible = ("a",)
    async with scene.followed():
        assert scene.now_shown.phase is Phase.DONE
        assert sizes_shown(scene) == {"a": LOADING}


async def test_looking_at_other_rows_fetches_those_and_nothing_twice() -> None:
    sizes = Sizes()
    scene = scene_of(sizes, "a", "bb", "ccc", "dddd")
    scene.demand.visible = ("a", "bb")
    async with scene.followed():
        await scene.until(lambda: sizes_shown(scene)["bb"] == 2)
        scene.demand.look(visible=("bb", "ccc"))
        await scene.until(lambda: sizes_shown(scene)["ccc"] == 3)
        assert sizes.asked == [("a", "bb"), ("ccc",)]


async def test_a_column_that_is_not_shown_costs_nothing() -> None:
    sizes = Sizes()
    scene = scene_of(sizes, "a")
    scene.demand.look(visible=("a",), joins=frozenset())
    async with scene.followed():
        await scene.clock.advance(120)
        assert sizes.asked == []
        scene.demand.look(joins=frozenset({"size"}))
        await scene.until(lambda: sizes_shown(scene)["a"] == 1)


async def test_values_are_fetched_again_when_they_are_old_and_somebody_looks() -> None:
    sizes = Sizes()
    scene = scene_of(sizes, "a")
    scene.demand.visible = ("a",)
    async with scene.followed():
        await scene.until(lambda: sizes_shown(scene)["a"] == 1)
        await scene.clock.advance(29)
        assert len(sizes.asked) == 1
        await scene.clock.advance(2)
        assert len(sizes.asked) == 2
        scene.poller.attention = False
        await scene.clock.advance(300)
        assert len(sizes.asked) == 2
        scene.poller.attention = True
        await scene.clock.advance(1)
        assert len(sizes.asked) == 3


async def test_a_poke_brings_fresh_values() -> None:
    sizes = Sizes()
    scene = scene_of(sizes, "a")
    scene.demand.visible = ("a",)
    async with scene.followed():
        await scene.until(lambda: sizes_shown(scene)["a"] == 1)
        scene.poller.poke()
        await scene.clock.advance(1)
        assert len(sizes.asked) == 2


async def test_what_is_sorted_by_is_fetched_for_every_row() -> None:
    sizes = Sizes()
    scene = scene_of(sizes, "a", "bb", "ccc", "dddd", "eeeee")
    scene.demand.visible = ("ccc",)
    scene.demand.whole = frozenset({"size"})
    async with scene.followed():
        await scene.until(lambda: sizes_shown(scene)["eeeee"] == 5)
        assert sizes.asked == [("ccc", "a"), ("bb", "dddd"), ("eeeee",)]
        assert LOADING not in sizes_shown(scene).values()


async def test_rows_of_different_clusters_are_not_fetched_together() -> None:
    sizes = Sizes()
    scene = scene_of(sizes, "a1", "b1", "a2", "b2", alike=lambda item: item.cluster)
    scene.demand.whole = frozenset({"size"})
    async with scene.followed():
        await scene.until(lambda: LOADING not in sizes_shown(scene).values())
        assert sorted(sizes.asked) == [("a1", "a2"), ("b1", "b2")]


async def test_a_denied_join_says_so_in_every_row_and_is_asked_once() -> None:
    sizes = Sizes(problem=DENIED)
    scene = scene_of(sizes, "a", "bb", "ccc", batch=1)
    scene.demand.visible = ("a",)
    async with scene.followed():
        await scene.until(lambda: sizes_shown(scene)["a"] != LOADING)
        assert sizes_shown(scene) == dict.fromkeys(("a", "bb", "ccc"), Missing(Why.DENIED, "no"))
        assert scene.now_shown.problems == (DENIED,)
        assert [item.value for item in scene.now_shown.items] == [Thing()] * 3
        scene.demand.look(visible=("a", "bb", "ccc"))
        await scene.clock.advance(20)
        assert sizes.asked == [("a",)]
        sizes.problem = None
        await scene.clock.advance(60)
        assert sizes_shown(scene) == {"a": 1, "bb": 2, "ccc": 3}
        assert not scene.now_shown.problems


async def test_a_value_that_fails_to_renew_keeps_the_last_one() -> None:
    sizes = Sizes()
    scene = scene_of(sizes, "a")
    scene.demand.visible = ("a",)
    async with scene.followed():
        await scene.until(lambda: sizes_shown(scene)["a"] == 1)
        sizes.problem = FAILED
        await scene.clock.advance(31)
        assert sizes_shown(scene) == {"a": Missing(Why.FAILED, "broken", 1)}
        assert scene.now_shown.problems == (FAILED,)
        sizes.problem = None
        await scene.clock.advance(16)
        assert sizes_shown(scene) == {"a": 1}
        assert not scene.now_shown.problems


async def test_the_trouble_of_a_column_goes_with_it() -> None:
    sizes = Sizes(problem=FAILED)
    scene = scene_of(sizes, "a")
    scene.answers.append([done(thing("a", cluster="a"))])
    scene.demand.visible = ("a",)
    async with scene.followed():
        await scene.until(lambda: scene.now_shown.problems == (FAILED,))
        scene.demand.look(joins=frozenset())
        await scene.until(lambda: not scene.now_shown.problems)


async def test_a_row_that_a_fetch_leaves_out_has_none() -> None:
    sizes = Sizes(lacking=frozenset({"a"}))
    scene = scene_of(sizes, "a", "bb")
    scene.demand.visible = ("a", "bb")
    async with scene.followed():
        await scene.until(lambda: sizes_shown(scene)["bb"] == 2)
        assert sizes_shown(scene)["a"] == Missing(Why.NOT_APPLICABLE)


async def test_joined_values_survive_the_next_refresh() -> None:
    sizes = Sizes()
    scene = scene_of(sizes, "a", "bb")
    scene.answers.append([done(thing("a", 7, cluster="a"), thing("new", cluster="n"))])
    scene.demand.visible = ("a", "bb")
    async with scene.followed():
        await scene.until(lambda: sizes_shown(scene).get("bb") == 2)
        await scene.until(lambda: "new" in sizes_shown(scene))
        assert sizes_shown(scene) == {"a": 1, "new": LOADING}
        assert scene.now_shown.items[0].value == Thing(7)


async def test_rows_without_details_wait_for_them() -> None:
    sizes = Sizes()
    scene = scene_of(sizes, "a")
    scene.answers[:] = [[done(*bare("a")), 5.0, done(thing("a"))]]
    scene.demand.visible = ("a",)
    async with scene.followed():
        await scene.clock.advance(2)
        assert sizes.asked == []
        await scene.until(lambda: sizes_shown(scene)["a"] == 1)


async def test_one_listing_alone_has_its_joins_for_every_row() -> None:
    sizes = Sizes()
    scene = scene_of(sizes, "a", "bb", "ccc")
    demand = Demand(everything=True, joins=frozenset({"size"}))
    once = asyncio.create_task(scene.poller.once(scene.resource, SCOPE, demand))
    await scene.until(once.done)
    assert [joined(item, "size") for item in once.result().items] == [1, 2, 3]
    assert sizes.asked == [("a", "bb"), ("ccc",)]


async def test_rows_left_without_details_are_read_when_they_come_on_screen() -> None:
    scene = Scene(answers=[[done(*bare("a"), thing("b"))], [done(thing("a"), thing("b"))]])
    scene.demand.visible = ("b",)
    async with scene.followed():
        await scene.clock.advance(1)
        assert len(scene.asked) == 1
        scene.demand.look(visible=("a",))
        await scene.clock.settle()
        assert len(scene.asked) == 2
        await scene.until(lambda: scene.now_shown.items[0].value == Thing())


def test_the_cost_of_a_join_is_told_in_calls() -> None:
    join: Join[Thing] = Join("size", Sizes().fetch, batch=50, calls=2)
    assert [join.cost(rows) for rows in (0, 1, 50, 51, 2000)] == [0, 2, 2, 4, 80]
