"""The deployments tab of a service: the newest told whole, those before it in a line each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import takewhile

from containerscope.insight.deployment_story import Told, controller_words, older_story, story
from containerscope.model import arn
from containerscope.model.ecs_deployment import ServiceDeployment, ServiceRevision
from containerscope.model.ecs_service import Service
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Item, Listing, Missing, Phase
from containerscope.resource import Block, Clients, Pair, PairsBlock, Scope, TableBlock, TextBlock
from containerscope.resources import _blocks, _deployment_details, _ecs, service_deployments
from containerscope.resources._deployment_briefs import briefs
from containerscope.resources._listed import listed_table, problem_block, within
from containerscope.resources._service_details import deployment_blocks

_SHOWN = 20
"""Deployments described: as many as one call takes."""
_FIELDS = ("name", "status", "tasks", "failures", "traffic", "strategy", "took", "age")


async def deployments(
    clients: Clients, scope: Scope, item: Item[Service]
) -> AsyncIterator[tuple[Block, ...]]:
    """What the service says at once; then the newer API's own story, if it may be read."""
    service = item.value
    if isinstance(service, Missing):
        yield (_blocks.missing_block(service),)
        return
    older = deployment_blocks(service)
    controller = controller_words(service)
    lead = (TextBlock(controller),) if controller else ()
    yield (*lead, *older)
    if controller:
        return
    here = within(scope, item)
    try:
        page = await anext(briefs(clients, here), None)
        names = [each.service_deployment_arn or "" for each in (page.items if page else ())]
        described = await service_deployments.describe(clients, names[:_SHOWN]) if names else None
    except ApiError as error:
        told = _told(older_story(service), "What the service says")
        yield (*lead, problem_block(error.problem), *told, *older)
        return
    found = {each.service_deployment_arn: each for each in (described.items if described else ())}
    ordered = [found[name] for name in names if name in found]
    if not ordered:
        return
    newer = (*lead, *await _newest(clients, here, item, ordered[0]), _history(here, ordered))
    yield (*newer, *older)
    yield (*newer, await _revisions(clients, ordered[0]), *older)


async def _newest(
    clients: Clients, scope: Scope, item: Item[Service], newest: ServiceDeployment
) -> tuple[Block, ...]:
    row = Item(
        newest.service_deployment_arn or "", "", newest, cluster=_ecs.cluster_of(scope, item)
    )
    blocks = [b async for b in _deployment_details.overview(clients, scope, row)][-1]
    told = _told(story(newest, clients.clock.now()), "The newest deployment")
    verdict = tuple(takewhile(lambda block: isinstance(block, TextBlock), blocks))
    return (*verdict, *told, *blocks[len(verdict) :])


def _told(lines: tuple[Told, ...], title: str) -> tuple[Block, ...]:
    pairs = tuple(Pair(each.label, each.words, each.level) for each in lines)
    return (PairsBlock(title, pairs),) if pairs else ()


def _history(scope: Scope, found: list[ServiceDeployment]) -> TableBlock:
    items = tuple(
        Item(
            each.service_deployment_arn or "",
            arn.name_of(each.service_deployment_arn or "?"),
            each,
            cluster=scope.cluster,
        )
        for each in found
    )
    listing = Listing(items, Phase.DONE, len(items))
    return listed_table("History", service_deployments.RESOURCE, listing, _FIELDS, ranked=False)


async def _revisions(clients: Clients, newest: ServiceDeployment) -> Block:
    """Old against new: what the revisions of the newest deployment run, in one call."""
    both = [("from", each) for each in newest.source_service_revisions or ()]
    if newest.target_service_revision is not None:
        both.append(("to", newest.target_service_revision))
    names = list(dict.fromkeys(each.arn for _, each in both if each.arn))[:20]
    title = "Old against new"
    if not names:
        return TableBlock(title, (), (), empty="AWS names no revisions of this deployment.")
    try:
        page = await clients.read(
            "ecs",
            "DescribeServiceRevisions",
            "serviceRevisions",
            ServiceRevision,
            serviceRevisionArns=names,
        )
    except ApiError as error:
        return problem_block(error.problem, title)
    known = {each.service_revision_arn: each for each in page.items}
    header = ("", "TASKDEF", "RUNNING", "PENDING", "TRAFFIC %", "IMAGES", "CREATED")
    rows = []
    for word, summary in both:
        revision = known.get(summary.arn)
        images = [
            each.image or "?" for each in (revision.container_images if revision else ()) or ()
        ]
        rows.append(
            (
                word,
                _blocks.taskdef_name(revision.task_definition) if revision else None,
                f"{summary.running_task_count or 0}/{summary.requested_task_count or 0}",
                summary.pending_task_count or 0,
                summary.requested_production_traffic_weight,
                tuple(images) or None,
                revision.created_at if revision else None,
            )
        )
    return TableBlock(title, header, tuple(rows), tuple(Level.NONE for _ in rows))
