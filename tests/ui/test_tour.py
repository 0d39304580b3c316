"""The tour of the demo account in the README, step by step, on the account's own clock."""

from __future__ import annotations

from containerscope.demo import scenarios
from containerscope.demo.clock import StillClock
from containerscope.demo.world import World
from tests.ui.conftest import Start
from tests.waiting import wait_for_text


async def test_the_first_minutes_of_the_demo_tell_its_story(
    start: Start, still_clock: StillClock
) -> None:
    async with start() as pilot:
        # The worst cluster stands on top and says why.
        await wait_for_text(pilot, "✗ checkout", "1 deployment failing: payments")
        await pilot.press("enter")
        text = await wait_for_text(pilot, "✗ payments", "◌ checkout-api", "12/12", "6/10 failures")
        assert text.index("payments") < text.index("accounts")

        # The failure explains itself.
        await pilot.press("d")
        await wait_for_text(
            pilot,
            "6 tasks of the new deployment failed; ECS stops it at 10",
            "CannotPullContainer: not found",
            "Push the tag or correct it",
        )
        await pilot.press("d")

        # Traffic rises on search, and its scaling adds tasks.
        still_clock.advance(40)
        await wait_for_text(pilot, "search", "12/16")
        still_clock.advance(40)
        await wait_for_text(pilot, "16/16")

        # The rollout of checkout-api is done.
        text = await wait_for_text(pilot, "● checkout-api")
        assert "12/12 new" not in text

        # The circuit breaker has seen enough of payments and rolls it back.
        still_clock.advance(20)
        await wait_for_text(pilot, "payments", "roll")
        still_clock.advance(45)
        await wait_for_text(pilot, "● payments", "payments:87", "4/4")
        await pilot.press("slash", *"payments", "enter")
        await wait_for_text(pilot, "services (1/14)")
        await pilot.press("e")
        await wait_for_text(
            pilot,
            "payments › service-events",
            "deployment failed: tasks",
            "rolling back to (deployment",
        )


async def test_a_story_of_ones_own_choice_is_seen_where_its_summary_says(
    start: Start, still_clock: StillClock, world: World
) -> None:
    scenarios.start(world, "oom-loop")
    async with start(cluster="checkout", service="recommendations") as pilot:
        await wait_for_text(pilot, "recommendations › tasks")
        still_clock.advance(240)
        await wait_for_text(pilot, "OOM killed (137)")
