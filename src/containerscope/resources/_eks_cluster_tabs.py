"""The tabs of an EKS cluster: nodes, access, roles of pods, add-ons, insights and updates.

Each asks only when it is looked at, and for no more of a list than a pane shows.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any, TypeVar

import msgspec

from containerscope.insight.eks_access import PRECEDENCE
from containerscope.insight.eks_upgrade import insight_verdict, insights_verdict
from containerscope.listers import Part, first, names_then_details, single, tried
from containerscope.model.eks import Cluster
from containerscope.model.eks_access import IdentityProvider, IdentityProviderName, OidcProvider
from containerscope.model.eks_upgrade import Insight, UpdateOf
from containerscope.model.fleet import ClusterRow
from containerscope.model.listing import ApiError, Item, Listing, Missing, Problem
from containerscope.resource import (
    Block,
    Clients,
    Demand,
    Join,
    Resource,
    Scope,
    TableBlock,
    TextBlock,
)
from containerscope.resources import (
    _blocks,
    _eks,
    _eks_updates,
    _eks_versions,
    _listed,
    access_entries,
    addons,
    fargate_profiles,
    insights,
    nodegroups,
    pod_identities,
    updates,
)

T = TypeVar("T")
Blocks = AsyncIterator[tuple[Block, ...]]

_MOST = 25
"""Rows of a list in a pane; the list itself has them all."""
_TOLD = 10
"""Insights of which a pane tells what to do; there is a call for each."""
_AT_ONCE = 3
_AUTO = "Auto Mode: EKS itself runs the nodes, as pods need them; `:nodes` lists them."
_CONFIG_MAP = (
    "The authentication mode is CONFIG_MAP: principals are let in by the ConfigMap aws-auth in"
    " kube-system alone, and the cluster has no access entries."
)


# What the tabs share


async def _rows(
    clients: Clients,
    scope: Scope,
    resource: Resource[T],
    part: Part[T],
    title: str,
    fields: Sequence[str],
) -> Blocks:
    """The first rows of a list as they arrive, then with what its columns join from elsewhere."""
    listing: Listing[T] = Listing()
    found = names_then_details(Demand(everything=True), single(first(part, _MOST)))
    async with aclosing(found):
        async for listing in found:
            yield _table(resource, listing, title, fields)
    wanted = {column.needs for column in resource.columns if column.field in fields}
    async for whole in _joined(clients, scope, resource, listing, wanted):
        yield _table(resource, whole, title, fields)


async def _joined(
    clients: Clients, scope: Scope, resource: Resource[T], listing: Listing[T], wanted: set[str]
) -> AsyncIterator[Listing[T]]:
    """The listing with these joins, batch by batch; one that fails is the reason in its cells."""
    for join in resource.joins:
        if join.name not in wanted:
            continue
        items = list(listing.items)
        ready = [item for item in items if not isinstance(item.value, Missing)]
        batches = [ready[at : at + join.batch] for at in range(0, len(ready), join.batch)]
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        for at in range(0, len(batches), _AT_ONCE):
            some = batches[at : at + _AT_ONCE]
            told = await asyncio.gather(*(_told(clients, scope, join, each) for each in some))
            for known, problem in told:
                values |= known
                problems += [problem] if problem is not None else []
            filled = tuple(_with(item, join.name, values) for item in items)
            listing = msgspec.structs.replace(
                listing, items=filled, problems=(*listing.problems, *problems)
            )
            problems.clear()
            yield listing


async def _told(
    clients: Clients, scope: Scope, join: Join[T], items: Sequence[Item[T]]
) -> tuple[dict[str, Any], Problem | None]:
    try:
        found = await join.fetch(clients, scope, items)
    except ApiError as error:
        missing = error.problem.as_missing()
        return dict.fromkeys((item.key for item in items), missing), error.problem
    return {item.key: found.get(item.key) for item in items}, None


def _with(item: Item[T], name: str, values: dict[str, Any]) -> Item[T]:
    if item.key not in values:
        return item
    return msgspec.structs.replace(item, joined={**item.joined, name: values[item.key]})


def _table(
    resource: Resource[T], listing: Listing[T], title: str, fields: Sequence[str]
) -> tuple[Block, ...]:
    table = _listed.listed_table(
        title, resource, listing, fields, by_columns=True, where="this cluster"
    )
    return (table, *_more(resource, listing), *_listed.problem_blocks(listing.problems))


def _more(resource: Resource[T], listing: Listing[T]) -> tuple[TextBlock, ...]:
    if len(listing.items) < _MOST:
        return ()
    return (TextBlock(f"The first {_MOST}: `:{resource.name}` lists them all."),)


def _cluster(item: Item[ClusterRow]) -> Cluster | None:
    """The cluster itself; None for one that EKS only shows, or that could not be described."""
    row = item.value
    return None if isinstance(row, Missing) else row.eks


async def _keep(clients: Clients, item: Item[ClusterRow]) -> None:
    cluster = _cluster(item)
    if cluster is not None:
        await _eks_versions.keep_version(clients, cluster)


# The tabs


async def compute(clients: Clients, scope: Scope, item: Item[ClusterRow]) -> Blocks:
    """The node groups with newer AMI releases, and the Fargate profiles."""
    await _keep(clients, item)
    here = scope.within(cluster=item.name)
    cluster = _cluster(item)
    compute_config = cluster.compute_config if cluster else None
    auto = (TextBlock(_AUTO),) if compute_config and compute_config.enabled else ()
    groups: tuple[Block, ...] = ()
    fields = ("name", "health", "nodes", "version", "newer", "capacity")
    part = nodegroups.NODEGROUPS.part(clients, item.name)
    rows = _rows(clients, here, nodegroups.RESOURCE, part, "Managed node groups", fields)
    async for groups in rows:
        yield (*auto, *groups)
    profiles = fargate_profiles.PROFILES.part(clients, item.name)
    shown = ("name", "health", "selectors", "role")
    async for blocks in _rows(
        clients, here, fargate_profiles.RESOURCE, profiles, "Fargate profiles", shown
    ):
        yield (*auto, *groups, *blocks)


async def access(clients: Clients, scope: Scope, item: Item[ClusterRow]) -> Blocks:
    """How principals are let in, and what each of them may do."""
    cluster = _cluster(item)
    setup = cluster.access_config if cluster else None
    mode = setup.authentication_mode if setup else None
    head: tuple[Block, ...] = (
        _blocks.pairs(
            "Who is let in",
            ("Authentication mode", _eks.words(mode)),
            (
                "Creator is administrator",
                setup.bootstrap_cluster_creator_admin_permissions if setup else None,
            ),
        ),
    )
    entries: tuple[Block, ...] = (TextBlock(_CONFIG_MAP),)
    if mode == "CONFIG_MAP":
        yield (*head, *entries)
        yield (*head, *entries, *await _providers(clients, item.name))
        return
    here = scope.within(cluster=item.name)
    part = access_entries.ENTRIES.part(clients, item.name)
    fields = ("name", "policies", "groups", "type")
    async for entries in _rows(
        clients, here, access_entries.RESOURCE, part, "Access entries", fields
    ):
        yield (*head, *entries)
    yield (*head, *entries, *await _providers(clients, item.name))


async def _providers(clients: Clients, cluster: str) -> tuple[Block, ...]:
    """With what people sign in beside IAM; nothing where there is no such way."""
    title = "OpenID Connect providers"
    try:
        page = await clients.read(
            "eks",
            "ListIdentityProviderConfigs",
            "identityProviderConfigs",
            IdentityProviderName,
            clusterName=cluster,
            maxResults=100,
        )
        # A cluster has one at most.
        found = [await _provider(clients, cluster, each) for each in page.items[:1]]
    except ApiError as error:
        return (_listed.problem_block(error.problem, title),)
    if not any(found):
        return ()
    rows = tuple(
        (
            each.identity_provider_config_name,
            each.status,
            f"{each.username_prefix or ''}{each.username_claim or 'sub'}",
            f"{each.groups_prefix or ''}{each.groups_claim}" if each.groups_claim else None,
            each.issuer_url,
        )
        for each in found
        if each is not None
    )
    return (TableBlock(title, ("NAME", "STATUS", "USER", "GROUPS", "ISSUER"), rows),)


async def _provider(
    clients: Clients, cluster: str, named: IdentityProviderName
) -> OidcProvider | None:
    page = await clients.read(
        "eks",
        "DescribeIdentityProviderConfig",
        "identityProviderConfig",
        IdentityProvider,
        clusterName=cluster,
        identityProviderConfig={"type": named.type or "oidc", "name": named.name or ""},
    )
    return page.items[0].oidc if page.items else None


async def identities(clients: Clients, scope: Scope, item: Item[ClusterRow]) -> Blocks:
    """The roles of pods, by pod identity and by annotation, and which of both counts."""
    here = scope.within(cluster=item.name, namespace="")
    resource, title = pod_identities.RESOURCE, "Roles of service accounts"
    fields = ("namespace", "name", "role", "by")
    listing: Listing[Any] = Listing()
    note = (TextBlock(PRECEDENCE),)
    async for listing in resource.lister(clients, here, Demand(everything=True)):
        cut = msgspec.structs.replace(listing, items=listing.items[:_MOST])
        yield (*_table(resource, cut, title, fields), *note)
    cut = msgspec.structs.replace(listing, items=listing.items[:_MOST])
    async for whole in _joined(clients, here, resource, cut, {pod_identities.ROLE}):
        yield (*_table(resource, whole, title, fields), *note)


async def extensions(clients: Clients, scope: Scope, item: Item[ClusterRow]) -> Blocks:
    """The add-ons, with newer versions that work with the cluster's version."""
    await _keep(clients, item)
    here = scope.within(cluster=item.name)
    part = addons.ADDONS.part(clients, item.name)
    fields = ("name", "health", "version", "upgrade")
    async for blocks in _rows(clients, here, addons.RESOURCE, part, "Add-ons", fields):
        yield blocks


async def upgrade(clients: Clients, scope: Scope, item: Item[ClusterRow]) -> Blocks:
    """What stands in the way of an upgrade, all checks, and what to do about those that failed."""
    listing: Listing[Insight] = Listing()
    here = scope.within(cluster=item.name)
    async for listing in insights.insights(clients, here, Demand(everything=True)):
        yield _checks(listing)
    known = [each.value for each in listing.items if not isinstance(each.value, Missing)]
    bad = sorted(
        (each for each in known if insight_verdict(each).bad),
        key=lambda each: -insight_verdict(each).level,
    )
    problems: list[Problem] = []
    shown = _checks(listing)
    for each in bad[:_TOLD]:
        found = await tried(insights.whole(clients, item.name, each.id or ""), problems)
        if found is not None:
            told = (
                dataclasses.replace(block, title=found.name or "")
                for block in _blocks.verdict_block(insight_verdict(found))
            )
            shown = (*shown, *told, *insights.details(found))
            yield shown
    if problems:
        yield (*shown, *_listed.problem_blocks(problems))


def _checks(listing: Listing[Insight]) -> tuple[Block, ...]:
    known = [each.value for each in listing.items if not isinstance(each.value, Missing)]
    fields = ("status", "name", "version", "since", "looked")
    blocks = _table(insights.RESOURCE, listing, "Checks", fields)
    return (*_blocks.verdict_block(insights_verdict(known)), *blocks)


async def changes(clients: Clients, scope: Scope, item: Item[ClusterRow]) -> Blocks:
    """The newest updates of the cluster, its node groups and its add-ons."""

    async def parts() -> AsyncIterator[Part[UpdateOf]]:
        async for part in updates.parts(clients, scope.within(cluster=item.name, parent="")):
            yield first(part, _eks_updates.EACH)

    async for blocks in _eks_updates.told(parts()):
        yield blocks
