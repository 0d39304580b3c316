"""From the body of an answer to typed values, without a dict in between where that pays.

botocore's response parser walks every answer in Python, which dominates a large poll. The parsers
here hand the raw body of a plain JSON answer to msgspec; everything else (errors, XML, answers with
members in headers, nulls or another name on the wire) goes botocore's own way. Both ways give
equal values.
"""

from __future__ import annotations

import functools
import json
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
from botocore.parsers import ResponseParserError, lowercase_dict
from botocore.utils import parse_timestamp

from containerscope.model.listing import Failure, Page, Problem, Why

T = TypeVar("T")

RAW = "containerscope.raw"
"""The key under which a parsed answer holds its `RawAnswer`."""
_TOKENS = ("nextToken", "NextToken", "NextMarker", "Marker")
"""In this order: EFS echoes the request's `Marker`, which is no token of the next page."""
_EPOCH = (None, "unixtimestamp")

wants_raw: ContextVar[bool] = ContextVar("wants_raw", default=False)
"""Set around a call whose answer is going to be decoded here."""
_plain: WeakKeyDictionary[Shape, bool] = WeakKeyDictionary()


@dataclass(frozen=True)
class RawAnswer:
    """The body of an answer that no parser has touched."""

    body: bytes
    shape: StructureShape

    def parsed(self) -> Mapping[str, Any]:
        """The answer as plain JSON, for what the fast way does not take."""
        answer = _without_nulls(json.loads(self.body)) if self.body else {}
        return answer if isinstance(answer, dict) else {}


def _without_nulls(value: Any) -> Any:
    """What botocore makes of null members: they are absent, so that defaults apply."""
    if isinstance(value, dict):
        return {name: _without_nulls(part) for name, part in value.items() if part is not None}
    return [_without_nulls(part) for part in value] if isinstance(value, list) else value


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


def _may_stay_raw(shape: Any) -> bool:
    if not wants_raw.get() or shape is None:
        return False
    plain = _plain.get(shape)
    if plain is None:
        plain = _plain[shape] = isinstance(shape, StructureShape) and _is_plain(shape)
    return plain


class _RawParser:
    """Mixed into a JSON parser: keeps the bodies that are decoded later."""

    async def parse(self, response: Mapping[str, Any], shape: Any) -> Any:
        body = response["body"]
        if response["status_code"] >= 300 or not isinstance(body, bytes):
            return await super().parse(response, shape)  # type: ignore[misc]
        blob = shape is None or "payload" in shape.serialization
        if body and not blob and not body.lstrip().startswith(b"{"):
            # botocore would take it for an answer without members: an empty list.
            raise ResponseParserError("the answer is not one of AWS: it is no JSON")
        if not _may_stay_raw(shape):
            return await super().parse(response, shape)  # type: ignore[misc]
        headers = lowercase_dict(response["headers"])
        metadata = {"HTTPStatusCode": response["status_code"], "HTTPHeaders": headers}
        return {RAW: RawAnswer(body, shape), "ResponseMetadata": metadata}


class _RawJSONParser(_RawParser, AioJSONParser):  # type: ignore[misc]
    pass


class _RawRestJSONParser(_RawParser, AioRestJSONParser):  # type: ignore[misc]
    pass


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
        # A default takes the place of a null, which the decoder would not know.
        if b"null" in raw.body:
            return _converted(raw.parsed(), operation, member, model, date)
        envelope = decoder.decode(raw.body or b"{}")
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
    tokens = _TOKENS[:-1] if operation.startswith("efs:") else _TOKENS
    token = next((answer[name] for name in tokens if answer.get(name)), None)
    try:
        failures = msgspec.convert(answer.get("failures") or (), tuple[Failure, ...])
    except msgspec.ValidationError as error:
        message = f"The failures are not what the API promises: {error}"
        failures, odd = (), [*odd, Problem(Why.FAILED, operation, message)]
    return Page(tuple(items), token, failures, tuple(odd), date)
