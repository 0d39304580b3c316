"""The frames of Session Manager's data channel, as its plugin and its agent send them.

Source: amazon-ssm-agent, agent/session/contracts: big-endian fields, then the payload.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from uuid import UUID

import msgspec

_HEADER = struct.Struct(">I32sIQqQ16s32sI")
"""HeaderLength, MessageType, SchemaVersion, CreatedDate, SequenceNumber, Flags, MessageId,
PayloadDigest, PayloadType."""
_LENGTH = struct.Struct(">I")

OUTPUT, SIZE, HANDSHAKE_REQUEST, HANDSHAKE_RESPONSE, HANDSHAKE_COMPLETE = 1, 3, 5, 6, 7
"""Payload types."""
FLAG = 10
DISCONNECT, TERMINATE = b"\0\0\0\1", b"\0\0\0\2"
"""What a frame of type FLAG says about a port: a connection has ended, or all has."""
SYN = 1
_NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Frame:
    """A message on the data channel."""

    kind: str
    """`input_stream_data`, `output_stream_data`, `acknowledge` or `channel_closed`."""
    sequence: int
    payload: bytes
    type: int = OUTPUT
    flags: int = 0
    id: UUID = _NOBODY

    def pack(self, created: float) -> bytes:
        """The frame as it goes over the wire, made at this time in epoch seconds."""
        head = _HEADER.pack(
            _HEADER.size,
            self.kind.encode().ljust(32),
            1,
            int(created * 1000),
            self.sequence,
            self.flags,
            _swapped(self.id.bytes),
            hashlib.sha256(self.payload).digest(),
            self.type,
        )
        return head + _LENGTH.pack(len(self.payload)) + self.payload


def unpack(raw: bytes) -> Frame:
    """The frame on the wire; a ValueError for anything else."""
    try:
        size, kind, _, _, sequence, flags, name, digest, type_ = _HEADER.unpack_from(raw)
        (length,) = _LENGTH.unpack_from(raw, size)
    except struct.error as error:
        raise ValueError("not a frame of a data channel") from error
    payload = raw[size + _LENGTH.size :]
    if len(payload) != length or hashlib.sha256(payload).digest() != digest:
        raise ValueError("a frame that was cut or changed")
    text = kind.decode("ascii", "replace").rstrip("\0 ")
    return Frame(text, sequence, payload, type_, flags, UUID(bytes=_swapped(name)))


def _swapped(name: bytes) -> bytes:
    """The less significant half of an id goes first."""
    return name[8:] + name[:8]


def acknowledge(frame: Frame) -> Frame:
    """The answer that a frame has come."""
    payload = msgspec.json.encode(
        {
            "AcknowledgedMessageType": frame.kind,
            "AcknowledgedMessageId": str(frame.id),
            "AcknowledgedMessageSequenceNumber": frame.sequence,
            "IsSequentialMessage": True,
        }
    )
    return Frame("acknowledge", 0, payload, 0, 3, frame.id)
