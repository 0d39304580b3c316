"""The request rates that AWS publishes, and the budgets we set where it publishes none.

ECS: API reference, request throttling; ELB: API throttling; CloudWatch and Logs: service quotas.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """A token bucket that every caller of an account shares."""

    name: str
    burst: float
    per_second: float
    everywhere: bool = False
    """Counted once for all regions, as those of IAM are."""


_ECS_BUCKETS = (
    (Rate("ecs cluster read", 50, 20), "DescribeClusters ListClusters"),
    (Rate("ecs service read", 100, 20), "DescribeServices ListServices"),
    (
        Rate("ecs cluster resource read", 100, 20),
        "DescribeTasks ListTasks DescribeContainerInstances ListContainerInstances ListAttributes",
    ),
    (
        Rate("ecs task definition read", 50, 20),
        "DescribeTaskDefinition ListTaskDefinitions ListTaskDefinitionFamilies",
    ),
    (Rate("ecs capacity provider read", 50, 20), "DescribeCapacityProviders"),
    (
        Rate("ecs service deployment", 50, 20),
        "ListServiceDeployments DescribeServiceDeployments",
    ),
    (Rate("ecs service revision", 50, 20), "DescribeServiceRevisions"),
    (Rate("ecs task protection", 200, 80), "GetTaskProtection UpdateTaskProtection"),
    (Rate("ecs tag read", 50, 20), "ListTagsForResource"),
    (Rate("ecs setting read", 50, 20), "ListAccountSettings"),
    (Rate("ecs services by namespace", 10, 1), "ListServicesByNamespace"),
    (Rate("ecs service modify", 50, 5), "CreateService UpdateService DeleteService"),
    (
        Rate("ecs cluster resource modify", 100, 40),
        "RunTask StopTask StartTask ExecuteCommand UpdateContainerInstancesState",
    ),
    (
        Rate("ecs cluster modify", 20, 1),
        "CreateCluster UpdateCluster UpdateClusterSettings DeleteCluster "
        "PutClusterCapacityProviders",
    ),
)
_ELB = Rate("elb", 40, 10)
_OPERATIONS: dict[tuple[str, str], Rate] = {
    **{("ecs", name): rate for rate, names in _ECS_BUCKETS for name in names.split()},
    ("cloudwatch", "GetMetricData"): Rate("cloudwatch metric data", 500, 500),
    ("cloudwatch", "GetMetricStatistics"): Rate("cloudwatch metric statistics", 400, 400),
    ("cloudwatch", "DescribeAlarms"): Rate("cloudwatch alarms", 9, 9),
    ("cloudwatch", "DescribeAlarmsForMetric"): Rate("cloudwatch alarms for metric", 9, 9),
    ("cloudwatch", "DescribeAlarmHistory"): Rate("cloudwatch alarm history", 20, 20),
    ("logs", "FilterLogEvents"): Rate("logs filter", 5, 5),
    ("logs", "DescribeLogStreams"): Rate("logs streams", 25, 25),
    ("logs", "GetLogEvents"): Rate("logs events", 25, 25),
}
_SERVICES: dict[str, Rate] = {
    "ecs": Rate("ecs others", 10, 10),
    "eks": Rate("eks", 20, 20),
    "elbv2": _ELB,
    "elb": _ELB,
    "iam": Rate("iam", 20, 20, everywhere=True),
    "sts": Rate("sts", 40, 40, everywhere=True),
    "application-autoscaling": Rate("application autoscaling", 20, 20),
    "autoscaling": Rate("ec2 autoscaling", 20, 20),
    "efs": Rate("efs", 20, 20),
    "ec2": Rate("ec2", 40, 40),
    "ecr": Rate("ecr", 20, 10),
}


def rate_of(service: str, operation: str) -> Rate:
    """The bucket that a call takes its token from, at the whole of its published rate."""
    found = _OPERATIONS.get((service, operation)) or _SERVICES.get(service)
    return found or Rate(service, 20, 20)
