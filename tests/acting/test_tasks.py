from __future__ import annotations

from containerscope.demo.ecs_state import Cluster, Task
from containerscope.demo.faults import Fault
from containerscope.plan import Confirm
from tests.acting.conftest import Scene


def tasks_of(scene: Scene, service: str, cluster: str = "checkout") -> list[Task]:
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
    await scene.done(scene.order("tasks", "protect", task.id))
    assert task.protected_until > scene.world.now()
    await scene.done(scene.order("tasks", "unprotect", task.id))
    assert not task.protected_until


async def test_an_instance_is_drained_and_takes_tasks_again(scene: Scene) -> None:
    cluster = next(each for each in scene.world.clusters.values() if each.instances)
    name = next(iter(cluster.instances))
    order = scene.order("instances", "drain", name, cluster=cluster.name)
    (outcome,) = await scene.done(order)
    assert cluster.instances[name].status == "DRAINING"
    assert (await scene.followed(order, outcome))[-1].done
    await scene.done(scene.order("instances", "activate", name, cluster=cluster.name))
    assert cluster.instances[name].status == "ACTIVE"
