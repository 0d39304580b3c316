"""What a follower is shown, and when."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from containerscope.model.listing import LOADING, Item, Listing, Missing, Phase, Problem, Why
from containerscope.resource import Demand
from tests.poller.scene import SCOPE, THROTTLED, UNREACHABLE, Scene, bare, done, thing


def names(listing: Listing[Any]) -> list[str]:
    return [item.name for item in listing.items]


async def test_a_first_load_shows_names_then_details() -> None:
    scene = Scene()
    named = Listing(bare("a", "b"), Phase.DETAILS)
    scene.answers = [[Listing(bare("a")), 1.0, named, 1.0, done(thing("a"), thing("b"))]]
    async with scene.followed():
        await scene.until(lambda: bool(scene.shown) and scene.now_shown.phase is Phase.DONE)
    assert [names(listing) for listing in scene.shown] == [["a"], ["a", "b"], ["a", "b"]]
    assert scene.now_shown.complete


async def test_at_most_four_listings_a_second_and_always_the_last() -> None:
    scene = Scene()
    steps: list[Any] = []
    for count in range(100):
        steps += [Listing(bare(*map(str, range(count)))), 0.01]
    scene.answers = [[*steps, done(thing("last"))]]
    async with scene.followed():
        await scene.until(lambda: bool(scene.shown) and scene.now_shown.phase is Phase.DONE)
    assert names(scene.now_shown) == ["last"]
    assert len(scene.shown) >= 4
    for first, fifth in zip(scene.shown_at, scene.shown_at[4:], strict=False):
        assert fifth - first >= 1 - 1e-9


async def test_what_arrives_steadily_is_shown_at_even_distances() -> None:
    scene = Scene()
    steps: list[Any] = []
    for count in range(200):
        steps += [Listing(bare(*map(str, range(count)))), 0.01]
    scene.answers = [[*steps, 9.0]]
    async with scene.followed():
        await scene.clock.advance(2.0)
    assert [round(at, 2) for at in scene.shown_at] == [n / 4 for n in range(9)]


async def test_a_finished_list_is_shown_at_once() -> None:
    scene = Scene()
    scene.answers = [[Listing(bare("a")), 0.01, Listing(bare("a", "b")), 0.01, done(thing("a"))]]
    async with scene.followed():
        await scene.clock.advance(0.05)
    assert [listing.phase for listing in scene.shown] == [Phase.NAMES, Phase.DONE]


async def test_a_refresh_keeps_every_row_until_all_names_are_read() -> None:
    scene = Scene()
    first = done(thing("a", 1), thing("b", 1))
    later = Listing((thing("b", 2), *bare("c")), Phase.DETAILS)
    last = done(thing("b", 2), thing("c", 1))
    scene.answers = [[first], [Listing(bare("b")), 1.0, later, 1.0, last], [last]]
    async with scene.followed():
        await scene.until(lambda: len(scene.shown) == 3)
    assert [names(listing) for listing in scene.shown] == [["a", "b"], ["b", "c"], ["b", "c"]]
    assert scene.shown[1].items[1].value == LOADING
    assert not scene.shown[1].complete
    assert scene.shown[2].complete


async def test_values_that_are_not_read_again_yet_keep_the_value_before() -> None:
    scene = Scene()
    half = Listing((thing("a", 2), *bare("b")), Phase.DETAILS)
    full = done(thing("a", 2), thing("b", 2))
    scene.answers = [[done(thing("a", 1), thing("b", 1))], [half, 1.0, full], [full]]
    async with scene.followed():
        await scene.until(lambda: len(scene.shown) == 3)
    assert scene.shown[1].items == (thing("a", 2), thing("b", 1))
    assert scene.shown[2].items == (thing("a", 2), thing("b", 2))


async def test_unchanged_items_stay_the_same_objects() -> None:
    scene = Scene()
    scene.answers = [[done(thing("a", 1), thing("b", 1))], [done(thing("a", 1), thing("b", 2))]]
    async with scene.followed():
        await scene.until(lambda: len(scene.shown) == 2)
    assert scene.shown[1].items[0] is scene.shown[0].items[0]
    assert scene.shown[1].items[1] == thing("b", 2)


async def test_a_refresh_that_changes_nothing_shows_nothing() -> None:
    scene = Scene()
    scene.answers = [[done(thing("a", 1))]]
    async with scene.followed():
        await scene.until(lambda: len(scene.asked) == 5)
    assert len(scene.shown) == 1


async def test_the_date_of_an_unchanged_listing_is_shown() -> None:
    scene = Scene()
    dates = [datetime(2026, 3, 4, 12, 0, second, tzinfo=UTC) for second in (0, 10)]
    scene.answers = [[Listing((thing("a"),), Phase.DONE, fetched_at=date), 1.0] for date in dates]
    async with scene.followed():
        await scene.until(lambda: len(scene.shown) == 2)
    assert scene.now_shown.fetched_at == dates[1]
    assert scene.now_shown.items is scene.shown[0].items


async def test_a_throttled_describe_keeps_the_last_value_and_says_so() -> None:
    scene = Scene()
    problem = Problem(Why.THROTTLED, "x:DescribeThings", "slow down", keys=("a",))
    refused: Item[Any] = Item("a", "a", Missing(Why.THROTTLED, "slow down"))
    scene.answers = [
        [done(thing("a", 7), thing("b", 7))],
        [done(refused, thing("b", 8), problems=(problem,))],
    ]
    async with scene.followed():
        await scene.until(lambda: len(scene.asked) == 4)
    value = scene.now_shown.items[0].value
    assert value == Missing(Why.THROTTLED, "slow down", thing("a", 7).value)
    assert scene.now_shown.problems == (problem,)
    assert scene.now_shown.stale_since is None


async def test_rows_of_a_cluster_that_could_not_be_listed_stay() -> None:
    scene = Scene()
    problem = Problem(Why.DENIED, "x:ListThings", "no", where="c2")
    first = done(thing("a", cluster="c1"), thing("b", cluster="c1"), thing("z", cluster="c2"))
    scene.answers = [[first], [done(thing("a", cluster="c1"), problems=(problem,))]]
    async with scene.followed():
        await scene.until(lambda: len(scene.shown) == 2)
    assert names(scene.now_shown) == ["a", "z"]
    assert not scene.now_shown.complete


async def test_a_failed_refresh_keeps_the_rows_and_marks_them_stale_until_it_works_again() -> None:
    scene = Scene()
    scene.answers = [[done(thing("a", 1))], [UNREACHABLE], [UNREACHABLE], [done(thing("a", 2))]]
    async with scene.followed():
        await scene.until(lambda: len(scene.shown) == 2)
        failed_at = scene.clock.now()
        assert names(scene.now_shown) == ["a"]
        assert scene.now_shown.problems == (UNREACHABLE,)
        assert scene.now_shown.stale_since == failed_at
        await scene.until(lambda: len(scene.asked) == 3)
        assert scene.now_shown.stale_since == failed_at
        await scene.until(lambda: len(scene.asked) == 4)
        await scene.clock.advance(0.25)
    assert scene.now_shown == done(thing("a", 2))


async def test_a_listing_without_its_names_counts_as_failed() -> None:
    scene = Scene()
    scene.answers = [[done(thing("a", 1))], [done(problems=(UNREACHABLE,))]]
    async with scene.followed():
        await scene.until(lambda: len(scene.shown) == 2)
    assert names(scene.now_shown) == ["a"]
    assert scene.now_shown.stale_since is not None


async def test_a_first_load_that_fails_says_why_and_resumes_by_itself() -> None:
    scene = Scene()
    scene.answers = [[THROTTLED], [done(thing("a"))]]
    async with scene.followed():
        await scene.until(lambda: len(scene.shown) == 2)
    assert scene.shown[0] == Listing(phase=Phase.DONE, problems=(THROTTLED,))
    assert names(scene.now_shown) == ["a"]


async def test_coming_back_shows_the_newest_listing_at_once() -> None:
    scene = Scene()
    scene.answers = [[done(thing("a", 1))], [5.0, done(thing("a", 2))]]
    async with scene.followed():
        await scene.until(lambda: len(scene.shown) == 1)
    async with scene.followed():
        assert scene.now_shown is scene.shown[0]
        assert len(scene.shown) == 2
        await scene.until(lambda: len(scene.shown) == 3)
    assert scene.now_shown.items == (thing("a", 2),)


async def test_closing_cancels_what_is_under_way() -> None:
    scene = Scene()
    scene.answers = [[Listing(bare("a")), 100.0, done(thing("late"))]]
    following = scene.poller.follow(scene.resource, SCOPE, Demand())
    async with aclosing(cast("Any", following)):
        assert names(await anext(following)) == ["a"]
        assert scene.under_way == 1
    assert scene.under_way == 0
    await scene.clock.advance(200.0)
    latest = scene.poller.latest(scene.resource, SCOPE)
    assert latest is not None
    assert names(latest) == ["a"]
    assert len(asyncio.all_tasks()) == 1


async def test_a_bug_in_a_lister_is_loud() -> None:
    scene = Scene()
    scene.answers = [[done(thing("a"))], [cast("Any", "no number of seconds")]]
    following = scene.poller.follow(scene.resource, SCOPE, Demand())
    await anext(following)
    task = asyncio.ensure_future(anext(following))
    with pytest.raises(TypeError):
        await _result(scene, task)


async def _result(scene: Scene, task: asyncio.Future[Any]) -> Any:
    await scene.until(task.done)
    return task.result()


async def test_once_asks_for_everything_and_reports_on_the_way() -> None:
    scene = Scene()
    scene.answers = [[Listing(bare("a")), Listing(bare("a"), Phase.DETAILS), done(thing("a"))]]
    seen: list[Phase] = []
    listing = await scene.poller.once(
        scene.resource, SCOPE, on_progress=lambda listing: seen.append(listing.phase)
    )
    assert seen == [Phase.NAMES, Phase.DETAILS, Phase.DONE]
    assert listing == done(thing("a"))


async def test_once_makes_a_failure_a_problem_of_what_was_read() -> None:
    scene = Scene()
    scene.answers = [[Listing(bare("a")), THROTTLED]]
    listing = await scene.poller.once(scene.resource, SCOPE)
    assert names(listing) == ["a"]
    assert listing.problems == (THROTTLED,)
    assert not listing.complete
