"""What keeps keys from waiting, checked without a clock."""

from __future__ import annotations

import gc
import threading
from typing import Any

import pytest

from containerscope import rows
from containerscope.ui import view
from containerscope.ui.collector import Collector, pause
from tests.ui.conftest import Start
from tests.waiting import wait_for_text


async def test_long_lists_are_never_sorted_by_the_loop(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_loop: list[int] = []
    build = rows.build

    def watched(listing: Any, *rest: Any) -> Any:
        if threading.current_thread() is threading.main_thread():
            by_loop.append(len(listing.items))
        return build(listing, *rest)

    monkeypatch.setattr(view, "build", watched)
    monkeypatch.setattr(view, "_MANY", 20)
    async with start() as pilot:
        await wait_for_text(pilot, "checkout")
        await pilot.press(":", *"services", "enter")
        await wait_for_text(pilot, "services (2", "complete")
    assert by_loop
    assert max(by_loop) <= 20


@pytest.fixture
def paused() -> Any:
    pause()
    yield
    gc.unfreeze()
    gc.enable()


def _cycles(count: int) -> None:
    for _ in range(count):
        loop: list[Any] = []
        loop.append(loop)


@pytest.mark.usefixtures("paused")
def test_garbage_waits_for_a_quiet_moment() -> None:
    collector = Collector()
    collector.loaded()
    gc.collect()
    _cycles(8_000)
    made = gc.get_count()[0]
    collector.tidy(1000.0, quiet=False)
    assert gc.get_count()[0] >= made
    collector.tidy(1000.0, quiet=True)
    assert gc.get_count()[0] < 1_000


def test_the_collector_is_left_alone_where_it_was_not_paused() -> None:
    runs: list[str] = []

    def ran(phase: str, _: dict[str, int]) -> None:
        runs.append(phase)

    gc.collect()
    gc.callbacks.append(ran)
    try:
        Collector().tidy(1000.0, quiet=True)
    finally:
        gc.callbacks.remove(ran)
    assert runs == []
