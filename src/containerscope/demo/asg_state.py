"""What the demo account knows of EC2 Auto Scaling: plain objects that may change.

Times are epoch seconds; 0.0 stands for what has not happened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from containerscope.demo.agenda import Entry


@dataclass(slots=True, eq=False)
class GroupInstance:
    """An EC2 instance of a group."""

    id: str
    kind: str
    zone: str
    """`a`, `b` or `c`."""
    launched_at: float
    lifecycle: str = "InService"
    health: str = "Healthy"
    protected: bool = False
    config: dict[str, Any] = field(default_factory=dict)
    """For a node: where its node group says otherwise by now, what it was launched with."""


@dataclass(slots=True, eq=False)
class GroupActivity:
    """Something that a group did, or tried."""

    id: str
    started_at: float
    description: str
    cause: str
    status: str = "Successful"
    message: str = ""
    progress: int = 100
    ended_at: float = 0.0
    zone: str = ""


@dataclass(slots=True, eq=False)
class GroupSchedule:
    """A scheduled action of a group."""

    name: str
    body: dict[str, Any]
    """`Recurrence`, `TimeZone`, `StartTime`, `EndTime` and the sizes, as the API has them."""
    due: float = 0.0
    entry: Entry | None = None


@dataclass(slots=True, eq=False)
class AutoScalingGroup:
    """An EC2 Auto Scaling group."""

    name: str
    minimum: int
    maximum: int
    desired: int
    created_at: float
    template: dict[str, Any]
    """The launch template, as the API has it."""
    network: str
    """The name of the network that its subnets belong to."""
    zones: str = "abc"
    kinds: tuple[str, ...] = ()
    """The instance types, the first preferred."""
    cluster: str = ""
    """The ECS cluster whose container instances its instances become."""
    provider: str = ""
    """The capacity provider that scales it."""
    node_group: str = ""
    """`CLUSTER/NAME` of the EKS node group that it belongs to."""
    asked: tuple[int, int, int] = (0, 0, 0)
    """The minimum, maximum and desired size that EKS last asked for."""
    config: dict[str, Any] = field(default_factory=dict)
    """What its next instances are launched with, where their node group does not say so yet."""
    spot: bool = False
    failure: str = ""
    """The message with which each launch fails; empty where launches succeed."""
    instances: dict[str, GroupInstance] = field(default_factory=dict)
    activities: list[GroupActivity] = field(default_factory=list)
    """Newest first."""
    policies: list[dict[str, Any]] = field(default_factory=list)
    """Scaling policies, as the API has them."""
    schedules: dict[str, GroupSchedule] = field(default_factory=dict)
    warm_pool: dict[str, Any] = field(default_factory=dict)
    refreshes: list[dict[str, Any]] = field(default_factory=list)
    suspended: dict[str, str] = field(default_factory=dict)
    """Suspended processes, each with its reason."""
    tags: dict[str, str] = field(default_factory=dict)
    launched: int = 0
    """How many instances it ever launched."""
    retry: Entry | None = None
    """When launches that failed are tried again."""
    scaled_at: float = 0.0
    """When its desired capacity last changed."""

    @property
    def in_service(self) -> int:
        """How many of its instances are in service."""
        return sum(1 for each in self.instances.values() if each.lifecycle == "InService")
