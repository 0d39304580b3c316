"""What a start costs before the first frame, and how a crash ends."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
from textual import events

from containerscope.resource import SignIn, Target
from containerscope.settings import Settings
from containerscope.ui.app import ContainerScopeApp
from containerscope.ui.theme import DEFAULT
from tests.ui.conftest import Start
from tests.waiting import wait_for, wait_for_text


def test_the_first_frame_needs_no_sdk() -> None:
    code = (
        "import sys, containerscope.ui.app\n"
        "from containerscope.resources import all_resources; all_resources()\n"
        "print([n for n in ('botocore', 'aiohttp', 'boto3', 'kubernetes') if n in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_first_frame_loads_no_more_than_it_shows(tmp_path: Path) -> None:
    code = """
import asyncio, sys
from pathlib import Path
from containerscope.cli.run import run  # as the program starts
from containerscope.cli.session import Session
from containerscope.settings import Settings
from containerscope.ui.app import ContainerScopeApp
from containerscope.ui.first import FirstFrame
from textual import on

settings = Settings(state_dir=Path(sys.argv[1]))
session = Session(settings)

class Watched(ContainerScopeApp):
    @on(FirstFrame.Painted)
    def _stop_here(self, event: FirstFrame.Painted) -> None:
        event.prevent_default()
        print(*sorted(sys.modules), file=sys.__stdout__)
        self.exit(0)

app = Watched(settings, session.connect, session.target, session.prepare)
asyncio.run(app.run_async(headless=True, size=(80, 24)))
"""
    ran = subprocess.run(
        [sys.executable, "-c", code, tmp_path],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    loaded = set(ran.stdout.split())
    assert "containerscope.ui.first" in loaded
    late = (
        "containerscope.clients", "containerscope.poller", "containerscope.redact",
        "containerscope.resource", "containerscope.resources", "containerscope.rows",
        "containerscope.ui.browse", "containerscope.ui.chrome", "containerscope.ui.dialogs",
        "containerscope.ui.keys", "containerscope.ui.location", "containerscope.ui.palette",
        "containerscope.ui.table", "botocore", "aiohttp",
    )  # fmt: skip
    assert not [name for name in late if name in loaded]


def test_home_loads_the_resources_it_lists_and_no_others() -> None:
    code = (
        "import sys\nfrom containerscope.resources import find\nassert find('clusters')\n"
        "print(*sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "containerscope.resources.clusters" in ran.stdout.split()
    assert "containerscope.resources.taskdefs" not in ran.stdout.split()


async def test_what_is_typed_before_there_is_a_screen_is_carried_out(start: Start) -> None:
    async with start() as pilot:
        app = cast(ContainerScopeApp, pilot.app)
        app.post_message(events.Key("question_mark", "?"))
        await wait_for_text(pilot, "Keys and commands")


async def test_a_theme_that_is_none_is_reported_and_the_others_can_be_chosen(
    start: Start, tmp_path: Path
) -> None:
    folder = tmp_path / "themes"
    folder.mkdir()
    (folder / "mine.toml").write_text("colors = 3")
    settings = {"config_file": tmp_path / "config.toml", "theme": "mine"}
    async with start(**settings) as pilot:
        app = cast(ContainerScopeApp, pilot.app)

        def said() -> bool:
            return any("there is no theme 'mine'" in each.message for each in app._notifications)

        await wait_for(pilot, said, "reported the theme")
        assert app.theme == DEFAULT
        assert len(app.theme_names()) >= 8


async def test_a_bug_ends_the_app_without_printing_values(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async def broken(target: Target, sign_in: SignIn) -> Any:
        secret = "hunter2"
        await asyncio.sleep(0)
        raise ZeroDivisionError(len(secret))

    app = ContainerScopeApp(Settings(state_dir=tmp_path), broken, Target())
    await app.run_async(headless=True, size=(80, 24))
    assert app.return_code == 70
    assert app.failure is not None
    assert "hunter2" not in "".join(capfd.readouterr())
