"""Following a service that writes 20,000 lines a minute: keys, cost, and whether all lines come."""

from __future__ import annotations

import math
import re
import statistics
import time

from benchmarks.account import opened, served
from benchmarks.report import Row
from benchmarks.terminal import Tty

NAME = "logs"
_SETTLE, _SECONDS, _KEYS = 8.0, 15.0, 20
_LINES = re.compile(r"([\d,]+) lines")
_TIMES, _NO_TIMES = r"\n +\d\d:\d\d:\d\d\.\d{3} ", r"\n +[0-9a-f]{8}/"
"""A line with its time, and one without: what the key for times leaves behind."""
_PER_MINUTE, _LEAST = 20_000, 19_000


def run() -> list[Row]:
    """The rows for `make bench`."""
    with (
        served("", "--scenario", "log-flood") as url,
        opened(url, "--cluster", "checkout") as tty,
    ):
        tty.wait("complete")
        tty.type("/name:checkout-api\r")
        tty.wait(r"services \(1/14\)")
        tty.type("l")
        tty.wait(r"following")
        tty.read_for(_SETTLE)
        lines, share = _follow(tty)
        waits = [_press(tty, place) for place in range(_KEYS)]
    waits.sort()
    median, p95 = 1000 * statistics.median(waits), 1000 * waits[math.ceil(_KEYS * 0.95) - 1]
    return [
        Row(
            f"lines that came, of {_PER_MINUTE:,} a minute",
            f"{lines:,.0f} a minute",
            f"≥ {_LEAST:,}",
            lines >= _LEAST,
        ),
        Row("CPU while it follows", f"{share:.0f} %", "≤ 50 %", share <= 50),
        Row(
            "key that draws every line anew",
            f"{median:.0f} ms (95 % within {p95:.0f}; {_KEYS} keys)",
            "95 % ≤ 100 ms",
            p95 <= 100,
        ),
    ]


def _follow(tty: Tty) -> tuple[float, float]:
    """Lines a minute that arrive, and the share of a processor that it takes."""
    first, begun, (before, _) = _count(tty), time.perf_counter(), tty.cost()
    tty.read_for(_SECONDS)
    passed, (after, _) = time.perf_counter() - begun, tty.cost()
    return 60 * (_count(tty) - first) / passed, 100 * (after - before) / passed


def _count(tty: Tty) -> int:
    found = _LINES.search(tty.text())
    return int(found[1].replace(",", "")) if found else 0


def _press(tty: Tty, place: int) -> float:
    """Seconds until the times of all lines are gone, or there again."""
    tty.read_for(0.2)
    start = time.perf_counter()
    tty.type("t")
    tty.wait(_TIMES if place % 2 else _NO_TIMES)
    return tty.arrived - start
