"""The table alone: 50,000 rows at 120×40, with a driver that keeps what is written."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from functools import partial

from tests.table.source import Fake, TableApp, many
from textual.pilot import Pilot

from benchmarks.report import Row

NAME = "table"
COUNT = 50_000
TIMES = 15


def run() -> list[Row]:
    """Time and bytes of the table's own work."""
    return asyncio.run(_run())


async def _run() -> list[Row]:
    rows = many(COUNT)
    app = TableApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        show = await _frame(app, pilot, lambda: app.table.show(rows))
        turned = rows.of(sorted(rows.keys, reverse=True))
        sort = await _median(app, pilot, lambda turn: app.table.show(turned if turn % 2 else rows))
        app.table.action_top()
        await pilot.pause()
        top = app.table.visible_keys[5]
        variants = [_changed(rows, top, turn) for turn in range(TIMES)]
        app.table.show(variants[-1])
        change = await _median(app, pilot, lambda turn: app.table.show(variants[turn]))
        cell = await _bytes(app, pilot, lambda: app.table.show(variants[0]))
        app.table.show(variants[0])
        await pilot.pause()
        same = _changed(rows, top, 0)
        nothing = await _bytes(app, pilot, lambda: app.table.show(same))
        move = await _bytes(app, pilot, app.table.action_cursor_down)
        page = await _frame(app, pilot, app.table.action_page_down)
    return [
        _row(f"show {COUNT:,} rows, painted", show, 100, "ms"),
        _row("frame after one changed cell", change, 10, "ms"),
        _row("show another order, painted", sort, 250, "ms"),
        _row("page down, painted", page, 50, "ms"),
        _row("one changed cell", cell, 1_000, "bytes"),
        _row("cursor move", move, 1_500, "bytes"),
        _row("nothing changed", nothing, 0, "bytes"),
    ]


def _row(what: str, measured: float, bar: float, unit: str) -> Row:
    return Row(what, f"{measured:,.4g} {unit}", f"≤ {bar:,.4g} {unit}", measured <= bar)


def _changed(rows: Fake, key: str, turn: int) -> Fake:
    return rows.but(key, "cpu", f"{10 + turn}").of(tuple(rows.keys))


async def _frame(app: TableApp, pilot: Pilot[None], act: Callable[[], object]) -> float:
    """Milliseconds of work from the act to the end of its paint."""
    start = time.perf_counter()
    act()
    app.screen._on_timer_update()
    spent = time.perf_counter() - start
    await pilot.pause()
    return spent * 1000


async def _median(app: TableApp, pilot: Pilot[None], act: Callable[[int], object]) -> float:
    return statistics.median(
        [await _frame(app, pilot, partial(act, turn)) for turn in range(TIMES)]
    )


async def _bytes(app: TableApp, pilot: Pilot[None], act: Callable[[], object]) -> float:
    await pilot.pause()
    app.taken()
    act()
    await pilot.pause()
    return len(app.taken().encode())
