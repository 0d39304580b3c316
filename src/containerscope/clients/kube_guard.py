"""What may be read from a Kubernetes API, by method and path, literally listed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from containerscope.model.listing import Problem, Why
from containerscope.redact import MASK

ALLOWED: Mapping[str, tuple[str, ...]] = {
    "GET": (
        "/version",
        "/api",
        "/apis",
        "/api/VERSION",
        "/apis/GROUP",
        "/apis/GROUP/VERSION",
        "/api/VERSION/RESOURCE",
        "/api/VERSION/RESOURCE/NAME",
        "/api/VERSION/namespaces/NAMESPACE/RESOURCE",
        "/api/VERSION/namespaces/NAMESPACE/RESOURCE/NAME",
        "/api/VERSION/namespaces/NAMESPACE/pods/NAME/log",
        "/apis/GROUP/VERSION/RESOURCE",
        "/apis/GROUP/VERSION/RESOURCE/NAME",
        "/apis/GROUP/VERSION/namespaces/NAMESPACE/RESOURCE",
        "/apis/GROUP/VERSION/namespaces/NAMESPACE/RESOURCE/NAME",
    ),
}
"""Method -> shapes of paths. Subresources are refused but for logs: `exec`, `attach`, `portforward`
and `proxy` act even by GET."""

_PART = {
    "VERSION": r"v\d+(?:(?:alpha|beta)\d+)?",
    "GROUP": r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?",
    "RESOURCE": r"(?!(?:proxy|watch|redirect)(?:/|$))[a-z0-9-]+",
    "NAMESPACE": r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?",
    "NAME": r"[A-Za-z0-9](?:[A-Za-z0-9.:_@-]|%[0-9A-F]{2})*",
}


def pattern_of(shape: str) -> str:
    """The regular expression of a shape of paths."""
    return "/".join(_PART.get(part, re.escape(part)) for part in shape.split("/"))


_PATTERNS = {
    method: re.compile("|".join(f"(?:{pattern_of(shape)})" for shape in shapes))
    for method, shapes in ALLOWED.items()
}
_SECRETS = re.compile(r"/api/v1/(?:namespaces/[^/]+/)?secrets(?:/|$)")
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def refuse(method: str, path: str) -> Problem | None:
    """Why this request is not sent, or None when it may be."""
    pattern = _PATTERNS.get(method)
    if pattern is not None and ".." not in path and pattern.fullmatch(path):
        return None
    name = f"kubernetes:{method} {path}"
    return Problem(
        Why.DENIED,
        name,
        f"this program does not send {method} {path} to a Kubernetes API",
        remedy="use kubectl for it",
    )


def is_secret(path: str) -> bool:
    """Whether the answer holds the values of secrets."""
    return _SECRETS.match(path) is not None


def without_values(body: bytes) -> bytes:
    """An answer about secrets, or a line of a watch of them, with their values masked."""
    return msgspec.json.encode(_masked(msgspec.json.decode(body)))


def _masked(value: Any) -> Any:
    if isinstance(value, list):
        return [_masked(each) for each in value]
    if not isinstance(value, dict):
        return value
    made = {key: _masked(each) for key, each in value.items()}
    for name in ("data", "stringData"):
        if isinstance(made.get(name), dict):
            made[name] = dict.fromkeys(made[name], MASK)
    if _APPLIED in made:
        made[_APPLIED] = MASK
    return made
