"""Persistent volumes of Kubernetes clusters, and what holds their data in AWS."""

from __future__ import annotations

from urllib.parse import quote

from containerscope.insight.kube_quantity import amount
from containerscope.insight.kube_storage import (
    backing,
    console_page,
    ebs_volume,
    file_system,
    fsx_handle,
    held_by,
    volume_verdict,
)
from containerscope.kube import Kind
from containerscope.kube.selection import by_fields
from containerscope.model.kube_storage import PersistentVolume, VolumeSpec
from containerscope.model.listing import Item, Missing
from containerscope.resource import Block, Child, Clients, Column, Jump, Platform, Resource, Scope
from containerscope.resources import _backing, _blocks, _eks, _kube
from containerscope.resources._kube_object_actions import object_actions

_VOLUMES: Kind[PersistentVolume] = Kind(PersistentVolume, "persistentvolumes", namespaced=False)


def _spec(volume: PersistentVolume) -> VolumeSpec:
    return volume.spec or VolumeSpec()


def _size(volume: PersistentVolume) -> float | None:
    return amount((_spec(volume).capacity or {}).get("storage"))


def _claim(volume: PersistentVolume) -> str | None:
    found = _spec(volume).claim_ref
    return f"{found.namespace}/{found.name}" if found else None


def _shape(volume: PersistentVolume) -> tuple[Block, ...]:
    spec, csi = _spec(volume), _spec(volume).csi
    return (
        _blocks.pairs(
            "Volume",
            ("Status", volume.status.phase if volume.status else None),
            ("Claim", _claim(volume)),
            ("Size", (spec.capacity or {}).get("storage")),
            ("Storage class", spec.storage_class_name),
            ("Access", spec.access_modes),
            ("When released", spec.persistent_volume_reclaim_policy),
            ("Held by", held_by(volume)),
            ("In AWS", backing(volume)),
            ("Driver", csi.driver if csi else None),
            ("File system", csi.fs_type if csi else None),
            ("Attributes", csi.volume_attributes if csi else None),
        ),
    )


def _to_claim(scope: Scope, item: Item[PersistentVolume]) -> Scope:
    found = None if isinstance(item.value, Missing) else _spec(item.value).claim_ref
    return _kube.within(scope, item).within(
        namespace=(found.namespace if found else "") or "",
        parent=by_fields(f"metadata.name={found.name if found else ''}"),
    )


def _claimed(item: Item[PersistentVolume]) -> bool:
    return not isinstance(item.value, Missing) and _spec(item.value).claim_ref is not None


def _file_system(item: Item[PersistentVolume]) -> str:
    return "" if isinstance(item.value, Missing) else file_system(item.value) or ""


def _to_efs(scope: Scope, item: Item[PersistentVolume]) -> Scope:
    return scope.within(cluster="", service="", namespace="", parent=_file_system(item))


def _ebs(item: Item[PersistentVolume]) -> str:
    return "" if isinstance(item.value, Missing) else ebs_volume(item.value) or ""


def _to_ebs(scope: Scope, item: Item[PersistentVolume]) -> Scope:
    return scope.within(cluster="", service="", namespace="", parent=_ebs(item))


def _fsx(item: Item[PersistentVolume]) -> str:
    return "" if isinstance(item.value, Missing) else fsx_handle(item.value) or ""


def _to_fsx(scope: Scope, item: Item[PersistentVolume]) -> Scope:
    return scope.within(cluster="", service="", namespace="", parent=_fsx(item))


_WAYS = (
    Child("volumes", _to_ebs, when=lambda item: bool(_ebs(item))),
    Child("efs", _to_efs, when=lambda item: bool(_file_system(item))),
    Child("fsx", _to_fsx, when=lambda item: bool(_fsx(item))),
)
"""To what holds the data, in the list of its service."""


def _held(item: Item[PersistentVolume]) -> bool:
    return any(way.when(item) for way in _WAYS)


async def _holder(
    clients: Clients, scope: Scope, item: Item[PersistentVolume]
) -> tuple[str, Scope]:
    way = next(way for way in _WAYS if way.when(item))
    return way.resource, way.scope(scope, item)


async def _behind(
    clients: Clients, scope: Scope, item: Item[PersistentVolume]
) -> tuple[Block, ...]:
    assert not isinstance(item.value, Missing)
    return await _backing.blocks(clients, item.value)


def _console(scope: Scope, item: Item[PersistentVolume]) -> str:
    path = "" if isinstance(item.value, Missing) else console_page(item.value)
    region = quote(scope.region, errors="replace")
    cluster = _eks.console(scope, item.cluster or scope.cluster)
    return path.replace("{region}", region) if path else cluster


RESOURCE: Resource[PersistentVolume] = Resource(
    name="pvs",
    noun="persistent volume",
    platform=Platform.KUBERNETES,
    model=PersistentVolume,
    lister=_kube.lister(_VOLUMES),
    live=True,
    aliases=("pv", "persistentvolumes"),
    columns=(
        _kube.CLUSTER,
        _kube.NAME,
        _kube.health_column(volume_verdict),
        Column("SIZE", _size, kind="bytes", priority=2),
        Column("HELD BY", held_by, priority=3),
        Column("IN AWS", backing, priority=2, width=52, name="backing"),
        Column("CLAIM", _claim, priority=3, width=50),
        Column("CLASS", lambda volume: _spec(volume).storage_class_name, priority=5),
        Column("STATUS", lambda volume: volume.status.phase if volume.status else None, priority=4),
        Column(
            "RECLAIM",
            lambda volume: _spec(volume).persistent_volume_reclaim_policy,
            priority=6,
        ),
        _kube.AGE,
        _backing.COLUMN,
        _kube.LABELS,
    ),
    read=_VOLUMES.read,
    owner=Jump(_held, _holder),
    health=_kube.health(volume_verdict),
    children=(
        Child("pvcs", _to_claim, when=_claimed),
        *_WAYS,
        _kube.to_events("PersistentVolume"),
    ),
    joins=(_backing.JOIN,),
    console=_console,
    details=_kube.simple_overview("PersistentVolume", _shape, volume_verdict, _behind),
    actions=object_actions(_VOLUMES),
    permissions=(*_kube.PERMISSIONS, *_backing.PERMISSIONS),
    empty="No persistent volumes in {scope}.",
    tags=_kube.tags,
)
