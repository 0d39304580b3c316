"""Add-ons of EKS clusters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from containerscope.insight.eks_health import addon_verdict, changing, issues_of
from containerscope.insight.eks_issues import ADDON
from containerscope.insight.eks_upgrade import Offer, offer_verdict
from containerscope.insight.verdict import Verdict
from containerscope.model import arn
from containerscope.model.eks import Addon
from containerscope.model.health import Health, Level
from containerscope.model.listing import ApiError, Item, Missing, joined
from containerscope.redact import redact_text
from containerscope.resource import (
    Block,
    Child,
    Clients,
    Column,
    Detail,
    Platform,
    Resource,
    Scope,
    TableBlock,
    TextBlock,
)
from containerscope.resources import _blocks, _ecs, _eks, _eks_versions, _listed

_SHOWN = 20
"""Versions in the pane."""

ADDONS: _eks.Kind[Addon] = _eks.Kind(
    model=Addon,
    list_operation="ListAddons",
    list_member="addons",
    describe_operation="DescribeAddon",
    name_parameter="addonName",
    member="addon",
    name_of=lambda addon: addon.addon_name,
)


async def overview(
    clients: Clients, scope: Scope, item: Item[Addon]
) -> AsyncIterator[tuple[Block, ...]]:
    """What is wrong and the fix, then version, roles and configuration."""
    addon = item.value
    if isinstance(addon, Missing):
        yield (_blocks.missing_block(addon),)
        return
    issues = issues_of(addon.health)
    market = addon.marketplace_information
    values = addon.configuration_values
    first: tuple[Block, ...] = (
        *_blocks.verdict_block(addon_verdict(addon)),
        *_eks.issue_table(issues, ADDON),
        _blocks.pairs(
            "Add-on",
            ("Status", addon.status),
            ("Version", addon.addon_version),
            ("Namespace", addon.namespace_config.namespace if addon.namespace_config else None),
            ("Publisher", addon.publisher),
            ("Owner", addon.owner),
            ("Service account role", _eks.role(addon.service_account_role_arn)),
            ("Pod identities", _identities(addon)),
            ("Marketplace", (market.product_url or market.product_id) if market else None),
            ("Created", addon.created_at),
            ("Modified", addon.modified_at),
        ),
    )
    rest: tuple[Block, ...] = (
        *((TextBlock(redact_text(values), "Configuration"),) if values else ()),
        *_eks.map_block("Tags", addon.tags),
    )
    yield (*first, *rest)
    yield (*first, *await _versions(clients, scope, item, addon), *rest)


async def _versions(
    clients: Clients, scope: Scope, item: Item[Addon], addon: Addon
) -> tuple[Block, ...]:
    """The versions that work with the cluster's version, the newest first."""
    try:
        version = await _eks_versions.version_of(clients, item.cluster or scope.cluster)
        offer = await _eks_versions.offer(clients, item.name, version)
    except ApiError as error:
        return (_listed.problem_block(error.problem, "Versions"),)
    verdict = offer_verdict(offer, addon.addon_version)
    marks = {offer.newest: "newest", addon.addon_version: "installed"}
    marks[offer.default] = f"default{', ' + marks[offer.default] if offer.default in marks else ''}"
    rows = tuple(
        (each.addon_version, marks.get(each.addon_version or ""), each.architecture)
        for each in offer.versions[:_SHOWN]
    )
    title = f"Versions for Kubernetes {version}"
    header = ("VERSION", "IS", "ARCHITECTURES")
    table = TableBlock(title, header, rows, empty="EKS offers none for this version.")
    return (*_blocks.verdict_block(verdict), table)


def _to_updates(scope: Scope, item: Item[Addon]) -> Scope:
    cluster = item.cluster or scope.cluster
    return scope.within(cluster=cluster, service="", namespace="", parent=f"addon:{item.name}")


def _offered(item: Item[Addon]) -> Verdict:
    addon, offer = item.value, joined(item, _eks_versions.OFFER)
    if isinstance(addon, Missing) or not isinstance(offer, Offer):
        return Verdict(Level.NONE)
    return offer_verdict(offer, addon.addon_version)


def _upgrade(item: Item[Addon]) -> Any:
    """The newest version where it is newer than the installed one, or that this one is none."""
    offer = joined(item, _eks_versions.OFFER)
    if isinstance(offer, Missing):
        return offer
    verdict = _offered(item)
    if verdict.bad:
        return verdict.words
    return offer.newest if verdict.level is Level.PROGRESS else None


def _health(addon: Addon) -> Health:
    return addon_verdict(addon).health


def _identities(addon: Addon) -> tuple[str, ...]:
    return tuple(arn.name_of(each) for each in addon.pod_identity_associations or ())


def _role(addon: Addon) -> str | None:
    identity = "pod identity" if addon.pod_identity_associations else None
    return _eks.role(addon.service_account_role_arn) or identity


RESOURCE: Resource[Addon] = Resource(
    name="addons",
    noun="add-on",
    platform=Platform.EKS,
    model=Addon,
    lister=ADDONS.listings,
    aliases=("addon",),
    columns=(
        _ecs.CLUSTER,
        _ecs.name_column(),
        Column(
            "HEALTH",
            lambda addon: _health(addon).words,
            tone=lambda addon: _health(addon).level,
            priority=1,
            width=34,
        ),
        Column("VERSION", lambda addon: addon.addon_version, priority=2, width=30),
        Column(
            "UPGRADE",
            of_item=_upgrade,
            tone_of_item=lambda item: _offered(item).level,
            needs=_eks_versions.OFFER,
            priority=1,
            width=30,
        ),
        Column("ROLE", _role, priority=5),
        Column("OWNER", lambda addon: addon.owner, wide=True, priority=6),
        Column("PUBLISHER", lambda addon: addon.publisher, wide=True, priority=7),
        Column("STATUS", lambda addon: addon.status, wide=True, priority=7),
        Column("UPDATED", lambda addon: addon.modified_at, kind="age", wide=True, priority=5),
        Column("AGE", lambda addon: addon.created_at, kind="age", priority=3),
    ),
    read=ADDONS.read,
    health=_health,
    changing=lambda addon: changing(addon.status),
    children=(Child("updates", _to_updates),),
    details=(Detail("Overview", overview),),
    console=lambda scope, item: _eks.console(
        scope, item.cluster or scope.cluster, "add-ons", item.name
    ),
    joins=(_eks_versions.OFFER_JOIN,),
    permissions=(
        "eks:ListClusters",
        "eks:ListAddons",
        "eks:DescribeAddon",
        "eks:DescribeCluster",
        "eks:DescribeAddonVersions",
        "eks:ListUpdates",
        "eks:DescribeUpdate",
    ),
    interval=3.0,
    empty="No EKS add-ons in {scope}.",
    tags=lambda addon: addon.tags or {},
    arn=lambda addon: addon.addon_arn,
)
