"""Replica sets of Kubernetes clusters."""

from __future__ import annotations

from containerscope.insight.kube_workload import replicaset_verdict
from containerscope.model.kube_workload import Workload
from containerscope.resource import Column, Resource
from containerscope.resources import _kube
from containerscope.resources._kube_workload_actions import scaling
from containerscope.resources._kube_workloads import READY, workload_resource


def _owner(workload: Workload) -> str | None:
    found = _kube.meta(workload).owner_references or ()
    return f"{(found[0].kind or '?').lower()}/{found[0].name}" if found else None


def _revision(workload: Workload) -> str | None:
    notes = _kube.meta(workload).annotations or {}
    return notes.get("deployment.kubernetes.io/revision")


RESOURCE: Resource[Workload] = workload_resource(
    "replicasets",
    "replica set",
    "ReplicaSet",
    replicaset_verdict,
    (
        READY,
        Column("OWNER", _owner, priority=4, width=40),
        Column("REVISION", _revision, priority=5),
    ),
    ("rs",),
    actions=(scaling,),
)
