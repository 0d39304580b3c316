"""Add-ons of EKS clusters."""

from __future__ import annotations

from collections.abc import AsyncIterator

from containerscope.insight.eks_health import addon_verdict, changing, issues_of
from containerscope.insight.eks_issues import ADDON
from containerscope.model import arn
from containerscope.model.eks import Addon
from containerscope.model.health import Health
from containerscope.model.listing import Item, Missing
from containerscope.redact import redact_text
from containerscope.resource import (
    Block,
    Clients,
    Column,
    Detail,
    Platform,
    Resource,
    Scope,
    TextBlock,
)
from containerscope.resources import _blocks, _ecs, _eks

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
    yield (
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
        *((TextBlock(redact_text(values), "Configuration"),) if values else ()),
        *_eks.map_block("Tags", addon.tags),
    )


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
    details=(Detail("Overview", overview),),
    console=lambda scope, item: _eks.console(
        scope, item.cluster or scope.cluster, "add-ons", item.name
    ),
    permissions=("eks:ListClusters", "eks:ListAddons", "eks:DescribeAddon"),
    interval=3.0,
    empty="No EKS add-ons in {scope}.",
    tags=lambda addon: addon.tags or {},
    arn=lambda addon: addon.addon_arn,
)
