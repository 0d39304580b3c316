"""Persistent volume claims of Kubernetes clusters."""

from __future__ import annotations

from containerscope.insight.kube_quantity import amount
from containerscope.insight.kube_storage import claim_verdict
from containerscope.kube import Kind
from containerscope.kube.selection import by_fields
from containerscope.model.kube_storage import Claim, ClaimSpec, ClaimStatus
from containerscope.model.listing import Item, Missing
from containerscope.resource import Block, Child, Column, Platform, Resource, Scope
from containerscope.resources import _blocks, _kube

_CLAIMS: Kind[Claim] = Kind(Claim, "persistentvolumeclaims")


def _spec(claim: Claim) -> ClaimSpec:
    return claim.spec or ClaimSpec()


def _status(claim: Claim) -> ClaimStatus:
    return claim.status or ClaimStatus()


def _wanted(claim: Claim) -> float | None:
    found = _spec(claim).resources
    return amount(((found and found.requests) or {}).get("storage"))


def _size(claim: Claim) -> float | None:
    return amount((_status(claim).capacity or {}).get("storage"))


def _volume(item: Item[Claim]) -> str:
    return "" if isinstance(item.value, Missing) else _spec(item.value).volume_name or ""


def _to_volume(scope: Scope, item: Item[Claim]) -> Scope:
    fields = by_fields(f"metadata.name={_volume(item)}")
    return _kube.within(scope, item).within(namespace="", parent=fields)


def _shape(claim: Claim) -> tuple[Block, ...]:
    spec = _spec(claim)
    return (
        _blocks.pairs(
            "Claim",
            ("Status", _status(claim).phase),
            ("Volume", spec.volume_name),
            ("Storage class", spec.storage_class_name),
            ("Access", spec.access_modes),
            ("Mode", spec.volume_mode),
            ("Asked for", ((spec.resources and spec.resources.requests) or {}).get("storage")),
            ("Size", (_status(claim).capacity or {}).get("storage")),
        ),
    )


RESOURCE: Resource[Claim] = Resource(
    name="pvcs",
    noun="volume claim",
    platform=Platform.KUBERNETES,
    model=Claim,
    lister=_kube.lister(_CLAIMS),
    live=True,
    aliases=("pvc", "persistentvolumeclaims"),
    columns=(
        _kube.CLUSTER,
        _kube.NAMESPACE,
        _kube.NAME,
        _kube.health_column(claim_verdict),
        Column("STATUS", lambda claim: _status(claim).phase, priority=4),
        Column("SIZE", _size, kind="bytes", priority=2),
        Column("WANTED", _wanted, kind="bytes", priority=6),
        Column("CLASS", lambda claim: _spec(claim).storage_class_name, priority=3),
        Column("ACCESS", lambda claim: _spec(claim).access_modes, priority=5),
        Column("VOLUME", lambda claim: _spec(claim).volume_name, priority=4, width=44),
        _kube.AGE,
        _kube.LABELS,
    ),
    read=_CLAIMS.read,
    owner=_kube.OWNER,
    users=_kube.used_by("PersistentVolumeClaim"),
    health=_kube.health(claim_verdict),
    changing=_kube.changing(claim_verdict),
    children=(
        Child("pvs", _to_volume, when=lambda item: bool(_volume(item))),
        _kube.to_events("PersistentVolumeClaim"),
    ),
    details=_kube.simple_overview("PersistentVolumeClaim", _shape, claim_verdict),
    permissions=_kube.PERMISSIONS,
    empty="No volume claims in {scope}.",
    tags=_kube.tags,
)
