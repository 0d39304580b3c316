"""What the screen says when AWS says no, or nothing at all."""

from __future__ import annotations

from containerscope.demo.faults import Fault
from containerscope.demo.server import RunningServer
from tests.ui.conftest import Start
from tests.waiting import screen_text, wait_for, wait_for_text, wait_until_gone


async def test_a_denied_list_names_the_permission_in_place_of_the_table(
    start: Start, account: RunningServer
) -> None:
    account.faults.replace([Fault(kind="denied", operation="ListServices")])
    async with start(cluster="checkout") as pilot:
        await wait_for_text(pilot, "You may not list services here", "ecs:ListServices", "denied")


async def test_a_denied_detail_keeps_the_names_and_says_what_is_missing(
    start: Start, account: RunningServer
) -> None:
    account.faults.replace([Fault(kind="denied", operation="DescribeServices")])
    async with start(cluster="checkout") as pilot:
        await wait_for_text(pilot, "thumbnails", "⊘", "partial", "ecs:DescribeServices")


async def test_rows_stay_when_the_connection_breaks_and_recover_by_themselves(
    start: Start, account: RunningServer
) -> None:
    async with start(cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete")
        account.faults.replace([Fault(kind="dropped")])
        await pilot.press("ctrl+r")
        text = await wait_for_text(pilot, "stale", "thumbnails")
        assert "▲" in text.splitlines()[0]
        account.faults.replace([])
        await pilot.press("ctrl+r")
        await wait_until_gone(pilot, "stale")
        await wait_for_text(pilot, "complete", "thumbnails")


async def test_no_connection_is_said_and_tried_again(start: Start, account: RunningServer) -> None:
    account.faults.replace([Fault(kind="dropped", operation="GetCallerIdentity")])
    async with start() as pilot:
        await wait_for_text(pilot, "connecting")
        await wait_for(pilot, lambda: "Loading" not in screen_text(pilot.app), "said why")
        account.faults.replace([])
        await pilot.press("ctrl+r")
        await wait_for_text(pilot, "clusters (5)", "1234-5678-9012")


async def test_markup_and_escapes_in_names_are_shown_as_they_are(
    start: Start, account: RunningServer
) -> None:
    cluster = next(iter(account.world.clusters.values()))
    service = next(iter(cluster.services.values()))
    hostile = "[/]\x1b]52;c;x\x07[b]\u202eabc"
    service.tags = {"owner": hostile}
    async with start(cluster=cluster.name) as pilot:
        await wait_for_text(pilot, service.name, "complete")
        await pilot.press("slash", *service.name, "enter", "y")
        await wait_for_text(pilot, '"serviceName"')
        await pilot.press("slash", *"owner", "enter")
        text = await wait_for_text(pilot, '"owner"', "[/]")
        assert "\x1b" not in text
        assert "\u202e" not in text
