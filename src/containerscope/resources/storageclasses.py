"""Storage classes of Kubernetes clusters."""

from __future__ import annotations

from containerscope.insight.kube_storage import service_of
from containerscope.kube import Kind
from containerscope.model.kube_storage import StorageClass
from containerscope.resource import Block, Column, Platform, Resource
from containerscope.resources import _blocks, _eks, _kube
from containerscope.resources._kube_object_actions import object_actions

_CLASSES: Kind[StorageClass] = Kind(
    StorageClass, "storageclasses", "storage.k8s.io/v1", namespaced=False
)
_DEFAULT = "storageclass.kubernetes.io/is-default-class"


def _is_default(each: StorageClass) -> bool:
    return (_kube.meta(each).annotations or {}).get(_DEFAULT) == "true"


def _shape(each: StorageClass) -> tuple[Block, ...]:
    return (
        _blocks.pairs(
            "Storage class",
            ("Default", _is_default(each)),
            ("Makes volumes of", service_of(each.provisioner)),
            ("Provisioner", each.provisioner),
            ("Binds", each.volume_binding_mode),
            ("When released", each.reclaim_policy or "Delete"),
            ("Can grow", bool(each.allow_volume_expansion)),
        ),
        *_eks.map_block("Parameters", each.parameters),
    )


RESOURCE: Resource[StorageClass] = Resource(
    name="storageclasses",
    noun="storage class",
    platform=Platform.KUBERNETES,
    model=StorageClass,
    lister=_kube.lister(_CLASSES),
    live=True,
    aliases=("sc",),
    columns=(
        _kube.CLUSTER,
        _kube.NAME,
        Column("DEFAULT", _is_default, kind="flag", priority=2),
        Column("VOLUMES OF", lambda each: service_of(each.provisioner), priority=2, name="of"),
        Column("PROVISIONER", lambda each: each.provisioner, priority=4),
        Column("BINDS", lambda each: each.volume_binding_mode, priority=3),
        Column("RECLAIM", lambda each: each.reclaim_policy or "Delete", priority=4),
        Column("GROWS", lambda each: bool(each.allow_volume_expansion), kind="flag", priority=5),
        _kube.AGE,
        _kube.LABELS,
    ),
    read=_CLASSES.read,
    owner=_kube.OWNER,
    details=_kube.simple_overview("StorageClass", _shape),
    actions=object_actions(_CLASSES),
    permissions=_kube.PERMISSIONS,
    empty="No storage classes in {scope}.",
    tags=_kube.tags,
)
