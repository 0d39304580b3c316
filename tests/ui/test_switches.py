"""Another profile or region while answers are on their way: the header's account is the rows'."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from containerscope.clients.aws import connect
from containerscope.demo.account import demo_world
from containerscope.demo.clock import StillClock
from containerscope.demo.faults import Fault
from containerscope.demo.protocol_route import Wire
from containerscope.demo.server import Answer, RunningServer, serve
from containerscope.resource import SignIn, Target
from containerscope.settings import Settings
from containerscope.ui.app import ContainerScopeApp
from tests.waiting import screen_text, wait_for

ONE, TWO = "1111-1111-1111", "2222-2222-2222"
ROWS = {ONE: "payments", TWO: "geo-lookup"}


class Answers:
    """How many answers an account has sent off."""

    def __init__(self, server: RunningServer) -> None:
        self.sent = 0
        self._answer = server.account.answer
        server.account.answer = self._count  # type: ignore[method-assign]

    async def _count(self, wire: Wire, request_id: str) -> Answer:
        reply = await self._answer(wire, request_id)
        self.sent += 1
        return reply


async def account_of(number: str, cluster: str) -> RunningServer:
    world = demo_world(StillClock())
    world.account = number.replace("-", "")
    world.clusters = {cluster: world.clusters[cluster]}
    world.eks.clear()
    return await serve(world)


@pytest.fixture
async def accounts() -> AsyncIterator[dict[str, RunningServer]]:
    """Two accounts by the names of their profiles."""
    servers = {"one": await account_of(ONE, "checkout"), "two": await account_of(TWO, "edge")}
    yield servers
    for server in servers.values():
        await server.close()


@asynccontextmanager
async def running(accounts: dict[str, RunningServer], folder: Path) -> AsyncIterator[Pilot[int]]:
    settings = Settings(state_dir=folder, animation=False, rate_share=0.0, refresh=1.0)

    async def to_profile(target: Target, sign_in: SignIn) -> Any:
        aimed = Target(
            region=target.region or "eu-west-1",
            endpoint_url=accounts[target.profile].url,
            access_key=f"AKIA{target.profile.upper()}",
            secret_key="x",
        )
        return await connect(aimed, read_only=True, rate_share=0, sign_in=sign_in)

    app = ContainerScopeApp(settings, to_profile, Target(profile="one", region="eu-west-1"))
    async with app.run_test(size=(120, 30)) as pilot:
        yield pilot


async def wait_truthfully(
    pilot: Pilot[int], condition: Callable[[str], bool], description: str, strange: dict[str, str]
) -> None:
    """Wait; on every screen until then, a header's words never stand over what is strange there."""

    def there() -> bool:
        text = screen_text(pilot.app)
        for header, rows in strange.items():
            if header in text.partition("\n")[0]:
                assert rows not in text, text
        return condition(text)

    await wait_for(pilot, there, description)


@pytest.mark.parametrize("slow", ["DescribeServices", "ListServices", "ListClusters"])
async def test_late_answers_of_the_profile_before_are_dropped(
    accounts: dict[str, RunningServer], tmp_path: Path, slow: str
) -> None:
    strange = {ONE: ROWS[TWO], TWO: ROWS[ONE], "connecting": ROWS[ONE]}
    answers = Answers(accounts["one"])
    async with running(accounts, tmp_path) as pilot:
        await wait_truthfully(pilot, lambda text: ONE in text, "connected", strange)
        accounts["one"].faults.replace([Fault(kind="slow", operation=slow, seconds=1.0)])
        await pilot.press("colon", *"services", "enter")
        one = accounts["one"]
        begun = one.calls[f"ecs:{slow}"]
        await wait_truthfully(
            pilot, lambda _: one.calls[f"ecs:{slow}"] > begun, "asked for services", strange
        )
        await pilot.press("colon", *"profile two", "enter")
        await wait_truthfully(
            pilot, lambda text: TWO in text and ROWS[TWO] in text, "showed the other", strange
        )
        await wait_truthfully(
            pilot, lambda _: answers.sent == len(one.requests), "got the late answers", strange
        )
        asked = len(one.requests)
        await wait_truthfully(
            pilot, lambda text: "complete" in text and ROWS[TWO] in text, "stayed", strange
        )
        assert len(one.requests) == asked
        await pilot.press("colon", *"profile one", "enter")
        await wait_truthfully(
            pilot, lambda text: ONE in text and ROWS[ONE] in text, "came back", strange
        )


async def test_late_answers_of_the_region_before_are_dropped(
    accounts: dict[str, RunningServer], tmp_path: Path
) -> None:
    strange = {"us-east-1": ROWS[ONE], "connecting": ROWS[ONE]}
    one = accounts["one"]
    answers = Answers(one)
    async with running(accounts, tmp_path) as pilot:
        await wait_truthfully(pilot, lambda text: ONE in text, "connected", strange)
        one.faults.replace([Fault(kind="slow", operation="DescribeServices", seconds=1.0)])
        await pilot.press("colon", *"services", "enter")
        await wait_truthfully(
            pilot, lambda _: one.calls["ecs:DescribeServices"] > 0, "asked for services", strange
        )
        await pilot.press("colon", *"region us-east-1", "enter")
        await wait_truthfully(
            pilot, lambda text: "us-east-1" in text and "No services" in text, "switched", strange
        )
        await wait_truthfully(
            pilot, lambda _: answers.sent == len(one.requests), "got the late answers", strange
        )
        await wait_truthfully(pilot, lambda text: "No services" in text, "stayed empty", strange)
        await pilot.press("escape")
        await wait_truthfully(
            pilot, lambda text: "No clusters in us-east-1" in text, "went back there", strange
        )


async def test_the_details_of_a_row_do_not_outlive_its_account(
    accounts: dict[str, RunningServer], tmp_path: Path
) -> None:
    strange = {TWO: ROWS[ONE], "connecting": ROWS[ONE]}
    one = accounts["one"]
    answers = Answers(one)
    async with running(accounts, tmp_path) as pilot:
        await pilot.press("colon", *"services", "enter")
        await wait_truthfully(pilot, lambda text: ROWS[ONE] in text, "listed", strange)
        one.faults.replace([Fault(kind="slow", seconds=1.0)])
        begun = len(one.requests)
        await pilot.press("y")
        await wait_truthfully(pilot, lambda _: len(one.requests) > begun, "asked", strange)
        await pilot.press("colon", *"profile two", "enter")
        await wait_truthfully(pilot, lambda text: TWO in text, "switched", strange)
        await wait_truthfully(
            pilot, lambda _: answers.sent == len(one.requests), "got the late answers", strange
        )
        await wait_truthfully(pilot, lambda text: ROWS[TWO] in text, "listed", strange)
