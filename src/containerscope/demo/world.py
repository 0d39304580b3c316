"""The account as plain state and a clock; every answer is made from the two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from containerscope.demo.agenda import Agenda, Entry
from containerscope.demo.asg_state import AutoScalingGroup
from containerscope.demo.box import Files
from containerscope.demo.cloudwatch_state import CloudWatch
from containerscope.demo.ecs_state import (
    CapacityProvider,
    Cluster,
    Service,
    Session,
    Task,
    TaskDefinition,
)
from containerscope.demo.efs_state import Storage
from containerscope.demo.eks_state import EksCluster
from containerscope.demo.elb_state import Balancing
from containerscope.demo.fate import FINE, Fate
from containerscope.demo.iam_state import Access
from containerscope.demo.load_state import Load
from containerscope.demo.logs_state import Logs
from containerscope.demo.scaling_state import Scaling
from containerscope.model.clock import Clock

if TYPE_CHECKING:
    from containerscope.demo.kube_cluster import KubeCluster


class Scheduler(Protocol):
    """Keeps services as they are wanted; without one a world's services stay as they are."""

    def task_changed(self, world: World, cluster: Cluster, task: Task) -> None:
        """Take notice of a task whose status, or whose desired status, has changed."""

    def look(self, world: World, cluster: Cluster, service: Service) -> None:
        """Do what a service needs now."""


class World:
    """One account in one region; empty until something is put into it."""

    def __init__(
        self,
        clock: Clock,
        *,
        account: str = "123456789012",
        alias: str = "demo",
        region: str = "eu-west-1",
        partition: str = "aws",
        seed: int = 1,
    ) -> None:
        self.clock = clock
        self.account = account
        self.alias = alias
        self.region = region
        self.partition = partition
        self.seed = seed
        self.clusters: dict[str, Cluster] = {}
        self.families: dict[str, list[TaskDefinition]] = {}
        """Revisions of each family, oldest first."""
        self.capacity_providers: dict[str, CapacityProvider] = {}
        self.account_settings: dict[str, str] = {}
        self.assumed: dict[str, str] = {}
        """The `assumed-role/ROLE/SESSION` behind each access key that was handed out."""
        self.unconfirmed = 0
        """How often a device code is still asked for in vain before somebody confirms it."""
        self.eks: dict[str, EksCluster] = {}
        self.kube: Mapping[str, KubeCluster] = {}
        """The Kubernetes side of the EKS clusters."""
        self.kube_url = ""
        """Below which the API of each cluster answers, where the account is served."""
        self.kube_authority = ""
        """The certificate, in PEM, of the authority that vouches for it."""
        self.eks_versions: list[dict[str, Any]] = []
        self.agenda = Agenda(clock.now().timestamp())
        self.fates: dict[str, Fate] = {}
        """By the ARN of a task definition, or by `CLUSTER/SERVICE`, which goes before it."""
        self.task_watchers: list[Callable[[Cluster, Task], None]] = []
        """Told of each task whose status, or whose desired status, has changed."""
        self.scheduler: Scheduler | None = None
        self.launched = 0
        """How many standalone tasks were ever started, by which their ids differ."""
        self.address = ""
        """The `HOST:PORT` that the account answers on, where it has one."""
        self.sessions: dict[str, Session] = {}
        """What was opened and nobody has entered yet, by session id."""
        self.opened = 0
        """How many sessions were ever opened, by which their ids differ."""
        self.files: dict[str, Files] = {}
        """The files of containers and instances that somebody has been in."""
        self.drain_seconds: Callable[[Cluster, Task], float] = lambda cluster, task: 0.0
        """How long load balancers let a task finish its requests once it is deregistered."""
        self.ticking: dict[str, Entry] = {}
        """What a scenario does again and again while it runs, by its name."""
        self.load = Load(start=self.agenda.now)
        self.cloudwatch = CloudWatch()
        self.scaling = Scaling()
        self.asgs: dict[str, AutoScalingGroup] = {}
        self.logs = Logs()
        self.running_scenarios: dict[str, float] = {}
        """The names of the scenarios that run, and since when."""
        self.balancing = Balancing()
        self.storage = Storage()
        self.access = Access()

    def now(self) -> float:
        """The world's time in epoch seconds: that of what is happening."""
        return self.agenda.now

    def fate(self, cluster: Cluster, task: Task) -> Fate:
        """What becomes of a task."""
        fate = self.fates.get(f"{cluster.name}/{task.service}") if task.service else None
        fate = fate or self.fates.get(task.definition.arn, FINE)
        return fate if fate.zone in ("", task.zone) else FINE

    def task_changed(self, cluster: Cluster, task: Task) -> None:
        """Tell whoever follows tasks, a target group, that one of them moved on."""
        if self.scheduler is not None:
            self.scheduler.task_changed(self, cluster, task)
        for watcher in self.task_watchers:
            watcher(cluster, task)

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something of this account in this region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def global_arn(self, service: str, resource: str) -> str:
        """The ARN of something that belongs to no region: a role."""
        return f"arn:{self.partition}:{service}::{self.account}:{resource}"

    def add_cluster(self, cluster: Cluster) -> None:
        """Give the account one more ECS cluster, in a network of its own."""
        cluster.number = len(self.clusters) % 256
        self.clusters[cluster.name] = cluster

    def add_definition(self, definition: TaskDefinition) -> TaskDefinition:
        """The definition, now the newest of its family."""
        self.families.setdefault(definition.family, []).append(definition)
        return definition

    def advance(self, now: datetime) -> None:
        """Bring the state up to this moment; called before each answer."""
        self.agenda.run(now.timestamp())

    def elsewhere(self, region: str) -> World:
        """The same account in a region where it has nothing but what AWS itself puts there."""
        empty = World(
            self.clock,
            account=self.account,
            alias=self.alias,
            region=region,
            partition=self.partition,
            seed=self.seed,
        )
        empty.account_settings = self.account_settings
        empty.eks_versions = self.eks_versions
        empty.agenda = self.agenda
        empty.scheduler = self.scheduler
        empty.address, empty.sessions, empty.files = self.address, self.sessions, self.files
        return empty
