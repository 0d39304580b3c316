"""The roles of the instances that a service's tasks run on, from their instance profiles."""

from __future__ import annotations

from collections.abc import Sequence

from containerscope.model import arn
from containerscope.model.ec2 import Reservation
from containerscope.model.ecs import ContainerInstance
from containerscope.model.ecs_service import Service
from containerscope.model.iam import InstanceProfile
from containerscope.resource import Clients
from containerscope.resources import _around

_FRESH = 300.0
"""Seconds for which the role of an instance profile is good."""
_BATCH = 100


def on_instances(service: Service) -> bool:
    """Whether its tasks run on instances, and not on Fargate alone."""
    names = [each.capacity_provider or "" for each in service.capacity_provider_strategy or ()]
    if names:
        return any(not name.startswith("FARGATE") for name in names)
    return service.launch_type in ("EC2", "EXTERNAL", "MANAGED_INSTANCES")


async def instance_roles(clients: Clients, cluster: str, service: str) -> tuple[str, ...]:
    """The ARNs of those roles; empty for a service without running tasks on instances."""
    tasks = await _around.running_tasks(clients, cluster, service)
    hosts = tuple(
        dict.fromkeys(t.container_instance_arn for t in tasks if t.container_instance_arn)
    )
    instances: list[str] = []
    for batch in _around.batches(hosts, _BATCH):
        page = await clients.read(
            "ecs",
            "DescribeContainerInstances",
            "containerInstances",
            ContainerInstance,
            cluster=cluster,
            containerInstances=list(batch),
        )
        instances += [each.ec2_instance_id for each in page.items if each.ec2_instance_id]
    return await roles_of_hosts(clients, instances)


async def roles_of_hosts(clients: Clients, instances: Sequence[str]) -> tuple[str, ...]:
    """The ARNs of the roles that EC2 instances have by their profiles."""
    profiles: dict[str, None] = {}
    for ids in _around.batches(instances, _BATCH):
        found = await clients.read(
            "ec2", "DescribeInstances", "Reservations", Reservation, InstanceIds=list(ids)
        )
        for reservation in found.items:
            for instance in reservation.instances or ():
                profile = instance.iam_instance_profile
                if profile is not None and profile.arn:
                    profiles[arn.name_of(profile.arn)] = None
    roles = [role for name in profiles for role in await _roles_of(clients, name)]
    return tuple(dict.fromkeys(roles))


async def _roles_of(clients: Clients, profile: str) -> tuple[str, ...]:
    async def fetch() -> tuple[str, ...]:
        page = await clients.read(
            "iam",
            "GetInstanceProfile",
            "InstanceProfile",
            InstanceProfile,
            InstanceProfileName=profile,
        )
        return tuple(role.arn for each in page.items for role in each.roles or () if role.arn)

    return await clients.cached(("iam-instance-profile", profile), _FRESH, fetch)
