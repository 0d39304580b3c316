"""Service accounts of Kubernetes clusters, and the IAM roles behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from containerscope.kube import Kind
from containerscope.kube.selection import by_fields
from containerscope.model.kube_config import ServiceAccount
from containerscope.model.listing import LOADING, Item, Missing
from containerscope.resource import (
    Block,
    Child,
    Clients,
    Column,
    Join,
    Platform,
    Resource,
    Scope,
)
from containerscope.resources import _blocks, _kube
from containerscope.resources._kube_object_actions import object_actions
from containerscope.resources._kube_roles import IRSA, PERMISSIONS, Role, of_account, role_of

_ACCOUNTS: Kind[ServiceAccount] = Kind(ServiceAccount, "serviceaccounts")
_ROLE = "role"


async def _roles(
    clients: Clients, scope: Scope, items: Sequence[Item[ServiceAccount]]
) -> Mapping[str, Role | None]:
    """The roles of service accounts of one cluster."""
    cluster = items[0].cluster or scope.cluster
    return {
        item.key: await role_of(
            clients,
            cluster,
            (_kube.meta(item.value).namespace or "", item.name),
            _kube.meta(item.value),
        )
        for item in items
    }


def _role(item: Item[ServiceAccount]) -> Any:
    found = item.joined.get(_ROLE, LOADING)
    if isinstance(found, Role):
        return found.words
    return found if isinstance(found, Missing) else None


def _shape(account: ServiceAccount) -> tuple[Block, ...]:
    return (
        _blocks.pairs(
            "Service account",
            ("Role by annotation (IRSA)", (_kube.meta(account).annotations or {}).get(IRSA)),
            ("Mounts a token", account.automount_service_account_token),
            ("Pull secrets", tuple(s.name or "?" for s in account.image_pull_secrets or ())),
        ),
    )


def _to_pods(scope: Scope, item: Item[ServiceAccount]) -> Scope:
    fields = by_fields(f"spec.serviceAccountName={item.name}")
    return _kube.within(scope, item).within(parent=fields)


def _to_roles(scope: Scope, item: Item[ServiceAccount]) -> Scope:
    cluster, meta = item.cluster or scope.cluster, _kube.meta(item.value)
    return of_account(scope, cluster, meta.namespace or "", item.name)


def _has_role(item: Item[ServiceAccount]) -> bool:
    """Whether it may have one: what is not known yet may be so."""
    return item.joined.get(_ROLE, LOADING) is not None


RESOURCE: Resource[ServiceAccount] = Resource(
    name="serviceaccounts",
    noun="service account",
    platform=Platform.KUBERNETES,
    model=ServiceAccount,
    lister=_kube.lister(_ACCOUNTS),
    live=True,
    aliases=("sa",),
    columns=(
        _kube.CLUSTER,
        _kube.NAMESPACE,
        _kube.NAME,
        Column("IAM ROLE", of_item=_role, needs=_ROLE, priority=1, width=60, name="role"),
        _kube.AGE,
        _kube.LABELS,
    ),
    read=_ACCOUNTS.read,
    owner=_kube.OWNER,
    users=_kube.used_by("ServiceAccount"),
    children=(
        Child("pods", _to_pods),
        Child("roles", _to_roles, when=_has_role),
        _kube.to_events("ServiceAccount"),
    ),
    details=_kube.simple_overview("ServiceAccount", _shape),
    joins=(Join(_ROLE, _roles, batch=50, alike=lambda item: item.cluster, seconds=60.0),),
    actions=object_actions(_ACCOUNTS),
    permissions=_kube.PERMISSIONS + PERMISSIONS,
    empty="No service accounts in {scope}.",
    tags=_kube.tags,
)
