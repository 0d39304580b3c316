"""Daemon sets of Kubernetes clusters."""

from __future__ import annotations

from containerscope.insight.kube_workload import daemonset_verdict
from containerscope.model.kube_workload import Workload
from containerscope.resource import Column, Resource
from containerscope.resources._kube_workload_actions import rollouts
from containerscope.resources._kube_workloads import status_of, workload_resource


def _ready(workload: Workload) -> tuple[int, int]:
    status = status_of(workload)
    return status.number_ready or 0, status.desired_number_scheduled or 0


RESOURCE: Resource[Workload] = workload_resource(
    "daemonsets",
    "daemon set",
    "DaemonSet",
    daemonset_verdict,
    (
        Column("READY", _ready, kind="ratio", priority=2),
        Column(
            "UPDATED",
            lambda w: status_of(w).updated_number_scheduled or 0,
            kind="number",
            priority=4,
        ),
        Column(
            "MISPLACED",
            lambda w: status_of(w).number_misscheduled or None,
            kind="number",
            priority=7,
        ),
    ),
    ("ds",),
    actions=(rollouts,),
)
