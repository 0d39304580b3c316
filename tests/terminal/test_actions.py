"""The program ended in the middle of an action: the log tells no more and no less than was so."""

from __future__ import annotations

import json
import os
import signal
import termios
import urllib.request
from pathlib import Path

import pytest
from benchmarks.account import PROGRAM, home, served
from benchmarks.terminal import Tty

from containerscope.action_log import ActionLog

pytestmark = pytest.mark.pty


def slow_down(url: str, operation: str) -> None:
    """Have an operation answered only after a minute."""
    rules = [{"kind": "slow", "service": "ecs", "operation": operation, "seconds": 60}]
    urllib.request.urlopen(f"{url}/_demo/faults", json.dumps(rules).encode(), timeout=10)


@pytest.mark.parametrize("end", [None, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL], ids=str)
def test_the_log_of_a_program_that_was_ended_in_an_action_is_true(
    end: signal.Signals | None,
) -> None:
    with served() as url, home() as environment:
        slow_down(url, "UpdateService")
        environment |= {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "demo",
            "AWS_SECRET_ACCESS_KEY": "demo",
            "AWS_REGION": "eu-west-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        command = [*PROGRAM, "--cluster", "checkout"]
        with Tty(command, environment=environment) as terminal:
            modes = termios.tcgetattr(terminal.fd)
            terminal.wait("services.*complete.*payments")
            terminal.type("/orders\rR")
            terminal.wait("Redeploy service orders.*y confirms")
            terminal.read_for(0.4)
            terminal.type("y")
            terminal.wait("Redeploy service orders: sending")
            log = ActionLog(Path(environment["XDG_STATE_HOME"]) / "containerscope")
            terminal.wait(lambda _: bool(log.read()))
            if end is None:
                terminal.type("\x11")
            else:
                os.kill(terminal.pid, end)
            code = terminal.wait_for_end()
            if end is not signal.SIGKILL:
                # No program can tidy up after that one.
                assert b"\x1b[?1049l" in terminal.raw
                assert termios.tcgetattr(terminal.fd) == modes
                assert code == (0 if end is None else 128 + end)
        (entry,) = log.read()
        assert (entry.phase, entry.verb, entry.name) == ("begun", "restart", "orders")
        assert entry.result == ""
