"""Cluster insights of EKS: what its daily checks found that an upgrade or the set-up breaks on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import aclosing
from typing import Any

from containerscope.insight.eks_upgrade import insight_verdict
from containerscope.model import arn
from containerscope.model.eks_upgrade import Deprecation, Insight, InsightResource
from containerscope.model.health import Health, Level
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
    TableBlock,
    TextBlock,
)
from containerscope.resources import _blocks, _ecs, _eks, _listed

_LEVELS = {"ERROR": Level.FAILED, "WARNING": Level.WARNING}


async def insights(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[Insight]]:
    """The insights in scope, without what to do about them."""
    found = _eks.told_whole(clients, scope, "ListInsights", "insights", Insight, _row)
    async with aclosing(found) as listings:
        async for listing in listings:
            yield listing


def _row(cluster: str, insight: Insight) -> Item[Insight]:
    known = insight.id or insight.name or ""
    return Item(_eks.key_of(cluster, known), insight.name or known, insight, cluster=cluster)


async def read(clients: Clients, scope: Scope, item: Item[Insight]) -> Mapping[str, Any]:
    """The insight whole, with what to do and whom it concerns."""
    answer = await clients.call(
        "eks",
        "DescribeInsight",
        clusterName=item.cluster or scope.cluster,
        id=_eks.name_in(item.key),
    )
    found: Mapping[str, Any] = answer.get("insight") or {}
    return found


async def whole(clients: Clients, cluster: str, insight_id: str) -> Insight | None:
    """One insight with its details; raises `ApiError`."""
    page = await clients.read(
        "eks", "DescribeInsight", "insight", Insight, clusterName=cluster, id=insight_id
    )
    return page.items[0] if page.items else None


async def overview(
    clients: Clients, scope: Scope, item: Item[Insight]
) -> AsyncIterator[tuple[Block, ...]]:
    """What was found and what to do, then who uses what is going, and which things it concerns."""
    insight = item.value
    if isinstance(insight, Missing):
        yield (_blocks.missing_block(insight),)
        return
    yield (*_blocks.verdict_block(insight_verdict(insight)), _about(insight))
    try:
        found = await whole(clients, item.cluster or scope.cluster, insight.id or "")
    except ApiError as error:
        yield (
            *_blocks.verdict_block(insight_verdict(insight)),
            _about(insight),
            _listed.problem_block(error.problem, "Details"),
        )
        return
    found = found or insight
    yield (*_blocks.verdict_block(insight_verdict(found)), _about(found), *details(found))


def _about(insight: Insight) -> PairsBlock:
    found = insight.insight_status
    return _blocks.pairs(
        "Insight",
        ("Status", found.status if found else None),
        ("Reason", found.reason if found else None),
        ("Category", _eks.words(insight.category)),
        ("About Kubernetes", insight.kubernetes_version),
        ("Looked at", insight.last_refresh_time),
        ("Like this since", insight.last_transition_time),
        ("Checks", (insight.description or "").strip()),
    )


def details(insight: Insight) -> tuple[Block, ...]:
    """The recommendation, what is deprecated and who still uses it, add-ons, things and links."""
    summary = insight.category_specific_summary
    blocks: list[Block] = []
    if insight.recommendation and insight_verdict(insight).level <= Level.FINE:
        blocks.append(TextBlock(insight.recommendation, "EKS recommends"))
    blocks += _deprecated((summary.deprecation_details if summary else None) or ())
    addons = (summary.addon_compatibility_details if summary else None) or ()
    if addons:
        rows = tuple((each.name, each.compatible_versions) for each in addons)
        header = ("ADD-ON", "VERSIONS THAT WORK")
        blocks.append(TableBlock("Add-ons to update", header, rows))
    blocks += _things(insight.resources or ())
    links = (f"{title}: {address}" for title, address in (insight.additional_info or {}).items())
    if told := "\n".join(links):
        blocks.append(TextBlock(told, "Read more"))
    return tuple(blocks)


def _deprecated(found: Iterable[Deprecation]) -> tuple[TableBlock, ...]:
    apis = tuple(found)
    if not apis:
        return ()
    removed = tuple(
        (
            each.usage,
            each.replaced_with,
            each.stop_serving_version,
            each.start_serving_replacement_version,
        )
        for each in apis
    )
    users = [
        (stat.user_agent, api.usage, stat.number_of_requests_last_30_days, stat.last_request_time)
        for api in apis
        for stat in api.client_stats or ()
    ]
    users.sort(key=lambda row: -(row[2] or 0))
    return (
        TableBlock(
            "APIs that go",
            ("API", "REPLACED WITH", "GONE IN", "REPLACEMENT SINCE"),
            removed,
            tuple(Level.WARNING for _ in removed),
        ),
        TableBlock(
            "Who still uses them",
            ("CLIENT", "API", "REQUESTS IN 30 D", "LAST"),
            tuple(users),
            empty="EKS saw no client in the last thirty days.",
        ),
    )


def _things(found: Iterable[InsightResource]) -> tuple[TableBlock, ...]:
    rows: list[tuple[Any, ...]] = []
    levels: list[Level] = []
    for each in found:
        status = each.insight_status
        name = each.kubernetes_resource_uri or _thing(each.arn or "?")
        rows.append((name, status.reason if status else None))
        levels.append(_LEVELS.get((status.status if status else None) or "", Level.NONE))
    if not rows:
        return ()
    return (TableBlock("What it concerns", ("WHAT", "WHY"), tuple(rows), tuple(levels)),)


def _thing(of: str) -> str:
    """What an ARN of something in a cluster names: `nodegroup workers`."""
    kind, *path = arn.resource_of(of).split("/")
    return f"{kind} {path[1]}" if len(path) == 3 else arn.resource_of(of)


def _health(insight: Insight) -> Health:
    return insight_verdict(insight).health


RESOURCE: Resource[Insight] = Resource(
    name="insights",
    noun="insight",
    platform=Platform.EKS,
    model=Insight,
    lister=insights,
    aliases=("cluster-insights", "upgrade-insights"),
    columns=(
        _ecs.CLUSTER,
        _ecs.name_column(width=52),
        Column(
            "HEALTH",
            lambda insight: _health(insight).words,
            tone=lambda insight: _health(insight).level,
            priority=2,
            width=60,
        ),
        Column(
            "STATUS",
            lambda insight: insight.insight_status.status if insight.insight_status else None,
            tone=lambda insight: _health(insight).level,
            priority=1,
        ),
        Column("FOR", lambda insight: insight.kubernetes_version, priority=3, name="version"),
        Column("CATEGORY", lambda insight: _eks.words(insight.category), wide=True, priority=5),
        Column("SINCE", lambda insight: insight.last_transition_time, kind="age", priority=4),
        Column("LOOKED", lambda insight: insight.last_refresh_time, kind="age", priority=6),
        Column("ID", lambda insight: insight.id, wide=True, priority=8),
    ),
    read=read,
    health=_health,
    details=(Detail("Overview", overview),),
    console=lambda scope, item: _eks.console(scope, item.cluster or scope.cluster),
    permissions=("eks:ListClusters", "eks:ListInsights", "eks:DescribeInsight"),
    interval=10.0,
    empty="No insights in {scope}: EKS makes them once a day.",
)
