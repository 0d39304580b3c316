"""What is said about a run, on stderr, so that the output stays clean."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import Any

from containerscope.model.listing import Listing, Phase, Problem
from containerscope.model.text import visible
from containerscope.redact import redact_text

_EVERY = 0.1
_MOST = 20
"""Problems said one by one; a thousand clusters may all deny the same."""


def say(message: str) -> None:
    """One line."""
    print(f"containerscope: {visible(message)}", file=sys.stderr, flush=True)


def problem_line(problem: Problem) -> str:
    """What happened, where, and what to do about it."""
    where = f" in {problem.where}" if problem.where else ""
    line = f"{problem.why.label}: {problem.operation}{where}: {problem.message}"
    if problem.remedy:
        line = f"{line.rstrip('.')}. {problem.remedy[:1].upper()}{problem.remedy[1:]}"
    return redact_text(line)


def say_problems(problems: Iterable[Problem]) -> None:
    """Each problem on a line."""
    lines = list(dict.fromkeys(problem_line(problem) for problem in problems))
    for line in lines[:_MOST]:
        say(line)
    if len(lines) > _MOST:
        say(f"… and {len(lines) - _MOST} more problems")


class Progress:
    """How far a listing has come, on one line that goes away; nothing unless on a terminal."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._on = sys.stderr.isatty()
        self._shown = 0.0

    def show(self, listing: Listing[Any]) -> None:
        """Say how many items there are by now."""
        now = time.monotonic()
        if not self._on or now - self._shown < _EVERY:
            return
        self._shown = now
        doing = "listing" if listing.phase is Phase.NAMES else "reading the details of"
        self._write(f"{doing} {len(listing.items)} {self._what} …")

    def done(self) -> None:
        """Leave no trace."""
        if self._on:
            self._write("")

    def _write(self, text: str) -> None:
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
