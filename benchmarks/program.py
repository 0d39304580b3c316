"""The whole program on a terminal of 120×40: start-up, idle cost, keys while it loads, memory."""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

from benchmarks.account import opened, served
from benchmarks.report import Row
from benchmarks.terminal import Tty

NAME = "program"
_RUNS = 10
_IDLE = 60.0
_HELLO = (sys.executable, str(Path(__file__).with_name("hello.py")))
_FLAGS = ("--rate-share", "0")


def run() -> list[Row]:
    """All measurements; takes about three minutes."""
    rows: list[Row] = []
    with served() as url:
        rows += _starts(url)
        rows += _idle(url)
    with served("4,60,50000") as url:
        rows += _many(url)
    return rows


def _starts(url: str) -> list[Row]:
    hellos: list[float] = []
    paints: list[float] = []
    firsts: list[float] = []
    for _ in range(_RUNS):
        with opened(url, command=_HELLO) as tty:
            hellos.append(tty.wait("hello world"))
        with opened(url, *_FLAGS) as tty:
            paints.append(tty.wait("ContainerScope"))
            tty.wait("checkout")
            firsts.append(time.perf_counter() - tty.started)
    hello, paint, first = map(statistics.median, (hellos, paints, firsts))
    return [
        _ratio("first paint over hello-world's", paint, hello, 1.3),
        _ratio("first row over hello-world's", first, hello, 4.0),
    ]


def _ratio(what: str, measured: float, base: float, bar: float) -> Row:
    ratio = measured / base
    said = f"{ratio:.2f}× ({measured * 1000:.0f} ms / {base * 1000:.0f} ms)"
    return Row(what, said, f"≤ {bar}×", ratio <= bar)


def _idle(url: str) -> list[Row]:
    with opened(url, *_FLAGS) as tty:
        tty.wait("checkout")
        tty.read_for(15)
        before, _ = tty.cost()
        sent = tty.read_for(_IDLE) / _IDLE
        after, _ = tty.cost()
        share = 100 * (after - before) / _IDLE
    return [
        Row("idle for 60 s: bytes", f"{sent:.0f} bytes/s", "≤ 100 bytes/s", sent <= 100),
        Row("idle for 60 s: CPU", f"{share:.2f} %", "≤ 1 %", share <= 1),
    ]


def _many(url: str) -> list[Row]:
    with opened(url, *_FLAGS) as tty:
        tty.wait("checkout")
        tty.type(":tasks\r")
        tty.wait(r"tasks \(")
        waits = _keys(tty, 150)
        p99 = sorted(waits)[int(len(waits) * 0.99) - 1] * 1000
        tty.wait(r"tasks \(50[,\d]*\).*complete", seconds=180)
        tty.read_for(2)
        _, memory = tty.cost()
    return [
        Row("key to paint while 50,000 tasks load, p99", f"{p99:.0f} ms", "≤ 50 ms", p99 <= 50),
        Row("50,000 tasks listed: RSS", f"{memory:.0f} MiB", "≤ 300 MiB", memory <= 300),
    ]


def _cursor_line(tty: Tty) -> int:
    """The screen line whose background is unlike that of the others."""
    looks = [(char.bg, char.reverse) for char in (tty.screen.buffer[y][6] for y in range(3, 36))]
    lone = [index for index, look in enumerate(looks) if looks.count(look) == 1]
    return lone[0] if lone else -1


def _keys(tty: Tty, count: int) -> list[float]:
    """Seconds from each key to the cursor's new place on the screen."""
    waits: list[float] = []
    for number in range(count):
        while tty.read(0):
            pass
        before = _cursor_line(tty)
        start = time.perf_counter()
        tty.type("j" if number % 40 < 20 else "k")
        while _cursor_line(tty) == before and time.perf_counter() - start < 1:
            tty.read(0.005)
        waits.append(time.perf_counter() - start)
        tty.read_for(0.02)
    return waits
