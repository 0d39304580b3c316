"""Which IAM actions the caller may use: simulated where that is allowed, else tried out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from containerscope.clients.aws import AwsClients
from containerscope.clients.errors import iam_action
from containerscope.model.listing import ApiError, Why

_BATCH = 50
"""Actions of one simulation; its answer has one evaluation for each."""
_PROBES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("ecs", "ListClusters", {"maxResults": 1}),
    ("ecs", "DescribeClusters", {}),
    ("ecs", "ListTaskDefinitionFamilies", {"maxResults": 1}),
    ("ecs", "ListAccountSettings", {"maxResults": 1}),
    ("eks", "ListClusters", {"maxResults": 1}),
    ("eks", "DescribeClusterVersions", {"maxResults": 1}),
    ("elbv2", "DescribeLoadBalancers", {"PageSize": 1}),
    ("elbv2", "DescribeTargetGroups", {"PageSize": 1}),
    ("application-autoscaling", "DescribeScalableTargets", {"ServiceNamespace": "ecs"}),
    ("application-autoscaling", "DescribeScalingPolicies", {"ServiceNamespace": "ecs"}),
    ("application-autoscaling", "DescribeScalingActivities", {"ServiceNamespace": "ecs"}),
    ("autoscaling", "DescribeAutoScalingGroups", {"MaxRecords": 1}),
    ("cloudwatch", "DescribeAlarms", {"MaxRecords": 1}),
    ("efs", "DescribeFileSystems", {"MaxItems": 1}),
    ("efs", "DescribeAccessPoints", {"MaxResults": 1}),
    ("fsx", "DescribeFileSystems", {"MaxResults": 1}),
    ("ec2", "DescribeVolumes", {"MaxResults": 5}),
    ("ec2", "DescribeSubnets", {"MaxResults": 5}),
    ("ec2", "DescribeSecurityGroups", {"MaxResults": 5}),
    ("ec2", "DescribeNetworkInterfaces", {"MaxResults": 5}),
    ("iam", "ListOpenIDConnectProviders", {}),
)
"""Cheap reads that need no resource to exist."""


@dataclass(frozen=True)
class Permissions:
    """The actions asked for, by what is known of them."""

    allowed: tuple[str, ...]
    denied: tuple[str, ...]
    unknown: tuple[str, ...]
    how: str
    """How that is known, after `as`."""


async def permissions_of(clients: AwsClients, actions: Iterable[str]) -> Permissions:
    """What the caller may do; raises `ApiError` when AWS cannot be asked at all."""
    wanted = sorted(set(actions))
    arn = (await clients.identity()).arn
    if arn.endswith(":root"):
        return Permissions(tuple(wanted), (), (), "the root user's")
    try:
        return await _simulated(clients, await _principal(clients, arn), wanted)
    except ApiError as error:
        if error.problem.why in (Why.EXPIRED, Why.UNREACHABLE):
            raise
    return await _tried(clients, wanted)


async def _principal(clients: AwsClients, arn: str) -> str:
    """The ARN of the role behind a session; its path is known to IAM only."""
    prefix, _, resource = arn.partition(":assumed-role/")
    if not resource:
        return arn
    name = resource.split("/")[0]
    try:
        answer = await clients.call("iam", "GetRole", RoleName=name)
    except ApiError:
        return f"{prefix.replace(':sts:', ':iam:')}:role/{name}"
    return str(answer["Role"]["Arn"])


async def _simulated(clients: AwsClients, principal: str, wanted: list[str]) -> Permissions:
    verdicts: dict[str, bool] = {}
    for at in range(0, len(wanted), _BATCH):
        marker: dict[str, str] = {}
        while True:
            answer = await clients.call(
                "iam",
                "SimulatePrincipalPolicy",
                PolicySourceArn=principal,
                ActionNames=wanted[at : at + _BATCH],
                **marker,
            )
            for result in answer.get("EvaluationResults", ()):
                verdicts[result["EvalActionName"]] = result["EvalDecision"] == "allowed"
            if not answer.get("IsTruncated"):
                break
            marker = {"Marker": answer["Marker"]}
    return _sorted_by(verdicts, wanted, "IAM simulates them")


async def _tried(clients: AwsClients, wanted: list[str]) -> Permissions:
    verdicts: dict[str, bool] = {}

    async def probe(service: str, operation: str, params: dict[str, Any]) -> None:
        action = iam_action(service, operation)
        if action not in wanted:
            return
        try:
            await clients.call(service, operation, **params)
        except ApiError as error:
            if error.problem.why is Why.DENIED:
                verdicts[action] = False
            return
        verdicts[action] = True

    await asyncio.gather(*(probe(*each) for each in _PROBES))
    return _sorted_by(verdicts, wanted, "trying them shows")


def _sorted_by(verdicts: dict[str, bool], wanted: list[str], how: str) -> Permissions:
    return Permissions(
        tuple(action for action in wanted if verdicts.get(action) is True),
        tuple(action for action in wanted if verdicts.get(action) is False),
        tuple(action for action in wanted if action not in verdicts),
        how,
    )
