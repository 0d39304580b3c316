"""The errors of spoilt calls, in the words and with the codes of each service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from containerscope.demo.faults import Fault
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.world import World

_TOLERANCE = timedelta(minutes=5)
_STAMP = "%Y%m%dT%H%M%SZ"
_BECAUSE = {
    "identity": "because no identity-based policy allows the {action} action",
    "deny": "with an explicit deny in an identity-based policy",
    "scp": "with an explicit deny in a service control policy",
    "boundary": "because no permissions boundary allows the {action} action",
    "session": "because no session policy allows the {action} action",
}


def error_of(
    fault: Fault, service: Any, action: str, caller: str, on: str = "*"
) -> AwsError | None:
    """The AWS error of a fault in the words of its service, or None where it is no error.

    `action` is IAM's name of the operation, `on` the ARN of what it is about.
    """
    protocol = service.metadata["protocol"]
    if fault.kind == "denied":
        because = _BECAUSE[fault.cause].format(action=action)
        return _denied(
            protocol, f"User: {caller} is not authorized to perform: {action}", on, because
        )
    if fault.kind == "throttled":
        return throttled(service)
    if fault.kind == "broken":
        xml = protocol in ("query", "ec2")
        code = (
            "InternalError"
            if protocol == "ec2"
            else "InternalFailure"
            if xml
            else "ServerException"
        )
        return AwsError(code, "Service Unavailable. Please try again later.", 500)
    if fault.kind == "expired":
        if protocol == "ec2":
            return AwsError("RequestExpired", "Request has expired.", 400)
        code = "ExpiredToken" if protocol == "query" else "ExpiredTokenException"
        message = "The security token included in the request is expired"
        return AwsError(code, message, 403 if protocol == "query" else 400)
    return None


def _denied(protocol: str, who: str, on: str, because: str) -> AwsError:
    if protocol == "ec2":
        text = f"You are not authorized to perform this operation. {who} {because}"
        return AwsError("UnauthorizedOperation", text, 403)
    code = "AccessDenied" if protocol == "query" else "AccessDeniedException"
    status = 400 if protocol == "json" else 403
    return AwsError(code, f"{who} on resource: {on} {because}", status)


def throttled(service: Any) -> AwsError:
    """The error about too many calls."""
    protocol = service.metadata["protocol"]
    if protocol == "ec2":
        return AwsError("RequestLimitExceeded", "Request limit exceeded.", 503)
    code = "Throttling" if protocol == "query" else "ThrottlingException"
    return AwsError(code, "Rate exceeded", 429 if protocol == "rest-json" else 400)


def skew_error(service: Any, stamp: str, off: float) -> AwsError | None:
    """What a server whose clock is off says of a signature's time; None within five minutes.

    `stamp` is the request's `X-Amz-Date`; a request without one is not signed.
    """
    if not stamp:
        return None
    try:
        signed = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    now = datetime.now(UTC) + timedelta(seconds=off)
    if abs(now - signed) <= _TOLERANCE:
        return None
    if signed < now:
        edge = (now - _TOLERANCE).strftime(_STAMP)
        text = f"Signature expired: {stamp} is now earlier than {edge} ({now:{_STAMP}} - 5 min.)"
    else:
        edge = (now + _TOLERANCE).strftime(_STAMP)
        text = (
            f"Signature not yet current: {stamp} is still later than {edge} "
            f"({now:{_STAMP}} + 5 min.)"
        )
    protocol = service.metadata["protocol"]
    if protocol == "ec2":
        text = "AWS was not able to validate the provided access credentials"
        return AwsError("AuthFailure", text, 401)
    code = "SignatureDoesNotMatch" if protocol == "query" else "InvalidSignatureException"
    return AwsError(code, text, 400 if protocol == "json" else 403)


def resource_of(world: World, service: str, params: Mapping[str, Any]) -> str:
    """The ARN that a denial of this call names, or `*` for calls about nothing in particular."""
    if service == "ecs":
        return _ecs_resource(world, params)
    name = params.get("clusterName") or params.get("name")
    if service == "eks" and name:
        group = params.get("nodegroupName")
        path = f"nodegroup/{name}/{group}/*" if group else f"cluster/{name}"
        return world.arn("eks", path)
    named = (params.get(each) for each in ("TargetGroupArn", "LoadBalancerArn", "PolicyArn"))
    return next((each for each in named if each), "*")


def _ecs_resource(world: World, params: Mapping[str, Any]) -> str:
    cluster = str(params.get("cluster", "default")).rpartition("/")[2]
    for member, kind in (("services", "service"), ("service", "service"), ("tasks", "task"),
                         ("task", "task")):  # fmt: skip
        found = params.get(member)
        first = found[0] if isinstance(found, list) and found else found
        if first:
            return first if _is_arn(first) else world.arn("ecs", f"{kind}/{cluster}/{first}")
    clusters = params.get("clusters") or ([cluster] if "cluster" in params else [])
    if clusters:
        first = clusters[0]
        return first if _is_arn(first) else world.arn("ecs", f"cluster/{first}")
    return "*"


def _is_arn(text: str) -> bool:
    return text.startswith("arn:")
