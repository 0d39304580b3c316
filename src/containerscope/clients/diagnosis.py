"""What `doctor` finds out about the way to AWS: credentials, clock, endpoints, permissions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit
from urllib.request import getproxies_environment

import aiohttp

from containerscope.clients.aws import AwsClients
from containerscope.clients.errors import words_of
from containerscope.clients.permissions import Permissions, permissions_of
from containerscope.clients.tls import context_of
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Problem, Why
from containerscope.resource import Identity

SERVICES = (
    "sts", "ecs", "eks", "elbv2", "application-autoscaling", "autoscaling", "cloudwatch", "logs",
    "efs", "ec2", "iam", "ecr",
)  # fmt: skip
"""The services whose endpoints are tried."""
_SKEW = 60.0
"""Seconds of clock skew worth a word."""
_TOO_SKEWED = 240.0
"""Seconds of clock skew at which signatures are about to be refused (AWS allows five minutes)."""
_TIMEOUT = 8.0
_SOURCES = {
    "env": "environment variables",
    "shared-credentials-file": "the shared credentials file",
    "config-file": "the configuration file",
    "assume-role": "an assumed role",
    "assume-role-with-web-identity": "a web identity",
    "custom-process": "the profile's credential_process",
    "iam-role": "the instance's metadata",
    "container-role": "the container's credentials endpoint",
    "explicit": "explicit credentials",
    "sso": "IAM Identity Center",
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and what to do about it if it is not well."""

    name: str
    level: Level
    message: str
    """For a person; holds no secret. May hold text from outside."""
    remedy: str = ""


def _of(name: str, problem: Problem) -> Finding:
    level = Level.WARNING if problem.why is Why.THROTTLED else Level.FAILED
    return Finding(name, level, problem.message, problem.remedy)


async def diagnose(clients: AwsClients, actions: Iterable[str]) -> AsyncIterator[Finding]:
    """Findings one by one, the quickest first; `actions` are the IAM actions in use."""
    yield _settings(clients)
    for finding in _way_out(clients):
        yield finding
    yield await _credentials(clients)
    identity: Identity | None
    try:
        identity = await clients.identity()
    except ApiError as error:
        yield _of("identity", error.problem)
        identity = None
    else:
        yield Finding("identity", Level.FINE, f"{identity.arn} in account {identity.account}")
    yield _clock(clients)
    for reached in asyncio.as_completed([_endpoint(clients, name) for name in SERVICES]):
        yield await reached
    if identity is None:
        return
    try:
        permissions = await permissions_of(clients, actions)
    except ApiError as error:
        yield _of("permissions", error.problem)
    else:
        for finding in _lacking(permissions):
            yield finding


def _settings(clients: AwsClients) -> Finding:
    profile = clients.setting("profile") or "default"
    where = f"{clients.region} ({clients.partition})"
    return Finding("region", Level.FINE, f"{where}, profile {profile}")


def _way_out(clients: AwsClients) -> Iterable[Finding]:
    proxies = getproxies_environment()
    for scheme in ("https", "http"):
        if scheme in proxies and clients.follows_environment:
            around = proxies.get("no")
            apart = f", not for {around}" if around else ""
            message = f"{scheme} goes by {_without_password(proxies[scheme])}{apart}"
            yield Finding("proxy", Level.FINE, message)
    bundle = clients.setting("ca_bundle")
    if bundle:
        try:
            context_of(bundle)
        except OSError as error:
            remedy = "set AWS_CA_BUNDLE to a readable file of certificates"
            yield Finding("certificates", Level.FAILED, f"{bundle}: {error}", remedy)
        else:
            yield Finding("certificates", Level.FINE, f"trusted are those in {bundle}")


def _without_password(url: str) -> str:
    parts = urlsplit(url if "//" in url else f"//{url}")
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=host, query="", fragment="")).removeprefix("//")


async def _credentials(clients: AwsClients) -> Finding:
    try:
        source = await clients.credential_source()
    except ApiError as error:
        return _of("credentials", error.problem)
    if not source:
        remedy = "choose a profile with --profile, or run `aws configure sso` or `aws configure`"
        return Finding("credentials", Level.FAILED, "there are none", remedy)
    return Finding("credentials", Level.FINE, f"from {_SOURCES.get(source, source)}")


def _clock(clients: AwsClients) -> Finding:
    if not clients.clock.known:
        return Finding("clock", Level.NONE, "no answer told the time")
    ahead = clients.clock.offset.total_seconds()
    if abs(ahead) < _SKEW:
        return Finding("clock", Level.FINE, "agrees with AWS's")
    level = Level.FAILED if abs(ahead) > _TOO_SKEWED else Level.WARNING
    way = "behind" if ahead > 0 else "ahead of"
    message = f"this machine's clock is {abs(ahead):.0f} s {way} AWS's"
    return Finding("clock", level, message, "set the clock: AWS refuses more than five minutes")


async def _endpoint(clients: AwsClients, service: str) -> Finding:
    name = f"endpoint {service}"
    try:
        url = await clients.endpoint(service)
    except ApiError as error:
        return _of(name, error.problem)
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT)
    context = context_of(clients.setting("ca_bundle"))
    try:
        async with (
            aiohttp.ClientSession(
                timeout=timeout, trust_env=clients.follows_environment
            ) as session,
            # Any answer will do: it is the way there that is tried, not the service.
            session.head(url, ssl=context, allow_redirects=False),
        ):
            return Finding(name, Level.FINE, f"{url} answers")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        said = words_of(error) or f"no answer in {_TIMEOUT:g} s"
        remedy = "check the network, HTTPS_PROXY, AWS_CA_BUNDLE and any VPC endpoint's policy"
        return Finding(name, Level.FAILED, f"{url}: {said}", remedy)


def _lacking(permissions: Permissions) -> Iterable[Finding]:
    asked = len(permissions.allowed) + len(permissions.denied)
    message = f"{len(permissions.allowed)} of {asked} are there, as {permissions.how}"
    level = Level.WARNING if permissions.denied else Level.FINE
    yield Finding("permissions", level, message)
    for action in permissions.denied:
        remedy = f"allow {action}; `containerscope policy` prints the whole policy"
        yield Finding(f"permission {action}", Level.WARNING, "is lacking", remedy)
    if permissions.unknown:
        message = f"not known without SimulatePrincipalPolicy: {len(permissions.unknown)}"
        remedy = "allow iam:SimulatePrincipalPolicy to have them looked at"
        yield Finding("permissions", Level.NONE, message, remedy)
