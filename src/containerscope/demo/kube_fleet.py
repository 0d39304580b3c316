"""The Kubernetes side of an account's EKS clusters, each made when it is first asked for."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial

from containerscope.demo.asg_engine import interrupt
from containerscope.demo.calls import Call
from containerscope.demo.ec2_networks import networks
from containerscope.demo.efs_state import file_system_id
from containerscope.demo.eks_state import EksCluster
from containerscope.demo.identity import caller_arn, secret_key
from containerscope.demo.kube_builder import Builder
from containerscope.demo.kube_bulk import add_pods
from containerscope.demo.kube_cluster import KubeCluster, KubeSettings
from containerscope.demo.kube_faults import KubeFaults
from containerscope.demo.kube_machines import Machines
from containerscope.demo.kube_plain import build_plain
from containerscope.demo.kube_platform import build_platform
from containerscope.demo.kube_sandbox import build_sandbox
from containerscope.demo.world import World

_PATCHES = {"1.33": "1.33.5", "1.34": "1.34.2", "1.35": "1.35.0"}


class Fleet(Mapping[str, KubeCluster]):
    """The clusters by name."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._made: dict[str, KubeCluster] = {}
        self.faults = KubeFaults()
        """The rules that spoil requests, of all clusters."""
        self.pods: dict[str, int] = {}
        """By cluster: how many pods it shall have at least; to be set before it is asked for."""

    def __getitem__(self, name: str) -> KubeCluster:
        if name not in self._made:
            # Nothing of what is made becomes garbage, and looking for it takes most of the time.
            collecting = gc.isenabled()
            gc.disable()
            try:
                self._made[name] = self._build(self._world.eks[name])
            finally:
                if collecting:
                    gc.enable()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._world.eks)

    def __len__(self) -> int:
        return len(self._world.eks)

    def advance(self) -> None:
        """Bring those that have been asked for up to the clock's now."""
        now = self._world.clock.now()
        for each in self._made.values():
            each.advance(now)

    def _build(self, eks: EksCluster) -> KubeCluster:
        world = self._world
        # The world may be on its way to the clock's now, and what it does there is yet to be seen.
        now = world.now()
        version = str(eks.body["version"])
        auto = bool((eks.body.get("computeConfig") or {}).get("enabled"))
        settings = KubeSettings(version, _PATCHES.get(version, f"{version}.0"), metrics=not auto)
        cluster = KubeCluster(
            eks.name,
            float(eks.body["createdAt"]),
            settings,
            eks.access_entries,
            lambda key: secret_key(world, key),
            self.faults,
        )
        control = cluster.control
        control.kubelets.network = networks(world)[eks.name]
        control.pods.maker.identities = eks.pod_identities
        build = Builder(cluster, now)
        machines = Machines(world, eks, cluster)
        if eks.name == "platform":
            take = partial(interrupt, world)
            build_platform(build, eks, machines, file_system_id("platform"), take)
        elif auto:
            build_sandbox(build, eks)
        else:
            build_plain(build, eks, machines)
        machines.begin()
        if eks.name in self.pods:
            add_pods(build, self.pods[eks.name])
        cluster.advance(datetime.fromtimestamp(now, UTC))
        return cluster

    def caller(self, access_key: str) -> str:
        """The ARN of who holds an access key."""
        return caller_arn(Call(self._world, {}, access_key))
