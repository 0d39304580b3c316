"""The one mapping from what a call raises to a problem that a person can act on.

anything raised
├─ already ours (ApiError, refused by the guard) ─────────────────────► as it is
├─ the service answered with an error
│  ├─ Throttling*, TooManyRequests*, RequestLimitExceeded, 429 ───────► THROTTLED
│  ├─ ExpiredToken*, UnrecognizedClient*, InvalidClientTokenId, … ────► EXPIRED
│  ├─ RequestTimeTooSkewed, "signature expired" ──────────────────────► FAILED, set the clock
│  ├─ SignatureDoesNotMatch, InvalidSignature* ───────────────────────► FAILED, secret or clock
│  ├─ AccessDenied*, UnauthorizedOperation, 403 ──────────────────────► DENIED, with the action
│  ├─ 5xx ────────────────────────────────────────────────────────────► UNREACHABLE, try again
│  └─ anything else ──────────────────────────────────────────────────► FAILED, as AWS said it
├─ no usable credentials: none, partial, SSO token, MFA ──────────────► EXPIRED
├─ no such profile, broken configuration, no region ──────────────────► FAILED
├─ proxy, TLS, time-out, DNS, refused connection ─────────────────────► UNREACHABLE
└─ parameters that do not fit, and whatever nobody thought of ────────► FAILED
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from containerscope.model.listing import ApiError, Problem, Why

_THROTTLED = re.compile(
    "Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|BandwidthLimitExceeded"
    "|PriorRequestNotComplete"
)
_EXPIRED = re.compile(
    "^(ExpiredToken|TokenRefreshRequired|UnrecognizedClient|InvalidClientTokenId|InvalidToken"
    "|MissingAuthenticationToken|AuthFailure$|UnauthorizedException$|RequestExpired)"
)
_SKEWED = re.compile("RequestTimeTooSkewed|signature expired|not yet current", re.IGNORECASE)
_SIGNATURE = re.compile("SignatureDoesNotMatch|InvalidSignature|IncompleteSignature")
_DENIED = re.compile("AccessDenied|UnauthorizedOperation|NotAuthorized|AuthorizationError")
_ACTION = re.compile(r"not authorized to perform:? ([\w-]+:\w+)")

_PREFIXES = {
    "elbv2": "elasticloadbalancing",
    "elb": "elasticloadbalancing",
    "efs": "elasticfilesystem",
    "resource-explorer-2": "resource-explorer-2",
}

_SIGNING_IN = {
    "AssumeRole": "sts",
    "AssumeRoleWithWebIdentity": "sts",
    "GetRoleCredentials": "sso",
    "CreateToken": "sso-oidc",
}
"""Calls that botocore makes on the way to ours."""

_SIGN_IN = "sign in again: `aws sso login` for an SSO profile, else renew the credentials"
_NETWORK = "check the network, the VPN and the region's name"


def iam_action(service: str, operation: str) -> str:
    """The IAM action that an operation needs; for most it is the operation's own name."""
    return f"{_PREFIXES.get(service, service)}:{operation}"


def to_problem(error: BaseException, service: str, operation: str) -> Problem:
    """What this error means for a person."""
    if isinstance(error, ApiError):
        return error.problem
    name = f"{service}:{operation}"
    if isinstance(error, boto.ClientError):
        if error.operation_name in _SIGNING_IN and error.operation_name != operation:
            operation = error.operation_name
            service = _SIGNING_IN[operation]
            name = f"{service}:{operation}"
        return _answered(error.response, name, iam_action(service, operation))
    if isinstance(error, boto.BotoCoreError):
        return _not_answered(error, name)
    if isinstance(error, AttributeError) and "object has no attribute" in str(error):
        return Problem(Why.FAILED, name, f"{name} is not known to this version of botocore")
    if isinstance(error, ResponseParserError | json.JSONDecodeError):
        remedy = "see what answers in place of AWS: a proxy, a sign-in page of the network"
        return Problem(Why.UNREACHABLE, name, f"unreadable answer: {error}"[:300], remedy=remedy)
    if isinstance(error, TimeoutError | OSError):
        return Problem(Why.UNREACHABLE, name, str(error) or "timed out", remedy=_NETWORK)
    return Problem(Why.FAILED, name, f"{type(error).__name__}: {error}")


def _answered(response: Mapping[str, Any], name: str, action: str) -> Problem:
    said = response.get("Error", {})
    code = str(said.get("Code", ""))
    text = str(said.get("Message") or said.get("message") or code)
    if "<html" in text[:200].lower():
        text = "a page in place of an answer: something between here and AWS replied"
    metadata = response.get("ResponseMetadata", {})
    status = metadata.get("HTTPStatusCode", 0)
    if is_throttled(response):
        wait = _retry_after(metadata.get("HTTPHeaders", {}))
        remedy = "wait: it goes on by itself, more slowly"
        return Problem(Why.THROTTLED, name, text, remedy=remedy, retry_after=wait)
    if _SKEWED.search(code) or _SKEWED.search(text):
        remedy = "set this machine's clock: it differs from AWS's by minutes"
        return Problem(Why.FAILED, name, text, remedy=remedy)
    if _SIGNATURE.search(code):
        remedy = "check the secret access key, and this machine's clock"
        return Problem(Why.FAILED, name, text, remedy=remedy)
    if _EXPIRED.search(code):
        return Problem(Why.EXPIRED, name, text, remedy=_SIGN_IN)
    if _DENIED.search(code) or status == 403:
        found = _ACTION.search(text)
        action = found.group(1) if found else action
        return Problem(Why.DENIED, name, text, remedy=f"allow {action}", permission=action)
    if status >= 500:
        remedy = "AWS has a problem of its own: it is tried again"
        return Problem(Why.UNREACHABLE, name, text, remedy=remedy)
    remedy = _NO_CLUSTER if code == "ClusterNotFoundException" else ""
    words = f"{code}: {text}" if code and code != text else text
    return Problem(Why.FAILED, name, words, remedy=remedy)


def is_throttled(response: Mapping[str, Any]) -> bool:
    """Whether a parsed answer says that we are too fast."""
    code = str(response.get("Error", {}).get("Code", ""))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return bool(_THROTTLED.search(code)) or status == 429


def _retry_after(headers: Mapping[str, str]) -> float | None:
    try:
        return max(0.0, float(headers["retry-after"]))
    except (KeyError, ValueError):
        return None


_NO_CLUSTER = "ECS has no cluster of this name in this region; `:clusters` lists ECS and EKS"

_NOT_ANSWERED: tuple[tuple[tuple[type[Exception], ...], Why, str], ...] = (
    (
        (boto.SSOError, boto.TokenRetrievalError, boto.NoAuthTokenError),
        Why.EXPIRED,
        "sign in again: `aws sso login`",
    ),
    (
        (boto.RefreshWithMFAUnsupportedError,),
        Why.EXPIRED,
        "the session of the assumed role is over: give a new MFA code",
    ),
    (
        (boto.NoCredentialsError,),
        Why.EXPIRED,
        "choose a profile with --profile, or run `aws configure sso` or `aws configure`",
    ),
    ((boto.PartialCredentialsError,), Why.EXPIRED, "set access key and secret key together"),
    (
        (boto.CredentialRetrievalError, boto.MetadataRetrievalError),
        Why.EXPIRED,
        "run the profile's credential_process by hand and see what it says",
    ),
    (
        (boto.ProfileNotFound, boto.ConfigParseError, boto.ConfigNotFound),
        Why.FAILED,
        "check ~/.aws/config and AWS_PROFILE",
    ),
    (
        (boto.UnknownCredentialError, boto.InvalidConfigError, boto.UnknownServiceError),
        Why.FAILED,
        "check the profile in ~/.aws/config",
    ),
    (
        (boto.NoRegionError, boto.InvalidRegionError, boto.UnknownRegionError),
        Why.FAILED,
        "pass --region or set AWS_REGION",
    ),
    (
        (boto.ProxyConnectionError, boto.InvalidProxiesConfigError),
        Why.UNREACHABLE,
        "check HTTPS_PROXY and NO_PROXY",
    ),
    (
        (boto.SSLError,),
        Why.UNREACHABLE,
        "if a proxy opens TLS here, set AWS_CA_BUNDLE to its certificate",
    ),
    (
        (boto.ConnectTimeoutError, boto.ReadTimeoutError),
        Why.UNREACHABLE,
        "the endpoint does not answer in time: check the network, the VPN and the proxy",
    ),
    (
        (boto.EndpointConnectionError, boto.ConnectionError, boto.HTTPClientError),
        Why.UNREACHABLE,
        _NETWORK,
    ),
)


def _not_answered(error: boto.BotoCoreError, name: str) -> Problem:
    for kinds, why, remedy in _NOT_ANSWERED:
        if isinstance(error, kinds):
            return Problem(why, name, words_of(error), remedy=remedy)
    return Problem(Why.FAILED, name, words_of(error))


def words_of(error: BaseException) -> str:
    """What it says, without the address of an object that aiohttp puts in."""
    return re.sub(r" ssl:(<[^>]*>|\w+)", "", str(error))


def failure_problem(operation: str, failure: Mapping[str, Any]) -> Problem:
    """What a batch call that answers 200 says of the one thing it was about."""
    words = ": ".join(str(failure[each]) for each in ("reason", "detail") if failure.get(each))
    return Problem(Why.FAILED, operation, words or "it failed and AWS does not say why")
