"""Persistent volumes of `platform` that somebody made by hand, for data that was there before."""

from __future__ import annotations

from containerscope.demo.ids import hexes
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import KubeStore

LOST = f"vol-0{hexes(16, 'volume', 'report archive')}"
"""The EBS volume of a volume that stands and is bound: somebody has deleted it."""
LUSTRE = f"fs-0{hexes(16, 'fsx', 'lustre')}"
"""The FSx file system for Lustre."""
OPENZFS = f"fs-0{hexes(16, 'fsx', 'openzfs')}"
OPENZFS_ROOT = f"fsvol-0{hexes(16, 'fsx', 'openzfs root')}"
OPENZFS_VOLUME = f"fsvol-0{hexes(16, 'fsx', 'openzfs volume')}"
"""The FSx volume for OpenZFS of a claim."""
SLOW_CLAIM = ("data", "data-kafka-1")
"""Namespace and name of the claim whose EBS volume fails its status checks."""


def put_static(store: KubeStore) -> None:
    """The volumes with their claims."""
    _put(
        store, "reports", "report-archive", "250Gi", "ReadWriteOnce",
        {"driver": "ebs.csi.aws.com", "volumeHandle": LOST, "fsType": "ext4"},
    )  # fmt: skip
    host = f"{LUSTRE}.fsx.eu-west-1.amazonaws.com"
    _put(
        store, "data", "training-data", "2400Gi", "ReadWriteMany",
        {
            "driver": "fsx.csi.aws.com", "volumeHandle": LUSTRE,
            "volumeAttributes": {"dnsname": host, "mountname": "kq3zfbev"},
        },
    )  # fmt: skip
    host = f"{OPENZFS}.fsx.eu-west-1.amazonaws.com"
    _put(
        store, "batch", "ci-cache", "200Gi", "ReadWriteMany",
        {
            "driver": "fsx.openzfs.csi.aws.com", "volumeHandle": OPENZFS_VOLUME,
            "volumeAttributes": {"DNSName": host, "ResourceType": "volume"},
        },
    )  # fmt: skip
    for driver in ("fsx.csi.aws.com", "fsx.openzfs.csi.aws.com"):
        body = {"metadata": {"name": driver}, "spec": {"attachRequired": False}}
        store.put(("storage.k8s.io", "csidrivers"), body)


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
