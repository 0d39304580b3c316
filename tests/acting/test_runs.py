from __future__ import annotations

import dataclasses

from containerscope.acting import look, preview
from tests.acting.conftest import Scene


async def test_a_task_is_run_once_with_the_network_of_its_service(scene: Scene) -> None:
    cluster = scene.world.clusters["checkout"]
    alone = {each.id for each in cluster.tasks.values() if not each.service}
    (outcome,) = await scene.done(scene.order("services", "run", "orders"))
    assert outcome.result == "sent"
    (sent,) = scene.sent("RunTask")
    assert sent["count"] == 1
    assert sent["networkConfiguration"]["awsvpcConfiguration"]["subnets"]
    assert len({each.id for each in cluster.tasks.values() if not each.service} - alone) == 1


async def test_a_task_definition_is_run_from_below_a_service_only(scene: Scene) -> None:
    order = scene.order("taskdefs", "run", "orders:117")
    (step,) = (await scene.previewed(order)).steps
    assert "open it from a service" in step.refused
    order = dataclasses.replace(order, scope=order.scope.within(service="orders"))
    (outcome,) = await scene.done(order)
    assert outcome.result == "sent"
    assert scene.sent("RunTask")[0]["taskDefinition"].endswith(":task-definition/orders:117")


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
