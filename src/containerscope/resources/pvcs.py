"""Persistent volume claims of Kubernetes clusters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from containerscope.insight.kube_quantity import amount
from containerscope.insight.kube_storage import (
    backing,
    claim_verdict,
    ebs_volume,
    file_system,
    fsx_handle,
    held_by,
)
from containerscope.kube import Kind
from containerscope.kube.selection import by_fields
from containerscope.model.kube import RawList
from containerscope.model.kube_storage import Claim, ClaimSpec, ClaimStatus, PersistentVolume
from containerscope.model.listing import ApiError, Item, Missing, joined
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
from containerscope.resources import _backing, _blocks, _kube
from containerscope.resources._kube_object_actions import object_actions
from containerscope.resources._listed import problem_block

VOLUMES: Kind[PersistentVolume] = Kind(PersistentVolume, "persistentvolumes", namespaced=False)
_JOIN = "volume"
_FRESH = 10.0
"""Seconds for which volumes that were just read are not asked for again."""
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


async def _volumes(
    clients: Clients, scope: Scope, items: Sequence[Item[Claim]]
) -> Mapping[str, PersistentVolume | None]:
    """The volumes that claims of one cluster are bound to: one, or all of the cluster at once."""
    cluster = items[0].cluster or scope.cluster
    names = tuple(sorted({name for item in items if (name := _volume(item))}))
    if not names:
        return {}

    async def fetch() -> Mapping[str, PersistentVolume]:
        return await _named(clients, cluster, names)

    # Both joins of a row want it, at about the same time.
    found = await clients.cached(("kube-volumes", cluster, names), _FRESH, fetch)
    return {item.key: found.get(_volume(item)) for item in items}


async def _named(
    clients: Clients, cluster: str, names: Sequence[str]
) -> Mapping[str, PersistentVolume]:
    api = clients.kube(cluster)
    decode = VOLUMES.decode()
    found: dict[str, PersistentVolume] = {}
    query = {"limit": "500"}
    if len(names) == 1:
        query["fieldSelector"] = f"metadata.name={names[0]}"
    while True:
        page = msgspec.json.decode(await api.get(VOLUMES.path(), **query), type=RawList)
        for raw in page.items or ():
            volume = decode(raw)
            found[_kube.meta(volume).name or ""] = volume
        following = page.metadata.continue_ if page.metadata else None
        if not following:
            return found
        query["continue"] = following


async def _live(clients: Clients, scope: Scope, items: Sequence[Item[Claim]]) -> Mapping[str, Any]:
    """What holds the data of the claims, by the volumes that they are bound to."""
    found = await _volumes(clients, scope, items)
    bound = {key: each for key, each in found.items() if isinstance(each, PersistentVolume)}
    return await _backing.live(clients, bound)


async def _behind(clients: Clients, scope: Scope, item: Item[Claim]) -> tuple[Block, ...]:
    try:
        found = (await _volumes(clients, scope, (item,))).get(item.key)
    except ApiError as error:
        return (problem_block(error.problem, "In AWS"),)
    return await _backing.blocks(clients, found) if found is not None else ()


def _of_volume(tell: Callable[[PersistentVolume], Any]) -> Callable[[Item[Claim]], Any]:
    def value(item: Item[Claim]) -> Any:
        found = joined(item, _JOIN)
        return tell(found) if isinstance(found, PersistentVolume) else found

    return value


def _file_system(item: Item[Claim]) -> str:
    found = item.joined.get(_JOIN)
    return (file_system(found) or "") if isinstance(found, PersistentVolume) else ""


def _to_efs(scope: Scope, item: Item[Claim]) -> Scope:
    return scope.within(cluster="", service="", namespace="", parent=_file_system(item))


def _ebs(item: Item[Claim]) -> str:
    found = item.joined.get(_JOIN)
    return (ebs_volume(found) or "") if isinstance(found, PersistentVolume) else ""


def _to_ebs(scope: Scope, item: Item[Claim]) -> Scope:
    return scope.within(cluster="", service="", namespace="", parent=_ebs(item))


def _fsx(item: Item[Claim]) -> str:
    found = item.joined.get(_JOIN)
    return (fsx_handle(found) or "") if isinstance(found, PersistentVolume) else ""


def _to_fsx(scope: Scope, item: Item[Claim]) -> Scope:
    return scope.within(cluster="", service="", namespace="", parent=_fsx(item))


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
        Column("HELD BY", of_item=_of_volume(held_by), needs=_JOIN, priority=4),
        Column(
            "IN AWS", of_item=_of_volume(backing), needs=_JOIN, priority=4, width=52, name="backing"
        ),
        Column("VOLUME", lambda claim: _spec(claim).volume_name, priority=4, width=44),
        _kube.AGE,
        _backing.COLUMN,
        _kube.LABELS,
    ),
    read=_CLAIMS.read,
    owner=_kube.OWNER,
    users=_kube.used_by("PersistentVolumeClaim"),
    health=_kube.health(claim_verdict),
    changing=_kube.changing(claim_verdict),
    children=(
        Child("pvs", _to_volume, when=lambda item: bool(_volume(item))),
        Child("volumes", _to_ebs, when=lambda item: bool(_ebs(item))),
        Child("efs", _to_efs, when=lambda item: bool(_file_system(item))),
        Child("fsx", _to_fsx, when=lambda item: bool(_fsx(item))),
        _kube.to_events("PersistentVolumeClaim"),
    ),
    joins=(
        Join(_JOIN, _volumes, batch=200, alike=lambda item: item.cluster, seconds=60.0),
        Join(_backing.LIVE, _live, batch=_backing.BATCH, alike=lambda item: item.cluster),
    ),
    details=_kube.simple_overview("PersistentVolumeClaim", _shape, claim_verdict, _behind),
    actions=object_actions(_CLAIMS),
    permissions=(*_kube.PERMISSIONS, *_backing.PERMISSIONS),
    empty="No volume claims in {scope}.",
    tags=_kube.tags,
)
