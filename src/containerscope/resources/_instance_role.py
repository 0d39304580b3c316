"""The role of the instances that tasks run on, through the profile they were launched with."""

from __future__ import annotations

from containerscope.model import arn
from containerscope.model.ec2 import Instance, Reservation
from containerscope.model.ecs_service import Service
from containerscope.model.iam import InstanceProfile
from containerscope.model.listing import ApiError
from containerscope.resource import Block, Clients
from containerscope.resources import _around, _target_join
from containerscope.resources._listed import problem_block
from containerscope.resources._role_details import permission_blocks, trust_blocks
from containerscope.resources._role_whole import role_whole

_ASKED = 5
"""Instances whose profile is asked for: those of a group share one."""


async def profile_blocks(clients: Clients, cluster: str, service: Service) -> tuple[Block, ...]:
    """What the instances under a service's tasks may do; nothing for Fargate."""
    strategy = service.capacity_provider_strategy or ()
    names = [each.capacity_provider or "" for each in strategy]
    if service.launch_type != "EC2" and all(name.startswith("FARGATE") for name in names):
        return ()
    try:
        tasks = await _around.running_tasks(clients, cluster, service.service_name or "")
        hosts = await _target_join.hosts_of(clients, cluster, tasks)
        ids = [each.ec2_instance_id for each in hosts if each.ec2_instance_id]
        return await blocks_of(clients, ids[:_ASKED])
    except ApiError as error:
        return (problem_block(error.problem, "Instance role"),)


async def blocks_of(clients: Clients, ids: list[str]) -> tuple[Block, ...]:
    """The roles of these EC2 instances."""
    if not ids:
        return ()
    page = await clients.read(
        "ec2", "DescribeInstances", "Reservations", Reservation, InstanceIds=ids
    )
    profiles = dict.fromkeys(
        profile_name(each) for found in page.items for each in found.instances or ()
    )
    out: list[Block] = []
    for name in filter(None, profiles):
        found = await clients.read(
            "iam",
            "GetInstanceProfile",
            "InstanceProfile",
            InstanceProfile,
            InstanceProfileName=name,
        )
        for profile in found.items:
            for role in profile.roles or ():
                whole = await role_whole(clients, role.role_name or "")
                title = f"Instance role: {role.role_name} (profile {name})"
                out += (*trust_blocks(whole, title), *permission_blocks(whole))
    return tuple(out)


def profile_name(instance: Instance) -> str:
    """The name of the profile an instance was launched with; empty without one."""
    profile = instance.iam_instance_profile
    return arn.name_of(profile.arn) if profile and profile.arn else ""
