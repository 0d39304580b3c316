"""Children are started from argument lists, and end with us."""

from __future__ import annotations

import signal
import subprocess
import sys

import psutil
import pytest

from containerscope.clients.process import Purpose, kept, opened, run, start
from containerscope.model.listing import ApiError, RefusedError

SERVER = "import sys; print('http://127.0.0.1:1', flush=True); sys.stdin.read()"
STUBBORN = (
    "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('up', flush=True)\nwhile True: time.sleep(1)"
)


def test_a_child_announces_itself_and_ends_when_its_input_does() -> None:
    child = start(Purpose.DEMO, [sys.executable, "-c", SERVER], read_only=True)
    assert child.line(30) == "http://127.0.0.1:1"
    assert child.running
    child.close()
    assert not child.running


def test_a_child_that_will_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("containerscope.clients.process._GRACE", 0.2)
    child = start(Purpose.DEMO, [sys.executable, "-c", STUBBORN], read_only=True)
    assert child.line(30) == "up"
    child.close()
    assert not child.running


def test_a_child_that_fails_to_start_says_why() -> None:
    child = start(
        Purpose.DEMO, [sys.executable, "-c", "raise SystemExit('no room')"], read_only=True
    )
    with pytest.raises(ApiError, match="no room"):
        child.line(30)
    with pytest.raises(ApiError, match="could not run the demo account"):
        start(Purpose.DEMO, ["/no/such/program"], read_only=True)


def test_read_only_starts_nothing_that_could_change_the_world() -> None:
    with pytest.raises(RefusedError, match="read-only"):
        start(Purpose.SHELL, [sys.executable, "-c", ""], read_only=True)


async def test_no_shell_reads_the_arguments() -> None:
    code = "import sys; print(sys.argv[1])"
    done = await run(Purpose.SHELL, [sys.executable, "-c", code, "$(id); a b"], read_only=False)
    assert (done.code, done.out) == (0, "$(id); a b\n")
    with pytest.raises(RefusedError):
        await run(Purpose.SHELL, [sys.executable, "-c", code, "x"], read_only=True)


KEEPER = """
import asyncio, sys
from containerscope.clients.process import Purpose, kept
async def keep():
    async with kept(Purpose.FORWARD, sys.argv[1:], read_only=False) as child:
        print((await child.stdout.readline()).decode(), end="", flush=True)
        await asyncio.sleep(60)
asyncio.run(keep())
"""
KEPT = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT], ids=str)
def test_a_child_that_is_kept_ends_with_us_however_we_end(end: signal.Signals) -> None:
    command = [sys.executable, "-c", KEEPER, sys.executable, "-c", KEPT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as keeper:
        assert keeper.stdout is not None
        child = psutil.Process(int(keeper.stdout.readline()))
        keeper.send_signal(end)
        keeper.wait(20)
        assert psutil.wait_procs([child], timeout=10)[1] == []


async def test_read_only_keeps_no_child_that_could_change_the_world() -> None:
    with pytest.raises(RefusedError, match="read-only refuses to forward a port"):
        async with kept(Purpose.FORWARD, [sys.executable], read_only=True):
            pass
    with pytest.raises(RefusedError, match="read-only refuses to run a command"):
        async with opened(Purpose.SHELL, [sys.executable], read_only=True):
            pass


async def test_a_child_that_takes_too_long_is_ended() -> None:
    with pytest.raises(ApiError, match="no end in"):
        await run(
            Purpose.SHELL,
            [sys.executable, "-c", "import time; time.sleep(60)"],
            read_only=False,
            timeout=0.2,
        )
