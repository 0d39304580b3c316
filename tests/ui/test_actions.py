"""What a person changes, and what keeps them from changing it by mistake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from containerscope.action_log import ActionLog
from containerscope.demo.clock import StillClock
from containerscope.demo.faults import Fault
from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from containerscope.resources.services import RESOURCE as SERVICES
from containerscope.ui.action_dialog import ActionDialog
from containerscope.ui.table import ResourceTable
from tests.ui.conftest import Start
from tests.waiting import screen_text, wait_for, wait_for_text, wait_until_gone


async def at_service(pilot: Pilot[int], name: str) -> None:
    """Put the cursor on a service."""
    await wait_for_text(pilot, "services (14)", "complete")
    await pilot.press("slash", *name, "enter")
    await wait_for_text(pilot, "services (1/14)", name)


async def attentive(pilot: Pilot[int]) -> None:
    """Wait until the dialog may be confirmed."""
    dialog = pilot.app.screen
    assert isinstance(dialog, ActionDialog)
    await wait_for(pilot, lambda: dialog.attentive, "listened to the confirmation")


def sent(account: RunningServer, operation: str) -> list[Any]:
    """What reached the account."""
    return [each.params for each in account.requests if each.operation == operation]


async def test_a_service_is_scaled_followed_and_the_scaling_undone(
    start: Start, account: RunningServer, still_clock: StillClock, tmp_path: Path
) -> None:
    async with start(cluster="checkout") as pilot:
        await at_service(pilot, "orders")
        await pilot.press("S")
        await wait_for_text(pilot, "Scale service orders", "desired  12 → 12", "keeps it between")
        await pilot.press("9", "enter")
        await wait_for_text(pilot, "desired  12 → 9", "3 tasks stop", "type orders to confirm",
                            "sends  ecs:UpdateService desiredCount=9")  # fmt: skip
        await attentive(pilot)
        await pilot.press(*"orders", "enter")
        await wait_for_text(pilot, "Scale service orders: 12/9 running")
        await pilot.press("escape", "escape")
        await wait_for_text(pilot, "clusters (", "Scale service orders: ")
        still_clock.advance(120)
        await wait_for_text(pilot, "Scale service orders: 9/9 running")
        await pilot.press("z")
        await wait_for_text(pilot, "desired  9 → 12")
        await pilot.press("enter")
        await wait_for_text(pilot, "y confirms")
        await attentive(pilot)
        await pilot.press("y")
        await wait_for(pilot, lambda: len(sent(account, "UpdateService")) == 2, "sent it back")
    assert sent(account, "UpdateService") == [
        {"cluster": "checkout", "service": "orders", "desiredCount": 9},
        {"cluster": "checkout", "service": "orders", "desiredCount": 12},
    ]
    phases = [(each.verb, each.phase) for each in ActionLog(tmp_path).read()]
    assert phases[:3] == [("scale", "begun"), ("scale", "done"), ("scale", "ended")]


async def test_marked_tasks_are_stopped_after_one_preview(
    start: Start, account: RunningServer
) -> None:
    async with start(cluster="checkout", service="catalog") as pilot:
        await wait_for_text(pilot, "catalog › tasks (6)", "complete")
        await pilot.press("space", "j", "space", "ctrl+d")
        await wait_for_text(pilot, "Stop 2 tasks", "type stop 2 to confirm",
                            "sends  2 × ecs:StopTask", "4 of 6 healthy targets of catalog remain",
                            "4 of 6 tasks of catalog remain")  # fmt: skip
        account.faults.append(Fault(kind="denied", operation="StopTask", times=1))
        await attentive(pilot)
        await pilot.press(*"stop 2", "enter")
        await wait_for_text(pilot, "Stop 2 tasks: 0 of 2 done, 1 not: denied: you may not",
                            "(:actions)")  # fmt: skip
        await pilot.press("colon", *"actions", "enter")
        await wait_for_text(pilot, "actions (2)", "sent", "denied")
    assert len(sent(account, "StopTask")) == 2


async def test_a_wrong_word_and_a_paste_confirm_nothing(
    start: Start, account: RunningServer
) -> None:
    async with start(cluster="checkout", service="catalog") as pilot:
        await wait_for_text(pilot, "catalog › tasks (6)", "complete")
        await pilot.press("ctrl+d")
        await wait_for_text(pilot, "type stop to confirm")
        await attentive(pilot)
        await pilot.press(*"stpo", "enter")
        await wait_for_text(pilot, "not stpo")
        pilot.app.post_message(events.Paste("stop"))
        await wait_for_text(pilot, "a paste does not count")
        pilot.app.copy_to_clipboard("stop")
        await pilot.press("ctrl+v", "enter")
        assert pilot.app.screen.query_one("#word", Input).value == ""
        await pilot.press("escape")
        await wait_until_gone(pilot, "to confirm")
    assert sent(account, "StopTask") == []


async def test_a_dialog_is_not_confirmed_in_its_first_moments_nor_by_the_key_that_opened_it(
    start: Start, account: RunningServer
) -> None:
    async with start(cluster="checkout") as pilot:
        await at_service(pilot, "cart")
        await pilot.press("R")
        await wait_for_text(pilot, "Redeploy service cart", "y confirms", ":service/checkout/cart")
        dialog = pilot.app.screen
        assert isinstance(dialog, ActionDialog)
        now = dialog._since
        dialog._monotonic = lambda: now + 0.29
        await pilot.press("y", "enter")
        dialog._monotonic = lambda: now + 0.31
        await pilot.press("R", "enter")
        assert pilot.app.screen is dialog
        assert sent(account, "UpdateService") == []
        await pilot.press("y")
        await wait_for_text(pilot, "Redeploy service cart: ")
    assert len(sent(account, "UpdateService")) == 1


async def test_while_a_slow_answer_is_waited_for_nothing_is_confirmed(
    start: Start, account: RunningServer
) -> None:
    async with start(cluster="checkout") as pilot:
        await at_service(pilot, "cart")
        account.faults.append(Fault(kind="slow", operation="DescribeServices", seconds=60))
        await pilot.press("R")
        await wait_for_text(pilot, "reading it again")
        dialog = pilot.app.screen
        assert isinstance(dialog, ActionDialog)
        opened = dialog._since
        # Long after it has opened, but just as what is confirmed appears.
        dialog._monotonic = lambda: opened + 60
        await pilot.press("y")
        account.faults.replace([])
        await wait_for_text(pilot, "y confirms")
        await pilot.press("y")
        assert pilot.app.screen is dialog
    assert sent(account, "UpdateService") == []


async def test_an_answer_that_comes_while_the_dialog_is_taken_down_ends_nothing(
    start: Start, account: RunningServer
) -> None:
    async with start(cluster="checkout") as pilot:
        await at_service(pilot, "cart")
        account.faults.append(Fault(kind="slow", operation="DescribeServices", seconds=60))
        await pilot.press("R")
        await wait_for_text(pilot, "reading it again")
        dialog = pilot.app.screen
        assert isinstance(dialog, ActionDialog)
        await dialog.remove_children()
        account.faults.replace([])
        await wait_for(pilot, lambda: dialog.attentive, "read the live state")
        await pilot.press("escape")
        await wait_for_text(pilot, "filter: cart")


async def test_a_key_of_ones_own_that_is_held_down_does_not_confirm_what_it_has_opened(
    start: Start, account: RunningServer
) -> None:
    async with start(cluster="checkout", keymap={"restart": "y", "scale": "f6,enter"}) as pilot:
        await at_service(pilot, "cart")
        await pilot.press("y")
        await wait_for_text(pilot, "Redeploy service cart", "enter confirms")
        await attentive(pilot)
        await pilot.press("y", "y", "y")
        assert isinstance(pilot.app.screen, ActionDialog)
        await pilot.press("escape", "enter")
        await wait_for_text(pilot, "Scale service cart")
        await pilot.press(*"21", "enter")
        await wait_for_text(pilot, "y confirms")
        await attentive(pilot)
        await pilot.press("enter", "enter")
        assert isinstance(pilot.app.screen, ActionDialog)
    assert sent(account, "UpdateService") == []


async def test_what_a_dialog_is_about_stays_whatever_becomes_of_the_rows(
    start: Start, account: RunningServer, world: World
) -> None:
    cluster = world.clusters["checkout"]
    async with start(cluster="checkout", service="catalog", width=200) as pilot:
        await wait_for_text(pilot, "catalog › tasks (6)", "complete")
        table = pilot.app.screen.query_one(ResourceTable)
        keys = list(table.visible_keys)
        await pilot.press("j", "j", "ctrl+d")
        chosen = keys[2]
        await wait_for_text(pilot, "type stop to confirm", f"task/checkout/{chosen[-32:]}")
        for key in keys[:2]:
            del cluster.services["catalog"].tasks[key[-32:]], cluster.tasks[key[-32:]]
        await wait_for(pilot, lambda: keys[0] not in table.visible_keys, "dropped the rows above")
        await attentive(pilot)
        await pilot.press(*"stop", "enter")
        await wait_for(pilot, lambda: bool(sent(account, "StopTask")), "stopped it")
        await wait_for_text(pilot, f"Stop task {chosen[-32:]}: ")
        (only,) = sent(account, "StopTask")
        assert only["task"] == chosen

        await pilot.press("j", "ctrl+d")
        await wait_for_text(pilot, "type stop to confirm")
        dialog = pilot.app.screen
        assert isinstance(dialog, ActionDialog)
        gone = dialog.order.items[0].key
        del cluster.services["catalog"].tasks[gone[-32:]], cluster.tasks[gone[-32:]]
        await wait_for(pilot, lambda: table.cursor_key != gone, "went to another row")
        await attentive(pilot)
        await pilot.press(*"stop", "enter")
        await wait_for_text(pilot, f"Stop task {gone[-32:]}: ", "not there any more")
    assert len(sent(account, "StopTask")) == 1


async def test_what_is_pasted_into_a_list_or_a_question_is_no_key(
    start: Start, account: RunningServer
) -> None:
    async with start(cluster="checkout") as pilot:
        await at_service(pilot, "cart")
        pilot.app.post_message(events.Paste("Ry"))
        await pilot.press("R")
        await wait_for_text(pilot, "Redeploy service cart", "y confirms")
        await attentive(pilot)
        pilot.app.post_message(events.Paste("y\ny\n"))
        await pilot.pause()
        assert isinstance(pilot.app.screen, ActionDialog)
        await pilot.press("escape")
        await wait_until_gone(pilot, "confirms")
    assert sent(account, "UpdateService") == []


async def test_what_does_not_fit_can_be_read_and_the_confirmation_stays_in_sight(
    start: Start,
) -> None:
    async with start(80, 24, cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete")
        await pilot.press("slash", *"checkout-api", "enter")
        await wait_for_text(pilot, "services (1/14)")
        await pilot.press("B")
        await wait_for_text(pilot, "Roll back service checkout-api", "and roll it back")
        await pilot.press("j")
        await wait_for_text(pilot, "checkout-api:76 → checkout-api:75", "pgdn more",
                            "type checkout-api to confirm")  # fmt: skip
        await pilot.press("pagedown", "pagedown", "pagedown")
        await wait_for_text(pilot, "sends  ecs:UpdateService", "to confirm")


async def test_a_conflict_is_shown_and_not_overwritten(
    start: Start, account: RunningServer, world: World
) -> None:
    async with start(cluster="checkout", width=160) as pilot:
        await at_service(pilot, "cart")
        await pilot.press("S")
        await wait_for_text(pilot, "desired  20 → 20")
        await pilot.press(*"21", "enter")
        await wait_for_text(pilot, "y confirms")
        world.clusters["checkout"].services["cart"].desired = 30
        await attentive(pilot)
        await pilot.press("y")
        await wait_for_text(pilot, "not sent: desired was 20 and is 30 now")
    assert sent(account, "UpdateService") == []


async def test_read_only_dims_every_action_and_says_why(
    start: Start, account: RunningServer
) -> None:
    async with start(cluster="checkout", read_only=True, remarks=True) as pilot:
        await at_service(pilot, "cart")
        assert "S scale" not in screen_text(pilot.app)
        await pilot.press("a")
        text = await wait_for_text(pilot, "Scale: set the desired count")
        assert text.count("  read-only") == len(SERVICES.actions)
        await pilot.press("escape", "S")
        await wait_for_text(pilot, "Scale service cart: read-only")
    assert sent(account, "UpdateService") == []


async def test_the_actions_are_listed(start: Start) -> None:
    async with start(cluster="checkout") as pilot:
        await at_service(pilot, "cart")
        await pilot.press("a")
        await wait_for_text(pilot, "Redeploy: replace every task")
        await pilot.press(*"redeploy:", "enter")
        await wait_for_text(pilot, "Redeploy service cart", "y confirms")
        await attentive(pilot)
        await pilot.press("y")
        await wait_for_text(pilot, "Redeploy service cart: ")
        await pilot.press("colon", *"actions", "enter")
        await wait_for_text(pilot, "actions (1)", "restart", "cart", "all replaced")


async def test_one_may_act_in_a_view_that_one_has_gone_back_to(start: Start) -> None:
    async with start(cluster="checkout", service="payments", remarks=True) as pilot:
        await wait_for_text(pilot, "payments › tasks", "complete")
        await pilot.press("escape")
        await at_service(pilot, "orders")
        await pilot.press("S")
        await wait_for_text(pilot, "Scale service orders", "desired  12 → 12")


async def test_what_was_scaled_elsewhere_is_not_undone_here(
    start: Start, account: RunningServer
) -> None:
    async with start(cluster="checkout", remarks=True) as pilot:
        await at_service(pilot, "orders")
        await pilot.press("S")
        await wait_for_text(pilot, "desired  12 → 12")
        await pilot.press(*"13", "enter")
        await wait_for_text(pilot, "y confirms")
        await attentive(pilot)
        await pilot.press("y")
        await wait_for(pilot, lambda: bool(sent(account, "UpdateService")), "sent it")
        await pilot.press("colon", *"region us-east-1", "enter")
        await wait_for_text(pilot, "us-east-1", "Cluster not found")
        await pilot.press("z")
        await wait_for_text(pilot, "that was in another")
    assert len(sent(account, "UpdateService")) == 1
