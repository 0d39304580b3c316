"""How an object of Kubernetes does, of whichever kind that runs something."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from containerscope.insight.kube_containers import verdict_of
from containerscope.insight.kube_pod import pod_verdict, ready_of, restarts_of
from containerscope.insight.kube_workload import (
    cronjob_verdict,
    daemonset_verdict,
    deployment_verdict,
    job_verdict,
    replicaset_verdict,
)
from containerscope.insight.verdict import Verdict
from containerscope.model.health import Level
from containerscope.model.kube_pod import Pod, PodContainer
from containerscope.model.kube_workload import CronJob, Job, Workload, WorkloadStatus

_JUDGES: Mapping[str, Callable[[Any], Verdict]] = {
    "Deployment": deployment_verdict,
    "StatefulSet": deployment_verdict,
    "DaemonSet": daemonset_verdict,
    "ReplicaSet": replicaset_verdict,
    "Job": job_verdict,
    "CronJob": cronjob_verdict,
    "Pod": pod_verdict,
    "Container": verdict_of,
}


def verdict(kind: str, value: Any) -> Verdict:
    """The level of an object, why, and what to do."""
    judge = _JUDGES.get(kind)
    return judge(value) if judge is not None else Verdict(Level.NONE)


def ready(kind: str, value: Any) -> tuple[int, int] | None:
    """How many of how many are ready: pods of a workload, containers of a pod, runs of a job."""
    if isinstance(value, Pod):
        return ready_of(value)
    if isinstance(value, Job):
        done = (value.status and value.status.succeeded) or 0
        return done, (value.spec and value.spec.completions) or 1
    if not isinstance(value, Workload):
        return None
    status = value.status or WorkloadStatus()
    if kind == "DaemonSet":
        return status.number_ready or 0, status.desired_number_scheduled or 0
    replicas = value.spec.replicas if value.spec else None
    return status.ready_replicas or 0, 1 if replicas is None else replicas


def restarts(value: Any) -> int | None:
    """How often its containers were started again; None for a workload."""
    if isinstance(value, Pod):
        return restarts_of(value)
    if isinstance(value, PodContainer):
        return value.status.restart_count if value.status else None
    return None


def images(value: Any) -> tuple[str, ...] | None:
    """The images that it runs, or would."""
    if isinstance(value, PodContainer):
        return (value.want.image,) if value.want.image else None
    spec = getattr(value, "spec", None)
    if isinstance(value, CronJob):
        spec = spec and spec.job_template and spec.job_template.spec
    if not isinstance(value, Pod):
        spec = spec and spec.template and spec.template.spec
    containers = (spec and spec.containers) or ()
    return tuple(each.image for each in containers if each.image) or None


def since(value: Any) -> datetime | None:
    """When it was made; when a container was started."""
    if isinstance(value, PodContainer):
        state = value.status.state if value.status else None
        return state.running.started_at if state and state.running else None
    meta = getattr(value, "metadata", None)
    found: datetime | None = meta.creation_timestamp if meta is not None else None
    return found
