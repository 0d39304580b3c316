"""Cron jobs of Kubernetes clusters."""

from __future__ import annotations

from containerscope.insight.kube_workload import cronjob_verdict
from containerscope.kube import Kind
from containerscope.model.kube_workload import CronJob, CronJobSpec, CronJobStatus
from containerscope.resource import Block, Column, Platform, Resource
from containerscope.resources import _blocks, _kube
from containerscope.resources._kube_cron_actions import ACTIONS
from containerscope.resources._kube_object_actions import object_actions

_CRONJOBS: Kind[CronJob] = Kind(CronJob, "cronjobs", "batch/v1")


def _spec(cron: CronJob) -> CronJobSpec:
    return cron.spec or CronJobSpec()


def _status(cron: CronJob) -> CronJobStatus:
    return cron.status or CronJobStatus()


def _shape(cron: CronJob) -> tuple[Block, ...]:
    spec, status = _spec(cron), _status(cron)
    return (
        _blocks.pairs(
            "Cron job",
            ("Schedule", spec.schedule),
            ("Time zone", spec.time_zone),
            ("Suspended", spec.suspend or None),
            ("While one runs", spec.concurrency_policy),
            ("Latest start", f"{s} s late" if (s := spec.starting_deadline_seconds) else None),
            ("Last run", status.last_schedule_time),
            ("Last success", status.last_successful_time),
            ("Running", tuple(each.name or "?" for each in status.active or ())),
        ),
    )


RESOURCE: Resource[CronJob] = Resource(
    name="cronjobs",
    noun="cron job",
    platform=Platform.KUBERNETES,
    model=CronJob,
    lister=_kube.lister(_CRONJOBS),
    live=True,
    aliases=("cj",),
    columns=(
        _kube.CLUSTER,
        _kube.NAMESPACE,
        _kube.NAME,
        _kube.health_column(cronjob_verdict),
        Column("SCHEDULE", lambda cron: _spec(cron).schedule, priority=2),
        Column("ZONE", lambda cron: _spec(cron).time_zone, priority=6),
        Column("SUSPENDED", lambda cron: bool(_spec(cron).suspend), kind="flag", priority=4),
        Column("ACTIVE", lambda cron: len(_status(cron).active or ()), kind="number", priority=4),
        Column("LAST RUN", lambda cron: _status(cron).last_schedule_time, kind="age", priority=3),
        Column(
            "LAST SUCCESS", lambda cron: _status(cron).last_successful_time, kind="age", priority=4
        ),
        _kube.AGE,
        _kube.LABELS,
    ),
    read=_CRONJOBS.read,
    owner=_kube.OWNER,
    health=_kube.health(cronjob_verdict),
    changing=_kube.changing(cronjob_verdict),
    children=(
        _kube.to_owned("jobs"),
        _kube.to_tree("CronJob"),
        _kube.to_events("CronJob"),
    ),
    details=_kube.simple_overview("CronJob", _shape, cronjob_verdict),
    actions=(*ACTIONS, *object_actions(_CRONJOBS)),
    permissions=_kube.PERMISSIONS,
    empty="No cron jobs in {scope}.",
    tags=_kube.tags,
)
