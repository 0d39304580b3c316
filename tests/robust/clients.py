"""Clients whose account answers every call with something that the API's model allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from random import Random
from typing import Any, TypeVar

from containerscope.clients.decode import page_of
from containerscope.model.clock import Clock, SystemClock
from containerscope.model.listing import ApiError, Page, Problem, Why
from containerscope.resource import Identity
from tests.robust import shapes
from tests.robust.kube import AnyKube

T = TypeVar("T")
U = TypeVar("U")

_ASKED = {
    "DescribeClusters": ("clusters", "clusters", "clusterArn"),
    "DescribeServices": ("services", "services", "serviceArn"),
    "DescribeTasks": ("tasks", "tasks", "taskArn"),
    "DescribeContainerInstances": (
        "containerInstances",
        "containerInstances",
        "containerInstanceArn",
    ),
    "DescribeServiceDeployments": (
        "serviceDeploymentArns",
        "serviceDeployments",
        "serviceDeploymentArn",
    ),
    "DescribeScalableTargets": ("ResourceIds", "ScalableTargets", "ResourceId"),
    "DescribeServiceRevisions": (
        "serviceRevisionArns",
        "serviceRevisions",
        "serviceRevisionArn",
    ),
}
"""Operation -> the request's names, the answer's list, the member that holds the name."""
_NAMED = {
    "DescribeCluster": ("name", "cluster", "name"),
    "DescribeNodegroup": ("nodegroupName", "nodegroup", "nodegroupName"),
    "DescribeFargateProfile": ("fargateProfileName", "fargateProfile", "fargateProfileName"),
    "DescribeAddon": ("addonName", "addon", "addonName"),
    "DescribeAccessEntry": ("principalArn", "accessEntry", "principalArn"),
    "DescribeUpdate": ("updateId", "update", "id"),
}


class AnyAccount:
    """Implements `door.Clients` on random answers, seeded."""

    region = "eu-west-1"
    partition = "aws"
    read_only = False
    kube_contexts = ()

    def __init__(self, seed: int, *, hostile: bool = False, failing: float = 0.0) -> None:
        self.rng = Random(seed)
        self.hostile = hostile
        self.failing = failing
        self.calls: Counter[str] = Counter()
        self.clock: Clock = SystemClock()

    def kube(self, cluster: str) -> AnyKube:
        return AnyKube(self.rng, hostile=self.hostile, failing=self.failing)

    async def identity(self) -> Identity:
        return Identity("123456789012", "arn:aws:sts::123456789012:assumed-role/Ops/me")

    async def call(self, service: str, operation: str, /, **params: Any) -> Mapping[str, Any]:
        self.calls[f"{service}:{operation}"] += 1
        if self.rng.random() < self.failing:
            why = self.rng.choice([Why.DENIED, Why.THROTTLED, Why.FAILED, Why.UNREACHABLE])
            said = shapes.text(self.rng, hostile=self.hostile)
            raise ApiError(Problem(why, f"{service}:{operation}", said, said))
        answer = shapes.answer(service, operation, self.rng, hostile=self.hostile)
        if operation in _ASKED:
            names, member, key = _ASKED[operation]
            for item, name in zip(answer.get(member, []), params.get(names, []), strict=False):
                item[key] = name
        if operation in _NAMED:
            name, member, key = _NAMED[operation]
            if member in answer:
                answer[member][key] = params[name]
        return answer

    async def read(
        self, service: str, operation: str, member: str, model: type[T], /, **params: Any
    ) -> Page[T]:
        answer = await self.call(service, operation, **params)
        return page_of(answer, f"{service}:{operation}", member, model)

    async def stream(
        self, service: str, operation: str, member: str, /, **params: Any
    ) -> AsyncIterator[Mapping[str, Any]]:
        for event in (await self.call(service, operation, **params)).get(member, ()):
            yield event

    async def cached(
        self, _key: Hashable, _seconds: float, fetch: Callable[[], Awaitable[U]], /
    ) -> U:
        return await fetch()
