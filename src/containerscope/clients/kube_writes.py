"""What may be changed through a Kubernetes API, and that read-only changes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping

from containerscope.clients.kube_guard import pattern_of
from containerscope.model.listing import Problem, Why

_OBJECTS = (
    "/api/VERSION/RESOURCE/NAME",
    "/api/VERSION/namespaces/NAMESPACE/RESOURCE/NAME",
    "/apis/GROUP/VERSION/RESOURCE/NAME",
    "/apis/GROUP/VERSION/namespaces/NAMESPACE/RESOURCE/NAME",
)
WRITES: Mapping[str, tuple[str, ...]] = {
    "POST": (
        "/api/VERSION/namespaces/NAMESPACE/pods/NAME/eviction",
        "/apis/batch/VERSION/namespaces/NAMESPACE/jobs",
    ),
    "PATCH": (
        *_OBJECTS,
        "/apis/apps/VERSION/namespaces/NAMESPACE/deployments/NAME/scale",
        "/apis/apps/VERSION/namespaces/NAMESPACE/replicasets/NAME/scale",
        "/apis/apps/VERSION/namespaces/NAMESPACE/statefulsets/NAME/scale",
    ),
    "DELETE": _OBJECTS,
}
"""Method -> shapes of paths that our actions need. Nothing is replaced whole, no collection is
deleted, and no token is issued."""

_PATTERNS = {
    method: re.compile("|".join(f"(?:{pattern_of(shape)})" for shape in shapes))
    for method, shapes in WRITES.items()
}


def refuse_write(method: str, path: str, *, read_only: bool) -> Problem | None:
    """Why this request is not sent, or None when it may be; read-only sends none."""
    name = f"kubernetes:{method} {path}"
    if read_only:
        remedy = "start without --read-only to allow changes"
        return Problem(Why.DENIED, name, f"read-only refuses {method} {path}", remedy=remedy)
    pattern = _PATTERNS.get(method)
    if pattern is not None and ".." not in path and pattern.fullmatch(path):
        return None
    message = f"this program does not send {method} {path} to a Kubernetes API"
    return Problem(Why.DENIED, name, message, remedy="use kubectl for it")
