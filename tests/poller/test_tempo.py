"""When a list is read again."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from containerscope.model.listing import Problem, Why
from containerscope.poller.tempo import Tempo
from tests.poller.scene import THROTTLED, UNREACHABLE, Scene, Step, done, thing


def gaps(scene: Scene) -> list[float]:
    asked = scene.asked
    return [after - before for before, after in itertools.pairwise(asked)]


async def test_a_moving_list_is_read_every_two_seconds_and_a_steady_one_ever_more_rarely() -> None:
    scene = Scene()
    moving: list[Step] = [done(thing("a", moving=True))]
    still: list[Step] = [done(thing("a"))]
    scene.answers = [moving, moving, moving, still]
    async with scene.followed():
        await scene.until(lambda: len(scene.asked) == 10)
    assert gaps(scene) == pytest.approx([2, 2, 2, 10, 10, 10, 30, 30, 30])


async def test_nobody_looking_slows_it_and_looking_again_reads_at_once_when_due() -> None:
    scene = Scene()
    async with scene.followed():
        scene.poller.attention = False
        await scene.clock.advance(40)
        assert len(scene.asked) == 1
        scene.poller.attention = True
        await scene.clock.settle()
        assert len(scene.asked) == 2


async def test_a_poke_reads_at_once() -> None:
    scene = Scene()
    async with scene.followed():
        await scene.clock.advance(1)
        scene.poller.poke()
        await scene.clock.settle()
        assert scene.asked == [0, 1]


async def test_a_poke_during_a_refresh_is_followed_by_one_other() -> None:
    scene = Scene()
    scene.answers = [[3.0, done(thing("a"))], [done(thing("a"))]]
    async with scene.followed():
        for _ in range(3):
            await scene.clock.advance(0.5)
            scene.poller.poke()
        await scene.clock.advance(4)
        assert scene.asked == [0, 3]


async def test_a_poke_does_not_wait_for_the_joins_of_a_list_that_is_there() -> None:
    scene = Scene()
    scene.answers = [[done(thing("a")), 8.0, done(thing("a", 2))], [done(thing("a", 3))]]
    async with scene.followed():
        await scene.clock.advance(1)
        scene.poller.poke()
        await scene.clock.advance(1)
        assert scene.asked == [0, 1]
        assert scene.now_shown == done(thing("a", 3))


async def test_a_slow_list_rests_as_long_as_it_took() -> None:
    scene = Scene()
    scene.answers = [[20.0, done(thing("a", moving=True))]]
    async with scene.followed():
        await scene.until(lambda: len(scene.asked) == 3)
    assert gaps(scene) == pytest.approx([40, 40])


async def test_failures_back_off_and_a_success_ends_it() -> None:
    scene = Scene()
    refused: list[Step] = [THROTTLED]
    scene.answers = [*[refused] * 4, [done(thing("a"))]]
    async with scene.followed():
        await scene.until(lambda: len(scene.asked) == 6)
    assert gaps(scene) == pytest.approx([20, 40, 80, 160, 10])


async def test_a_poke_goes_through_a_backoff() -> None:
    scene = Scene()
    scene.answers = [[THROTTLED]] * 4
    async with scene.followed():
        await scene.clock.advance(1)
        scene.poller.poke()
        await scene.clock.settle()
        assert len(scene.asked) == 2


async def test_what_a_person_mends_is_tried_every_minute() -> None:
    scene = Scene()
    scene.answers = [[UNREACHABLE]]
    async with scene.followed():
        await scene.until(lambda: len(scene.asked) == 8)
    assert gaps(scene)[-3:] == pytest.approx([60, 60, 60])


@pytest.mark.parametrize("luck", [0.0, 0.5, 1.0])
def test_a_wait_that_the_server_asked_for_is_never_undercut(luck: float) -> None:
    tempo = Tempo(10.0, lambda: luck)
    tempo.failed(msgspec.structs.replace(THROTTLED, retry_after=500.0))
    assert tempo.interval(attention=True) >= 500.0


@pytest.mark.parametrize("luck", [0.0, 0.25, 1.0])
def test_jitter_is_a_tenth(luck: float) -> None:
    tempo = Tempo(10.0, lambda: luck)
    tempo.answered(changed=True, changing=False)
    assert tempo.interval(attention=True) == pytest.approx(10 + 2 * luck - 1)
    assert 9 <= tempo.interval(attention=True) <= 11


def test_endless_failures_do_not_overflow() -> None:
    tempo = Tempo(10.0, lambda: 0.5)
    for _ in range(5000):
        tempo.failed(Problem(Why.FAILED, "x:ListThings", "broken"))
    assert tempo.interval(attention=False) == 300
