"""The account as plain state and a clock; every answer is made from the two."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from containerscope.demo.ecs_state import CapacityProvider, Cluster, TaskDefinition
from containerscope.demo.eks_state import EksCluster
from containerscope.model.clock import Clock


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
        self.eks_versions: list[dict[str, Any]] = []

    def now(self) -> float:
        """The world's time in epoch seconds."""
        return self.clock.now().timestamp()

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
        """Bring the state up to this moment; called before each answer. Nothing moves here yet."""

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
        return empty
