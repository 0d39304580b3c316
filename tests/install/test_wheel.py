"""The wheel holds the whole program: demo account, overlay of the API models and themes."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what a plain install puts there, our own code alone."""
    wheels = tmp_path_factory.mktemp("wheels")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", wheels, ROOT],
        check=True,
    )
    (wheel,) = wheels.glob("*.whl")
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def ran(installed: Path, *arguments: str) -> str:
    """What Python says with the installed package in place of this checkout's."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=installed,
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_runs_the_demo_account(installed: Path) -> None:
    where = ran(installed, "-c", "import containerscope; print(containerscope.__file__)")
    assert Path(where.strip()).is_relative_to(installed)
    listed = ran(installed, "-m", "containerscope", "get", "services", "--demo", "-o", "name")
    assert len(listed.split()) == 25


def test_it_has_every_theme_and_every_added_member_of_the_api(installed: Path) -> None:
    themes = {path.name for path in (ROOT / "themes").glob("*.toml")}
    found = ran(
        installed, "-c",
        "from containerscope.ui.theme import load_themes, shipped_folder;"
        "print(shipped_folder(), *load_themes()[0], *load_themes()[1])",
    ).split()  # fmt: skip
    assert Path(found[0]).is_relative_to(installed)
    assert {f"{name}.toml" for name in found[1:]} == themes
    extras = {path.relative_to(ROOT / "src") for path in ROOT.glob("src/**/*.sdk-extras.json")}
    assert extras
    assert all((installed / path).is_file() for path in extras)


def test_it_says_what_it_is(installed: Path) -> None:
    (metadata,) = installed.glob("*.dist-info/METADATA")
    text = metadata.read_text("utf-8")
    assert "License-Expression: Apache-2.0" in text
    assert "Requires-Python: >=3.11" in text
    entry = (metadata.parent / "entry_points.txt").read_text("utf-8")
    assert "containerscope = containerscope.__main__:" in entry
