"""Jobs of Kubernetes clusters."""

from __future__ import annotations

from containerscope.insight.kube_workload import job_verdict
from containerscope.kube import Kind
from containerscope.model.kube_workload import Job, JobSpec, JobStatus
from containerscope.resource import Block, Column, Platform, Resource
from containerscope.resources import _blocks, _kube
from containerscope.resources._kube_logs import of_selected
from containerscope.resources._kube_object_actions import object_actions
from containerscope.resources._kube_workloads import IMAGES, TO_PODS, selector_of

_JOBS: Kind[Job] = Kind(Job, "jobs", "batch/v1")


def _spec(job: Job) -> JobSpec:
    return job.spec or JobSpec()


def _status(job: Job) -> JobStatus:
    return job.status or JobStatus()


def _completions(job: Job) -> tuple[int, int]:
    return _status(job).succeeded or 0, _spec(job).completions or 1


def _took(job: Job) -> str | None:
    return _blocks.lasted(_status(job).start_time, _status(job).completion_time)


def _shape(job: Job) -> tuple[Block, ...]:
    spec, status = _spec(job), _status(job)
    return (
        _blocks.pairs(
            "Job",
            ("Completions", f"{status.succeeded or 0} of {spec.completions or 1}"),
            ("Active", status.active),
            ("Failed", status.failed),
            ("Tries at most", spec.backoff_limit),
            ("Seconds at most", spec.active_deadline_seconds),
            ("Started", status.start_time),
            ("Completed", status.completion_time),
            ("Took", _took(job)),
        ),
    )


RESOURCE: Resource[Job] = Resource(
    name="jobs",
    noun="job",
    platform=Platform.KUBERNETES,
    model=Job,
    lister=_kube.lister(_JOBS),
    live=True,
    columns=(
        _kube.CLUSTER,
        _kube.NAMESPACE,
        _kube.NAME,
        _kube.health_column(job_verdict),
        Column("DONE", _completions, kind="ratio", priority=2, name="completions"),
        Column("ACTIVE", lambda job: _status(job).active or 0, kind="number", priority=4),
        Column("FAILED", lambda job: _status(job).failed or 0, kind="number", priority=4),
        Column("TOOK", _took, priority=4),
        IMAGES,
        _kube.AGE,
        _kube.LABELS,
    ),
    read=_JOBS.read,
    owner=_kube.OWNER,
    health=_kube.health(job_verdict),
    changing=_kube.changing(job_verdict),
    children=(TO_PODS, _kube.to_tree("Job", selector_of), _kube.to_events("Job")),
    details=_kube.simple_overview("Job", _shape, job_verdict),
    logs=of_selected("job", selector_of),
    actions=object_actions(_JOBS),
    permissions=_kube.PERMISSIONS,
    empty="No jobs in {scope}.",
    tags=_kube.tags,
)
