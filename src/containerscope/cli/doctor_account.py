"""The part of `doctor` that asks AWS: who we are, the clock, and each permission of the policy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

from containerscope.cli.findings import Finding, of_problem
from containerscope.cli.policy import read_actions
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Problem, Why
from containerscope.settings import Settings

_NOBODY = "containerscope-doctor"
"""The name of a cluster that does not exist: permission is decided before existence."""
_CLUSTER = {"cluster": _NOBODY}
_EKS = {"clusterName": _NOBODY}
_PARAMS: Mapping[str, Mapping[str, Any]] = {
    "ecs:ListClusters": {"maxResults": 1},
    "ecs:DescribeClusters": {"clusters": [_NOBODY]},
    "ecs:ListServices": _CLUSTER,
    "ecs:DescribeServices": {**_CLUSTER, "services": [_NOBODY]},
    "ecs:ListTasks": _CLUSTER,
    "ecs:DescribeTasks": {**_CLUSTER, "tasks": ["0" * 32]},
    "ecs:ListContainerInstances": _CLUSTER,
    "ecs:DescribeContainerInstances": {**_CLUSTER, "containerInstances": ["0" * 32]},
    "ecs:DescribeCapacityProviders": {"capacityProviders": ["FARGATE"]},
    "ecs:ListServiceDeployments": {**_CLUSTER, "service": _NOBODY},
    "ecs:ListTaskDefinitions": {"maxResults": 1},
    "ecs:ListTaskDefinitionFamilies": {"maxResults": 1},
    "ecs:DescribeTaskDefinition": {"taskDefinition": _NOBODY},
    "eks:ListClusters": {"maxResults": 1},
    "eks:DescribeCluster": {"name": _NOBODY},
    "eks:DescribeClusterVersions": {"maxResults": 1},
    "eks:ListNodegroups": _EKS,
    "eks:DescribeNodegroup": {**_EKS, "nodegroupName": _NOBODY},
    "eks:ListFargateProfiles": _EKS,
    "eks:DescribeFargateProfile": {**_EKS, "fargateProfileName": _NOBODY},
    "eks:ListAddons": _EKS,
    "eks:DescribeAddon": {**_EKS, "addonName": _NOBODY},
}
_SKEW, _BROKEN = 60.0, 290.0
"""Seconds from which a clock is worth a word, and from which AWS refuses signatures."""


def credentials_finding(settings: Settings, environ: Mapping[str, str]) -> Finding:
    """Where the credentials are taken from."""
    if settings.demo:
        text = "none: the demo account needs none"
    elif settings.profile:
        text = f"profile {settings.profile}, by {settings.sources.get('profile', 'the settings')}"
    elif environ.get("AWS_ACCESS_KEY_ID"):
        text = "the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    elif environ.get("AWS_PROFILE"):
        text = f"profile {environ['AWS_PROFILE']}, by AWS_PROFILE"
    else:
        text = "profile default, or what the container or instance provides"
    return Finding("credentials", Level.NONE, text)


async def account_findings(clients: Any) -> AsyncIterator[Finding]:
    """Everything that needs calls; without an identity the rest is not tried."""
    try:
        identity = await clients.identity()
    except ApiError as error:
        yield of_problem("identity", error.problem)
        return
    yield Finding("identity", Level.FINE, f"{identity.arn} in account {identity.account}")
    yield Finding("region", Level.FINE, f"{clients.region} ({clients.partition})")
    yield _skew((clients.clock.now() - datetime.now(UTC)).total_seconds())
    for finding in await _permissions(clients):
        yield finding


def _skew(seconds: float) -> Finding:
    text = f"this machine's clock differs from AWS by {abs(seconds):.0f} s"
    fix = "set the clock, best by NTP: AWS refuses signatures that are 5 minutes off"
    if abs(seconds) >= _BROKEN:
        return Finding("clock", Level.FAILED, text, fix)
    if abs(seconds) >= _SKEW:
        return Finding("clock", Level.WARNING, text, fix)
    return Finding("clock", Level.FINE, "as AWS's")


async def _permissions(clients: Any) -> list[Finding]:
    actions = [action for action in read_actions() if action in _PARAMS]
    untried = [action for action in read_actions() if action not in _PARAMS]
    answers = await asyncio.gather(*(_try(clients, action) for action in actions))
    lacking = [(a, p) for a, p in zip(actions, answers, strict=True) if p is not None]
    found = [of_problem(action, problem) for action, problem in lacking]
    good = len(actions) - len(lacking)
    text = f"{good} of {len(actions)} tried are there"
    if untried:
        text += f"; not tried, as they need something that exists: {', '.join(untried)}"
    fix = "`containerscope policy` prints the policy that has them all" if lacking else ""
    level = Level.WARNING if lacking else Level.FINE
    why = lacking[0][1].why if lacking else None
    return [Finding("permissions", level, text, fix, why), *found]


async def _try(clients: Any, action: str) -> Problem | None:
    """What kept the action from being tried or allowed; that there is nothing to read is fine."""
    service, _, operation = action.partition(":")
    try:
        await clients.call(service, operation, **_PARAMS[action])
    except ApiError as error:
        return None if error.problem.why is Why.FAILED else error.problem
    return None
