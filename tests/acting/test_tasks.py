from __future__ import annotations

from typing import Any

from containerscope.demo.ecs_state import Cluster
from containerscope.demo.ecs_state import Task as Started
from containerscope.demo.faults import Fault
from containerscope.insight.instance_actions import instance_reached
from containerscope.model.ecs import ContainerInstance
from containerscope.model.ecs_task import Task
from containerscope.model.health import Level
from containerscope.plan import Confirm, Reply, Stage
from tests.acting.conftest import Scene


def tasks_of(scene: Scene, service: str, cluster: str = "checkout") -> list[Started]:
    """The running tasks of a service."""
    found: Cluster = scene.world.clusters[cluster]
    return [each for each in found.services[service].tasks.values() if each.status == "RUNNING"]


async def test_stopped_tasks_stop_and_their_service_starts_others(scene: Scene) -> None:
    names = [each.id for each in tasks_of(scene, "cart")[:3]]
    order = scene.order("tasks", "stop", *names)
    assert order.title == "Stop 3 tasks"
    assert order.word == "stop 3"
    previewed = await scene.previewed(order)
    assert previewed.confirm is Confirm.TYPED
    outcomes = await scene.done(order)
    assert [each.result for each in outcomes] == ["sent"] * 3
    assert sorted(each["task"].rsplit("/", 1)[-1] for each in scene.sent("StopTask")) == sorted(
        names
    )
    for each in outcomes:
        assert (await scene.followed(order, each))[-1].words.startswith("stopped")


async def test_in_bulk_each_has_its_own_result(scene: Scene) -> None:
    one, two = tasks_of(scene, "cart")[:2]
    arn = scene.world.arn("ecs", f"task/checkout/{two.id}")
    fault = Fault(kind="denied", operation="StopTask", where={"task": arn})
    scene.account.faults.append(fault)
    outcomes = await scene.done(scene.order("tasks", "stop", one.id, two.id))
    assert [each.result for each in outcomes] == ["sent", "denied"]


async def test_what_has_stopped_is_not_stopped_again(scene: Scene) -> None:
    (task,) = tasks_of(scene, "cart")[:1]
    order = scene.order("tasks", "stop", task.id)
    await scene.done(order)
    (step,) = (await scene.previewed(order)).steps
    assert step.request is None
    assert step.refused in ("the task is stopping already", "the task has stopped")


async def test_a_task_is_protected_and_not_any_more(scene: Scene) -> None:
    (task,) = tasks_of(scene, "cart")[:1]
    order = scene.order("tasks", "protect", task.id)
    (outcome,) = await scene.done(order, "30")
    assert 29 * 60 < task.protected_until - scene.world.now() <= 30 * 60
    (*_, last) = await scene.followed(order, outcome)
    assert last.words.startswith("protected until 14:42")
    assert (outcome.step.undo, outcome.step.undone_by) == ("off", "unprotect")
    await scene.done(scene.order("tasks", "unprotect", task.id))
    assert not task.protected_until
    for answer in ("0", "2881", ""):
        (step,) = (await scene.previewed(order, answer)).steps
        assert "from 1 to 2880" in step.refused


async def test_an_instance_is_drained_and_takes_tasks_again(scene: Scene) -> None:
    cluster = next(each for each in scene.world.clusters.values() if each.instances)
    name = next(iter(cluster.instances))
    order = scene.order("instances", "drain", name, cluster=cluster.name)
    (outcome,) = await scene.done(order)
    assert cluster.instances[name].status == "DRAINING"
    assert (await scene.followed(order, outcome, every=600))[-1].done
    await scene.done(scene.order("instances", "activate", name, cluster=cluster.name))
    assert cluster.instances[name].status == "ACTIVE"


async def test_what_is_stopped_together_is_previewed_together(scene: Scene) -> None:
    names = [each.id for each in tasks_of(scene, "cart")[:3]]
    (outcome,) = await scene.done(scene.order("services", "run", "cart"))
    alone = outcome.step.mark
    before = len(scene.account.requests)
    found = await scene.previewed(scene.order("tasks", "stop", *names, alone))
    assert [each.refused for each in found.steps] == [""] * 4
    assert sorted(each.operation for each in scene.account.requests[before:]) == [
        "DescribeServices", "DescribeTargetGroups", "DescribeTargetHealth", "DescribeTasks",
    ]  # fmt: skip
    assert [note.words for note in found.notes] == [
        "nothing starts it again: it belongs to no service",
        "17 of 20 tasks of cart remain until it has started others in their place",
        "17 of 20 healthy targets of cart remain",
    ]


async def test_of_several_the_one_that_is_gone_is_left_out(scene: Scene) -> None:
    (task,) = tasks_of(scene, "cart")[:1]
    found = await scene.previewed(scene.order("tasks", "stop", task.id, "f" * 32))
    assert [each.target for each in found.ready] == [task.id]
    assert found.steps[1].refused == "it is not there any more"
    assert "19 of 20 tasks of cart remain" in found.notes[0].words


async def test_what_targets_there_are_nobody_needs_to_know(scene: Scene) -> None:
    scene.account.faults.append(Fault(kind="denied", operation="DescribeTargetHealth"))
    (task,) = tasks_of(scene, "cart")[:1]
    found = await scene.previewed(scene.order("tasks", "stop", task.id))
    assert found.notes[1].words == "the targets of cart drain first"


async def test_an_instance_that_keeps_tasks_says_whose_they_are(scene: Scene) -> None:
    cluster = scene.world.clusters["data"]
    name = next(iter(cluster.instances))
    order = scene.order("instances", "drain", name, cluster="data")
    (outcome,) = await scene.done(order)
    stages = await scene.followed(order, outcome, every=600)
    assert stages[0].words.startswith("3 tasks are left: of airflow-scheduler, kafka-connect")
    step, draining = outcome.step, ContainerInstance(status="DRAINING", running_tasks_count=1)
    assert instance_reached(draining, step, [Task(group="family:once")]) == Stage(
        "1 task is left, of no service: they go on until they are stopped", True, Level.WARNING
    )


async def test_no_more_than_five_are_changed_at_a_time(scene: Scene) -> None:
    names = [each.id for each in tasks_of(scene, "cart")[:9]]
    at_once, most = 0, 0
    send = scene.clients.send

    async def counted(*given: Any, **params: Any) -> Reply:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        try:
            return await send(*given, **params)
        finally:
            at_once -= 1

    scene.clients.send = counted  # type: ignore[method-assign]
    outcomes = await scene.done(scene.order("tasks", "stop", *names))
    assert [each.result for each in outcomes] == ["sent"] * 9
    assert most == 5


async def test_the_preview_of_draining_says_whether_the_others_have_room(scene: Scene) -> None:
    cluster = scene.world.clusters["data"]
    one, two = list(cluster.instances)[:2]
    order = scene.order("instances", "drain", one, two, cluster="data")
    before = len(scene.account.requests)
    found = await scene.previewed(order)
    assert sorted(each.operation for each in scene.account.requests[before:]) == [
        "DescribeContainerInstances", "DescribeContainerInstances", "DescribeTasks",
        "DescribeTasks", "ListContainerInstances", "ListTasks", "ListTasks",
    ]  # fmt: skip
    assert [step.notes[0].words for step in found.steps] == [
        f"{len(tasks)} tasks on it stop once their services have started others elsewhere"
        for tasks in (
            [t for t in cluster.tasks.values() if t.instance == name and t.status == "RUNNING"]
            for name in (one, two)
        )
    ]
    (note,) = found.notes
    assert note.words == (
        "there is room for 4 of 6 tasks on the 7 other instances of data, by CPU and memory"
    )
    edge = next(iter(scene.world.clusters["edge"].instances))
    found = await scene.previewed(scene.order("instances", "drain", edge, cluster="edge"))
    assert found.notes[0].level is Level.NONE
    every = await scene.previewed(scene.order("instances", "drain", *cluster.instances,
                                              cluster="data"))  # fmt: skip
    assert every.notes[0].level is Level.WARNING
    assert every.notes[0].words.startswith("there is room for 0 of ")
