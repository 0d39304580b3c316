"""The demo account as people start it: its stories, its speed, its faults."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from containerscope.demo.scenarios import SCENARIOS
from tests.cli.conftest import Shell

PROGRAM = (sys.executable, "-m", "containerscope")


@contextmanager
def served(*arguments: str) -> Iterator[tuple[str, list[str]]]:
    """The URL of a demo server, and what it printed up to the last line with it."""
    command = [*PROGRAM, "demo-server", "--port", "0", "--until-stdin-closes", *arguments]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None
    assert child.stdout is not None
    lines = [child.stdout.readline()]
    url = next(word for word in lines[0].split() if word.startswith("http://"))
    try:
        yield url, lines
    finally:
        child.stdin.close()
        lines += child.stdout.readlines()
        child.stdout.close()
        assert child.wait(timeout=30) == 0


def asked(url: str, path: str, wish: Any = None) -> Any:
    body = None if wish is None else json.dumps(wish).encode()
    with urllib.request.urlopen(f"{url}/_demo/{path}", body, timeout=30) as answer:
        return json.load(answer)


def test_it_says_how_a_client_finds_it() -> None:
    with served() as (url, lines):
        pass
    said = "".join(lines)
    assert f"export AWS_ENDPOINT_URL={url} AWS_REGION=eu-west-1" in said
    assert "AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo" in said
    for path in ("scenarios", "clock", "faults"):
        assert f"curl {url}/_demo/{path}" in said


def test_it_starts_with_the_stories_speed_and_faults_that_it_is_told() -> None:
    stories = ["--scenario", "eks-end-of-support", "--scenario", "nodegroup-subnet"]
    with served("--virtual", *stories, "--fault", "denied:ecs", "--announce") as (url, _):
        running = [each["name"] for each in asked(url, "scenarios") if each["running"]]
        assert sorted(running) == ["eks-end-of-support", "nodegroup-subnet"]
        first, second = asked(url, "clock"), asked(url, "clock")
        assert first == second
        assert first["speed"] == 0
        later = asked(url, "clock", {"advance": 3600})
        passed = datetime.fromisoformat(later["now"]) - datetime.fromisoformat(first["now"])
        assert passed.total_seconds() == 3600
        assert [each["service"] for each in asked(url, "faults")] == ["ecs"]


def test_flags_of_the_whole_program_hold_for_it_too(tmp_path: Path) -> None:
    command = [*PROGRAM, "demo-server", "--port", "0", "--demo-speed", "0", "--demo-fault", "slow"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        with child.stdout:
            line = child.stdout.readline()
            url = next(word for word in line.split() if word.startswith("http://"))
            assert asked(url, "clock")["speed"] == 0
            assert [each["kind"] for each in asked(url, "faults")] == ["slow"]
    finally:
        child.terminate()
        child.wait(timeout=30)


def test_stories_are_listed(shell: Shell) -> None:
    ran = shell("demo-server", "--list-scenarios")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert [line.split()[0] for line in lines] == list(SCENARIOS)
    assert all(story.summary in ran.out for story in SCENARIOS.values())


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["demo-server", "--scenario", "x"], "there is no scenario 'x'; there are "),
        (["demo-server", "--fault", "slow:ecsx"], "there is no service 'ecsx'; did you mean ecs?"),
        (["demo-server", "--speed", "-1"], "--speed"),
        (["get", "clusters", "--demo", "--demo-fault", "denid"], "--demo-fault: there is no kind"),
        (["get", "clusters", "--demo", "--demo-scenario", "x"], "--demo-scenario: there is no"),
        (["get", "clusters", "--demo", "--demo-speed", "fast"], "--demo-speed: 'fast' is not"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(shell: Shell, arguments: list[str], why: str) -> None:
    ran = shell(*arguments)
    assert ran.code == 2
    assert why in ran.err
    assert ran.out == ""


def test_the_program_tells_the_demo_account_what_was_wished(shell: Shell) -> None:
    ran = shell("get", "eks", "--demo", "-o", "name", "--demo-scenario", "eks-end-of-support")
    assert ran.code == 0, ran.err
    assert "legacy" in ran.out
    ran = shell(
        "--demo-fault", "denied:ecs:ListClusters", "get", "clusters", "--demo",
        "--demo-fault", "denied:eks:ListClusters",
    )  # fmt: skip
    assert ran.code != 0
    assert "ecs:ListClusters" in ran.err
    assert "eks:ListClusters" in ran.err


def test_the_help_explains_every_fault(shell: Shell) -> None:
    said = shell("demo-server", "--help").out
    for word in ("denied", "buckets", "truncated", "times=N", "where.PARAMETER=VALUE", "cause=scp"):
        assert word in said
