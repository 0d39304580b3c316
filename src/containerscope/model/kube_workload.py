"""Deployments, replica sets, stateful sets, daemon sets, jobs, cron jobs and their scaling."""

from __future__ import annotations

from datetime import datetime

import msgspec

from containerscope.model.kube import Condition, Meta, Reference, Selector
from containerscope.model.kube_pod import PodSpec


class Template(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What the pods are made from."""

    metadata: Meta | None = None
    spec: PodSpec | None = None


class Rolling(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How many pods may be missing or too many while they are replaced."""

    max_surge: int | str | None = None
    max_unavailable: int | str | None = None
    partition: int | None = None


class Strategy(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How pods are replaced."""

    type: str | None = None
    rolling_update: Rolling | None = None


class WorkloadSpec(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a workload is to be; each type has some of these."""

    replicas: int | None = None
    selector: Selector | None = None
    template: Template | None = None
    strategy: Strategy | None = None
    update_strategy: Strategy | None = None
    paused: bool | None = None
    progress_deadline_seconds: int | None = None
    service_name: str | None = None


class WorkloadStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a workload is; each type has some of these."""

    observed_generation: int | None = None
    replicas: int | None = None
    ready_replicas: int | None = None
    available_replicas: int | None = None
    updated_replicas: int | None = None
    unavailable_replicas: int | None = None
    current_revision: str | None = None
    update_revision: str | None = None
    desired_number_scheduled: int | None = None
    current_number_scheduled: int | None = None
    updated_number_scheduled: int | None = None
    number_ready: int | None = None
    number_available: int | None = None
    number_unavailable: int | None = None
    number_misscheduled: int | None = None
    conditions: tuple[Condition, ...] | None = None


class Workload(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A deployment, a replica set, a stateful set or a daemon set."""

    metadata: Meta | None = None
    spec: WorkloadSpec | None = None
    status: WorkloadStatus | None = None

    def condition(self, name: str) -> Condition | None:
        """The condition of this type."""
        found = (self.status.conditions if self.status else None) or ()
        return next((each for each in found if each.type == name), None)


class JobSpec(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a job is to do."""

    completions: int | None = None
    parallelism: int | None = None
    backoff_limit: int | None = None
    active_deadline_seconds: int | None = None
    suspend: bool | None = None
    selector: Selector | None = None
    template: Template | None = None


class JobStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How far a job has come."""

    active: int | None = None
    ready: int | None = None
    succeeded: int | None = None
    failed: int | None = None
    start_time: datetime | None = None
    completion_time: datetime | None = None
    conditions: tuple[Condition, ...] | None = None


class Job(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A job."""

    metadata: Meta | None = None
    spec: JobSpec | None = None
    status: JobStatus | None = None


class JobTemplate(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What the jobs of a cron job are made from."""

    spec: JobSpec | None = None


class CronJobSpec(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """When a cron job runs."""

    schedule: str | None = None
    time_zone: str | None = None
    suspend: bool | None = None
    concurrency_policy: str | None = None
    starting_deadline_seconds: int | None = None
    job_template: JobTemplate | None = None


class CronJobStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """When a cron job ran."""

    active: tuple[Reference, ...] | None = None
    last_schedule_time: datetime | None = None
    last_successful_time: datetime | None = None


class CronJob(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A cron job."""

    metadata: Meta | None = None
    spec: CronJobSpec | None = None
    status: CronJobStatus | None = None


class MetricTarget(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a metric is to be."""

    type: str | None = None
    average_utilization: int | None = None
    average_value: str | int | None = None
    value: str | int | None = None


class ResourceMetric(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """CPU or memory, as wanted (`target`) or as measured (`current`)."""

    name: str | None = None
    target: MetricTarget | None = None
    current: MetricTarget | None = None


class Metric(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A metric of an HPA."""

    type: str | None = None
    resource: ResourceMetric | None = None


class HpaSpec(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What an HPA scales, between which bounds."""

    scale_target_ref: Reference | None = None
    min_replicas: int | None = None
    max_replicas: int | None = None
    metrics: tuple[Metric, ...] | None = None


class HpaStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What an HPA sees and wants."""

    current_replicas: int | None = None
    desired_replicas: int | None = None
    last_scale_time: datetime | None = None
    current_metrics: tuple[Metric, ...] | None = None
    conditions: tuple[Condition, ...] | None = None


class Hpa(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A horizontal pod autoscaler of autoscaling/v2."""

    metadata: Meta | None = None
    spec: HpaSpec | None = None
    status: HpaStatus | None = None
