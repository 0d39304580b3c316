"""The network interfaces of the account: of tasks, load balancers, mount targets and instances."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from containerscope.demo.ec2_groups import tasks_group
from containerscope.demo.ec2_hosts import hosts
from containerscope.demo.ec2_networks import BALANCERS, Network, Subnet, networks
from containerscope.demo.ecs_state import Cluster, Task
from containerscope.demo.efs_state import mount_target_interface
from containerscope.demo.elb_state import LoadBalancer
from containerscope.demo.elb_views import balancer_security_group
from containerscope.demo.ids import hexes, uuid
from containerscope.demo.world import World

_WITHOUT = ("PROVISIONING", "STOPPED", "DELETED")
"""The statuses in which a task has no network interface."""


@dataclass(frozen=True)
class Interface:
    """A network interface."""

    id: str
    subnet: Subnet
    address: str
    groups: tuple[str, ...]
    description: str
    attached_at: float
    kind: str = "interface"
    owner: str = ""
    """What asked for it: `amazon-elb`; empty for the account itself."""
    instance: str = ""
    """The id of the instance that it is the primary interface of."""
    task: Task | None = None
    cluster: str = ""

    @property
    def tags(self) -> dict[str, str]:
        """Its tags: those that ECS gives it."""
        if self.task is None:
            return {}
        tags = {"aws:ecs:clusterName": self.cluster}
        return {**tags, "aws:ecs:serviceName": self.task.service} if self.task.service else tags


def interfaces(world: World, wanted: frozenset[str] = frozenset()) -> Iterator[Interface]:
    """All network interfaces, those of tasks first; of tasks only these ids or addresses, if any.

    A large account has tens of thousands of tasks, and who looks for one shall not wait for all.
    """
    known = networks(world)
    for name, cluster in world.clusters.items():
        yield from _of_tasks(world, cluster, known[name], wanted)
    yield from _beside(world, known)


def _beside(world: World, known: dict[str, Network]) -> Iterator[Interface]:
    """The network interfaces that are no task's."""
    for place, balancer in enumerate(world.balancing.balancers.values()):
        yield from _of_balancer(known[balancer.network], balancer, place)
    for system in world.storage.file_systems.values():
        for target in system.mount_targets.values():
            yield Interface(
                mount_target_interface(system.id, target.zone),
                Subnet(known[system.network], target.zone, public=False),
                target.address,
                tuple(target.groups),
                f"EFS mount target for {system.id} ({target.id})",
                system.created_at + 60,
                owner="amazon-elasticfilesystem",
            )
    for host in hosts(world):
        yield Interface(
            host.interface,
            host.subnet,
            host.address,
            host.groups,
            "",
            host.launched_at,
            instance=host.id,
        )


def _of_balancer(network: Network, balancer: LoadBalancer, place: int) -> Iterator[Interface]:
    public = balancer.scheme != "internal"
    label = balancer.arn.rpartition(":loadbalancer/")[2]
    for zone in "abc":
        address = (
            network.public_address(zone, 40 + place)
            if public
            else network.address(zone, BALANCERS + place)
        )
        yield Interface(
            f"eni-0{hexes(16, 'eni', balancer.arn, zone)}",
            Subnet(network, zone, public),
            address,
            (balancer_security_group(balancer.name),),
            f"ELB {label}",
            balancer.created_at,
            "network_load_balancer" if balancer.kind == "network" else "interface",
            "amazon-elb",
        )


def _of_tasks(
    world: World, cluster: Cluster, network: Network, wanted: frozenset[str]
) -> Iterator[Interface]:
    subnets = {zone: Subnet(network, zone, public=False) for zone in "abc"}
    prefix = world.arn("ecs", "attachment/")
    ids = any(each.startswith("eni-") for each in wanted)
    for task in cluster.tasks.values():
        if not task.address or task.status in _WITHOUT:
            continue
        name = f"eni-0{hexes(16, 'eni', task.id)}" if not wanted or ids else ""
        if wanted and task.address not in wanted and name not in wanted:
            continue
        service = cluster.services.get(task.service)
        groups = service.awsvpc.get("securityGroups", ()) if service else ()
        yield Interface(
            name or f"eni-0{hexes(16, 'eni', task.id)}",
            subnets[task.zone],
            task.address,
            tuple(groups) or (tasks_group(cluster.name),),
            f"{prefix}{uuid('attachment', task.id)}",
            task.created_at + 5,
            owner="amazon-ecs",
            task=task,
            cluster=cluster.name,
        )


def taken(world: World) -> dict[str, int]:
    """How many addresses of each subnet are in use, by the subnet's id."""
    counts: dict[tuple[str, str], int] = {}
    for name, cluster in world.clusters.items():
        for task in cluster.tasks.values():
            if task.address and task.status not in _WITHOUT:
                key = (name, task.zone)
                counts[key] = counts.get(key, 0) + 1
    known = networks(world)
    found = {Subnet(known[name], zone, False).id: each for (name, zone), each in counts.items()}
    for interface in _beside(world, known):
        found[interface.subnet.id] = found.get(interface.subnet.id, 0) + 1
    return found
