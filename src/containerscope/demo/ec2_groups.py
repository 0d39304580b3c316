"""The security groups of the account: who may reach whom, as the services need it.

Every way that a request takes here is open, but for one: the mount target that somebody closed
(`efs_build.LATE_ZONE`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from containerscope.demo.ec2_hosts import instance_group
from containerscope.demo.ec2_networks import Network, networks
from containerscope.demo.ecs_state import Cluster, Service
from containerscope.demo.efs_build import closed_group, security_group
from containerscope.demo.efs_state import FileSystem
from containerscope.demo.eks_state import EksCluster
from containerscope.demo.elb_views import balancer_security_group
from containerscope.demo.ids import hexes
from containerscope.demo.world import World

NFS = 2049
_EPHEMERAL = (32768, 65535)


@dataclass(frozen=True)
class Permission:
    """Ports that may be reached, and by whom; port -1 stands for all traffic."""

    first: int
    last: int
    groups: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    why: str = ""

    @property
    def protocol(self) -> str:
        """`tcp`, or `-1` for all of them."""
        return "-1" if self.first < 0 else "tcp"


ANYWHERE = Permission(-1, -1, ranges=("0.0.0.0/0",))


@dataclass(frozen=True)
class Group:
    """A security group."""

    id: str
    name: str
    description: str
    network: Network
    ingress: tuple[Permission, ...] = ()
    egress: tuple[Permission, ...] = (ANYWHERE,)
    tags: dict[str, str] = field(default_factory=dict)


def tasks_group(cluster: str) -> str:
    """The id of the security group that all tasks of a cluster share."""
    return f"sg-0{hexes(16, 'sg', cluster, 'tasks')}"


def security_groups(world: World) -> list[Group]:
    """All security groups."""
    known = networks(world)
    found: dict[str, Group] = {}
    for name, network in known.items():
        groups = [_default(network)]
        if name in world.clusters:
            groups += _of_cluster(world, world.clusters[name], network)
        if name in world.eks:
            groups += _of_eks(world.eks[name], network)
        groups += _of_file_systems(world, network)
        for each in groups:
            found.setdefault(each.id, each)
    return list(found.values())


def _default(network: Network) -> Group:
    own = f"sg-0{hexes(16, 'sg', 'default', network.name)}"
    inside = Permission(-1, -1, groups=(own,))
    return Group(own, "default", "default VPC security group", network, (inside,))


def _of_cluster(world: World, cluster: Cluster, network: Network) -> Iterator[Group]:
    balancers = [
        each for each in world.balancing.balancers.values() if each.network == cluster.name
    ]
    for each in balancers:
        ranges = ("10.0.0.0/8",) if each.scheme == "internal" else ("0.0.0.0/0",)
        ports = sorted({listener.port for listener in each.listeners})
        ingress = tuple(Permission(port, port, ranges=ranges) for port in ports)
        own = balancer_security_group(each.name)
        yield Group(own, each.name, f"Load balancer {each.name}", network, ingress)
    fronts = tuple(balancer_security_group(each.name) for each in balancers)
    shared = tasks_group(cluster.name)
    yield Group(shared, f"{cluster.name}-tasks", f"All tasks of {cluster.name}", network)
    for service in cluster.services.values():
        for own in service.awsvpc.get("securityGroups", ())[:1]:
            yield _of_service(own, service, network, fronts, shared)
    if cluster.instances:
        first, last = _EPHEMERAL
        open_to = Permission(first, last, fronts, why="dynamic host ports")
        yield Group(
            instance_group(cluster.name),
            f"ecs-{cluster.name}",
            f"Container instances of {cluster.name}",
            network,
            (open_to,) if fronts else (),
        )


def _of_service(
    own: str, service: Service, network: Network, fronts: tuple[str, ...], shared: str
) -> Group:
    ingress = [
        Permission(each["containerPort"], each["containerPort"], fronts, why="from load balancer")
        for each in service.load_balancers
        if fronts
    ]
    ports = {
        mapping["containerPort"]
        for mapping in service.definition.containers[0].get("portMappings", ())
    }
    ingress += [
        Permission(port, port, (shared,), why="from other services") for port in sorted(ports)
    ]
    return Group(
        own,
        f"{service.name}-tasks",
        f"Tasks of {service.name}",
        network,
        tuple(ingress),
        tags=dict(service.tags),
    )


def _of_eks(cluster: EksCluster, network: Network) -> Iterator[Group]:
    config = cluster.body["resourcesVpcConfig"]
    own = config["clusterSecurityGroupId"]
    yield Group(
        own,
        f"eks-cluster-sg-{cluster.name}-{hexes(10, 'eks sg', cluster.name)}",
        "EKS created security group applied to ENI that is attached to EKS Control Plane master "
        "nodes, as well as any managed workloads.",
        network,
        (Permission(-1, -1, groups=(own,)),),
        tags={f"kubernetes.io/cluster/{cluster.name}": "owned"},
    )
    for each in config.get("securityGroupIds", ()):
        https = Permission(443, 443, ranges=("10.0.0.0/8",), why="from the office")
        yield Group(each, f"{cluster.name}-control-plane", "Control plane", network, (https,))


def _of_file_systems(world: World, network: Network) -> Iterator[Group]:
    for system in world.storage.file_systems.values():
        if system.network != network.name:
            continue
        used = {group for each in system.mount_targets.values() for group in each.groups}
        callers = tuple(sorted(_mounting(world, system)))
        open_to = (Permission(NFS, NFS, callers, why="NFS"),) if callers else ()
        name = f"{system.name}-efs"
        yield Group(security_group(system.id), name, f"NFS to {system.name}", network, open_to)
        if closed_group(system.id) in used:
            bastion = Permission(NFS, NFS, ranges=(f"{network.prefix}.192.0/20",), why="bastion")
            yield Group(
                closed_group(system.id),
                f"{name}-migration",
                f"NFS to {system.name} during its migration",
                network,
                (bastion,),
            )


def _mounting(world: World, system: FileSystem) -> Iterator[str]:
    """The security groups of those who mount a file system."""
    cluster = world.clusters.get(system.network)
    for service in cluster.services.values() if cluster else ():
        volumes: list[dict[str, Any]] = service.definition.body.get("volumes", [])
        ids = {each.get("efsVolumeConfiguration", {}).get("fileSystemId") for each in volumes}
        if system.id in ids and cluster is not None:
            groups = service.awsvpc.get("securityGroups", ())
            yield groups[0] if groups else instance_group(cluster.name)
    if system.network in world.eks:
        config = world.eks[system.network].body["resourcesVpcConfig"]
        yield str(config["clusterSecurityGroupId"])
