"""Faults that a test or a person puts in the way of calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from containerscope.demo.protocol_errors import AwsError

Kind = Literal["denied", "throttled", "broken", "slow", "expired", "dropped"]


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One rule: which calls it hits, what happens to them, and how often."""

    kind: Kind
    service: str = "*"
    operation: str = "*"
    where: dict[str, Any] = {}
    """Parameters that must have these values; ARNs are given by their last part too."""
    times: int | None = None
    """How many more calls it hits; None for all."""
    seconds: float = 1.0
    """How long a `slow` call waits before it is answered."""

    def hits(self, service: str, operation: str, params: Mapping[str, Any]) -> bool:
        """Whether it applies to this call."""
        return (
            self.times != 0
            and self.service in ("*", service)
            and self.operation in ("*", operation)
            and all(_is(params.get(key), value) for key, value in self.where.items())
        )


def _is(given: Any, wanted: Any) -> bool:
    return bool(given == wanted or (isinstance(given, str) and given.rpartition("/")[2] == wanted))


class Faults(list[Fault]):
    """The rules in force; the first that hits a call counts."""

    def take(self, service: str, operation: str, params: Mapping[str, Any]) -> Fault | None:
        """The rule that hits this call, one time used up."""
        for each in self:
            if each.hits(service, operation, params):
                if each.times is not None:
                    each.times -= 1
                return each
        return None

    def replace(self, rules: Iterable[Fault]) -> None:
        """Put these rules in the place of all others."""
        self[:] = rules


def error_of(fault: Fault, service: Any, action: str, caller: str) -> AwsError | None:
    """The AWS error of a fault in the words of its service, or None where it is no error."""
    query = service.metadata["protocol"] in ("query", "ec2")
    if fault.kind == "denied":
        message = (
            f"User: {caller} is not authorized to perform: {action} on resource: * because no "
            f"identity-based policy allows the {action} action"
        )
        return AwsError(
            "AccessDenied" if query else "AccessDeniedException",
            message,
            403 if query or service.metadata["protocol"] == "rest-json" else 400,
        )
    if fault.kind == "throttled":
        code = "Throttling" if query else "ThrottlingException"
        status = 429 if service.metadata["protocol"] == "rest-json" else 400
        return AwsError(code, "Rate exceeded", status)
    if fault.kind == "broken":
        return AwsError(
            "InternalFailure" if query else "ServerException",
            "Service Unavailable. Please try again later.",
            500,
        )
    if fault.kind == "expired":
        code = "ExpiredToken" if query else "ExpiredTokenException"
        message = "The security token included in the request is expired"
        return AwsError(code, message, 403 if query else 400)
    return None
