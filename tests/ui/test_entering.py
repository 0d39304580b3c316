"""Ports, files and what read-only says of shells, from the interface."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from containerscope.action_log import ActionLog
from containerscope.demo.server import RunningServer
from containerscope.ui.action_dialog import ActionDialog
from tests.ui.conftest import Start
from tests.waiting import screen_text, wait_for, wait_for_text

PODS = "pods cluster=sandbox namespace=experiments chat-api"


async def go(pilot: Pilot[int], command: str, *wanted: str) -> str:
    """Carry out a command line and wait for what it leads to."""
    app: Any = pilot.app
    app.browse.run_command(command)
    return await wait_for_text(pilot, *wanted)


async def confirm(pilot: Pilot[int], key: str) -> None:
    """Press what confirms the dialog, once it listens."""
    dialog = pilot.app.screen
    assert isinstance(dialog, ActionDialog)
    await wait_for(pilot, lambda: dialog.attentive, "listened to the confirmation")
    await pilot.press(key)


def answer(pilot: Pilot[int], text: str) -> None:
    """What is typed into the dialog."""
    pilot.app.screen.query_one("#answer", Input).value = text


async def test_ports_and_files_from_the_interface_and_a_terminal_that_cannot_be_lent(
    start: Start, account: RunningServer, tmp_path: Path
) -> None:
    target = tmp_path / "os release"
    async with start(160, 40, remarks=True) as pilot:
        await wait_for_text(pilot, "clusters (5)", "sandbox")
        await go(pilot, PODS, "pods (2/", "chat-api")
        await pilot.press("F")
        await wait_for_text(pilot, "ports  8080:8080", "container ok", "enter opens it")
        answer(pilot, "0:8080")
        await confirm(pilot, "enter")
        await wait_for_text(pilot, "→ 8080 listening")
        for words in ("copied 1 file, ", "is there already"):
            pilot.app.screen.action_menu()  # type: ignore[attr-defined]
            await wait_for_text(pilot, "Copy a file or folder out of a container")
            await pilot.press(*"out of", "enter")
            await wait_for_text(pilot, "from to", "give REMOTE LOCAL")
            answer(pilot, f"/etc/os-release '{target}'")
            await wait_for_text(pilot, "/etc/os-release → ", "enter opens it")
            await confirm(pilot, "enter")
            await wait_for_text(pilot, words)
        await pilot.press("s")
        await wait_for_text(pilot, "y confirms")
        await confirm(pilot, "y")
        await wait_for_text(pilot, "this terminal cannot be given away")
        await go(pilot, "services cluster=checkout", "services (14)")
        session: Any = pilot.app.browse.session  # type: ignore[attr-defined]
        (forward,) = session.clients.forwards.all()
        reader, writer = await asyncio.open_connection("127.0.0.1", forward.local_port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert (await reader.read(100)).startswith(b"HTTP/1.1 200 OK")
        writer.close()
        await pilot.press("escape", "escape", "escape", "q")
        await wait_for_text(pilot, "a port is forwarded")
        await go(pilot, "pf", "forwards (1)", f"127.0.0.1:{forward.local_port}", "listening")
        await pilot.press("ctrl+d")
        await wait_for_text(pilot, "status  listening → stopped")
        assert "sends" not in screen_text(pilot.app)
        await confirm(pilot, "y")
        await wait_for_text(pilot, "Nothing is forwarded")
        assert session.clients.forwards.open == 0
    assert "Demo Linux" in target.read_text()
    verbs = [each.verb for each in ActionLog(tmp_path).read() if each.phase == "begun"]
    assert verbs == ["forward", "copy-out", "copy-out", "shell"]


async def test_read_only_dims_every_way_in(start: Start, account: RunningServer) -> None:
    async with start(140, 60, read_only=True, remarks=True) as pilot:
        await wait_for_text(pilot, "clusters (5)", "sandbox")
        await go(pilot, PODS, "pods (2/", "chat-api")
        for key in "sxAf":
            await pilot.press(key)
        await wait_for_text(pilot, "Open a shell in a", "Run a command in", "Attach to a",
                            "Forward a port of a", ": read-only")  # fmt: skip
        await pilot.press("a")
        text = await wait_for_text(pilot, "Copy a file or folder into")
        lines = [line for line in text.splitlines() if "  read-only" in line]
        for words in ("Open a shell", "Run one command", "Attach", "debug container", "Forward a",
                      "out of a container", "into a container"):  # fmt: skip
            assert any(words in line for line in lines), words
    kube = account.world.kube["sandbox"].requests
    assert {each.verb for each in kube} <= {"list", "watch", "get"}
