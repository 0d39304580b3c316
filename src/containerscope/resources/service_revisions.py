"""The revisions of an ECS service: the whole configuration that each deployment brought."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from containerscope.listers import Part, names_then_details, single
from containerscope.model.ecs_deployment import ServiceDeployment, ServiceRevision
from containerscope.model.listing import Item, Listing, Missing, Page
from containerscope.resource import (
    Block,
    Clients,
    Column,
    Demand,
    Detail,
    Platform,
    Resource,
    Scope,
    TableBlock,
)
from containerscope.resources import _blocks, _ecs
from containerscope.resources._blocks import strategy_words, taskdef_name
from containerscope.resources._deployment_briefs import arns, briefs


async def service_revisions(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[ServiceRevision]]:
    """The revisions that deployments of the service brought, or those of one deployment."""
    part: Part[ServiceRevision] = Part(
        where=scope.cluster,
        pages=lambda: _listed(clients, scope),
        describe=lambda names: _describe(clients, names),
        batch=20,
        item=lambda key: _ecs.item_of(key, scope.cluster),
        key=lambda value: value.service_revision_arn or "",
        operation="ecs:DescribeServiceRevisions",
    )
    async with aclosing(names_then_details(demand, single(part))) as listings:
        async for listing in listings:
            yield listing


def _listed(clients: Clients, scope: Scope) -> AsyncIterator[Page[str]]:
    if ":service-deployment/" in scope.parent:
        return _of_deployment(clients, scope.parent)
    return arns(briefs(clients, scope), lambda brief: brief.target_service_revision_arn)


async def _of_deployment(clients: Clients, deployment: str) -> AsyncIterator[Page[str]]:
    page = await clients.read(
        "ecs",
        "DescribeServiceDeployments",
        "serviceDeployments",
        ServiceDeployment,
        serviceDeploymentArns=[deployment],
    )
    found: list[str | None] = []
    for each in page.items:
        target = each.target_service_revision
        found += [target.arn if target else None]
        found += [source.arn for source in each.source_service_revisions or ()]
    names = tuple(dict.fromkeys(name for name in found if name))
    yield Page(names, None, page.failures, page.odd, page.date)


async def _describe(clients: Clients, names: Sequence[str]) -> Page[ServiceRevision]:
    return await clients.read(
        "ecs",
        "DescribeServiceRevisions",
        "serviceRevisions",
        ServiceRevision,
        serviceRevisionArns=list(names),
    )


async def read(clients: Clients, scope: Scope, item: Item[ServiceRevision]) -> Mapping[str, Any]:
    """The revision whole, as DescribeServiceRevisions answers."""
    return await _ecs.read_one(
        clients,
        "DescribeServiceRevisions",
        "serviceRevisions",
        serviceRevisionArns=[item.key],
    )


async def overview(
    clients: Clients, scope: Scope, item: Item[ServiceRevision]
) -> AsyncIterator[tuple[Block, ...]]:
    """The configuration that this revision fixed, images with their digests."""
    revision = item.value
    if isinstance(revision, Missing):
        yield (_blocks.missing_block(revision),)
        return
    platform = " ".join(filter(None, (revision.platform_family, revision.platform_version)))
    images = revision.container_images or ()
    balancers = revision.load_balancers or ()
    yield (
        _blocks.pairs(
            "Revision",
            ("Task definition", taskdef_name(revision.task_definition)),
            ("Launch type", revision.launch_type),
            ("Capacity", strategy_words(revision.capacity_provider_strategy)),
            ("Platform", platform),
            ("GuardDuty", revision.guard_duty_enabled),
            ("Target groups", tuple(_target_group(b.target_group_arn) for b in balancers)),
            ("Created", revision.created_at),
        ),
        TableBlock(
            "Images",
            ("CONTAINER", "IMAGE", "DIGEST"),
            tuple((each.container_name, each.image, each.image_digest) for each in images),
            empty="AWS names no images of this revision.",
        ),
        *_blocks.network_block(revision.network_configuration),
    )


def _target_group(arn: str | None) -> str:
    parts = (arn or "").split("/")
    return parts[1] if len(parts) > 2 else arn or "?"


def _launch(revision: ServiceRevision) -> str | None:
    return strategy_words(revision.capacity_provider_strategy) or revision.launch_type


def _images(revision: ServiceRevision) -> str | None:
    names = ((each.image or "?").rsplit("/", 1)[-1] for each in revision.container_images or ())
    return ", ".join(names) or None


def _console(scope: Scope, item: Item[ServiceRevision]) -> str:
    cluster = _ecs.cluster_of(scope, item)
    region = _ecs.region_of(scope, item)
    parts = ("clusters", cluster, "services", scope.service, "service-revisions", item.name)
    return _ecs.console(region, *parts)


RESOURCE: Resource[ServiceRevision] = Resource(
    name="service-revisions",
    noun="service revision",
    platform=Platform.ECS,
    model=ServiceRevision,
    lister=service_revisions,
    aliases=("srev",),
    columns=(
        _ecs.name_column("REVISION", width=24),
        Column("TASKDEF", lambda r: taskdef_name(r.task_definition), priority=1),
        Column("IMAGES", _images, priority=2, width=60),
        Column("LAUNCH", _launch, priority=4),
        Column("PLATFORM", lambda r: r.platform_version, priority=6),
        Column("AGE", lambda r: r.created_at, kind="age", priority=1),
    ),
    read=read,
    details=(Detail("Overview", overview),),
    console=_console,
    needs=("cluster", "service"),
    permissions=(
        "ecs:ListServiceDeployments",
        "ecs:DescribeServiceDeployments",
        "ecs:DescribeServiceRevisions",
    ),
    sort="age",
    interval=4.0,
    empty="No revisions of this service: AWS keeps none from before 25 October 2024.",
)
