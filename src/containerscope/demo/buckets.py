"""The token buckets that ECS shares out calls by. Rates: ECS API reference, request throttling."""

from __future__ import annotations

from containerscope.demo.protocol_errors import AwsError
from containerscope.model.clock import Clock

_ECS = {
    "cluster read": ("DescribeClusters", "ListClusters"),
    "service read": ("DescribeServices", "ListServices"),
    "cluster resource read": (
        "DescribeTasks",
        "ListTasks",
        "DescribeContainerInstances",
        "ListContainerInstances",
        "ListAttributes",
    ),
    "task definition read": (
        "DescribeTaskDefinition",
        "ListTaskDefinitions",
        "ListTaskDefinitionFamilies",
    ),
    "capacity provider read": ("DescribeCapacityProviders",),
    "service deployment": ("ListServiceDeployments", "DescribeServiceDeployments"),
    "service revision": ("DescribeServiceRevisions",),
    "task protection": ("GetTaskProtection", "UpdateTaskProtection"),
    "tag read": ("ListTagsForResource",),
    "setting read": ("ListAccountSettings",),
    "namespace read": ("ListServicesByNamespace",),
}
_BUCKET_OF = {operation: name for name, all_of in _ECS.items() for operation in all_of}
_RATES = {
    "service read": (100.0, 20.0),
    "cluster resource read": (100.0, 20.0),
    "task protection": (200.0, 80.0),
    "namespace read": (10.0, 1.0),
    "elasticloadbalancing": (40.0, 10.0),
}
_USUAL = (50.0, 20.0)
_UNPUBLISHED = (20.0, 10.0)


class Buckets:
    """What is left in each bucket, by the world's own time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, service: str, operation: str) -> None:
        """Take one call out of its bucket, or raise AWS's throttling error."""
        name = _BUCKET_OF.get(operation, service) if service == "ecs" else service
        burst, per_second = _RATES.get(name, _USUAL if name in _ECS else _UNPUBLISHED)
        now = self._clock.monotonic()
        left, at = self._left.get(name, (burst, now))
        left = min(burst, left + (now - at) * per_second)
        if left < 1:
            self._left[name] = (left, now)
            raise AwsError("ThrottlingException", "Rate exceeded")
        self._left[name] = (left - 1, now)
