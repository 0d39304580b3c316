"""Shells from the interface in a real terminal, which is the user's again however they end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from benchmarks.account import PROGRAM, home, served
from benchmarks.terminal import Tty

from containerscope.action_log import ActionLog
from tests.plugin import Stub

pytestmark = pytest.mark.pty
_ECHOES = termios.ECHO | termios.ICANON | termios.ISIG


@contextmanager
def inside(stub: Stub, *arguments: str) -> Iterator[tuple[Tty, ActionLog]]:
    """The program on an account of its own, with the plugin's stub on the PATH."""
    with served() as url, home() as environment:
        environment |= {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "demo",
            "AWS_SECRET_ACCESS_KEY": "demo",
            "AWS_REGION": "eu-west-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "PATH": stub.path,
        }
        with Tty([*PROGRAM, *arguments], environment=environment) as terminal:
            state = Path(environment["XDG_STATE_HOME"]) / "containerscope"
            yield terminal, ActionLog(state)


def open_shell(terminal: Tty) -> None:
    """In the first container of the newest task of payments."""
    terminal.wait("services.*complete.*payments")
    terminal.type("/payments\rs")
    terminal.wait("which one")
    terminal.type("\r")
    terminal.wait("Open a shell in payments.*plugin ok.*y confirms")
    terminal.read_for(0.4)
    terminal.type("y")
    terminal.wait("Starting session with.*/ #")


def modes(terminal: Tty) -> int:
    """The local modes of the terminal."""
    found: int = termios.tcgetattr(terminal.fd)[3]
    return found


def plugin(terminal: Tty) -> psutil.Process:
    """The plugin that the program has started."""
    children = psutil.Process(terminal.pid).children(recursive=True)
    return next(each for each in children if "session-manager-plugin" in " ".join(each.cmdline()))


def test_the_interface_is_back_after_a_shell_and_after_a_plugin_that_was_killed(
    tmp_path: Path,
) -> None:
    stub = Stub(tmp_path)
    with inside(stub, "--cluster", "checkout") as (terminal, log):
        open_shell(terminal)
        terminal.type("echo $((  hello\r")
        terminal.type("echo hello there\r")
        terminal.wait("\nhello there")
        terminal.resize(90, 30)
        terminal.type("\x03")
        terminal.wait(r"\^C")
        terminal.type("exit\r")
        terminal.wait("checkout › services.*Open a shell in payments.*: ended", seconds=15)
        terminal.type("s")
        terminal.wait("which one")
        terminal.type("\r")
        terminal.wait("y confirms")
        terminal.read_for(0.4)
        terminal.type("y")
        terminal.wait("Starting session with.*/ #")
        assert modes(terminal) & _ECHOES != _ECHOES
        plugin(terminal).kill()
        terminal.wait("the plugin was ended by signal 9.*press a key")
        terminal.type("x")
        terminal.wait(r"● Open a shell in payments[^\n]*ended by signal 9", seconds=15)
        terminal.type("\x11")
        assert terminal.wait_for_end() == 0
        assert modes(terminal) & _ECHOES == _ECHOES
        begun, done, _, killed = log.read()
        assert (begun.verb, begun.after.split()[0], done.message) == ("shell", "opens", "ended")
        assert killed.message == "the plugin was ended by signal 9"
    call, _ = stub.calls()
    assert call["arguments"][1:3] == ["eu-west-1", "StartSession"]


@pytest.mark.parametrize("end", [signal.SIGHUP], ids=str)
def test_the_terminal_is_sane_after_we_were_asked_to_end_in_a_shell(
    tmp_path: Path, end: signal.Signals
) -> None:
    with inside(Stub(tmp_path), "--cluster", "checkout") as (terminal, log):
        open_shell(terminal)
        child = plugin(terminal)
        os.kill(terminal.pid, end)
        assert terminal.wait_for_end() == 128 + end
        assert modes(terminal) & _ECHOES == _ECHOES
        assert psutil.wait_procs([child], timeout=10)[1] == []
        assert log.read()[-1].message == "broken off"


def test_pods_are_entered_without_a_program_beside_ours_and_nodes_by_the_plugin(
    tmp_path: Path,
) -> None:
    stub = Stub(tmp_path)
    with inside(stub) as (terminal, log):
        terminal.wait(r"clusters \(5\).*complete")
        terminal.type(":pods cluster=sandbox namespace=experiments chat-api\r")
        terminal.wait(r"pods \(2.*● chat-api")
        terminal.type("s")
        terminal.wait("container ok: chat-api runs.*y confirms")
        terminal.read_for(0.4)
        terminal.type("y")
        terminal.wait(r"~\. at the start of a line leaves.*:/#")
        terminal.type("cat\rtyped\r")
        terminal.wait("\ntyped.*\ntyped")
        terminal.type("\x04exit 3\r")
        terminal.wait("ended with 3.*press a key")
        terminal.type("x")
        terminal.wait(r"● Open a shell in[^\n]*: ended with 3")
        terminal.type("x")
        terminal.wait("command  .*enter opens it")
        terminal.type("whoami")
        terminal.read_for(0.4)
        terminal.type("\r")
        terminal.wait(r"\nroot.*ended with 0.*press a key")
        terminal.type("x")
        terminal.wait(r"● Run a command in[^\n]*: ended with 0")
        terminal.type("s")
        terminal.wait("y confirms")
        terminal.read_for(0.4)
        terminal.type("y")
        terminal.read_for(0.5)
        terminal.type("~.")
        terminal.wait(r"● Open a shell in[^\n]*: left")
        terminal.type("a")
        terminal.wait("debug container")
        terminal.type("debug\r")
        terminal.wait("image  busybox.*enter opens it")
        terminal.read_for(0.4)
        terminal.type("\r")
        terminal.wait(r"starting debugger-1.*:/#")
        terminal.type("exit 0\r")
        terminal.wait(r"● Add a debug container to[^\n]*: ended with 0")
        terminal.type(":nodes cluster=platform\r")
        terminal.wait(r"nodes \(.*● i")
        terminal.type("s")
        terminal.wait("agent ok: the SSM agent is online.*y confirms")
        terminal.read_for(0.4)
        terminal.type("y")
        terminal.wait(r"sh-5.2\$")
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.wait_for_end() == 128 + signal.SIGTERM
        assert modes(terminal) & _ECHOES == _ECHOES
        assert [each.verb for each in log.read() if each.phase == "begun"] == [
            "shell", "exec", "shell", "debug", "shell",
        ]  # fmt: skip
    (call,) = stub.calls()
    assert json.loads(call["arguments"][4])["Target"].startswith("i-0")


@pytest.mark.skipif(
    shutil.which("session-manager-plugin") is None,
    reason="the real session-manager-plugin is not on the PATH",
)
def test_the_real_plugin_speaks_with_the_demo_account() -> None:
    with served() as url, home() as environment:
        environment |= {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "demo",
            "AWS_SECRET_ACCESS_KEY": "demo",
            "AWS_REGION": "eu-west-1",
        }
        command = [*PROGRAM, "exec", "service", "payments", "--cluster", "checkout", "-t"]
        with Tty(command, environment=environment) as terminal:
            terminal.wait("/ #")
            terminal.type("echo hello\rexit\r")
            terminal.wait("\nhello")
            assert terminal.wait_for_end() == 0
