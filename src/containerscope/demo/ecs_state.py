"""What the demo account knows of ECS: plain objects that may change; answers are made from them.

Times are epoch seconds; 0.0 stands for what has not happened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from containerscope.demo.agenda import Entry


@dataclass(slots=True, eq=False)
class TaskDefinition:
    """A revision of a task definition."""

    family: str
    revision: int
    body: dict[str, Any]
    """The whole `TaskDefinition` of the API; it never changes but for its status."""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """`family:revision`."""
        return f"{self.family}:{self.revision}"

    @property
    def arn(self) -> str:
        """The ARN, which holds the revision."""
        return str(self.body["taskDefinitionArn"])

    @property
    def active(self) -> bool:
        """Whether new tasks may use it."""
        return bool(self.body["status"] == "ACTIVE")

    @property
    def containers(self) -> list[dict[str, Any]]:
        """The container definitions."""
        found: list[dict[str, Any]] = self.body["containerDefinitions"]
        return found


@dataclass(slots=True)
class Exit:
    """How a container of a task ended, or why it never started."""

    code: int | None = None
    reason: str = ""


@dataclass(slots=True, eq=False)
class Task:
    """A task; what follows from its id alone (addresses, digests) is not kept."""

    id: str
    definition: TaskDefinition
    created_at: float
    service: str = ""
    """Name of its service; empty for a standalone task."""
    started_by: str = ""
    launch_type: str = "FARGATE"
    capacity_provider: str = ""
    zone: str = "a"
    address: str = ""
    """The private IPv4 address of an awsvpc task; its cluster gives it one."""
    instance: str = ""
    """Id of its container instance; empty on Fargate."""
    status: str = "RUNNING"
    desired: str = "RUNNING"
    health: str = "UNKNOWN"
    pull_started_at: float = 0.0
    pull_stopped_at: float = 0.0
    started_at: float = 0.0
    stopping_at: float = 0.0
    stopped_at: float = 0.0
    stop_code: str = ""
    stopped_reason: str = ""
    exits: dict[str, Exit] = field(default_factory=dict)
    exec_enabled: bool = False
    overrides: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    execution_stopped_at: float = 0.0
    """When its last container ended; its network goes after that."""
    protected_until: float = 0.0
    """Until when scale-in and deployments leave it alone."""
    step: Entry | None = None
    """What happens to it next; nothing is due for a task that just runs."""
    seen_to: bool = False
    """Whether its service has taken notice of its end."""
    counted: bool = False
    """Whether its service counts it as running."""
    registered: bool = False
    """Whether its service has made it a target of its load balancers."""

    @property
    def alive(self) -> bool:
        """Whether it runs or is on its way there."""
        return self.desired == "RUNNING"

    @property
    def group(self) -> str:
        """`service:NAME`, or `family:NAME` for a standalone task."""
        return f"service:{self.service}" if self.service else f"family:{self.definition.family}"

    @property
    def pending(self) -> bool:
        """Whether it counts as pending."""
        return self.status in ("PROVISIONING", "PENDING", "ACTIVATING")


@dataclass(frozen=True, slots=True)
class Session:
    """What `ExecuteCommand` or `StartSession` has opened, in a container or on an instance."""

    token: str
    task: Task | None = None
    container: str = ""
    command: str = "sh"
    instance: str = ""
    """The EC2 instance, where it is none in a container."""
    port: int = 0
    """The port that is forwarded; 0 for a terminal."""
    local_port: int = 0


@dataclass(slots=True, eq=False)
class Revision:
    """A service revision."""

    id: str
    definition: TaskDefinition
    created_at: float
    settings: dict[str, Any] = field(default_factory=dict)
    """The service's own settings that belong to the revision, by field; empty for its present."""


VERSIONED = ("load_balancers", "registries", "awsvpc", "connect")
"""The fields of a service that a change of begins a deployment, and a rollback restores."""


@dataclass(slots=True, eq=False)
class Hook:
    """A lifecycle hook that a deployment has come to."""

    id: str
    stage: str
    paused: bool
    """Whether it waits for a person rather than for a function."""
    status: str
    """`AWAITING_ACTION`, `IN_PROGRESS`, `SUCCEEDED`, `FAILED` or `TIMED_OUT`."""
    target: str = ""
    """The ARN of the function."""
    expires_at: float = 0.0
    timeout_action: str = "ROLLBACK"


@dataclass(slots=True, eq=False)
class Deployment:
    """A deployment of a service, as the service and as the deployment history show it."""

    id: str
    """`ecs-svc/…`, which its tasks carry in `startedBy`."""
    token: str
    """The last part of the ARN of the service deployment."""
    revision: Revision
    sources: list[Revision]
    created_at: float
    updated_at: float
    finished_at: float = 0.0
    role: str = "PRIMARY"
    """`PRIMARY`, `ACTIVE` while its tasks go, or empty once it is history only."""
    rollout: str = "COMPLETED"
    reason: str = ""
    status: str = "SUCCESSFUL"
    """The status as a service deployment."""
    status_reason: str = ""
    desired: int = 0
    failed: int = 0
    threshold: int = 3
    stage: str = ""
    rollback: dict[str, Any] = field(default_factory=dict)
    stopped_at: float = 0.0
    """When a person, or the circuit breaker without a rollback, ended it."""
    shift: str = "ROLLING"
    """The deployment strategy that it goes by."""
    weight: float = 0.0
    """The percentage of production traffic that its revision gets, where traffic is shifted."""
    test_weight: float = 0.0
    hooks: list[Hook] = field(default_factory=list)
    """Lifecycle hooks that it has come to, oldest first."""
    triggered: bool = False
    """Whether its circuit breaker has gone off."""
    alarmed: list[str] = field(default_factory=list)
    """The names of the alarms that ended it."""
    due: Entry | None = None
    """When the stage that it is in ends by itself."""


@dataclass(slots=True)
class Event:
    """A service event."""

    id: str
    at: float
    message: str


@dataclass(slots=True, eq=False)
class Service:
    """A service and its tasks, stopped ones too."""

    name: str
    desired: int
    created_at: float
    deployments: list[Deployment]
    """Newest first; the first is the primary one, unless it has been rolled back."""
    revisions: list[Revision]
    launch_type: str = "FARGATE"
    strategy: list[dict[str, Any]] = field(default_factory=list)
    """The capacity provider strategy; the launch type does not show where there is one."""
    scheduling: str = "REPLICA"
    breaker: bool = True
    breaker_rollback: bool = True
    resets: bool = False
    """Whether a task that becomes healthy sets the circuit breaker's count back to 0."""
    failures_allowed: int = 0
    """What the team set as the circuit breaker's threshold; 0 for a share of the tasks."""
    failures_share: int = 50
    """That share in percent; AWS keeps the threshold between 3 and 200."""
    failures_bounded: bool = True
    minimum: int = 100
    maximum: int = 200
    load_balancers: list[dict[str, Any]] = field(default_factory=list)
    registries: list[dict[str, Any]] = field(default_factory=list)
    awsvpc: dict[str, Any] = field(default_factory=dict)
    connect: dict[str, Any] = field(default_factory=dict)
    grace: int | None = None
    """Seconds for which health checks of a load balancer are ignored after a start."""
    constraints: list[dict[str, Any]] = field(default_factory=list)
    placement: list[dict[str, Any]] = field(default_factory=list)
    exec_enabled: bool = False
    created_by: str = ""
    status: str = "ACTIVE"
    events: list[Event] = field(default_factory=list)
    """Newest first."""
    tags: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    rebalances: bool = True
    platform: str = "LATEST"
    managed_tags: bool = True
    propagates: str = "SERVICE"
    alarms: dict[str, Any] = field(default_factory=dict)
    """The alarms that end its deployments, as the API has them."""
    shift: str = "ROLLING"
    """The deployment strategy: `ROLLING`, `BLUE_GREEN`, `LINEAR` or `CANARY`."""
    bake_minutes: int = 0
    steps: dict[str, Any] = field(default_factory=dict)
    """The linear or canary configuration, as the API has it."""
    hooks: list[dict[str, Any]] = field(default_factory=list)
    """The lifecycle hooks, as the API has them."""
    history: list[tuple[float, int, int]] = field(default_factory=list)
    """When the desired or the running count changed, and to what: (at, desired, running)."""
    running: int = 0
    """How many of its tasks run, as of the last change of one."""
    wake: Entry | None = None
    """When its scheduler looks at it next."""
    retry_at: float = 0.0
    """Before when no more tasks are started, because so many failed."""
    streak: int = 0
    """How many attempts to start tasks failed one after the other."""
    failed_at: float = 0.0
    """When the last of them began to."""
    steady: bool = True
    complaints: dict[str, float] = field(default_factory=dict)
    """When its events last told of each kind of trouble that it has."""
    launched: int = 0
    """How many tasks its scheduler ever started, by which their ids differ."""
    reminder: Entry | None = None
    """When its events say again that it is steady."""

    @property
    def primary(self) -> Deployment:
        """The deployment that new tasks are started for."""
        return next((each for each in self.deployments if each.role == "PRIMARY"), self.newest)

    @property
    def newest(self) -> Deployment:
        """The deployment that was begun last, be it rolled back since."""
        return self.deployments[0]

    @property
    def live(self) -> list[Deployment]:
        """The deployments that have or get tasks, the primary one first."""
        found = [each for each in self.deployments if each.role]
        return sorted(found, key=lambda each: each.role != "PRIMARY")

    @property
    def definition(self) -> TaskDefinition:
        """The task definition of the primary deployment."""
        return self.primary.revision.definition


@dataclass(slots=True, eq=False)
class Instance:
    """A container instance."""

    id: str
    ec2_id: str
    kind: str
    zone: str
    cpu: int
    memory: int
    registered_at: float
    capacity_provider: str = ""
    status: str = "ACTIVE"
    status_reason: str = ""
    agent_connected: bool = True
    agent_version: str = "1.98.0"
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class CapacityProvider:
    """A capacity provider of the account's own."""

    name: str
    cluster: str
    body: dict[str, Any]
    """The members of the API that do not follow from the name."""
    tags: dict[str, str] = field(default_factory=dict)


_SUBNET_STARTS = {"a": 0, "b": 64, "c": 128}


@dataclass(slots=True, eq=False)
class Cluster:
    """An ECS cluster and all that is in it."""

    name: str
    insights: str = "enabled"
    providers: list[str] = field(default_factory=list)
    strategy: list[dict[str, Any]] = field(default_factory=list)
    configuration: dict[str, Any] = field(default_factory=dict)
    namespace: str = ""
    status: str = "ACTIVE"
    tags: dict[str, str] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    """All tasks, those of services too."""
    instances: dict[str, Instance] = field(default_factory=dict)

    number: int = 0
    """Tells the clusters' networks apart: each has a VPC `10.NUMBER.0.0/16` of its own."""
    taken: dict[str, int] = field(default_factory=dict)
    """How many addresses of each zone's subnet were ever given to a task."""

    def _next_address(self, zone: str) -> str:
        """An address of the zone's subnet, a /18, that no other task of the cluster has."""
        count = self.taken.get(zone, 0)
        self.taken[zone] = count + 1
        host = 4 + count * 6151 % 16000
        return f"10.{self.number}.{_SUBNET_STARTS[zone] + host // 256}.{host % 256}"

    def add_task(self, task: Task) -> Task:
        """The task, now of this cluster and of its service."""
        if task.definition.body["networkMode"] == "awsvpc" and not task.address:
            task.address = self._next_address(task.zone)
        self.tasks[task.id] = task
        if task.service:
            self.services[task.service].tasks[task.id] = task
        return task
