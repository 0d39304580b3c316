"""What a start costs before the first frame, and how a crash ends."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from containerscope.resource import SignIn, Target
from containerscope.settings import Settings
from containerscope.ui.app import ContainerScopeApp


def test_the_first_frame_needs_no_sdk() -> None:
    code = (
        "import sys, containerscope.ui.app\n"
        "from containerscope.resources import all_resources; all_resources()\n"
        "print([n for n in ('botocore', 'aiohttp', 'boto3', 'kubernetes') if n in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


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
