"""Keys that are typed faster than the program works act in their order, on what they mean."""

from __future__ import annotations

from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from containerscope.ui import view
from tests.ui.conftest import Start
from tests.waiting import wait_for_text, wait_until_gone

_NAMES = {":": "colon", "-": "minus", "/": "slash", "\r": "enter", "\t": "tab", "\x7f": "backspace"}


def type_at_once(pilot: Pilot[Any], keys: str) -> None:
    """All of it, before any of it is acted on."""
    for key in keys:
        character = None if key in "\r\t\x7f" else key
        pilot.app.post_message(events.Key(_NAMES.get(key, key), character))


async def test_a_command_and_a_filter_are_typed_without_a_wait(start: Start) -> None:
    async with start(width=120) as pilot:
        await wait_for_text(pilot, "checkout", "complete")
        type_at_once(pilot, ":servicez\x7fs\r/payments\r:clu\t\x7f\x7f\x7frs\r")
        await wait_for_text(pilot, "clusters (5)")
        type_at_once(pilot, "-/" + "\x7f" * len("payments") + "cart\r")
        await wait_for_text(pilot, "services (1/25)", "filter: cart")


async def test_what_is_pasted_stands_before_what_is_typed_after_it(start: Start) -> None:
    async with start(width=120) as pilot:
        await wait_for_text(pilot, "checkout", "complete")
        type_at_once(pilot, ":")
        pilot.app.post_message(events.Paste("serv"))
        type_at_once(pilot, "ices\r/")
        pilot.app.post_message(events.Paste("payments\nnot this"))
        type_at_once(pilot, "\r")
        await wait_for_text(pilot, "services (1/25)", "filter: payments ")


async def test_a_key_after_tab_is_for_the_other_pane(start: Start) -> None:
    async with start(width=160, cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete", "payments")
        type_at_once(pilot, "d")
        await wait_for_text(pilot, "1 Overview")
        type_at_once(pilot, "\t/rollout\r")
        await wait_for_text(pilot, "services (14)", "/ search", "n next")
        type_at_once(pilot, "\t/orders\r")
        await wait_for_text(pilot, "services (1/14)", "filter: orders")


async def test_what_is_wrong_with_a_line_stays_until_the_line_changes(start: Start) -> None:
    async with start(width=120) as pilot:
        await wait_for_text(pilot, "checkout", "complete")
        type_at_once(pilot, ":nonsense more\r")
        await wait_for_text(pilot, "no command or resource is called 'nonsense'")
        await pilot.pause()
        await wait_for_text(pilot, "no command or resource is called 'nonsense'")
        type_at_once(pilot, "s")
        await wait_until_gone(pilot, "no command or resource")


@pytest.mark.parametrize("many", [0, 2_000])
async def test_a_key_after_a_filter_means_the_rows_that_the_filter_keeps(
    start: Start, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(view, "_MANY", many)
    async with start(cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete", "payments")
        type_at_once(pilot, "/orders\rR")
        await wait_for_text(pilot, "Redeploy service orders")
