"""How tasks of the demo account live and die."""

from __future__ import annotations

from typing import Any

import pytest

from containerscope.demo import ecs_capacity, ecs_death
from containerscope.demo.ecs_release import doom
from containerscope.demo.ecs_state import Cluster, Service, Task
from containerscope.demo.fate import Fate
from containerscope.demo.world import World
from tests.demo.in_process import ask, later

WAY_UP = ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"]
WAY_DOWN = ["DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"]


def service_of(world: World, cluster: str, name: str) -> tuple[Cluster, Service]:
    return world.clusters[cluster], world.clusters[cluster].services[name]


def run(world: World, **more: Any) -> Task:
    """A standalone task of `nightly-report`, just started."""
    cluster = world.clusters["checkout"]
    network = {"awsvpcConfiguration": cluster.services["web"].awsvpc}
    found = ask(
        world,
        "ecs",
        "RunTask",
        cluster="checkout",
        taskDefinition="nightly-report",
        launchType="FARGATE",
        networkConfiguration=network,
        **more,
    )
    return cluster.tasks[found["tasks"][0]["taskArn"].rpartition("/")[2]]


def statuses(world: World, task: Task, seconds: int) -> list[str]:
    """The statuses that a task goes through in so many seconds, from its present one."""
    seen = [task.status]
    for _ in range(seconds):
        later(world, 1)
        if task.status != seen[-1]:
            seen.append(task.status)
    return seen


def told(world: World, task: Task, cluster: str = "checkout") -> dict[str, Any]:
    [found] = ask(world, "ecs", "DescribeTasks", cluster=cluster, tasks=[task.id])["tasks"]
    return dict(found)


def test_a_task_comes_up_step_by_step_and_then_just_runs(world: World) -> None:
    task = run(world)
    assert statuses(world, task, 60) == WAY_UP
    assert task.step is not None
    assert task.step.at <= world.now()
    view = told(world, task)
    assert view["createdAt"] < view["pullStartedAt"] < view["pullStoppedAt"] < view["startedAt"]


def test_a_task_that_is_stopped_gets_sigterm_and_is_gone_after_an_hour(world: World) -> None:
    task = run(world)
    later(world, 60)
    ask(world, "ecs", "StopTask", cluster="checkout", task=task.id, reason="no longer needed")
    assert statuses(world, task, 60) == WAY_DOWN
    view = told(world, task)
    assert (view["stopCode"], view["stoppedReason"]) == ("UserInitiated", "no longer needed")
    assert {each["exitCode"] for each in view["containers"]} == {143}
    assert view["stoppingAt"] < view["executionStoppedAt"] < view["stoppedAt"]
    later(world, 3500)
    assert told(world, task)["lastStatus"] == "STOPPED"
    later(world, 100)
    missing = ask(world, "ecs", "DescribeTasks", cluster="checkout", tasks=[task.id])
    assert missing["failures"][0]["reason"] == "MISSING"


def test_a_task_that_has_not_started_ends_without_exit_codes(world: World) -> None:
    task = run(world)
    ask(world, "ecs", "StopTask", cluster="checkout", task=task.id)
    assert statuses(world, task, 20) == ["DEPROVISIONING", "STOPPED"]
    view = told(world, task)
    assert view["stoppedReason"] == "Task stopped by user"
    assert not any("exitCode" in each for each in view["containers"])


@pytest.mark.parametrize(
    ("fate", "code", "reason"),
    [
        (Fate(pull_error="CannotPullContainerError: gone"), "TaskFailedToStart", "CannotPull"),
        (Fate(init_error="ResourceInitializationError: no"), "TaskFailedToStart", "ResourceIn"),
        (Fate(exits_after=30, exit_code=3), "EssentialContainerExited", "Essential container in"),
    ],
)
def test_a_fate_decides_how_a_task_ends(world: World, fate: Fate, code: str, reason: str) -> None:
    task = run(world)
    world.fates[task.definition.arn] = fate
    later(world, 120)
    view = told(world, task)
    assert (view["lastStatus"], view["stopCode"]) == ("STOPPED", code)
    assert view["stoppedReason"].startswith(reason)
    if fate.exits_after:
        assert view["containers"][0]["exitCode"] == 3
    else:
        assert "startedAt" not in view


def test_a_fate_that_is_lifted_in_time_does_nothing(world: World) -> None:
    task = run(world)
    world.fates[task.definition.arn] = Fate(pull_error="CannotPullContainerError: gone")
    later(world, 14)
    assert task.pull_started_at
    del world.fates[task.definition.arn]
    later(world, 60)
    assert task.status == "RUNNING"


def test_the_reason_of_a_killed_container_is_told(world: World) -> None:
    cluster, service = service_of(world, "checkout", "recommendations")
    reason = "OutOfMemoryError: Container killed due to memory usage"
    doom(world, cluster, service, Fate(exits_after=60, exit_code=137, exit_reason=reason))
    later(world, 300)
    ended = [each for each in service.tasks.values() if each.stopped_at]
    assert len(ended) > len(service.tasks) / 2
    for each in ended:
        main = told(world, each)["containers"][0]
        assert (main["exitCode"], main["reason"]) == (137, reason)


def test_a_health_check_is_passed_before_a_task_counts(world: World) -> None:
    cluster, service = service_of(world, "checkout", "web")
    ask(world, "ecs", "UpdateService", cluster="checkout", service="web", desiredCount=9)
    later(world, 20)
    [task] = [each for each in service.tasks.values() if each.pending]
    while task.status != "RUNNING":
        later(world, 1)
    assert (task.health, service.steady) == ("UNKNOWN", False)
    later(world, 60)
    assert (task.health, service.steady) == ("HEALTHY", True)
    assert cluster.tasks[task.id] is task


def test_a_container_that_is_unhealthy_costs_the_task_its_life(world: World) -> None:
    cluster, service = service_of(world, "checkout", "catalog")
    doom(world, cluster, service, Fate(unhealthy_after=30))
    later(world, 60)
    sick = [each for each in service.tasks.values() if each.health == "UNHEALTHY"]
    assert sick
    assert {(each.stop_code, each.stopped_reason) for each in sick} == {
        ("ServiceSchedulerInitiated", "Task failed container health checks")
    }


def test_a_spot_task_has_two_minutes(world: World) -> None:
    cluster, service = service_of(world, "edge", "image-resizer")
    task = next(each for each in service.tasks.values() if each.status == "RUNNING")
    ecs_death.interrupt(world, cluster, task)
    later(world, 95)
    assert (task.status, task.desired) == ("DEACTIVATING", "STOPPED")
    later(world, 35)
    assert task.status == "STOPPED"
    assert 100 < task.stopped_at - task.stopping_at < 125
    view = told(world, task, "edge")
    assert view["stopCode"] == "SpotInterruption"
    assert view["stoppedReason"] == "Your Spot Task was interrupted."
    assert service.running == service.desired


def test_tasks_go_with_the_instance_that_they_run_on(world: World) -> None:
    cluster = world.clusters["data"]
    instance = next(iter(cluster.instances.values()))
    there = [each for each in cluster.tasks.values() if each.instance == instance.id]
    ecs_capacity.lose(world, cluster, instance)
    assert {each.status for each in there} == {"STOPPED"}
    ended = [each for each in there if each.stop_code == "TerminationNotice"]
    assert ended
    reason = f"Host EC2 (instance {instance.ec2_id}) terminated."
    assert {each.stopped_reason for each in ended} == {reason}
    assert instance.id not in cluster.instances
