"""The token buckets that AWS shares out calls by.

Rates: ECS API reference, request throttling; Elastic Load Balancing, API throttling; CloudWatch
and CloudWatch Logs, quotas. Where AWS publishes none, a cautious guess stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from containerscope.model.clock import Clock


class Bucket(NamedTuple):
    """How many calls it holds and how many come back each second."""

    name: str
    burst: float
    per_second: float


_ECS: Mapping[Bucket, str] = {
    Bucket("cluster read", 50, 20): "DescribeClusters ListClusters",
    Bucket("service read", 100, 20): "DescribeServices ListServices",
    Bucket("cluster resource read", 100, 20): (
        "DescribeTasks ListTasks DescribeContainerInstances ListContainerInstances ListAttributes"
    ),
    Bucket("task definition read", 50, 20): (
        "DescribeTaskDefinition ListTaskDefinitions ListTaskDefinitionFamilies"
    ),
    Bucket("capacity provider read", 50, 20): "DescribeCapacityProviders",
    Bucket("service deployment", 50, 20): "ListServiceDeployments DescribeServiceDeployments",
    Bucket("service revision", 50, 20): "DescribeServiceRevisions",
    Bucket("task protection", 200, 80): "GetTaskProtection UpdateTaskProtection",
    Bucket("tag read", 50, 20): "ListTagsForResource",
    Bucket("setting read", 50, 20): "ListAccountSettings",
    Bucket("namespace read", 10, 1): "ListServicesByNamespace",
    Bucket("service modify", 50, 5): "CreateService UpdateService DeleteService",
    Bucket("cluster resource modify", 100, 40): (
        "RunTask StopTask StartTask ExecuteCommand UpdateContainerInstancesState "
        "RegisterContainerInstance DeregisterContainerInstance PutAttributes DeleteAttributes"
    ),
    Bucket("cluster modify", 20, 1): "CreateCluster UpdateCluster DeleteCluster",
}
_ELB_WRITES = ("Add", "Create", "Delete", "Modify", "Remove", "Set")
_OTHERS: Mapping[str, Mapping[str, Bucket]] = {
    "cloudwatch": {
        "GetMetricData": Bucket("GetMetricData", 500, 500),
        "GetMetricStatistics": Bucket("GetMetricStatistics", 400, 400),
        "DescribeAlarms": Bucket("DescribeAlarms", 9, 9),
        "DescribeAlarmsForMetric": Bucket("DescribeAlarmsForMetric", 9, 9),
        "DescribeAlarmHistory": Bucket("DescribeAlarmHistory", 20, 20),
    },
    "logs": {
        "FilterLogEvents": Bucket("FilterLogEvents", 10, 10),
        "DescribeLogStreams": Bucket("DescribeLogStreams", 25, 25),
        "GetLogEvents": Bucket("GetLogEvents", 25, 25),
    },
}
_OF_ECS = {operation: bucket for bucket, all_of in _ECS.items() for operation in all_of.split()}


def buckets_of(service: str, operation: str) -> tuple[Bucket, ...]:
    """The buckets that one call takes from; those of a service have its name."""
    if service == "elbv2":
        own = Bucket("elb read", 40, 10)
        if operation.endswith("Targets"):
            own = Bucket("elb registration", 20, 4)
        elif operation.startswith(_ELB_WRITES):
            own = Bucket("elb modify", 20, 3)
        return (Bucket("elb", 40, 10), own)
    known = _OF_ECS if service == "ecs" else _OTHERS.get(service, {})
    return (known.get(operation, Bucket(service, 20, 10)),)


class Buckets:
    """What is left in each bucket of each region, by the world's own time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left: dict[tuple[str, str], tuple[float, float]] = {}

    def take(self, service: str, operation: str, region: str = "", share: float = 1.0) -> bool:
        """Take one call out of its buckets; False, and nothing taken, where one of them is empty.

        `share` scales size and rate: what other callers of the account leave over.
        """
        now = self._clock.monotonic()
        levels = {}
        for bucket in buckets_of(service, operation):
            key = (region, bucket.name)
            burst = max(bucket.burst * share, 1.0) if share else 0.0
            left, at = self._left.get(key, (burst, now))
            levels[key] = min(burst, left + (now - at) * bucket.per_second * share)
        enough = all(left >= 1 for left in levels.values())
        for key, left in levels.items():
            self._left[key] = (left - 1 if enough else left, now)
        return enough
