"""The action log: what was done to an account, a line before it is sent and a line after.

A line is one `write` to a file opened for appending, so that instances beside each other never
mix theirs, and one that is killed leaves a line that says what it had begun.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from containerscope.redact import redact_text

NAME = "actions.jsonl"
_MODE = 0o600


class Entry(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """One line."""

    id: str
    """The same in all lines of one action."""
    time: datetime
    """The server's."""
    phase: str
    """`begun` before it is sent; `done` with the answer; `ended` once it was followed to there."""
    verb: str = ""
    resource: str = ""
    target: str = ""
    """The ARN."""
    name: str = ""
    cluster: str = ""
    identity: str = ""
    """The ARN of who did it."""
    account: str = ""
    region: str = ""
    before: str = ""
    after: str = ""
    call: str = ""
    """The operation and what it changes."""
    result: str = ""
    """`sent`, `conflict`, `denied`, `refused`, `failed`; how it ended once it was followed."""
    message: str = ""
    request_id: str = ""


class ActionLog:
    """The file, in a folder that is made when the first line is written."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME

    def write(self, entry: Entry) -> None:
        """Append a line; raises OSError."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        clean = msgspec.structs.replace(
            entry,
            before=redact_text(entry.before),
            after=redact_text(entry.after),
            call=redact_text(entry.call),
            message=redact_text(entry.message),
        )
        line = msgspec.json.encode(clean) + b"\n"
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _MODE)
        try:
            if os.write(handle, line) != len(line):
                raise OSError(28, "the disk is full")
            os.fsync(handle)
        finally:
            os.close(handle)

    def read(self) -> tuple[Entry, ...]:
        """Every line that is whole; none while there is no file. Raises OSError otherwise."""
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return ()
        return tuple(_entries(raw))


def _entries(raw: bytes) -> Iterator[Entry]:
    for line in raw.splitlines():
        try:
            yield msgspec.json.decode(line, type=Entry)
        except msgspec.DecodeError:
            # A disk that was full cut a line; the others are as true as before.
            continue


def log_of(clients: Any) -> ActionLog | None:
    """The log of the run that these clients belong to; None where it keeps none."""
    log = getattr(clients, "actions", None)
    return log if isinstance(log, ActionLog) else None


class Done(msgspec.Struct, frozen=True):
    """One action, from all its lines."""

    begun: Entry
    last: Entry

    @property
    def result(self) -> str:
        """How it went; `begun` if nobody wrote how."""
        return self.last.result or "begun"


def actions_of(entries: tuple[Entry, ...]) -> tuple[Done, ...]:
    """Each action once, the newest first."""
    begun: dict[str, Entry] = {}
    last: dict[str, Entry] = {}
    for entry in entries:
        begun.setdefault(entry.id, entry)
        last[entry.id] = entry
    return tuple(Done(begun[each], last[each]) for each in reversed(begun))
