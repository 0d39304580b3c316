"""The program in a real terminal: what a person types, and what the terminal is sent."""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path

import psutil
import pytest
from benchmarks.account import home, opened, served
from benchmarks.terminal import Tty

pytestmark = pytest.mark.pty


def test_a_newcomer_drills_down_comes_back_and_quits() -> None:
    with (
        home() as environment,
        Tty(
            [sys.executable, "-m", "containerscope", "--demo"], environment=environment
        ) as terminal,
    ):
        terminal.wait(r"clusters \(5\).*complete.*checkout")
        terminal.type("\r")
        terminal.wait(r"checkout › services.*complete.*payments")
        terminal.type("\r")
        terminal.wait(r"payments › tasks.*CannotPullContainer")
        terminal.type("\x1b")
        terminal.wait(r"checkout › services \(14\)")
        terminal.type("\x11")
        assert terminal.wait_for_end() == 0
        assert b"\x1b[?1049l" in terminal.raw


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, None])
def test_a_demo_leaves_nothing_behind_however_it_ends(
    end: signal.Signals | None, tmp_path: Path
) -> None:
    with (
        home() as environment,
        Tty(
            [sys.executable, "-m", "containerscope", "--demo"],
            environment=environment | {"TMPDIR": str(tmp_path)},
        ) as terminal,
    ):
        terminal.wait(r"clusters \(5\).*complete")
        children = psutil.Process(terminal.pid).children(recursive=True)
        assert children
        if end is None:
            terminal.type("\x11")
        else:
            os.kill(terminal.pid, end)
        terminal.wait_for_end()
    assert psutil.wait_procs(children, timeout=20)[1] == []
    assert list(tmp_path.iterdir()) == []


def test_keys_typed_ahead_find_their_place() -> None:
    with served() as url, opened(url) as terminal:
        terminal.wait("checkout")
        terminal.type(":services\r/payments\r")
        terminal.wait(r"services \(1/25\).*filter: payments.*payments:88")
        terminal.type(":clu\t\r")
        terminal.wait(r"clusters \(5\)")


def test_a_resize_keeps_the_cursor_on_its_row() -> None:
    with served() as url, opened(url, "--cluster", "checkout") as terminal:
        terminal.wait(r"complete.*payments")
        terminal.type("j")
        terminal.wait(r"◌ checkout-api: deploying")
        terminal.resize(80, 24)
        terminal.wait(r"◌ checkout-api: deploying")
        terminal.resize(200, 60)
        terminal.wait(r"DEPLOYED.*◌ checkout-api: deploying")


def test_ascii_mode_without_colour_sends_neither() -> None:
    with served() as url, opened(url, "--ascii", "--no-color") as terminal:
        terminal.wait(r"complete.*x checkout")
        for keys, words, gone in (
            ("d", "1 Overview", False),
            ("\t", "/ search", False),
            ("\x1b[6~\t", "enter services", False),
            ("a", "Open or close", False),
            ("\x1b", "Open or close", True),
            ("?", "Keys and commands", False),
            ("\x1b", "Keys and commands", True),
            (":", "capacity-providers", False),
            ("\x1b", "capacity-providers", True),
            ("\x10", "list clusters", False),
        ):
            terminal.type(keys)
            terminal.wait(words, gone=gone)
            odd = set(re.findall(r"[^\x00-\x7f\w]", terminal.text()))
            assert not odd, (keys, odd, terminal.text())
        colours = re.findall(rb"\x1b\[[0-9;]*38;2;(\d+);(\d+);(\d+)", bytes(terminal.raw))
        assert all(red == green == blue for red, green, blue in colours)
