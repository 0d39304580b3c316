"""Stateful sets of Kubernetes clusters."""

from __future__ import annotations

from containerscope.insight.kube_workload import deployment_verdict
from containerscope.model.kube_workload import Workload
from containerscope.resource import Column, Resource
from containerscope.resources._kube_workload_actions import rollouts, scaling
from containerscope.resources._kube_workloads import READY, UPDATED, spec_of, workload_resource

RESOURCE: Resource[Workload] = workload_resource(
    "statefulsets",
    "stateful set",
    "StatefulSet",
    deployment_verdict,
    (READY, UPDATED, Column("SERVICE", lambda w: spec_of(w).service_name, priority=6)),
    ("sts",),
    actions=(scaling, rollouts),
)
