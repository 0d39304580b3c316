"""The README shows what is there, and each of its commands works."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.account import home, opened, served

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.strip()
    for block in re.findall(r"```sh\n(.*?)```", TEXT, re.S)
    for line in block.splitlines()
    if line.strip()
]
PROGRAM = ".venv/bin/containerscope"
LASTING = {PROGRAM, f"{PROGRAM} demo-server --port 4599", "make demo", "make install"}
"""Those that go on until the user ends them, or that made this very environment."""
STORIES = [shlex.split(one)[-1].removeprefix("ARGS=") for one in COMMANDS if " ARGS=" in one]
"""What `make demo` passes on in the README."""


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#:]+)\)", TEXT))
def test_what_the_readme_links_to_is_there(target: str) -> None:
    assert (ROOT / target).exists()


@pytest.mark.parametrize(
    "command", [one for one in COMMANDS if one not in LASTING and " ARGS=" not in one]
)
def test_a_command_of_the_readme_works_on_the_demo_account(command: str) -> None:
    words = shlex.split(command)
    assert words[0] == PROGRAM
    with served() as url, home() as environment:
        ran = subprocess.run(
            [sys.executable, "-m", "containerscope", *words[1:]],
            env=environment
            | {
                "AWS_ENDPOINT_URL": url,
                "AWS_ACCESS_KEY_ID": "demo",
                "AWS_SECRET_ACCESS_KEY": "demo",
                "AWS_REGION": "eu-west-1",
                "AWS_EC2_METADATA_DISABLED": "true",
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip()


@pytest.mark.parametrize("target", ["demo", "install"])
def test_make_knows_the_targets_that_the_readme_names(target: str) -> None:
    assert f"make {target}" in COMMANDS
    ran = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, check=False)
    assert ran.returncode == 0


@pytest.mark.pty
def test_the_program_opens_on_the_account_and_quits() -> None:
    assert PROGRAM in COMMANDS
    with served() as url, opened(url) as terminal:
        terminal.wait("checkout")
        terminal.type("q")
        assert terminal.wait_for_end() == 0


@pytest.mark.pty
@pytest.mark.parametrize("flags", STORIES)
def test_a_story_of_the_readme_opens(flags: str) -> None:
    with opened("", *shlex.split(flags), "--demo") as terminal:
        terminal.wait("recommendations › tasks")
        terminal.type("\x11")
        assert terminal.wait_for_end() == 0
