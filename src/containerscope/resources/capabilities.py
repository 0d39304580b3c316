"""Capabilities of EKS clusters: Argo CD, ACK and kro, which EKS runs for them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

from containerscope.insight.eks_capability import capability_verdict
from containerscope.insight.eks_health import changing, issues_of
from containerscope.insight.eks_issues import CAPABILITY
from containerscope.model.eks_capability import Capability
from containerscope.model.health import Health
from containerscope.model.listing import ApiError, Item, Listing, Missing
from containerscope.resource import (
    Block,
    Clients,
    Column,
    Demand,
    Detail,
    PairsBlock,
    Platform,
    Resource,
    Scope,
)
from containerscope.resources import _blocks, _ecs, _eks, _listed

_NAMES = {"ARGOCD": "Argo CD", "ACK": "ACK", "KRO": "kro"}


async def capabilities(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[Capability]]:
    """The capabilities in scope, without their settings and issues."""
    found = _eks.told_whole(clients, scope, "ListCapabilities", "capabilities", Capability, _row)
    async with aclosing(found) as listings:
        async for listing in listings:
            yield listing


def _row(cluster: str, capability: Capability) -> Item[Capability]:
    name = capability.capability_name or "?"
    return Item(_eks.key_of(cluster, name), name, capability, cluster=cluster)


async def read(clients: Clients, scope: Scope, item: Item[Capability]) -> Mapping[str, Any]:
    """The capability whole."""
    answer = await clients.call(
        "eks",
        "DescribeCapability",
        clusterName=item.cluster or scope.cluster,
        capabilityName=item.name,
    )
    found: Mapping[str, Any] = answer.get("capability") or {}
    return found


async def overview(
    clients: Clients, scope: Scope, item: Item[Capability]
) -> AsyncIterator[tuple[Block, ...]]:
    """What is wrong and the fix, then its version, its role and where it is reached."""
    known = item.value
    if isinstance(known, Missing):
        yield (_blocks.missing_block(known),)
        return
    yield (*_blocks.verdict_block(capability_verdict(known)), _about(known))
    try:
        page = await clients.read(
            "eks",
            "DescribeCapability",
            "capability",
            Capability,
            clusterName=item.cluster or scope.cluster,
            capabilityName=item.name,
        )
    except ApiError as error:
        problem = _listed.problem_block(error.problem, "Details")
        yield (*_blocks.verdict_block(capability_verdict(known)), _about(known), problem)
        return
    whole = page.items[0] if page.items else known
    yield (
        *_blocks.verdict_block(capability_verdict(whole)),
        *_eks.issue_table(issues_of(whole.health), CAPABILITY),
        _about(whole),
        *_eks.map_block("Tags", whole.tags),
    )


def _about(capability: Capability) -> PairsBlock:
    setup = capability.configuration
    argo = setup.argo_cd if setup else None
    return _blocks.pairs(
        "Capability",
        ("Kind", _kind(capability)),
        ("Status", capability.status),
        ("Version", capability.version),
        ("Role", _eks.role(capability.role_arn)),
        ("Address", argo.server_url if argo else None),
        ("Namespace", argo.namespace if argo else None),
        ("When deleted", _eks.words(capability.delete_propagation_policy)),
        ("Created", capability.created_at),
        ("Modified", capability.modified_at),
    )


def _kind(capability: Capability) -> str | None:
    return _NAMES.get(capability.type or "", capability.type)


def _health(capability: Capability) -> Health:
    return capability_verdict(capability).health


RESOURCE: Resource[Capability] = Resource(
    name="capabilities",
    noun="capability",
    platform=Platform.EKS,
    model=Capability,
    lister=capabilities,
    aliases=("cap",),
    columns=(
        _ecs.CLUSTER,
        _ecs.name_column(),
        Column("KIND", _kind, priority=2),
        Column(
            "HEALTH",
            lambda capability: _health(capability).words,
            tone=lambda capability: _health(capability).level,
            priority=1,
            width=34,
        ),
        Column("VERSION", lambda capability: capability.version, priority=3, width=24),
        Column("STATUS", lambda capability: capability.status, wide=True, priority=7),
        Column("UPDATED", lambda capability: capability.modified_at, kind="age", priority=5),
        Column("AGE", lambda capability: capability.created_at, kind="age", priority=4),
    ),
    read=read,
    health=_health,
    changing=lambda capability: changing(capability.status),
    details=(Detail("Overview", overview),),
    console=lambda scope, item: _eks.console(scope, item.cluster or scope.cluster),
    permissions=("eks:ListClusters", "eks:ListCapabilities", "eks:DescribeCapability"),
    interval=5.0,
    empty="No capabilities in {scope}.",
    tags=lambda capability: capability.tags or {},
    arn=lambda capability: capability.arn,
)
