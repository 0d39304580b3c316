"""The whole program on a terminal of 120×40: start-up, idle cost, keys while it loads, memory."""

from __future__ import annotations

import math
import re
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
_LOADS = 3
_ALL = r"tasks \(50[,\d]*\).*complete"
_LOOK = 0.06
"""Seconds for which a key's answer is waited for before the screen is brought up to date."""


def run() -> list[Row]:
    """All measurements; takes about three minutes."""
    rows: list[Row] = []
    with served() as url:
        rows += _starts(url)
    with served(still=True) as url:
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
            hellos.append(_seen(tty, "hello world"))
        with opened(url, *_FLAGS) as tty:
            paints.append(_seen(tty, "ContainerScope"))
            firsts.append(_seen(tty, "checkout"))
    hello, paint, first = map(statistics.median, (hellos, paints, firsts))
    return [
        _ratio("first paint over hello-world's", paint, hello, 1.3),
        _ratio("first row over hello-world's", first, hello, 4.0),
    ]


def _seen(tty: Tty, words: str) -> float:
    """Seconds from the start of the process to the bytes that brought the words."""
    tty.wait(words)
    return tty.arrived - tty.started


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
    waits: list[float] = []
    for _ in range(_LOADS):
        with opened(url, *_FLAGS) as tty:
            tty.wait("checkout")
            tty.type(":tasks\r")
            tty.wait(r"tasks \([1-9]")
            waits += _keys(tty)
            tty.wait(_ALL, seconds=180)
            tty.read_for(2)
            _, memory = tty.cost()
    p99 = 1000 * sorted(waits)[math.ceil(len(waits) * 0.99) - 1]
    median, most = 1000 * statistics.median(waits), 1000 * max(waits)
    said = f"{p99:.0f} ms (median {median:.0f}, most {most:.0f}; {len(waits)} keys)"
    return [
        Row("key to paint while 50,000 tasks load, p99", said, "≤ 50 ms", p99 <= 50),
        Row("50,000 tasks listed: RSS", f"{memory:.0f} MiB", "≤ 300 MiB", memory <= 300),
    ]


def under_cursor(tty: Tty) -> str:
    """Cluster and task of the row whose background is unlike that of the others.

    Not its line: a cursor at the bottom stays there while the rows move.
    """
    lines = [tty.screen.buffer[y] for y in range(3, 38)]
    looks = [(line[6].bg, line[6].reverse) for line in lines]
    lone = [line for line, look in zip(lines, looks, strict=True) if looks.count(look) == 1]
    return "".join(lone[0][x].data for x in range(3, 46)) if lone else ""


def _keys(tty: Tty) -> list[float]:
    """Seconds from each key to the bytes that move the cursor, until the list is complete."""
    waits: list[float] = []
    while not re.search(_ALL, tty.text(), re.S):
        while tty.read(0):
            pass
        before = under_cursor(tty)
        start = time.perf_counter()
        tty.type("j" if len(waits) % 40 < 20 else "k")
        waits.append(answered(tty, before) - start)
    return waits


def answered(tty: Tty, before: str) -> float:
    """When the bytes came with which the cursor left that row; a second later if none did."""
    end = time.perf_counter() + 1
    while time.perf_counter() < end:
        answered = 0.0
        for arrived, data in tty.take_for(_LOOK):
            tty.feed(data)
            if not answered and under_cursor(tty) not in ("", before):
                answered = arrived
        if answered:
            return answered
    return end
