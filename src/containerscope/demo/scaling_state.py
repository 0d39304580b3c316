"""What the demo account knows of Application Auto Scaling: plain objects that may change.

Times are epoch seconds; 0.0 stands for what has not happened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from containerscope.demo.agenda import Entry

DIMENSION = "ecs:service:DesiredCount"
Key = tuple[str, str, str]
"""Service namespace, resource id and scalable dimension."""


@dataclass(slots=True, eq=False)
class Policy:
    """A scaling policy."""

    name: str
    id: str
    """The UUID in its ARN and in the names of its alarms."""
    kind: str
    """`TargetTrackingScaling`, `StepScaling` or `PredictiveScaling`."""
    configuration: dict[str, Any]
    """The configuration of its kind, as the API has it."""
    created_at: float
    alarms: list[str] = field(default_factory=list)
    """The names of its alarms; those of step scaling are made by people."""


@dataclass(slots=True, eq=False)
class Schedule:
    """A scheduled action."""

    name: str
    id: str
    expression: str
    timezone: str
    action: dict[str, int]
    """`MinCapacity`, `MaxCapacity` or both."""
    created_at: float
    start: float = 0.0
    end: float = 0.0
    entry: Entry | None = None


@dataclass(slots=True)
class Activity:
    """A scaling activity, or the reason why there was none."""

    id: str
    key: Key
    cause: str
    description: str
    started_at: float
    ended_at: float = 0.0
    status: str = "Pending"
    message: str = ""
    details: str = ""
    reasons: list[dict[str, Any]] = field(default_factory=list)
    """`NotScaledReasons`; empty where it scaled."""
    count: int | None = None
    """The desired count that it set."""


@dataclass(slots=True, eq=False)
class Target:
    """A scalable target with what scales it."""

    key: Key
    minimum: int
    maximum: int
    role: str
    created_at: float
    suspended: dict[str, bool] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    schedules: dict[str, Schedule] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    out_at: float = 0.0
    """When it was last scaled out."""
    out_from: int = 0
    """From which count that was."""
    in_at: float = 0.0
    refused: dict[str, float] = field(default_factory=dict)
    """When each reason not to scale was last told."""

    @property
    def resource(self) -> str:
        """`service/CLUSTER/SERVICE`."""
        return self.key[1]


@dataclass
class Scaling:
    """All scalable targets and what became of them."""

    targets: dict[Key, Target] = field(default_factory=dict)
    activities: list[Activity] = field(default_factory=list)
    """Oldest first."""
    limits: dict[Key, tuple[int, int]] = field(default_factory=dict)
    """The minimum and maximum that targets had before a story changed them."""
    told: int = 0
    """How many activities there ever were."""
