"""What can be done to cron jobs: suspend, resume, and run one now."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from containerscope.insight import kube_cron_actions as plans
from containerscope.insight.kube_cron_actions import LiveCronJob
from containerscope.insight.kube_ref import ref_of
from containerscope.kube import Kind
from containerscope.model.kube import KubeError
from containerscope.model.kube_workload import CronJob, Job
from containerscope.model.listing import Item
from containerscope.plan import Stage, Step
from containerscope.resource import Action, Clients, Scope
from containerscope.resources._kube_live import (
    body_of,
    document,
    member,
    place_of,
    read,
    rehearsed,
    when_known,
)

_CRONJOBS: Kind[CronJob] = Kind(CronJob, "cronjobs", "batch/v1")
_JOBS: Kind[Job] = Kind(Job, "jobs", "batch/v1")


async def _look(clients: Clients, scope: Scope, item: Item[CronJob]) -> LiveCronJob:
    ref, body = await body_of(clients, place_of(_CRONJOBS, scope, item))
    template = member(document(body, ref), "spec", "jobTemplate")
    cron = read(_CRONJOBS.decode(), body, "cronjobs")
    return LiveCronJob(ref, cron, template, secrets.token_hex(3))


async def _ran(clients: Clients, step: Step) -> Stage:
    ref = ref_of(step.key, step.where)
    try:
        body = await clients.kube(ref.cluster).get(_JOBS.path(ref.namespace, step.mark))
    except KubeError as error:
        if not error.missing:
            raise
        return plans.ran(None, step)
    return plans.ran(read(_JOBS.decode(), body, "jobs"), step)


def _when(suspend: bool) -> Callable[[Item[CronJob]], str]:
    return when_known(lambda cron: plans.why_not_suspended(cron, suspend))


ACTIONS: tuple[Action[CronJob], ...] = (
    Action(
        "trigger",
        "Run",
        "Run it once now",
        _look,
        plans.plan_trigger,
        (),
        key="trigger",
        progress=_ran,
        rehearse=rehearsed,
    ),
    Action(
        "suspend",
        "Suspend",
        "Suspend: its schedule starts nothing",
        _look,
        lambda live, _: plans.plan_suspend(live, True),
        (),
        when=_when(True),
        key="pause",
        bulk=True,
    ),
    Action(
        "resume",
        "Resume",
        "Resume: its schedule starts jobs again",
        _look,
        lambda live, _: plans.plan_suspend(live, False),
        (),
        when=_when(False),
        key="pause",
        bulk=True,
    ),
)
