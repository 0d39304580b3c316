"""The demo account in a process of its own, and the program pointed at it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.terminal import Tty

PROGRAM = (str(Path(sys.executable).with_name("containerscope")),)


@contextmanager
def served(scale: str = "", *flags: str, still: bool = False) -> Iterator[str]:
    """The URL of a demo account of that many clusters, services and tasks; `still` stops time."""
    command = [*PROGRAM, "demo-server", "--port", "0", "--announce", "--until-stdin-closes"]
    command += [*(["--scale", scale] if scale else []), *flags]
    command += ["--virtual"] if still else []
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


@contextmanager
def home() -> Iterator[dict[str, str]]:
    """An environment whose settings, state and caches lie in a folder that goes away."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("config", "state", "cache", "data"):
            (Path(folder) / name).mkdir()
        yield {
            "HOME": folder,
            "XDG_CONFIG_HOME": f"{folder}/config",
            "XDG_STATE_HOME": f"{folder}/state",
            "XDG_CACHE_HOME": f"{folder}/cache",
            "XDG_DATA_HOME": f"{folder}/data",
        }


@contextmanager
def opened(
    url: str, *arguments: str, columns: int = 120, rows: int = 40, command: Sequence[str] = PROGRAM
) -> Iterator[Tty]:
    """The program on a terminal, talking to the account at that URL."""
    with home() as environment:
        environment |= {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "demo",
            "AWS_SECRET_ACCESS_KEY": "demo",
            "AWS_REGION": "eu-west-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        with Tty(
            [*command, *arguments], columns=columns, rows=rows, environment=environment
        ) as tty:
            yield tty
