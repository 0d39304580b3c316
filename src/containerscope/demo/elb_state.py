"""What the demo account knows of load balancing: plain objects that may change.

A target that answers its checks is not kept: it follows from its task. Only what is in movement,
unhealthy or put there by hand is a `Target`, so that a large account costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from containerscope.demo.agenda import Entry
from containerscope.demo.ecs_state import Cluster, Task

Key = tuple[str, int]
"""The id of a target, an address or an EC2 instance id, and its port."""

DESCRIPTIONS = {
    "Elb.RegistrationInProgress": "Target registration is in progress",
    "Elb.InitialHealthChecking": "Initial health checks in progress",
    "Target.DeregistrationInProgress": "Target deregistration is in progress",
    "Target.NotRegistered": "Target is not registered to the target group",
    "Target.NotInUse": "Target group is not configured to receive traffic from the load balancer",
    "Target.ResponseCodeMismatch": "Health checks failed with these codes: [502]",
    "Target.Timeout": "Request timed out",
    "Target.FailedHealthChecks": "Health checks failed",
}
"""What the load balancer says for each reason code if nothing more is known."""


@dataclass(slots=True, eq=False)
class Target:
    """A target that is not simply a running task which answers."""

    id: str
    port: int
    zone: str = ""
    cluster: Cluster | None = None
    task: Task | None = None
    """The task behind it; None for a target that a person registered."""
    state: str = "initial"
    reason: str = "Elb.RegistrationInProgress"
    description: str = ""
    """What the load balancer saw; empty for what it always says with this reason."""
    passed: int = 0
    """Checks passed in a row."""
    failed: int = 0
    """Checks failed in a row."""
    next: Entry | None = None
    """What happens to it next."""

    @property
    def key(self) -> Key:
        """What tells it from the other targets of its group."""
        return (self.id, self.port)

    def become(self, state: str, reason: str = "", description: str = "") -> None:
        """Put it into a state."""
        self.state, self.reason, self.description = state, reason, description


@dataclass(slots=True)
class HealthCheck:
    """How the targets of a group are checked; intervals and timeouts are in seconds."""

    protocol: str = "HTTP"
    path: str = "/health"
    interval: int = 30
    timeout: int = 5
    healthy: int = 5
    """Checks in a row that bring an unhealthy target back."""
    unhealthy: int = 2
    """Checks in a row that make a target unhealthy."""
    codes: str = "200"
    """The answers taken for healthy; empty where only the connection counts."""
    port: str = "traffic-port"


@dataclass(slots=True, eq=False)
class TargetGroup:
    """A target group."""

    arn: str
    name: str
    vpc: str
    port: int
    kind: str = "ip"
    """`ip` or `instance`."""
    protocol: str = "HTTP"
    check: HealthCheck = field(default_factory=HealthCheck)
    attributes: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    targets: dict[Key, Target] = field(default_factory=dict)
    withdrawn: set[Key] = field(default_factory=set)
    """Running tasks that a person has deregistered."""
    behind: tuple[str, str, str] = ("", "", "")
    """Cluster, namespace and name of the Kubernetes service whose pods it holds, if of one."""

    @property
    def delay(self) -> float:
        """The seconds for which a target drains."""
        return float(self.attributes["deregistration_delay.timeout_seconds"])


@dataclass(slots=True, eq=False)
class Rule:
    """A rule of a listener; conditions and actions are in the API's own form."""

    arn: str
    priority: int
    """0 for the listener's default, which comes last."""
    conditions: list[dict[str, Any]]
    actions: list[dict[str, Any]]
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Listener:
    """A port that a load balancer listens at."""

    arn: str
    port: int
    protocol: str
    rules: list[Rule]
    """The default rule is the first."""
    certificate: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class LoadBalancer:
    """A load balancer in the network of a cluster."""

    arn: str
    name: str
    network: str
    created_at: float
    kind: str = "application"
    scheme: str = "internet-facing"
    listeners: list[Listener] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Balancing:
    """All load balancers and target groups of the account, by their ARNs."""

    balancers: dict[str, LoadBalancer] = field(default_factory=dict)
    groups: dict[str, TargetGroup] = field(default_factory=dict)
    alternate: set[str] = field(default_factory=set)
    """The ids of deployments whose tasks stand in the alternate target groups (blue/green)."""
    leaving: set[str] = field(default_factory=set)
    """The ids of tasks that were deregistered and have not stopped yet."""

    def listeners(self) -> list[tuple[LoadBalancer, Listener]]:
        """Every listener with its load balancer."""
        return [(each, one) for each in self.balancers.values() for one in each.listeners]

    def balancers_of(self, group: TargetGroup) -> list[LoadBalancer]:
        """The load balancers of which a rule forwards to the group."""
        return [
            each
            for each in self.balancers.values()
            if any(
                group.arn in forwarded(action)
                for listener in each.listeners
                for rule in listener.rules
                for action in rule.actions
            )
        ]


def forwarded(action: dict[str, Any]) -> list[str]:
    """The ARNs of the target groups that an action forwards to."""
    groups = action.get("ForwardConfig", {}).get("TargetGroups", [])
    if groups:
        return [each["TargetGroupArn"] for each in groups]
    return [action["TargetGroupArn"]] if "TargetGroupArn" in action else []
