"""The failures of a Kubernetes API, in the words of a real API server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Body = dict[str, Any]
"""A JSON object of the API."""


class KubeError(Exception):
    """A failure that is answered as a `Status` object."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        *,
        details: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
        self.metadata = metadata or {}
        self.headers = dict(headers or {})

    def body(self) -> Body:
        """The `Status` object."""
        status: Body = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": dict(self.metadata),
            "status": "Failure",
            "message": self.message,
        }
        if self.reason:
            status["reason"] = self.reason
        if self.details is not None:
            status["details"] = dict(self.details)
        return {**status, "code": self.code}


def success(code: int = 200, *, details: Mapping[str, Any] | None = None) -> Body:
    """The `Status` of something that went well."""
    status: Body = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
    if details:
        status["details"] = dict(details)
    return status if code == 200 else {**status, "code": code}


def qualified(plural: str, group: str) -> str:
    """A resource as messages name it: `pods`, `deployments.apps`."""
    return f"{plural}.{group}" if group else plural


def _named(plural: str, group: str, name: str) -> dict[str, str]:
    return {"name": name, **({"group": group} if group else {}), "kind": plural}


def not_found(plural: str, group: str, name: str) -> KubeError:
    """No object of this name."""
    message = f'{qualified(plural, group)} "{name}" not found'
    return KubeError(404, "NotFound", message, details=_named(plural, group, name))


def no_such_resource() -> KubeError:
    """A path below a known group that leads nowhere."""
    message = "the server could not find the requested resource"
    return KubeError(404, "NotFound", message, details={})


def already_exists(plural: str, group: str, name: str) -> KubeError:
    """A name that is taken."""
    message = f'{qualified(plural, group)} "{name}" already exists'
    return KubeError(409, "AlreadyExists", message, details=_named(plural, group, name))


def conflict(plural: str, group: str, name: str, why: str = "") -> KubeError:
    """A write on top of a version that is no longer the newest."""
    why = why or (
        "the object has been modified; please apply your changes to the latest version and try "
        "again"
    )
    message = f'Operation cannot be fulfilled on {qualified(plural, group)} "{name}": {why}'
    return KubeError(409, "Conflict", message, details=_named(plural, group, name))


def invalid(kind: str, group: str, name: str, causes: Sequence[tuple[str, str, str]]) -> KubeError:
    """An object that breaks rules; causes are (reason, message, field)."""
    told = [f"{field}: {message}" for _, message, field in causes]
    text = told[0] if len(told) == 1 else f"[{', '.join(told)}]"
    shown = f"{kind}.{group}" if group else kind
    details = {
        **_named(kind, group, name),
        "causes": [
            {"reason": reason, "message": message, "field": field}
            for reason, message, field in causes
        ],
    }
    return KubeError(422, "Invalid", f'{shown} "{name}" is invalid: {text}', details=details)


def bad_request(message: str) -> KubeError:
    """A request that makes no sense."""
    return KubeError(400, "BadRequest", message)


def unauthorized() -> KubeError:
    """Nobody the cluster knows."""
    return KubeError(401, "Unauthorized", "Unauthorized")


def method_not_allowed() -> KubeError:
    """A verb that the resource does not have."""
    message = "the server does not allow this method on the requested resource"
    return KubeError(405, "MethodNotAllowed", message, details={})


def unsupported_media(accepted: Sequence[str]) -> KubeError:
    """A body in a form that is not read here."""
    message = (
        "the body of the request was in an unknown format - accepted media types include: "
        + ", ".join(accepted)
    )
    return KubeError(415, "UnsupportedMediaType", message)


def unknown_patch() -> KubeError:
    """A patch in a form that no resource takes."""
    return KubeError(415, "UnsupportedMediaType", "415: Unsupported Media Type", details={})


def not_acceptable() -> KubeError:
    """An answer in a form that is not written here."""
    message = "only the following media types are accepted: application/json"
    return KubeError(406, "NotAcceptable", message)


def gone(message: str, token: str = "") -> KubeError:
    """History that is no longer kept; with a token to go on without consistency."""
    return KubeError(410, "Expired", message, metadata={"continue": token} if token else {})


def too_large_version(asked: int, current: int) -> KubeError:
    """A list at a version that has not come yet."""
    return KubeError(
        504,
        "Timeout",
        f"Timeout: Too large resource version: {asked}, current: {current}",
        details={
            "causes": [
                {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
            ],
            "retryAfterSeconds": 1,
        },
    )


def throttled(seconds: int) -> KubeError:
    """Flow control turning a request away."""
    return KubeError(
        429,
        "TooManyRequests",
        "too many requests, please try again later.",
        details={"retryAfterSeconds": seconds},
        headers={"Retry-After": str(seconds)},
    )
