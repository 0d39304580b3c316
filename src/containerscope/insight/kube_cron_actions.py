"""What suspending, resuming or running a cron job would do, and how its run goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from containerscope.insight.kube_ref import Ref, counted
from containerscope.insight.kube_workload import job_verdict
from containerscope.model.health import Level
from containerscope.model.kube_workload import CronJob, CronJobSpec, CronJobStatus, Job
from containerscope.plan import Change, KubeRequest, Note, Stage, Step

_LONGEST = 63
"""Letters of a job's name: it becomes a label of its pods."""


class LiveCronJob(msgspec.Struct, frozen=True):
    """A cron job as it is now."""

    ref: Ref
    cron: CronJob
    template: Mapping[str, Any] = {}
    """Its `jobTemplate`, whole."""
    token: str = ""
    """What tells the next run by hand from the others."""

    @property
    def spec(self) -> CronJobSpec:
        """Its specification."""
        return self.cron.spec or CronJobSpec()


def is_suspended(cron: CronJob) -> bool:
    """Whether its schedule starts nothing."""
    return bool(cron.spec and cron.spec.suspend)


def why_not_suspended(cron: CronJob, suspend: bool) -> str:
    """Why it cannot be suspended or resumed; empty if it can."""
    if is_suspended(cron) is suspend:
        return "it is suspended already" if suspend else "it is not suspended"
    return ""


def plan_suspend(live: LiveCronJob, suspend: bool) -> Step:
    """Let its schedule start nothing, or let it start jobs again."""
    refused = why_not_suspended(live.cron, suspend)
    words = {True: "suspended", False: "active"}
    now = is_suspended(live.cron)
    active = len((live.cron.status or CronJobStatus()).active or ())
    notes = [Note("what runs goes on; runs by hand are possible", Level.NONE)]
    if active and suspend:
        notes.insert(0, Note(f"{counted(active, 'run')} under way", Level.NONE))
    if not suspend:
        notes = [Note(f"it runs again by its schedule: {live.spec.schedule or '?'}", Level.NONE)]
        late = live.spec.starting_deadline_seconds
        if late is None or late > 0:
            notes.append(Note("a run that was missed meanwhile may start at once"))
    body = {"spec": {"suspend": suspend}}
    return live.ref.step(
        Change("schedule", words[now], words[suspend]),
        request=None if refused else live.ref.merge(body, {"suspend": suspend}),
        notes=tuple(notes),
        facts={**live.ref.facts, "schedule": words[now]},
        refused=refused,
        undo="yes",
        undone_by="resume" if suspend else "suspend",
    )


def plan_trigger(live: LiveCronJob, answer: str) -> Step:
    """Make a job of its template now, as `kubectl create job --from` does."""
    active = len((live.cron.status or CronJobStatus()).active or ())
    name = f"{live.ref.name[: _LONGEST - 8 - len(live.token)]}-manual-{live.token}"
    notes = []
    if active:
        policy = live.spec.concurrency_policy or "Allow"
        notes.append(Note(f"{counted(active, 'run')} under way: {policy} does not hold this back"))
    if is_suspended(live.cron):
        notes.append(Note("its schedule is suspended, and stays so", Level.NONE))
    return live.ref.step(
        Change("run", "none by hand", name),
        request=_job(live, name),
        notes=tuple(notes),
        facts=live.ref.facts,
        mark=name,
    )


def _job(live: LiveCronJob, name: str) -> KubeRequest:
    made = live.template.get("metadata") or {}
    owner = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "name": live.ref.name,
        "uid": live.ref.uid,
        "controller": True,
    }
    meta = {
        "name": name,
        "namespace": live.ref.namespace,
        "labels": dict(made.get("labels") or {}),
        "annotations": {
            **(made.get("annotations") or {}), "cronjob.kubernetes.io/instantiate": "manual",
        },
        "ownerReferences": [owner],
    }  # fmt: skip
    body = {"apiVersion": "batch/v1", "kind": "Job", "metadata": meta,
            "spec": live.template.get("spec") or {}}  # fmt: skip
    path = f"/apis/batch/v1/namespaces/{live.ref.namespace}/jobs"
    return KubeRequest(live.ref.cluster, "create", path, "jobs", body, changes={"job": name})


def ran(job: Job | None, step: Step) -> Stage:
    """How far the run has come."""
    if job is None:
        return Stage(f"job {step.mark} is gone", True, Level.WARNING)
    verdict, status = job_verdict(job), job.status
    if verdict.level is Level.FAILED:
        return Stage(f"{step.mark}: {verdict.words}", True, Level.FAILED)
    if verdict.words == "completed":
        return Stage(f"{step.mark} completed", True, Level.FINE)
    active, ready = (status.active if status else 0) or 0, (status.ready if status else 0) or 0
    if not active:
        return Stage(f"{step.mark}: {verdict.words}")
    return Stage(f"{step.mark}: {counted(active, 'pod')} active, {ready} ready")
