"""The tabs of a service, used by and find, as a person goes through them on the demo account."""

from __future__ import annotations

from containerscope.demo.clock import StillClock
from containerscope.demo.ecs_state import TaskDefinition
from containerscope.demo.faults import Fault
from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from containerscope.ui.detail import DetailPane
from tests.ui.conftest import Start
from tests.waiting import wait_for, wait_for_text, wait_until_gone

TABS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("2", ("Strategy", "History")),
    ("3", ("TASK", "healthy")),
    ("4", ("at maximum 20", "cpu60")),
    ("5", ("checkout-cart (production", "10.0.112.18:8080")),
    ("6", ("The task definition has no volumes.",)),
    ("7", ("Task role: cart-task", "s3:Get")),
    ("8", ("l follows them", "log-router")),
    ("9", ("From cart:40 to cart:41", "cart › image")),
    ("0", ('"serviceName": "cart"',)),
)


async def test_each_tab_has_a_key_and_fills_in_and_arrows_reach_the_others(start: Start) -> None:
    async with start(159, 100, cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete")
        await pilot.press("slash", *"name:cart", "enter")
        await wait_for_text(pilot, "services (1/14)")
        await pilot.press("1", "tab")
        for key, shown in TABS:
            await pilot.press(key)
            await wait_for_text(pilot, *shown)
        for key, words in (("9", "Revisions"), ("right", "EVENT"), ("right", "CPU %")):
            await pilot.press(key)
            await wait_for_text(pilot, words)
        await pilot.press("right")
        await wait_for_text(pilot, "TAG IS")
        await pilot.press("left", "left", "left")
        await wait_for_text(pilot, "Revisions")


async def test_columns_from_elsewhere_arrive_for_the_rows_on_screen(start: Start) -> None:
    async with start(200, 40, cluster="checkout") as pilot:
        text = await wait_for_text(pilot, "20/20", "4–20 at maximum", "▁")
        assert "CPU %" in text


async def test_a_tab_that_is_not_looked_at_costs_nothing(
    start: Start, account: RunningServer
) -> None:
    async with start(cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete")
        await pilot.press("d")
        await wait_for_text(pilot, "What to do")
        asked = dict(account.calls)
        for operation in ("iam:GetRole", "logs:FilterLogEvents", "ecs:ListServiceDeployments"):
            assert operation not in asked


def revise(world: World, number: int) -> None:
    """Let somebody register another revision of cart, which nothing runs."""
    newest = world.families["cart"][-1]
    arn = f"{newest.arn.rpartition(':')[0]}:{number}"
    body = {**newest.body, "revision": number, "taskDefinitionArn": arn}
    world.families["cart"].append(TaskDefinition("cart", number, body))


async def test_a_tab_shows_what_is_new_though_its_row_stays_as_it_is(
    start: Start, world: World
) -> None:
    async with start(140, 50, cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete")
        await pilot.press("slash", *"name:cart", "enter", "9")
        await wait_for_text(pilot, "From cart:40 to cart:41")
        pane = pilot.app.screen.query_one(DetailPane)
        revise(world, 42)
        assert "cart:42" not in pane.view.text
        await pilot.press("ctrl+r")
        await wait_for_text(pilot, "cart:42")
        revise(world, 43)
        pane._loaded_at = -60.0  # As if it had been looked at for a minute.
        await wait_for_text(pilot, "cart:43")


async def test_a_denied_permission_in_a_tab_leaves_the_rest_of_it(
    start: Start, account: RunningServer
) -> None:
    account.faults.append(Fault(kind="denied", operation="DescribeScalingPolicies"))
    async with start(160, 60, cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete")
        await pilot.press("slash", *"name:cart", "enter", "4", "tab", "G")
        await wait_for_text(pilot, "application-autoscaling:DescribeScalingPolicies")
        await pilot.press("g")
        await wait_for_text(pilot, "Maximum", "They could not be read.")


async def test_one_finds_a_file_system_and_jumps_to_the_service_that_mounts_it(
    start: Start, still_clock: StillClock
) -> None:
    async with start(140, 40) as pilot:
        await wait_for_text(pilot, "clusters (5)")
        await pilot.press("colon", *"find fs-08cfeafdcd9430cf7", "enter")
        await wait_for_text(pilot, "find › fs-08cfeafdcd9430cf7", "feature-store", "looked")
        await pilot.press("slash", *"kind:service", "enter")
        await wait_until_gone(pilot, "ml-shared")
        await pilot.press("enter")
        await wait_for_text(pilot, "services (6)", "feature-store")
        await pilot.press("c")
        await wait_for(pilot, lambda: pilot.app.clipboard == "feature-store", "on its row")


async def test_from_a_role_one_goes_to_the_services_that_use_it(start: Start) -> None:
    async with start(140, 40, cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete")
        await pilot.press("colon", *"roles", "enter")
        await wait_for_text(pilot, "roles (")
        await pilot.press("slash", *"checkout-exec", "enter")
        await wait_until_gone(pilot, "cart-task")
        await pilot.press("u")
        await wait_for_text(pilot, "checkout-execution › used-by", "execution role", "web")
        await pilot.press("escape")
        await wait_for_text(pilot, "roles (")


async def test_two_marked_revisions_are_compared_and_a_role_is_asked(start: Start) -> None:
    async with start(140, 50, remarks=True, cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete")
        await pilot.press("colon", *"taskdefs cart", "enter")
        await wait_for_text(pilot, "taskdefs (")
        await pilot.press("enter")
        await wait_for_text(pilot, "cart:41", "cart:40")
        await pilot.press("space", "j", "space")
        await wait_for_text(pilot, "2 marked", "= diff")
        await pilot.press("equals_sign")
        await wait_for_text(pilot, "From cart:40 to cart:41", "Registered", "ci-deploy")
        await pilot.press("colon", *"can cart-task s3:GetObject arn:aws:s3:::shop-cart/x", "enter")
        await wait_for_text(pilot, "s3:GetObject on arn:aws:s3:::shop-cart/x?", "yes")
