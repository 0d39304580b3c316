"""The few request bodies that kubectl sends in protobuf, read into JSON's form.

Field numbers: the `generated.proto` files of `k8s.io/api` and `k8s.io/apimachinery`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from containerscope.demo.kube_status import Body, bad_request, unsupported_media

MEDIA = "application/vnd.kubernetes.protobuf"
_MAGIC = b"k8s\x00"


@dataclass(frozen=True)
class _Message:
    """Number → name of the fields that are read, by what they hold."""

    text: dict[int, str] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)
    lists: dict[int, str] = field(default_factory=dict)
    messages: dict[int, tuple[str, _Message]] = field(default_factory=dict)


_META = _Message(text={1: "name", 2: "generateName", 3: "namespace"})
_DELETE = _Message(
    text={4: "propagationPolicy"},
    numbers={1: "gracePeriodSeconds"},
    lists={5: "dryRun"},
    messages={2: ("preconditions", _Message(text={1: "uid", 2: "resourceVersion"}))},
)
_RESOURCE = _Message(
    text={
        1: "namespace", 2: "verb", 3: "group", 4: "version", 5: "resource", 6: "subresource",
        7: "name",
    }
)  # fmt: skip
_PATH = _Message(text={1: "path", 2: "verb"})
_ACCESS = _Message(
    messages={1: ("resourceAttributes", _RESOURCE), 2: ("nonResourceAttributes", _PATH)}
)
_KINDS = {
    "DeleteOptions": _DELETE,
    "Eviction": _Message(messages={1: ("metadata", _META), 2: ("deleteOptions", _DELETE)}),
    "SelfSubjectAccessReview": _Message(messages={1: ("metadata", _META), 2: ("spec", _ACCESS)}),
    "SelfSubjectRulesReview": _Message(
        messages={1: ("metadata", _META), 2: ("spec", _Message(text={1: "namespace"}))}
    ),
    "SelfSubjectReview": _Message(messages={1: ("metadata", _META)}),
}
_TYPE = _Message(text={1: "apiVersion", 2: "kind"})


def read(raw: bytes) -> Body:
    """The object of a body; a 415 for a kind that is only read as JSON."""
    if not raw.startswith(_MAGIC):
        raise bad_request("provided data does not appear to be a protobuf message")
    try:
        kind, inner = _envelope(raw[len(_MAGIC) :])
        if kind["kind"] not in _KINDS:
            raise unsupported_media(["application/json"])
        return {**kind, **_body(inner, _KINDS[kind["kind"]])}
    except (IndexError, KeyError, UnicodeDecodeError) as error:
        raise bad_request(f"unable to decode the protobuf message: {error}") from error


def _envelope(raw: bytes) -> tuple[dict[str, str], bytes]:
    kind: dict[str, str] = {}
    inner = b""
    for number, value in _fields(raw):
        if number == 1 and isinstance(value, bytes):
            kind = _body(value, _TYPE)
        elif number == 2 and isinstance(value, bytes):
            inner = value
    return kind, inner


def _body(raw: bytes, message: _Message) -> Body:
    body: Body = {}
    for number, value in _fields(raw):
        if isinstance(value, int):
            if number in message.numbers:
                body[message.numbers[number]] = value
        elif number in message.text:
            if value:
                body[message.text[number]] = value.decode()
        elif number in message.lists:
            body.setdefault(message.lists[number], []).append(value.decode())
        elif number in message.messages:
            name, inner = message.messages[number]
            body[name] = _body(value, inner)
    return body


def _fields(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of each field: a whole number, or the bytes of anything longer."""
    at = 0
    while at < len(raw):
        tag, at = _number(raw, at)
        kind = tag & 7
        if kind == 0:
            value, at = _number(raw, at)
            yield tag >> 3, value
        elif kind == 2:
            size, at = _number(raw, at)
            yield tag >> 3, raw[at : at + size]
            at += size
        else:
            at += 8 if kind == 1 else 4


def _number(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = raw[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
