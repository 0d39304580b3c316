from __future__ import annotations

import pytest

from containerscope.insight.kube_cron_actions import ran
from containerscope.model.health import Level
from containerscope.model.kube import Condition
from containerscope.model.kube_workload import Job, JobStatus
from containerscope.plan import Step
from tests.acting.kube.scene import KubeScene, words

on_the_wire = pytest.mark.asyncio(loop_scope="module")


@on_the_wire
async def test_a_cron_job_is_run_by_hand_and_its_job_followed_to_the_end(kube: KubeScene) -> None:
    order = kube.order("cronjobs", "trigger", "reindex", namespace="data")
    step = await kube.step(order)
    assert "its schedule is suspended, and stays so" in words(step)
    ((verb, resource, _),) = kube.writes(dry=True)
    assert (verb, resource) == ("create", "jobs")
    stage = await kube.ended(order)
    ((_, _, body),) = kube.writes()
    name = body["metadata"]["name"]
    assert name.startswith("reindex-manual-")
    assert (stage.words, stage.level) == (f"{name} completed", Level.FINE)
    job = kube.body("batch", "jobs", "data", name)
    (owner,) = job["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"]) == ("CronJob", "reindex")
    assert job["metadata"]["annotations"] == {"cronjob.kubernetes.io/instantiate": "manual"}
    assert job["spec"]["template"] != {}
    assert kube.scene.written()[0].call == f"kubernetes:create jobs job={name}"


@on_the_wire
async def test_a_schedule_is_suspended_and_resumed(kube: KubeScene) -> None:
    suspend = kube.order("cronjobs", "suspend", "invoice-run", namespace="batch")
    outcome = await kube.done(suspend)
    assert (outcome.result, outcome.step.undone_by) == ("sent", "resume")
    assert kube.writes() == [("patch", "cronjobs", {"spec": {"suspend": True}})]
    assert (await kube.step(suspend)).refused == "it is suspended already"
    resume = kube.order("cronjobs", "resume", "invoice-run", namespace="batch")
    step = await kube.step(resume)
    assert "it runs again by its schedule: */10 * * * *" in words(step)
    assert (await kube.done(resume)).result == "sent"
    assert not kube.body("batch", "cronjobs", "batch", "invoice-run")["spec"].get("suspend")


def test_a_run_that_fails_or_is_deleted_is_told_so() -> None:
    step = Step("reindex", "key", mark="reindex-manual-1")
    failed = Condition("Failed", "True", "BackoffLimitExceeded", "it has failed too often")
    stage = ran(Job(status=JobStatus(failed=3, conditions=(failed,))), step)
    assert (stage.words, stage.done) == ("reindex-manual-1: BackoffLimitExceeded", True)
    assert stage.level is Level.FAILED
    assert ran(Job(status=JobStatus(active=1, ready=1)), step).words.endswith(
        "1 pod active, 1 ready"
    )
    gone = ran(None, step)
    assert (gone.words, gone.level) == ("job reindex-manual-1 is gone", Level.WARNING)
