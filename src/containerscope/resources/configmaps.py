"""Config maps of Kubernetes clusters: names, keys and sizes."""

from __future__ import annotations

from typing import Any

import msgspec

from containerscope.kube import Kind
from containerscope.model.kube_config import ConfigMap
from containerscope.resource import Block, Column, Platform, Resource, TableBlock
from containerscope.resources import _kube
from containerscope.resources._kube_object_actions import object_actions


def _sizes(values: Any) -> dict[str, int] | None:
    if not values:
        return None
    return {str(key): len(str(value).encode()) for key, value in values.items()}


def _lean(each: ConfigMap) -> ConfigMap:
    return msgspec.structs.replace(
        each, data=_sizes(each.data), binary_data=_sizes(each.binary_data)
    )


_MAPS: Kind[ConfigMap] = Kind(ConfigMap, "configmaps", lean=_lean)


def _shape(each: ConfigMap) -> tuple[Block, ...]:
    found = {**(each.data or {}), **(each.binary_data or {})}
    rows = tuple(found.items())
    return (TableBlock("Keys", ("KEY", "BYTES"), rows, empty="It holds nothing."),)


def _bytes(each: ConfigMap) -> int:
    return sum(size for part in (each.data, each.binary_data) for size in (part or {}).values())


RESOURCE: Resource[ConfigMap] = Resource(
    name="configmaps",
    noun="config map",
    platform=Platform.KUBERNETES,
    model=ConfigMap,
    lister=_kube.lister(_MAPS),
    live=True,
    aliases=("cm",),
    columns=(
        _kube.CLUSTER,
        _kube.NAMESPACE,
        _kube.NAME,
        Column("COUNT", lambda each: len(each.keys), kind="number", priority=3),
        Column("KEYS", lambda each: each.keys or None, priority=2, width=60),
        Column("SIZE", _bytes, kind="bytes", priority=5),
        Column("FIXED", lambda each: bool(each.immutable), kind="flag", wide=True, priority=7),
        _kube.AGE,
        _kube.LABELS,
    ),
    read=_MAPS.read,
    owner=_kube.OWNER,
    users=_kube.used_by("ConfigMap"),
    details=_kube.simple_overview("ConfigMap", _shape),
    actions=object_actions(_MAPS),
    permissions=_kube.PERMISSIONS,
    empty="No config maps in {scope}.",
    tags=_kube.tags,
)
