"""Persistent volumes of `platform` that somebody made by hand, for data that was there before."""

from __future__ import annotations

from containerscope.demo.ids import hexes
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import KubeStore

LOST = f"vol-0{hexes(16, 'volume', 'report archive')}"
"""The EBS volume of a volume that stands and is bound: somebody has deleted it."""
SLOW_CLAIM = ("data", "data-kafka-1")
"""Namespace and name of the claim whose EBS volume fails its status checks."""


def put_static(store: KubeStore) -> None:
    """The volumes with their claims."""
    _put(
        store, "reports", "report-archive", "250Gi", "ReadWriteOnce",
        {"driver": "ebs.csi.aws.com", "volumeHandle": LOST, "fsType": "ext4"},
    )  # fmt: skip


def _put(store: KubeStore, namespace: str, name: str, size: str, access: str, source: Body) -> None:
    claim: Body = {
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "accessModes": [access],
            "resources": {"requests": {"storage": size}},
            "storageClassName": "",
            "volumeName": name,
            "volumeMode": "Filesystem",
        },
        "status": {"phase": "Bound", "accessModes": [access], "capacity": {"storage": size}},
    }
    store.put(("", "persistentvolumeclaims"), claim)
    volume: Body = {
        "metadata": {"name": name},
        "spec": {
            "capacity": {"storage": size},
            "csi": source,
            "accessModes": [access],
            "claimRef": {
                "kind": "PersistentVolumeClaim", "namespace": namespace, "name": name,
                "apiVersion": "v1",
            },
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": "",
            "volumeMode": "Filesystem",
        },
        "status": {"phase": "Bound"},
    }  # fmt: skip
    store.put(("", "persistentvolumes"), volume)
