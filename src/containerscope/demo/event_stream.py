"""The binary framing of event streams, `application/vnd.amazon.eventstream`.

Source: Smithy, "Amazon Event Stream Specification".
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import Any

import msgspec

CONTENT_TYPE = "application/vnd.amazon.eventstream"
_STRING = 7
"""The type of a header value that is a string."""


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """One message with its lengths and checksums."""
    packed = b"".join(
        struct.pack("!B", len(name)) + name.encode() + _value(value)
        for name, value in headers.items()
    )
    prelude = struct.pack("!II", len(packed) + len(payload) + 16, len(packed))
    head = prelude + struct.pack("!I", zlib.crc32(prelude)) + packed + payload
    return head + struct.pack("!I", zlib.crc32(head))


def _value(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("!BH", _STRING, len(encoded)) + encoded


def event(kind: str, body: Mapping[str, Any]) -> bytes:
    """An event of this type with a JSON body."""
    headers = {
        ":event-type": kind,
        ":content-type": "application/json",
        ":message-type": "event",
    }
    return frame(headers, msgspec.json.encode(body))
