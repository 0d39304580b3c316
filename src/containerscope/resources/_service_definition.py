"""The definition tab of a service: its revisions, and what the running one changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from containerscope.insight.taskdef_diff import revision_of
from containerscope.listers import tried
from containerscope.model import arn
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_taskdef import TaskDefinition
from containerscope.model.listing import Item, Missing, Problem
from containerscope.resource import Block, Clients, Scope, TableBlock, TextBlock
from containerscope.resources import _blocks, _ecs
from containerscope.resources._definition import definition
from containerscope.resources._difference import difference
from containerscope.resources._listed import problem_blocks
from containerscope.resources._taskdef_details import definition_blocks

_SHOWN = 10
"""Revisions named; the running one and the one before it are described."""


async def definition_tab(
    clients: Clients, scope: Scope, item: Item[Service]
) -> AsyncIterator[tuple[Block, ...]]:
    """The running definition at once; then the revisions and the difference to the one before."""
    service = item.value
    if isinstance(service, Missing):
        yield (_blocks.missing_block(service),)
        return
    if not service.definition:
        yield (TextBlock("Neither the service nor a task set names a task definition."),)
        return
    problems: list[Problem] = []
    running, page = await asyncio.gather(
        tried(definition(clients, service.definition), problems),
        tried(
            clients.read(
                "ecs",
                "ListTaskDefinitions",
                "taskDefinitionArns",
                str,
                familyPrefix=_ecs.family_of(service.definition),
                sort="DESC",
                maxResults=_SHOWN,
            ),
            problems,
        ),
    )
    listed = page.items if page is not None else ()
    whole = definition_blocks(running) if running is not None else ()
    known = {service.definition: running} if running is not None else {}
    yield (_revisions(service, listed, known), *problem_blocks(problems), *whole)
    before = _before(service.definition, listed)
    if running is None or not before:
        return
    old = await tried(definition(clients, before), problems)
    if old is not None:
        known[before] = old
    diff = (difference(old, running),) if old is not None else ()
    yield (*diff, _revisions(service, listed, known), *problem_blocks(problems), *whole)


def _before(running: str, listed: tuple[str, ...]) -> str:
    """The revision before the running one; empty where there is none among the newest."""
    number = _number(running)
    older = [each for each in listed if _number(each) < number]
    return max(older, key=_number, default="")


def _number(name: str) -> int:
    revision = name.rpartition(":")[2]
    return int(revision) if revision.isdecimal() else 0


def _revisions(
    service: Service, listed: tuple[str, ...], known: dict[str, TaskDefinition]
) -> TableBlock:
    sets = ((each.task_definition, each.status) for each in service.task_sets or ())
    runs = dict(sets) | {each.task_definition: each.status for each in service.deployments or ()}
    rows = []
    for name in dict.fromkeys((*listed, *known)):
        found = known.get(name)
        about = revision_of(found) if found else None
        rows.append(
            (
                arn.name_of(name),
                (runs.get(name) or "").lower() or None,
                about.registered_by or None if about else None,
                about.registered_at if about else None,
            )
        )
    return TableBlock("Revisions", ("REVISION", "RUNS AS", "REGISTERED BY", "AGE"), tuple(rows))
