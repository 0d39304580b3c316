"""The account's stories and time, steered from another process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

import aiohttp
import pytest

from containerscope.demo.clock import PacedClock, StillClock
from containerscope.demo.scenarios import SCENARIOS, find, start, stop
from containerscope.demo.server import RunningServer, serve
from containerscope.demo.world import World
from containerscope.model.clock import SystemClock

Ask = Callable[..., Awaitable[Any]]
STORY = "nodegroup-launch-failures"


@pytest.fixture
async def ask(account: RunningServer) -> AsyncIterator[Ask]:
    """`await ask("clock", {"advance": 60})` is the answer, or the text of a refusal."""
    async with aiohttp.ClientSession(account.url) as session:

        async def to(path: str, wish: Any = None) -> Any:
            method = "GET" if wish is None else "POST"
            answer = await session.request(method, f"/_demo/{path}", json=wish)
            return await answer.json() if answer.status == 200 else await answer.text()

        yield to


async def test_a_story_is_started_moved_on_and_stopped(
    account: RunningServer, ask: Ask, eks: Any
) -> None:
    async def status() -> str:
        where = {"clusterName": "platform", "nodegroupName": "general-a"}
        found: str = (await eks.describe_nodegroup(**where))["nodegroup"]["status"]
        return found

    told = await ask("scenarios")
    assert [each["name"] for each in told] == list(SCENARIOS)
    assert not any(each["running"] for each in told)
    started = {each["name"]: each for each in await ask("scenarios", {"start": STORY})}
    assert started[STORY]["running"]
    assert started[STORY]["since"] == account.world.now()
    await ask("clock", {"advance": 120})
    assert await status() == "DEGRADED"
    await ask("scenarios", {"stop": STORY})
    await ask("clock", {"advance": 120})
    assert await status() == "ACTIVE"
    assert account.world.running_scenarios == {}


async def test_a_story_that_is_not_there_is_refused_with_the_nearest(ask: Ask) -> None:
    said = await ask("scenarios", {"start": "nodegroup-launch-failure"})
    assert said == (
        "there is no scenario 'nodegroup-launch-failure'; did you mean nodegroup-launch-failures?\n"
    )
    assert "allowed are" in await ask("scenarios", {"begin": STORY})
    assert await ask("scenarios", [1])


async def test_time_is_told_and_stepped(ask: Ask, still_clock: StillClock) -> None:
    before = datetime.fromisoformat((await ask("clock"))["now"])
    after = datetime.fromisoformat((await ask("clock", {"advance": 90.5}))["now"])
    assert (after - before).total_seconds() == 90.5
    assert still_clock.now() == after


@pytest.mark.parametrize("wish", [{}, {"jump": 1}, {"advance": -1}, {"advance": "soon"}])
async def test_time_does_not_go_back_or_astray(
    ask: Ask, still_clock: StillClock, wish: Any
) -> None:
    before = still_clock.now()
    assert isinstance(await ask("clock", wish), str)
    assert still_clock.now() == before


async def test_the_speed_of_time_is_changed_while_it_runs() -> None:
    clock = PacedClock(0.0)
    server = await serve(World(clock))
    async with aiohttp.ClientSession(server.url) as session:
        told = await (await session.get("/_demo/clock")).json()
        assert told["speed"] == 0
        assert (await (await session.get("/_demo/clock")).json())["now"] == told["now"]
        await session.post("/_demo/clock", json={"speed": 1000})
        assert clock.speed == 1000
        assert (await session.post("/_demo/clock", json={"advance": 1e999})).status == 400
    await server.close()


async def test_a_clock_that_can_only_be_read_is_said_to_be_one() -> None:
    server = await serve(World(SystemClock()))
    async with aiohttp.ClientSession(server.url) as session:
        assert (await (await session.get("/_demo/clock")).json())["speed"] is None
        refused = await session.post("/_demo/clock", json={"speed": 2})
        assert "can only be read" in await refused.text()
    await server.close()


def test_a_story_begins_once_and_ends_once(world: World) -> None:
    start(world, STORY)
    since = dict(world.running_scenarios)
    start(world, STORY)
    assert world.running_scenarios == since
    stop(world, STORY)
    stop(world, STORY)
    assert world.running_scenarios == {}


def test_each_story_has_a_line_that_fits_a_terminal() -> None:
    for name, story in SCENARIOS.items():
        assert find(name) is story
        assert story.name == name == name.lower()
        assert 20 < len(story.summary) < 120
        assert "\n" not in story.summary
