"""Which operation of which service a request asks for, and as whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec

from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.protocol_models import Models

_SCOPE = re.compile(r"([^/\s=,]+)/\d{8}/([^/]*)/([^/]+)/aws4_request")
_UNSIGNED = ("sso-oidc", "sso")
"""Services whose operations come without a signature and are told by their path alone."""


class Wire(msgspec.Struct, frozen=True):
    """An HTTP request as it came in; `path` is still percent-encoded."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    def form(self) -> dict[str, str]:
        """The parameters of the query protocols: those of the body, or else of the URL."""
        if self.body:
            return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))
        return dict(self.query)


class Signature(NamedTuple):
    """The credential scope of a signed request; empty strings where it is not signed."""

    access_key: str = ""
    region: str = ""
    name: str = ""


class Routed(NamedTuple):
    """A request whose operation is known."""

    service: Any
    operation: Any
    signature: Signature


def signature(wire: Wire) -> Signature:
    """Who signed the request and for which service, by header or presigned query."""
    credential = wire.headers.get("authorization", "")
    if not credential:
        credential = dict(wire.query).get("X-Amz-Credential", "")
    found = _SCOPE.search(credential)
    return Signature(*found.groups()) if found else Signature()


def stamp(wire: Wire) -> str:
    """When the request was signed, as its `X-Amz-Date` says it; empty where it does not."""
    return wire.headers.get("x-amz-date", "") or dict(wire.query).get("X-Amz-Date", "")


def protocol_of(wire: Wire) -> str:
    """The protocol a request seems to speak, for errors about services nobody knows."""
    if "x-amz-target" in wire.headers:
        return "json"
    form = "x-www-form-urlencoded" in wire.headers.get("content-type", "")
    return "query" if form or any(key == "Action" for key, _ in wire.query) else "rest-json"


def find_service(models: Models, wire: Wire, signed: Signature) -> str:
    """botocore's name of the service that is asked, or an AWS error."""
    target = wire.headers.get("x-amz-target", "").rpartition(".")[0]
    candidates = [each for each in models.index if each.signing_name == signed.name]
    if target:
        candidates = [each for each in candidates or models.index if each.target_prefix == target]
    elif protocol_of(wire) == "query":
        version = wire.form().get("Version", "")
        candidates = [each for each in candidates or models.index if each.api_version == version]
        candidates = [each for each in candidates if each.protocol in ("query", "ec2")]
        if not signed.name:
            candidates = [each for each in candidates if each.name == "sts"]
    elif signed.name:
        candidates = [each for each in candidates if each.protocol.startswith("rest-")]
    else:
        candidates = [
            each
            for each in models.index
            if each.name in _UNSIGNED and match(models, each.name, wire) is not None
        ]
    if not candidates:
        raise AwsError("UnknownOperationException", "No service answers to this request.", 404)
    for each in candidates:
        if len(candidates) > 1 and each.protocol.startswith("rest-"):
            if match(models, each.name, wire) is not None:
                return each.name
        elif each.name == signed.name:
            return each.name
    return candidates[0].name


def match(models: Models, name: str, wire: Wire) -> Any:
    """The REST operation whose method and template fit the request, or None."""
    for route in models.routes(name):
        fits = route.method == wire.method and route.constants <= set(wire.query)
        if fits and route.pattern.fullmatch(wire.path):
            return route.operation
    return None


def find_operation(models: Models, name: str, wire: Wire) -> Any:
    """The model of the operation that is asked for, or the protocol's own error."""
    service = models.service(name)
    protocol = service.metadata["protocol"]
    if protocol == "json":
        operation = wire.headers.get("x-amz-target", "").rpartition(".")[2]
    elif protocol in ("query", "ec2"):
        operation = wire.form().get("Action", "")
    else:
        found = match(models, name, wire)
        if found is None:
            raise AwsError(
                "UnknownOperationException", f"No operation at {wire.method} {wire.path}", 404
            )
        return found
    if operation not in service.operation_names:
        raise unknown_operation(service, operation)
    return service.operation_model(operation)


def unknown_operation(service: Any, operation: str) -> AwsError:
    """What a service answers to an operation it does not have."""
    version = service.metadata["apiVersion"]
    if service.metadata["protocol"] in ("query", "ec2"):
        message = f"Could not find operation {operation} for version {version}"
        return AwsError("InvalidAction", message)
    return AwsError("UnknownOperationException", f"The operation {operation} is not known here.")
