"""The demo account as if somebody who means harm had written every text in it."""

from __future__ import annotations

import itertools
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import msgspec
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from containerscope.demo import protocol_request
from containerscope.demo.protocol_errors import XML, Reply
from containerscope.demo.protocol_response import ResponseWriter
from containerscope.demo.server import RunningServer
from tests.robust.shapes import HOSTILE
from tests.threaded import threaded_account

MARK = "¤"
"""Stands between what the account says and what is put behind it."""
_SENDABLE = [text for text in HOSTILE if len(text) > 8 and "\ud800" not in text]
TAILS = (
    *_SENDABLE,
    "\x1b[31;6mred\x1b[2J\x1b[?1049l",
    "\x1bPq#0\x1b\\\x1b_apc\x1b\\\x1b^pm\x1b\\",
    "\x9d52;c;aGVsbG8=\x9c\x85\x84",
)
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_PLAIN = 3
"""Of four texts that decide how things go (a status), this many stay as they are."""


def spoiled(shape: Shape, value: Any, count: Iterator[int], name: str = "") -> Any:
    """The value with a harmful tail on every text of it, names and ARNs too."""
    if isinstance(shape, StructureShape):
        return {
            key: spoiled(shape.members[key], each, count, key) if key in shape.members else each
            for key, each in value.items()
        }
    if isinstance(shape, ListShape):
        return [spoiled(shape.member, each, count, name) for each in value]
    if isinstance(shape, MapShape):
        return {
            _with_tail(key, count): spoiled(shape.value, each, count) for key, each in value.items()
        }
    if not isinstance(shape, StringShape) or not isinstance(value, str):
        return value
    decides = bool(shape.enum) or name.lower().endswith(("status", "type", "state"))
    if decides and next(count) % (_PLAIN + 1) < _PLAIN:
        return value
    return _with_tail(value, count)


def _with_tail(text: str, count: Iterator[int]) -> str:
    # The same text gets the same tail in every answer, so that names still name.
    next(count)
    tail = TAILS[zlib.crc32(text.encode()) % len(TAILS)]
    if text.startswith("arn:"):
        tail = tail.replace("/", "").replace(":", "")
    return f"{text}{MARK}{tail}"


def cleaned(value: Any) -> Any:
    """Parameters as the account knows them, without the tails."""
    if isinstance(value, str):
        return value.partition(MARK)[0]
    if isinstance(value, Mapping):
        return {cleaned(key): cleaned(each) for key, each in value.items()}
    if isinstance(value, list):
        return [cleaned(each) for each in value]
    return value


class HostileWriter(ResponseWriter):
    """Writes every answer spoiled."""

    def __init__(self) -> None:
        super().__init__()
        self._count = itertools.count()

    def write(
        self, service: Any, operation: Any, result: Mapping[str, Any], request_id: str
    ) -> Reply:
        """The answer in the protocol of the service."""
        if operation.output_shape is not None:
            result = spoiled(operation.output_shape, result, self._count)
        reply = super().write(service, operation, result, request_id)
        if reply.content_type == XML:
            # No XML document can hold these, whoever wrote it.
            reply = msgspec.structs.replace(reply, body=_NOT_XML.sub(b"", reply.body))
        return reply


@contextmanager
def hostile_account() -> Iterator[RunningServer]:
    """The spoiled account in a thread of its own; other servers of this process must wait."""

    def parse(*request: Any) -> Any:
        return cleaned(protocol_request.parse(*request))

    with threaded_account() as server, patch("containerscope.demo.server.parse", parse):
        server.account._writer = HostileWriter()
        yield server


_SEQUENCE = re.compile(
    r"\x1b\[[0-9;?<>=$]*[A-Za-z]|\x1b\]52;c;[A-Za-z0-9+/=]*\x07|\x1b\]22;[a-z]*\x07"
)
"""What the interface itself sends: control sequences, the clipboard, the shape of the pointer."""
_HARMFUL = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)


_PAYLOAD = "aGVsbG8="
"""What one of the tails would put on the clipboard."""


def harm_in(raw: bytes) -> list[str]:
    """What a terminal was sent that it must not be, each with some of what follows."""
    text = raw.decode("utf-8", "strict")
    harm = [each for each in _SEQUENCE.findall(text) if "31;6m" in each or _PAYLOAD in each]
    rest = _SEQUENCE.sub("", text)
    return harm + [
        rest[max(0, each.start() - 20) : each.start() + 20] for each in _HARMFUL.finditer(rest)
    ]
