"""The EC2 instances of the account: container instances of ECS and nodes of EKS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from containerscope.demo.asg_state import AutoScalingGroup, GroupInstance
from containerscope.demo.ec2_images import Image, ecs_image, node_image
from containerscope.demo.ec2_networks import NODES, Network, Subnet, networks
from containerscope.demo.eks_state import EksCluster
from containerscope.demo.ids import hexes, number
from containerscope.demo.world import World


@dataclass(frozen=True)
class Host:
    """An EC2 instance."""

    id: str
    kind: str
    subnet: Subnet
    address: str
    launched_at: float
    image: Image
    profile: str
    """The name of its instance profile."""
    groups: tuple[str, ...]
    """The ids of its security groups."""
    tags: tuple[tuple[str, str], ...]
    spot: bool = False
    state: str = "running"
    node_group: dict[str, Any] = field(default_factory=dict, compare=False)
    """The node group that it is of, as that was when the instance was launched."""

    @property
    def interface(self) -> str:
        """The id of its primary network interface."""
        return f"eni-0{hexes(16, 'eni', self.id)}"

    @property
    def disk(self) -> str:
        """The id of its root volume."""
        return f"vol-0{hexes(16, 'vol', self.id)}"


def instance_group(cluster: str) -> str:
    """The id of the security group of a cluster's container instances."""
    return f"sg-0{hexes(16, 'sg', cluster, 'instances')}"


def hosts(world: World) -> list[Host]:
    """All instances: those of Auto Scaling groups, and container instances that are in none."""
    found: list[Host] = []
    for name, network in networks(world).items():
        found += hosts_in(world, name, network)
    return found


def hosts_in(world: World, name: str, network: Network) -> list[Host]:
    """The instances in the network of the cluster of this name."""
    found: list[Host] = []
    taken: set[str] = set()
    grouped: set[str] = set()
    for group in world.asgs.values():
        if group.network == name:
            found += _members(world, group, network, taken)
            grouped |= group.instances.keys()
    cluster = world.clusters.get(name)
    for each in cluster.instances.values() if cluster else ():
        if each.ec2_id not in grouped:
            launched = each.registered_at - 75
            alone = GroupInstance(each.ec2_id, each.kind, each.zone, launched)
            found.append(_container_host(alone, name, network, taken, dict(each.tags)))
    return found


_STATES = {"Pending": "pending", "Terminating": "shutting-down", "Terminated": "terminated"}
"""The state of an instance by the beginning of its lifecycle state in its group."""


def _state(lifecycle: str) -> str:
    return _STATES.get(lifecycle.partition(":")[0], "running")


def _members(
    world: World, group: AutoScalingGroup, network: Network, taken: set[str]
) -> Iterator[Host]:
    tags = {**group.tags, "aws:autoscaling:groupName": group.name}
    cluster = world.eks.get(group.network) if group.node_group else None
    name = group.node_group.partition("/")[2]
    body = cluster.nodegroups.get(name) if cluster else None
    for each in group.instances.values():
        if cluster is None:
            yield _container_host(each, group.cluster, network, taken, tags)
        elif body is not None:
            yield _node(each, cluster, body, network, taken, {"Name": group.name, **tags})


def _container_host(
    instance: GroupInstance, cluster: str, network: Network, taken: set[str], tags: dict[str, str]
) -> Host:
    return Host(
        instance.id,
        instance.kind,
        Subnet(network, instance.zone, public=False),
        _address(network, instance.zone, instance.id, taken, NODES, 270),
        instance.launched_at,
        ecs_image(instance.kind),
        f"ecs-instance-{cluster}",
        (instance_group(cluster),),
        tuple(tags.items()),
        state=_state(instance.lifecycle),
    )


def _node(
    instance: GroupInstance,
    cluster: EksCluster,
    body: dict[str, Any],
    network: Network,
    taken: set[str],
    tags: dict[str, str],
) -> Host:
    body = {**body, **instance.config}
    version, kind, release = (
        str(body.get(each, "")) for each in ("version", "amiType", "releaseVersion")
    )
    return Host(
        instance.id,
        instance.kind,
        Subnet(network, instance.zone, public=False),
        _address(network, instance.zone, instance.id, taken, 10, 16_000),
        instance.launched_at,
        node_image(version, instance.kind, kind, release),
        f"eks-{str(body['nodeRole']).rpartition('/')[2]}",
        (str(cluster.body["resourcesVpcConfig"]["clusterSecurityGroupId"]),),
        tuple(tags.items()),
        body.get("capacityType") == "SPOT",
        _state(instance.lifecycle),
        body,
    )


def _address(
    network: Network, zone: str, seed: str, taken: set[str], first: int, count: int
) -> str:
    """An address that follows from the id, or the next one that is free."""
    at = number(count, "address", seed)
    while (found := network.address(zone, first + at)) in taken:
        at = (at + 1) % count
    taken.add(found)
    return found
