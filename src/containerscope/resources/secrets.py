"""Secrets of Kubernetes clusters: names and keys; their values are never shown."""

from __future__ import annotations

import msgspec

from containerscope.kube import Kind
from containerscope.model.kube_config import Secret
from containerscope.resource import Block, Column, Platform, Resource, TableBlock
from containerscope.resources import _kube
from containerscope.resources._kube_object_actions import object_actions


def _lean(each: Secret) -> Secret:
    return msgspec.structs.replace(each, data=dict.fromkeys(each.keys) or None)


_SECRETS: Kind[Secret] = Kind(Secret, "secrets", lean=_lean)


def _shape(each: Secret) -> tuple[Block, ...]:
    rows = tuple((key,) for key in each.keys)
    return (TableBlock("Keys", ("KEY",), rows, empty="It holds nothing."),)


RESOURCE: Resource[Secret] = Resource(
    name="secrets",
    noun="secret",
    platform=Platform.KUBERNETES,
    model=Secret,
    lister=_kube.lister(_SECRETS),
    live=True,
    columns=(
        _kube.CLUSTER,
        _kube.NAMESPACE,
        _kube.NAME,
        Column("TYPE", lambda each: each.type, priority=3, width=40),
        Column("COUNT", lambda each: len(each.keys), kind="number", priority=3),
        Column("KEYS", lambda each: each.keys or None, priority=2, width=60),
        Column("FIXED", lambda each: bool(each.immutable), kind="flag", wide=True, priority=7),
        _kube.AGE,
        _kube.LABELS,
    ),
    read=_SECRETS.read,
    owner=_kube.OWNER,
    users=_kube.used_by("Secret"),
    details=_kube.simple_overview("Secret", _shape),
    actions=object_actions(_SECRETS),
    permissions=_kube.PERMISSIONS,
    empty="No secrets in {scope}.",
    tags=_kube.tags,
)
