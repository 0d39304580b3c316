"""How deployments and other workloads do."""

from __future__ import annotations

from containerscope.insight.verdict import Verdict
from containerscope.model.health import Level
from containerscope.model.kube_workload import CronJob, Hpa, Job, Workload, WorkloadStatus


def deployment_verdict(workload: Workload) -> Verdict:
    """The level of a deployment or a stateful set, why, and what to do."""
    spec, status = workload.spec, workload.status or WorkloadStatus()
    wanted = 1 if spec is None or spec.replicas is None else spec.replicas
    ready, updated = status.ready_replicas or 0, status.updated_replicas or 0
    refused = workload.condition("ReplicaFailure")
    if refused is not None and refused.true:
        said = refused.message or ""
        return Verdict(Level.FAILED, "pods are refused", said, "see its quota and admission", said)
    progress = workload.condition("Progressing")
    if progress is not None and progress.reason == "ProgressDeadlineExceeded":
        return Verdict(
            Level.FAILED,
            f"rollout stuck: {ready} of {wanted} ready"
            if ready < wanted
            else f"rollout stuck: {updated} of {wanted} new",
            progress.message or "",
            "see its newest pods; B goes back to the revision before",
            progress.message or "",
        )
    if wanted == 0:
        return Verdict(Level.NONE, "scaled to zero")
    if updated < wanted or _unseen(workload):
        words = f"rolling out {updated} of {wanted}"
        if spec is not None and spec.paused:
            return Verdict(Level.WARNING, f"paused: {words}")
        return Verdict(Level.PROGRESS, words)
    return _of_ready(ready, wanted, paused=bool(spec and spec.paused))


def _of_ready(ready: int, wanted: int, *, paused: bool = False) -> Verdict:
    if ready == 0:
        return Verdict(Level.FAILED, f"none of {wanted} ready", fix="see its pods")
    if ready < wanted:
        return Verdict(Level.WARNING, f"{ready} of {wanted} ready", fix="see its pods")
    return Verdict(Level.WARNING, "paused") if paused else Verdict(Level.FINE)


def _unseen(workload: Workload) -> bool:
    """Whether the controller has not looked at the newest specification yet."""
    made = workload.metadata.generation if workload.metadata else None
    seen = workload.status.observed_generation if workload.status else None
    return made is not None and seen is not None and seen < made


def replicaset_verdict(workload: Workload) -> Verdict:
    """The level of a replica set; an old one that is scaled to zero is quiet."""
    spec, status = workload.spec, workload.status or WorkloadStatus()
    wanted = 1 if spec is None or spec.replicas is None else spec.replicas
    refused = workload.condition("ReplicaFailure")
    if refused is not None and refused.true:
        return Verdict(Level.FAILED, "pods are refused", refused.message or "")
    if wanted == 0:
        return Verdict(Level.NONE, "scaled to zero")
    return _of_ready(status.ready_replicas or 0, wanted)


def daemonset_verdict(workload: Workload) -> Verdict:
    """The level of a daemon set."""
    status = workload.status or WorkloadStatus()
    wanted = status.desired_number_scheduled or 0
    if wanted == 0:
        return Verdict(Level.NONE, "no node wants it")
    updated = status.updated_number_scheduled
    if updated is not None and updated < wanted:
        return Verdict(Level.PROGRESS, f"rolling out {updated} of {wanted}")
    return _of_ready(status.number_ready or 0, wanted)


def job_verdict(job: Job) -> Verdict:
    """The level of a job."""
    found = {each.type: each for each in (job.status and job.status.conditions) or () if each.true}
    failed = found.get("Failed")
    if failed is not None:
        said = failed.message or failed.reason or ""
        return Verdict(Level.FAILED, failed.reason or "failed", said, "read its pods' logs", said)
    if "Complete" in found:
        return Verdict(Level.NONE, "completed")
    if "Suspended" in found or (job.spec and job.spec.suspend):
        return Verdict(Level.NONE, "suspended")
    failures = (job.status and job.status.failed) or 0
    if failures:
        return Verdict(Level.WARNING, f"{failures} failed, tried again", fix="read its pods' logs")
    return Verdict(Level.PROGRESS, "running")


def cronjob_verdict(cron: CronJob) -> Verdict:
    """The level of a cron job."""
    if cron.spec is not None and cron.spec.suspend:
        return Verdict(Level.NONE, "suspended")
    last = cron.status.last_schedule_time if cron.status else None
    good = cron.status.last_successful_time if cron.status else None
    active = (cron.status and cron.status.active) or ()
    if active:
        return Verdict(Level.PROGRESS, "running")
    if last is not None and (good is None or good < last):
        return Verdict(Level.WARNING, "its last run did not succeed", fix="see its jobs")
    return Verdict(Level.FINE)


def hpa_verdict(hpa: Hpa) -> Verdict:
    """The level of an HPA: blind, at its bound, or at work."""
    found = {each.type: each for each in (hpa.status and hpa.status.conditions) or ()}
    for name, words in (("AbleToScale", "cannot scale"), ("ScalingActive", "sees no metrics")):
        each = found.get(name)
        if each is not None and each.status == "False":
            said = each.message or ""
            if each.reason == "ScalingDisabled":
                return Verdict(Level.NONE, "scaled to zero", said)
            return Verdict(Level.FAILED, words, said, "see metrics-server and its target", said)
    limited = found.get("ScalingLimited")
    if limited is not None and limited.true and limited.reason == "TooManyReplicas":
        said = limited.message or ""
        return Verdict(Level.WARNING, "at its maximum", said, "raise maxReplicas if it needs more")
    status = hpa.status
    if status and status.desired_replicas != status.current_replicas:
        return Verdict(Level.PROGRESS, f"scaling to {status.desired_replicas}")
    return Verdict(Level.FINE)
