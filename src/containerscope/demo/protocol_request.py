"""From an HTTP request to an operation's parameters, as the service model describes them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import msgspec

from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.protocol_models import Models
from containerscope.demo.protocol_route import Wire

_SCALARS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "bigdecimal": (int, float),
    "biginteger": (int,),
}


def parse(models: Models, service: Any, operation: Any, wire: Wire) -> dict[str, Any]:
    """The parameters under the API's own member names; times are epoch seconds."""
    shape = operation.input_shape
    if shape is None:
        return {}
    protocol = service.metadata["protocol"]
    if protocol in ("query", "ec2"):
        params = dict(_from_query(shape, wire.form(), "", protocol == "ec2") or {})
    elif protocol == "json":
        params = dict(_from_json(shape, _loads(wire.body)))
    else:
        params = _from_rest(models, service, operation, wire)
    for name in shape.required_members:
        if name not in params and shape.members[name].type_name not in ("list", "map"):
            code = (
                "ValidationError" if protocol in ("query", "ec2") else "InvalidParameterException"
            )
            raise AwsError(code, f"{name} is required.")
    return params


def _loads(body: bytes) -> Any:
    if not body:
        return {}
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise AwsError("SerializationException", f"The body is not JSON: {error}") from error


def _from_json(shape: Any, value: Any) -> Any:
    kind = shape.type_name
    if kind == "structure":
        return _structure(shape, value)
    if kind == "list":
        _expect(isinstance(value, list), shape, value)
        return [_from_json(shape.member, each) for each in value]
    if kind == "map":
        _expect(isinstance(value, dict), shape, value)
        return {key: _from_json(shape.value, each) for key, each in value.items()}
    if kind == "blob":
        return _blob(value)
    if kind == "timestamp":
        return _timestamp(value)
    expected = _SCALARS.get(kind)
    if expected is not None:
        odd = isinstance(value, bool) and bool not in expected
        _expect(isinstance(value, expected) and not odd, shape, value)
    return value


def _structure(shape: Any, value: Any) -> dict[str, Any]:
    _expect(isinstance(value, dict), shape, value)
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        given = value.get(member.serialization.get("name", name))
        if given is not None:
            found[name] = _from_json(member, given)
    return found


def _expect(right: bool, shape: Any, value: Any) -> None:
    if not right:
        kind = type(value).__name__
        message = f"{kind} can not be converted to {shape.type_name} ({shape.name})"
        raise AwsError("SerializationException", message)


def _blob(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, TypeError, ValueError) as error:
        raise AwsError("SerializationException", "A blob is not base64.") from error


def _timestamp(value: Any) -> float:
    try:
        if isinstance(value, int | float):
            return float(value)
        if value.replace(".", "", 1).isdigit():
            return float(value)
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (AttributeError, ValueError) as error:
        raise AwsError("SerializationException", f"{value!r} is not a time.") from error


def _from_text(shape: Any, text: str) -> Any:
    kind = shape.type_name
    try:
        if kind in ("integer", "long"):
            return int(text)
        if kind in ("float", "double"):
            return float(text)
    except ValueError as error:
        message = f"{text!r} is not a number ({shape.name})"
        raise AwsError("SerializationException", message) from error
    if kind == "boolean":
        return text.lower() == "true"
    if kind == "timestamp":
        return _timestamp(text)
    return _blob(text) if kind == "blob" else text


def _from_rest(models: Models, service: Any, operation: Any, wire: Wire) -> dict[str, Any]:
    shape = operation.input_shape
    route = next(
        each
        for each in models.routes(service.service_name)
        if each.operation.name == operation.name
    )
    found = route.pattern.fullmatch(wire.path)
    values = [] if found is None else [unquote(each) for each in found.groups()]
    labels = dict(zip(route.labels(), values, strict=False))
    payload = shape.serialization.get("payload")
    body = _loads(wire.body) if _takes_json(shape, payload) else None
    params: dict[str, Any] = {}
    for name, member in shape.members.items():
        value = _member(member, name, wire, labels, body, payload)
        if value is not None:
            params[name] = value
    return params


def _takes_json(shape: Any, payload: str | None) -> bool:
    return payload is None or shape.members[payload].type_name == "structure"


def _member(
    member: Any, name: str, wire: Wire, labels: Mapping[str, str], body: Any, payload: str | None
) -> Any:
    location = member.serialization.get("location")
    wired = member.serialization.get("name", name)
    if location == "uri":
        return _from_text(member, labels[wired]) if wired in labels else None
    if location == "querystring":
        given = [value for key, value in wire.query if key == wired]
        if member.type_name == "list":
            return [_from_text(member.member, each) for each in given] or None
        return _from_text(member, given[0]) if given else None
    if location == "header":
        text = wire.headers.get(wired.lower())
        return None if text is None else _from_text(member, text)
    if location is not None:
        return None
    if name == payload:
        return wire.body if body is None else _from_json(member, body)
    if payload is not None or not isinstance(body, dict) or body.get(wired) is None:
        return None
    return _from_json(member, body[wired])


def _from_query(shape: Any, form: Mapping[str, str], prefix: str, ec2: bool) -> Any:
    """The value at `prefix`, or None if the form has nothing there."""
    kind = shape.type_name
    if kind == "structure":
        found = {
            name: value
            for name, member in shape.members.items()
            if (value := _from_query(member, form, _join(prefix, _wired(member, name, ec2)), ec2))
            is not None
        }
        return found or ({} if not prefix else None)
    if kind == "list":
        return _query_list(shape, form, prefix, ec2)
    if kind == "map":
        return _query_map(shape, form, prefix, ec2)
    return _from_text(shape, form[prefix]) if prefix in form else None


def _wired(member: Any, name: str, ec2: bool) -> str:
    if ec2:
        queried = member.serialization.get("queryName")
        if queried:
            return str(queried)
        name = member.serialization.get("name", name)
        return name[0].upper() + name[1:]
    return str(member.serialization.get("name", name))


def _join(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def _query_list(shape: Any, form: Mapping[str, str], prefix: str, ec2: bool) -> Any:
    if not ec2:
        if shape.serialization.get("flattened"):
            name = shape.member.serialization.get("name", "")
            if name:
                prefix = ".".join([*prefix.split(".")[:-1], name])
        else:
            prefix = f"{prefix}.{shape.member.serialization.get('name', 'member')}"
    found: list[Any] = []
    while (value := _from_query(shape.member, form, f"{prefix}.{len(found) + 1}", ec2)) is not None:
        found.append(value)
    return found or None


def _query_map(shape: Any, form: Mapping[str, str], prefix: str, ec2: bool) -> Any:
    if not shape.serialization.get("flattened"):
        prefix = f"{prefix}.entry"
    key_name = shape.key.serialization.get("name", "key")
    value_name = shape.value.serialization.get("name", "value")
    found: dict[str, Any] = {}
    while (key := form.get(f"{prefix}.{len(found) + 1}.{key_name}")) is not None:
        here = f"{prefix}.{len(found) + 1}.{value_name}"
        found[key] = _from_query(shape.value, form, here, ec2)
    return found or None
