from __future__ import annotations

from containerscope.acting import look, preview
from containerscope.demo.ecs_death import stop
from containerscope.model.health import Level
from containerscope.plan import Stage
from tests.acting.conftest import Scene


async def test_a_task_is_run_once_with_the_network_of_its_service(scene: Scene) -> None:
    cluster = scene.world.clusters["checkout"]
    alone = {each.id for each in cluster.tasks.values() if not each.service}
    order = scene.order("services", "run", "orders")
    (outcome,) = await scene.done(order)
    (sent,) = scene.sent("RunTask")
    assert sent["count"] == 1
    assert sent["networkConfiguration"]["awsvpcConfiguration"]["subnets"]
    (made,) = {each.id for each in cluster.tasks.values() if not each.service} - alone
    stages = await scene.followed(order, outcome)
    assert stages[0].words == f"task {made} is provisioning"
    assert stages[-1] == Stage(f"task {made} is running", True, Level.FINE)
    assert scene.written()[-1].message == f"task {made} is running"


async def test_a_task_that_does_not_get_to_run_is_followed_to_the_reason(scene: Scene) -> None:
    cluster = scene.world.clusters["checkout"]
    order = scene.order("services", "run", "orders")
    (outcome,) = await scene.done(order)
    task = cluster.tasks[outcome.step.mark.rsplit("/", 1)[-1]]
    reason = "CannotPullContainerError: pull image manifest has been retried 5 time(s)"
    stop(scene.world, cluster, task, "TaskFailedToStart", reason)
    (*_, last) = await scene.followed(order, outcome)
    assert last.level is Level.FAILED
    assert f"task {task.id} has stopped: " in last.words
    assert scene.written()[-1].result == "failed"


async def test_a_task_definition_is_run_as_one_of_the_services_that_run_it(scene: Scene) -> None:
    order = scene.order("taskdefs", "run", "orders:117", cluster="")
    (seen,) = await look(scene.clients, order)
    assert [each.value for each in order.action.options(seen.state)] == ["checkout/orders"]
    (outcome,) = await scene.done(order, "checkout/orders")
    assert outcome.result == "sent"
    (sent,) = scene.sent("RunTask")
    assert (sent["cluster"], sent["taskDefinition"].rsplit("/", 1)[-1]) == (
        "checkout",
        "orders:117",
    )
    (step,) = (await scene.previewed(order, "checkout/nope")).steps
    assert "no service runs it" in step.refused


async def test_a_definition_that_was_deregistered_is_not_run(scene: Scene) -> None:
    scene.world.families["orders"][-1].body["status"] = "INACTIVE"
    (step,) = (await scene.previewed(scene.order("services", "run", "orders"))).steps
    assert step.refused == "the definition was deregistered"


async def test_a_scheduled_change_is_made_before_its_time(scene: Scene) -> None:
    targets = scene.world.scaling.targets.values()
    target = next(t for t in targets if t.schedules and t.resource.startswith("service/"))
    _, cluster, name = target.resource.split("/")
    order = scene.order("services", "run-schedule", name, cluster=cluster)
    seen = await look(scene.clients, order)
    options = order.action.options(seen[0].state)
    assert options
    ready = [option.value for option in options if preview(order, seen, option.value).ready]
    (outcome,) = await scene.done(order, ready[0])
    assert outcome.result == "sent"
    (sent,) = scene.sent("RegisterScalableTarget")
    assert {"MinCapacity", "MaxCapacity"} & set(sent)
    stages = await scene.followed(order, outcome)
    assert stages[-1].level is Level.FINE
    low, high = target.minimum, target.maximum
    assert stages[-1].words.startswith(f"between {low} and {high}, ")
