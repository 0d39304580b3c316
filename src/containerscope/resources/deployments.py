"""Deployments of Kubernetes clusters."""

from __future__ import annotations

from containerscope.insight.kube_workload import deployment_verdict
from containerscope.model.kube_workload import Workload
from containerscope.resource import Resource
from containerscope.resources import _kube
from containerscope.resources._kube_workload_actions import pausing, rollouts, scaling
from containerscope.resources._kube_workloads import (
    AVAILABLE,
    READY,
    UPDATED,
    workload_resource,
)

RESOURCE: Resource[Workload] = workload_resource(
    "deployments",
    "deployment",
    "Deployment",
    deployment_verdict,
    (READY, UPDATED, AVAILABLE),
    ("deploy", "dp"),
    (_kube.to_owned("replicasets"),),
    (scaling, rollouts, pausing),
)
