"""The roles tab of a service: who may be each role, and what it may do."""

from __future__ import annotations

from collections.abc import AsyncIterator

from containerscope.listers import tried
from containerscope.model import arn
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_taskdef import TaskDefinition
from containerscope.model.listing import ApiError, Item, Missing, Problem
from containerscope.resource import Block, Clients, Scope, TextBlock
from containerscope.resources import _around, _blocks, _ecs
from containerscope.resources._instance_roles import instance_roles, on_instances
from containerscope.resources._listed import problem_block, problem_blocks
from containerscope.resources._role_details import permission_blocks, trust_blocks
from containerscope.resources._role_whole import role_whole
from containerscope.resources.roles import roles_of


async def roles(
    clients: Clients, scope: Scope, item: Item[Service]
) -> AsyncIterator[tuple[Block, ...]]:
    """Each role as it is read; one that may not be read hides no other."""
    service = item.value
    if isinstance(service, Missing):
        yield (_blocks.missing_block(service),)
        return
    problems: list[Problem] = []
    definition = await tried(_around.definition_of(clients, service), problems)
    uses: dict[str, list[str]] = {}
    for role, purpose in roles_of(service, definition or TaskDefinition()):
        uses.setdefault(role, []).append(purpose)
    shown: tuple[Block, ...] = problem_blocks(problems)
    if not uses and not problems:
        shown = (TextBlock("The service uses no roles of its own."),)
    yield shown
    for role, purposes in uses.items():
        shown = (*shown, *await role_blocks(clients, role, " and ".join(purposes)))
        yield shown
    if not on_instances(service):
        return
    hosts: list[Problem] = []
    cluster = _ecs.cluster_of(scope, item)
    for role in await tried(instance_roles(clients, cluster, item.name), hosts) or ():
        shown = (*shown, *await role_blocks(clients, role, "instance"))
        yield shown
    if hosts:
        yield (*shown, *(problem_block(each, "Instance role") for each in hosts))


async def role_blocks(clients: Clients, role: str, purpose: str) -> tuple[Block, ...]:
    """A role in short: its trust if that is unusual, and all that it may do."""
    title = f"{purpose[:1].upper()}{purpose[1:]} role: {arn.name_of(role)}"
    try:
        whole = await role_whole(clients, arn.name_of(role))
    except ApiError as error:
        return (problem_block(error.problem, title),)
    return (*trust_blocks(whole, title), *permission_blocks(whole))
