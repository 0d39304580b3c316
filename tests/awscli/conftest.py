"""The AWS CLI in an environment of its own, and a demo account that it talks to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
_SCRIPTS = "Scripts" if os.name == "nt" else "bin"
PYTHON = ROOT / ".venv-awscli" / _SCRIPTS / "python"


@dataclass(frozen=True)
class Ran:
    """How a command of the AWS CLI ended and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class AwsCli:
    """Runs the AWS CLI against one demo account, whose time stands until it is stepped."""

    url: str
    environment: dict[str, str] = field(repr=False)

    def run(self, *arguments: str) -> Ran:
        """The end of `aws ARGUMENTS`, whatever it is."""
        done = subprocess.run(
            self.command(*arguments), env=self.environment, capture_output=True, text=True,
            check=False, timeout=100,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, done.stderr)

    def __call__(self, *arguments: str) -> Any:
        """The answer of `aws ARGUMENTS`, which must succeed."""
        ran = self.run(*arguments, "--output", "json")
        assert ran.code == 0, ran.err
        return json.loads(ran.out) if ran.out else None

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """`aws ARGUMENTS`, still running."""
        return subprocess.Popen(
            self.command(*arguments), env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def command(self, *arguments: str) -> list[str]:
        """The command line."""
        return [str(PYTHON), "-m", "awscli", *arguments]

    def advance(self, seconds: float) -> None:
        """Let so much time pass in the account."""
        body = json.dumps({"advance": seconds}).encode()
        with urllib.request.urlopen(f"{self.url}/_demo/clock", body, timeout=30) as answer:
            assert answer.status == 200


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[AwsCli]:
    """The AWS CLI, aimed as `demo-server` says, at an account of the test's own."""
    assert PYTHON.exists(), "the AWS CLI is not installed: make .venv-awscli/.installed"
    command = [sys.executable, "-m", "containerscope", "demo-server", "--port", "0",
               "--virtual", "--announce", "--until-stdin-closes"]  # fmt: skip
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        yield AwsCli(url, _environment(url, tmp_path))
        server.stdin.close()


def _environment(url: str, home: Path) -> dict[str, str]:
    """No configuration of the machine, no network but loopback."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "USERPROFILE": str(home),
        "AWS_CONFIG_FILE": str(home / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "demo",
        "AWS_SECRET_ACCESS_KEY": "demo",
        "AWS_PAGER": "",
        "AWS_MAX_ATTEMPTS": "1",
    }
