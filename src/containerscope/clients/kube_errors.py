"""From what a Kubernetes API answers, or why it does not, to a problem to act on."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from containerscope.model.kube import BUDGET, KubeError, Status
from containerscope.model.listing import Problem, Why

_NEEDS = re.compile(r'cannot (?P<verb>\w+) (?:resource "(?P<what>[^"]+)"|path "(?P<path>[^"]+)")')
_WHOLE = "at the cluster scope"
_IN_NO_NAMESPACE = frozenset(
    {"nodes", "persistentvolumes", "storageclasses", "customresourcedefinitions"}
)
_SLOWLY = "wait: it goes on by itself, more slowly"


def status_of(body: bytes) -> Status:
    """The Status in a body; a text that is none becomes its message."""
    try:
        return msgspec.json.decode(body, type=Status)
    except msgspec.DecodeError:
        return Status(message=body[:300].decode("utf-8", "replace").strip())


def retry_after(headers: Mapping[str, str], status: Status) -> float | None:
    """Seconds that the server asks us to wait."""
    try:
        return max(0.0, float(headers["Retry-After"]))
    except (KeyError, ValueError):
        seconds = status.details.retry_after_seconds if status.details else None
        return None if seconds is None else float(seconds)


def refusal(code: int, status: Status, operation: str, wait: float | None = None) -> KubeError:
    """What a refusal means; a 401 is for whoever knows the way in to explain."""
    text = status.message or status.reason or f"HTTP {code}"
    if code == 403:
        return KubeError(_forbidden(text, operation), code)
    if code == 409:
        return KubeError(_conflict(text, status, operation), code, status.reason or "")
    causes = (status.details.causes if status.details else None) or ()
    held = next((each for each in causes if each.reason == BUDGET), None)
    if held is not None:
        why = held.message or text
        remedy = "wait until more of its pods are ready, or delete the pod"
        return KubeError(Problem(Why.FAILED, operation, why, remedy=remedy), code, BUDGET)
    if code == 429:
        return KubeError(
            Problem(Why.THROTTLED, operation, text, remedy=_SLOWLY, retry_after=wait), code
        )
    if code == 404:
        return KubeError(_not_there(text, status, operation), code)
    if code >= 500:
        remedy = "the API server has a problem of its own: it is tried again"
        return KubeError(
            Problem(Why.UNREACHABLE, operation, text, remedy=remedy, retry_after=wait), code
        )
    return KubeError(Problem(Why.FAILED, operation, text), code)


def _conflict(text: str, status: Status, operation: str) -> Problem:
    """Somebody else's change in between, or a name that is taken."""
    if status.reason == "AlreadyExists":
        return Problem(Why.FAILED, operation, text)
    return Problem(Why.FAILED, operation, text, remedy="look at it again, then decide")


def _forbidden(text: str, operation: str) -> Problem:
    found = _NEEDS.search(text)
    if found is None and "is forbidden: " in text:
        # Not RBAC but admission: a quota, a security standard, a namespace that ends.
        return Problem(Why.FAILED, operation, text)
    needs = ""
    if found is not None:
        needs = f"{found['verb']} {found['what'] or found['path']}"
    remedy = f"bind a role that allows it to `{needs or operation}` (RBAC)"
    listing = found is not None and found["verb"] in ("list", "watch")
    if _WHOLE in text and listing and found and found["what"] not in _IN_NO_NAMESPACE:
        remedy += ", or name a namespace you may read: `namespace=NAME`"
    return Problem(Why.DENIED, operation, text, remedy=remedy, permission=needs)


def _not_there(text: str, status: Status, operation: str) -> Problem:
    if status.details is not None and status.details.kind:
        return Problem(Why.FAILED, operation, text)
    return Problem(
        Why.FAILED,
        operation,
        f"this cluster does not serve it: {text}",
        remedy="an older or newer Kubernetes may, or an add-on that is not installed here",
    )


def broken(error: BaseException, operation: str) -> KubeError:
    """A stream that ended in the middle."""
    text = f"the connection broke: {error}" if str(error) else "the connection broke"
    remedy = "it is tried again by itself"
    return KubeError(Problem(Why.UNREACHABLE, operation, text, remedy=remedy))
