"""From an operation's result to an HTTP answer, as the service model describes it.

Results are plain dicts under the API's own member names, times in epoch seconds, without None.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any
from xml.sax.saxutils import escape

import msgspec

from containerscope.demo.event_stream import CONTENT_TYPE as EVENT_STREAM
from containerscope.demo.protocol_errors import JSON, XML, Reply

Convert = Callable[[Any], Any]


class ResponseWriter:
    """Writes results; what it learns of a shape is kept, so that most JSON needs no walk."""

    def __init__(self) -> None:
        self._converts: dict[tuple[Any, ...], Convert | None] = {}

    def write(
        self, service: Any, operation: Any, result: Mapping[str, Any], request_id: str
    ) -> Reply:
        """The answer in the protocol of the service."""
        protocol = service.metadata["protocol"]
        shape = operation.output_shape
        if operation.has_event_stream_output:
            [chunks] = result.values()
            return Reply(200, b"", EVENT_STREAM, chunks=chunks)
        if protocol == "json":
            version = service.metadata.get("jsonVersion", "1.1")
            kind = JSON if version == "1.1" else f"application/x-amz-json-{version}"
            body = b"{}" if shape is None else self._json(service.service_name, shape, result)
            return Reply(200, body, kind)
        if protocol == "rest-json":
            return self._rest(service.service_name, operation, result)
        text = _envelope(service, operation, result, request_id)
        return Reply(200, text.encode(), XML)

    def _json(self, service: str, shape: Any, result: Any) -> bytes:
        convert = self._convert(service, shape)
        return msgspec.json.encode(result if convert is None else convert(result))

    def _rest(self, service: str, operation: Any, result: Mapping[str, Any]) -> Reply:
        shape = operation.output_shape
        status = int(operation.http.get("responseCode", 200))
        if shape is None:
            return Reply(status, b"", "application/json")
        headers: dict[str, str] = {}
        body: dict[str, Any] = {}
        payload = shape.serialization.get("payload")
        for name, value in result.items():
            member = shape.members.get(name)
            if member is None:
                continue
            location = member.serialization.get("location")
            wired = member.serialization.get("name", name)
            if location == "header":
                headers[wired] = _text(member, value, "rfc822")
            elif location == "headers":
                headers.update({f"{wired}{key}": each for key, each in value.items()})
            elif location == "statusCode":
                status = int(value)
            elif name == payload:
                return self._payload(service, member, value, status, headers)
            else:
                convert = self._convert(service, member)
                body[wired] = value if convert is None else convert(value)
        return Reply(status, msgspec.json.encode(body), "application/json", headers)

    def _payload(
        self, service: str, member: Any, value: Any, status: int, headers: dict[str, str]
    ) -> Reply:
        if member.type_name in ("blob", "string"):
            raw = value if isinstance(value, bytes) else str(value).encode()
            return Reply(status, raw, "application/octet-stream", headers)
        return Reply(status, self._json(service, member, value), "application/json", headers)

    def _convert(self, service: str, shape: Any) -> Convert | None:
        """How a value of this shape becomes JSON, or None where it already is."""
        form = shape.serialization.get("timestampFormat", "")
        key = (service, shape.name, form)
        if key not in self._converts:
            # A shape that holds itself must find an entry: it is walked.
            self._converts[key] = lambda value: self._walk(service, shape, value)
            self._converts[key] = self._make(service, shape)
        return self._converts[key]

    def _make(self, service: str, shape: Any) -> Convert | None:
        kind = shape.type_name
        if kind == "structure":
            plain = all(
                member.serialization.get("name", name) == name
                and self._convert(service, member) is None
                for name, member in shape.members.items()
            )
        elif kind == "list":
            plain = self._convert(service, shape.member) is None
        elif kind == "map":
            plain = self._convert(service, shape.value) is None
        elif kind == "timestamp":
            plain = shape.serialization.get("timestampFormat", "unixTimestamp") == "unixTimestamp"
        else:
            plain = True
        return None if plain else lambda value: self._walk(service, shape, value)

    def _walk(self, service: str, shape: Any, value: Any) -> Any:
        kind = shape.type_name
        if kind == "timestamp":
            return _text(shape, value, "unixTimestamp")
        if kind == "list":
            convert = self._convert(service, shape.member)
            return value if convert is None else [convert(each) for each in value]
        if kind == "map":
            convert = self._convert(service, shape.value)
            return value if convert is None else {key: convert(each) for key, each in value.items()}
        found: dict[str, Any] = {}
        for name, each in value.items():
            member = shape.members.get(name)
            if member is None:
                continue
            convert = self._convert(service, member)
            wired = member.serialization.get("name", name)
            found[wired] = each if convert is None else convert(each)
        return found


def _text(shape: Any, value: Any, time_format: str) -> str:
    kind = shape.type_name
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "blob":
        return base64.b64encode(value).decode()
    if kind == "timestamp":
        form = shape.serialization.get("timestampFormat", time_format)
        if form == "unixTimestamp":
            return str(value)
        if form == "rfc822":
            return formatdate(value, usegmt=True)
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)


def _envelope(service: Any, operation: Any, result: Mapping[str, Any], request_id: str) -> str:
    shape = operation.output_shape
    members = "" if shape is None else _xml_members(shape, result)
    protocol = service.metadata["protocol"]
    space = service.metadata.get("xmlNamespace", "")
    if protocol == "ec2":
        space = f"http://ec2.amazonaws.com/doc/{service.metadata['apiVersion']}/"
        inner = f"<requestId>{request_id}</requestId>{members}"
    elif protocol == "query":
        wrapper = None if shape is None else shape.serialization.get("resultWrapper")
        inner = f"<{wrapper}>{members}</{wrapper}>" if wrapper else members
        inner += f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
    else:
        inner = members
    name = f"{operation.name}Response"
    return f'<{name} xmlns="{escape(space)}">{inner}</{name}>'


def _xml_members(shape: Any, value: Mapping[str, Any]) -> str:
    return "".join(
        _xml(member, member.serialization.get("name", name), value[name])
        for name, member in shape.members.items()
        if name in value
    )


def _xml(shape: Any, name: str, value: Any) -> str:
    kind = shape.type_name
    if kind == "structure":
        return f"<{name}>{_xml_members(shape, value)}</{name}>"
    if kind == "list":
        if shape.serialization.get("flattened"):
            flat = shape.member.serialization.get("name", name)
            return "".join(_xml(shape.member, flat, each) for each in value)
        inner = shape.member.serialization.get("name", "member")
        return f"<{name}>{''.join(_xml(shape.member, inner, each) for each in value)}</{name}>"
    if kind == "map":
        return _xml_map(shape, name, value)
    return f"<{name}>{escape(_text(shape, value, 'iso8601'))}</{name}>"


def _xml_map(shape: Any, name: str, value: Mapping[str, Any]) -> str:
    key_name = shape.key.serialization.get("name", "key")
    value_name = shape.value.serialization.get("name", "value")
    flat = shape.serialization.get("flattened")
    entry = name if flat else "entry"
    entries = "".join(
        f"<{entry}>{_xml(shape.key, key_name, key)}{_xml(shape.value, value_name, each)}</{entry}>"
        for key, each in value.items()
    )
    return entries if flat else f"<{name}>{entries}</{name}>"
