"""Each fault in turn, under a list that is on screen: the rows stay, and it is said what to do."""

from __future__ import annotations

import pytest

from containerscope.demo.faults import KINDS, Fault, parse
from containerscope.demo.server import RunningServer
from tests.ui.conftest import Start
from tests.waiting import wait_for_text, wait_until_gone

_NETWORK = "check the network"
_CLOCK = "set this machine's clock"
SAID = {
    "denied:ecs": ("denied", "allow ecs:ListServices"),
    "throttled:ecs": ("throttled", "it goes on by itself, more slowly"),
    "broken:ecs": ("unreachable", "it is tried again"),
    "expired:ecs": ("expired", "aws sso login"),
    "dropped:ecs": ("unreachable", _NETWORK),
    "truncated:ecs": ("unreachable", _NETWORK),
    "skewed,seconds=900": ("failed", _CLOCK),
    "skewed,seconds=-900": ("failed", _CLOCK),
    "buckets,share=0": ("throttled", "it goes on by itself, more slowly"),
}


@pytest.mark.parametrize("spec", SAID)
async def test_rows_stay_under_a_fault_and_it_is_said_what_to_do(
    start: Start, account: RunningServer, spec: str
) -> None:
    async with start(width=160, cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete", "thumbnails")
        with account.faults.during(parse(spec)):
            await pilot.press("ctrl+r")
            await wait_for_text(pilot, "stale", "thumbnails", "services (14)", *SAID[spec])
        await pilot.press("ctrl+r")
        await wait_until_gone(pilot, "stale")
        await wait_for_text(pilot, "complete", "thumbnails")


async def test_rows_stay_while_an_answer_is_slow(start: Start, account: RunningServer) -> None:
    async with start(width=160, cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete", "thumbnails")
        calls = account.calls["ecs:ListServices"]
        with account.faults.during(Fault(kind="slow", operation="ListServices", seconds=2)):
            await pilot.press("ctrl+r")
            await wait_for_text(pilot, "services (14)", "thumbnails")
            await pilot.press("down")
        assert account.calls["ecs:ListServices"] >= calls
        await wait_for_text(pilot, "complete", "thumbnails")


def test_no_kind_of_fault_is_left_out() -> None:
    assert {parse(each).kind for each in SAID} | {"slow"} == set(KINDS)
