"""The EC2 instances of the account: container instances of ECS and nodes of EKS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from containerscope.demo.ec2_images import Image, ecs_image, node_image
from containerscope.demo.ec2_networks import NODES, Network, Subnet, networks
from containerscope.demo.ecs_recipe import HOUR
from containerscope.demo.ecs_state import Cluster
from containerscope.demo.eks_state import EksCluster
from containerscope.demo.ids import hexes, number, subnet
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

    @property
    def interface(self) -> str:
        """The id of its primary network interface."""
        return f"eni-0{hexes(16, 'eni', self.id)}"


def instance_group(cluster: str) -> str:
    """The id of the security group of a cluster's container instances."""
    return f"sg-0{hexes(16, 'sg', cluster, 'instances')}"


def hosts(world: World) -> list[Host]:
    """All instances that run."""
    known = networks(world)
    found: list[Host] = []
    for name, cluster in world.clusters.items():
        found += _container_instances(cluster, known[name])
    for name, eks in world.eks.items():
        if name in known:
            found += _nodes(world, eks, known[name])
    return found


def _container_instances(cluster: Cluster, network: Network) -> Iterator[Host]:
    taken: set[str] = set()
    for each in cluster.instances.values():
        tags = {**each.tags, "AmazonECSManaged": "true" if each.capacity_provider else "false"}
        if each.capacity_provider:
            tags["aws:autoscaling:groupName"] = f"ecs-{cluster.name}"
        yield Host(
            each.ec2_id,
            each.kind,
            Subnet(network, each.zone, public=False),
            _address(network, each.zone, each.ec2_id, taken, NODES, 270),
            each.registered_at - 75,
            ecs_image(each.kind),
            f"ecs-instance-{cluster.name}",
            (instance_group(cluster.name),),
            tuple(tags.items()),
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


def _nodes(world: World, cluster: EksCluster, network: Network) -> Iterator[Host]:
    taken: set[str] = set()
    group_id = str(cluster.body["resourcesVpcConfig"]["clusterSecurityGroupId"])
    for group in cluster.nodegroups.values():
        for node, kind, zone, launched in _members(world, cluster, group):
            name = group["nodegroupName"]
            tags = {
                "Name": f"{cluster.name}-{name}",
                f"kubernetes.io/cluster/{cluster.name}": "owned",
                "eks:cluster-name": cluster.name,
                "eks:nodegroup-name": name,
                "aws:autoscaling:groupName": group["resources"]["autoScalingGroups"][0]["name"],
            }
            yield Host(
                node,
                kind,
                Subnet(network, zone, public=False),
                _address(network, zone, node, taken, 10, 16_000),
                launched,
                node_image(str(group["version"]), kind, str(group.get("amiType", ""))),
                f"eks-{str(group['nodeRole']).rpartition('/')[2]}",
                (group_id,),
                tuple(tags.items()),
                group.get("capacityType") == "SPOT",
            )


def _members(
    world: World, cluster: EksCluster, group: dict[str, Any]
) -> Iterator[tuple[str, str, str, float]]:
    """Id, type, zone and launch time of each node of a group."""
    zones = [zone for zone in "abc" if subnet(cluster.name, zone) in group["subnets"]] or ["a"]
    for index in range(group["scalingConfig"]["desiredSize"]):
        name = group["nodegroupName"]
        node = f"i-0{hexes(16, 'node', cluster.name, name, index)}"
        kinds = group["instanceTypes"]
        launched = group["createdAt"] + (9 + number(90, node)) * HOUR
        yield node, kinds[index % len(kinds)], zones[index % len(zones)], launched
