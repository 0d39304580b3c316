"""From the body of an answer to typed values, without a dict in between where that pays.

botocore's response parser walks every answer in Python, which dominates a large poll. The parsers
here hand the raw body of a plain JSON answer to msgspec; everything else (errors, XML, answers with
members in headers, nulls or another name on the wire) goes botocore's own way. Both ways give
equal values.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

import msgspec
from aiobotocore.parsers import AioJSONParser, AioResponseParserFactory, AioRestJSONParser
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.parsers import lowercase_dict
from botocore.utils import parse_timestamp

from containerscope.model.listing import Failure, Page, Problem, Why

T = TypeVar("T")

RAW = "containerscope.raw"
"""The key under which a parsed answer holds its `RawAnswer`."""
_TOKENS = ("nextToken", "NextToken", "NextMarker", "Marker")
"""In this order: EFS echoes the request's `Marker` beside its `NextMarker`."""
_EPOCH = (None, "unixtimestamp")

wants_raw: ContextVar[bool] = ContextVar("wants_raw", default=False)
"""Set around a call whose answer is going to be decoded here."""
_plain: WeakKeyDictionary[Shape, bool] = WeakKeyDictionary()


@dataclass(frozen=True)
class RawAnswer:
    """The body of an answer that no parser has touched."""

    body: bytes
    shape: StructureShape
    response: Mapping[str, Any]
    parser: AioJSONParser | AioRestJSONParser

    def parsed(self) -> Mapping[str, Any]:
        """The answer as botocore's parser reads it."""
        answer: Mapping[str, Any] = self.parser._parse_body_as_json(self.body)
        parsed: Mapping[str, Any] = self.parser._parse_shape(self.shape, answer)
        return parsed


def utc_timestamp(value: Any) -> Any:
    """A timestamp of any API as a datetime in UTC; what is none is left for the item to fail on."""
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        return parse_timestamp(value).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return value


def _is_plain(shape: Shape, seen: frozenset[str] = frozenset()) -> bool:
    """Whether the body holds every member under its own name, with times as epoch seconds."""
    if shape.name in seen:
        return True
    seen |= {shape.name}
    if isinstance(shape, StructureShape):
        if "payload" in shape.serialization or shape.event_stream_name:
            return False
        return all(
            not {"location", "jsonvalue"} & member.serialization.keys()
            and member.serialization.get("name", name) == name
            and _is_plain(member, seen)
            for name, member in shape.members.items()
        )
    if isinstance(shape, ListShape):
        return _is_plain(shape.member, seen)
    if isinstance(shape, MapShape):
        return _is_plain(shape.value, seen)
    if shape.type_name == "timestamp":
        return shape.serialization.get("timestampFormat") in _EPOCH
    return True


def _may_stay_raw(response: Mapping[str, Any], shape: Shape | None) -> bool:
    if not wants_raw.get() or shape is None or response["status_code"] >= 300:
        return False
    plain = _plain.get(shape)
    if plain is None:
        plain = _plain[shape] = isinstance(shape, StructureShape) and _is_plain(shape)
    # botocore leaves a null member out, so that a default applies; msgspec would put None there.
    return plain and b"null" not in response["body"]


def _raw(parser: Any, response: Mapping[str, Any], shape: Any) -> dict[str, Any]:
    headers = lowercase_dict(response["headers"])
    return {
        RAW: RawAnswer(response["body"], shape, response, parser),
        "ResponseMetadata": {
            "HTTPStatusCode": response["status_code"],
            "HTTPHeaders": headers,
            "RequestId": headers.get("x-amzn-requestid", ""),
        },
    }


class _RawJSONParser(AioJSONParser):  # type: ignore[misc]
    async def parse(self, response: Mapping[str, Any], shape: Any) -> Any:
        if _may_stay_raw(response, shape):
            return _raw(self, response, shape)
        return await super().parse(response, shape)


class _RawRestJSONParser(AioRestJSONParser):  # type: ignore[misc]
    async def parse(self, response: Mapping[str, Any], shape: Any) -> Any:
        if _may_stay_raw(response, shape):
            return _raw(self, response, shape)
        return await super().parse(response, shape)


class ParserFactory(AioResponseParserFactory):  # type: ignore[misc]
    """The session component `response_parser_factory`."""

    def __init__(self) -> None:
        super().__init__()
        self.set_parser_defaults(timestamp_parser=utc_timestamp)

    def create_parser(self, protocol_name: str) -> Any:
        """The parser of one answer; the plain JSON protocols get ours."""
        if protocol_name == "json":
            return _RawJSONParser(**self._defaults)
        if protocol_name == "rest-json":
            return _RawRestJSONParser(**self._defaults)
        return super().create_parser(protocol_name)


@functools.cache
def _decoder(member: str, model: Any, is_list: bool, token: str) -> msgspec.json.Decoder[Any]:
    kind = list[model] if is_list else model
    fields: list[tuple[str, Any, Any]] = [
        ("items", kind | None, None),
        ("token", str | None, None),
        ("failures", list[Failure] | None, None),
    ]
    names = {"items": member, "token": token, "failures": "failures"}
    envelope = msgspec.defstruct("Envelope", fields, rename=names, gc=False)
    return msgspec.json.Decoder(envelope, strict=False)


def _token_member(shape: StructureShape) -> str:
    return next((name for name in _TOKENS if name in shape.members), _TOKENS[0])


def _arn(item: Any, member: str) -> tuple[str, ...]:
    """The ARN of an item that does not fit its model, where it has one."""
    if isinstance(item, str):
        return (item,)
    if not isinstance(item, Mapping):
        return ()
    own = re.sub("s$", "", member.lower()) + "arn"
    named = sorted(item, key=lambda name: (name.lower() != own, name.lower() not in ("arn", own)))
    arns = (item[name] for name in named if name.lower().endswith("arn"))
    return next(((arn,) for arn in arns if isinstance(arn, str)), ())


def page_of(
    answer: Mapping[str, Any],
    operation: str,
    member: str,
    model: type[T],
    date: datetime | None = None,
) -> Page[T]:
    """The items of a parsed or raw answer, each converted to `model`."""
    raw = answer.get(RAW)
    if raw is None:
        return _converted(answer, operation, member, model, date)
    is_list = isinstance(raw.shape.members.get(member), ListShape)
    decoder = _decoder(member, cast(Any, model), is_list, _token_member(raw.shape))
    try:
        envelope = decoder.decode(raw.body)
    except msgspec.MsgspecError:
        return _converted(raw.parsed(), operation, member, model, date)
    found = envelope.items if is_list else (envelope.items,)
    return Page(
        items=() if envelope.items is None else tuple(found),
        token=envelope.token or None,
        failures=tuple(envelope.failures or ()),
        date=date,
    )


def _converted(
    answer: Mapping[str, Any],
    operation: str,
    member: str,
    model: type[T],
    date: datetime | None,
) -> Page[T]:
    value = answer.get(member)
    items: list[T] = []
    odd: list[Problem] = []
    for item in value if isinstance(value, list) else () if value is None else (value,):
        try:
            items.append(msgspec.convert(item, model, strict=False))
        except msgspec.ValidationError as error:
            message = f"An item of {member} is not what the API promises: {error}"
            keys = _arn(item, member)
            odd.append(Problem(Why.FAILED, operation, message, keys=keys))
    token = next((answer[name] for name in _TOKENS if name in answer), None)
    if "NextMarker" not in answer and operation.startswith("efs:"):
        token = None
    failures = msgspec.convert(answer.get("failures") or [], list[Failure], strict=False)
    return Page(tuple(items), token or None, tuple(failures), tuple(odd), date)
