"""Each action on ECS and EKS: the world changes and the log is true, or neither does anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from containerscope.acting import Order, Outcome, run
from containerscope.demo.ecs_death import stop
from containerscope.demo.ecs_release import release
from containerscope.demo.ecs_state import Instance, Service, Task
from containerscope.demo.faults import Fault
from containerscope.demo.scaling_state import Target
from containerscope.model.health import Level
from containerscope.plan import Request
from containerscope.resource import Platform
from containerscope.resources import all_resources
from tests.acting.conftest import Scene
from tests.acting.test_deployments import paused


@dataclass
class Case:
    """An action that can be done now."""

    order: Order
    state: Callable[[], Any]
    """What of the world it changes."""
    meddle: Callable[[], Any]
    """Somebody else's change."""
    answer: str = ""


def cart(scene: Scene) -> Service:
    return scene.world.clusters["checkout"].services["cart"]


def scaling(scene: Scene) -> Target:
    """What scales that service."""
    targets = scene.world.scaling.targets.values()
    return next(each for each in targets if each.resource == "service/checkout/cart")


def _scale(scene: Scene) -> Case:
    service = cart(scene)
    order = scene.order("services", "scale", "cart")
    return Case(order, lambda: service.desired, lambda: setattr(service, "desired", 33), "21")


def _released(scene: Scene) -> Callable[[], Any]:
    return lambda: release(scene.world, scene.world.clusters["checkout"], cart(scene))


def _restart(scene: Scene) -> Case:
    order = scene.order("services", "restart", "cart")
    return Case(order, lambda: cart(scene).primary.id, _released(scene))


def _rollback(scene: Scene) -> Case:
    before = cart(scene).primary.revision
    _released(scene)()
    scene.world.advance(scene.clients.clock.now())
    arn = scene.world.arn("ecs", f"service-revision/checkout/cart/{before.id}")
    order = scene.order("services", "rollback", "cart")
    return Case(order, lambda: cart(scene).definition.name, _released(scene), arn)


def _bounds(scene: Scene) -> Case:
    target = scaling(scene)
    order = scene.order("services", "set-bounds", "cart")
    return Case(
        order, lambda: (target.minimum, target.maximum),
        lambda: setattr(target, "minimum", 3), "5-50",
    )  # fmt: skip


def _suspend(scene: Scene) -> Case:
    target = scaling(scene)
    order = scene.order("services", "suspend-scaling", "cart")
    return Case(
        order, lambda: dict(target.suspended),
        lambda: target.suspended.update(ScheduledScalingSuspended=True),
    )  # fmt: skip


def _resume(scene: Scene) -> Case:
    target = scaling(scene)
    kinds = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
    target.suspended.update(dict.fromkeys(kinds, True))
    order = scene.order("services", "resume-scaling", "cart")
    return Case(
        order, lambda: dict(target.suspended),
        lambda: target.suspended.update(ScheduledScalingSuspended=False),
    )  # fmt: skip


def _schedule(scene: Scene) -> Case:
    targets = scene.world.scaling.targets.values()
    target = next(t for t in targets if t.schedules and t.resource.startswith("service/"))
    _, cluster, name = target.resource.split("/")
    order = scene.order("services", "run-schedule", name, cluster=cluster)
    schedule, wanted = next(iter(target.schedules.items()))
    wanted.action = {"MinCapacity": 4, "MaxCapacity": 44}
    return Case(
        order, lambda: (target.minimum, target.maximum),
        lambda: setattr(target, "maximum", 72), schedule,
    )  # fmt: skip


def _alone(scene: Scene) -> set[str]:
    tasks = scene.world.clusters["checkout"].tasks.values()
    return {each.id for each in tasks if not each.service}


def _run(scene: Scene) -> Case:
    return Case(
        scene.order("services", "run", "cart"), lambda: _alone(scene), _released(scene)
    )  # fmt: skip


def _run_definition(scene: Scene) -> Case:
    order = scene.order("taskdefs", "run", "cart", cluster="")
    return Case(order, lambda: _alone(scene), _released(scene), "checkout/cart")


def _task(scene: Scene) -> Task:
    return next(each for each in cart(scene).tasks.values() if each.status == "RUNNING")


def _stop(scene: Scene) -> Case:
    task, cluster = _task(scene), scene.world.clusters["checkout"]
    order = scene.order("tasks", "stop", task.id)
    return Case(
        order, lambda: task.desired, lambda: stop(scene.world, cluster, task, "UserInitiated", "me")
    )  # fmt: skip


def _protect(scene: Scene) -> Case:
    task = _task(scene)
    order = scene.order("tasks", "protect", task.id)
    later = scene.world.now() + 60
    return Case(
        order, lambda: task.protected_until > 0,
        lambda: setattr(task, "protected_until", later), "60",
    )  # fmt: skip


def _unprotect(scene: Scene) -> Case:
    task = _task(scene)
    task.protected_until = scene.world.now() + 600
    order = scene.order("tasks", "unprotect", task.id)
    return Case(
        order, lambda: task.protected_until > 0, lambda: setattr(task, "protected_until", 0.0)
    )  # fmt: skip


def _instance(scene: Scene, action: str, status: str, other: str) -> Case:
    cluster = scene.world.clusters["edge"]
    found: Instance = next(iter(cluster.instances.values()))
    found.status = status
    order = scene.order("instances", action, found.id, cluster=cluster.name)
    return Case(order, lambda: found.status, lambda: setattr(found, "status", other))


def _deployment(scene: Scene, action: str) -> Case:
    deployment = paused(scene)
    arn = scene.world.arn("ecs", f"service-deployment/checkout/web/{deployment.token}")
    order = scene.order("service-deployments", action, arn)
    return Case(
        order, lambda: (deployment.status, tuple(hook.status for hook in deployment.hooks)),
        lambda: setattr(deployment, "status", "STOP_REQUESTED"),
    )  # fmt: skip


def _waiting(scene: Scene, action: str) -> Case:
    case = _deployment(scene, action)
    return replace(case, order=scene.order("services", action, "web"))


def _group(scene: Scene, action: str, answer: str, part: str, field: str) -> Case:
    groups = scene.world.eks["platform"].nodegroups
    name, group = next((n, g) for n, g in groups.items() if g["status"] == "ACTIVE")
    group["releaseVersion"] = group["releaseVersion"].replace("2026", "2025")
    order = scene.order("nodegroups", action, name, cluster="platform")
    value = 17 if part else "1.99.0-20990101"
    return Case(
        order, lambda: dict(group[part] if part else group),
        lambda: (group[part] if part else group).update({field: value}), answer,
    )  # fmt: skip


CASES: dict[tuple[str, str], Callable[[Scene], Case]] = {
    ("services", "scale"): _scale,
    ("services", "restart"): _restart,
    ("services", "rollback"): _rollback,
    ("services", "continue"): lambda scene: _waiting(scene, "continue"),
    ("services", "reject"): lambda scene: _waiting(scene, "reject"),
    ("services", "set-bounds"): _bounds,
    ("services", "suspend-scaling"): _suspend,
    ("services", "resume-scaling"): _resume,
    ("services", "run-schedule"): _schedule,
    ("services", "run"): _run,
    ("taskdefs", "run"): _run_definition,
    ("tasks", "stop"): _stop,
    ("tasks", "protect"): _protect,
    ("tasks", "unprotect"): _unprotect,
    ("instances", "drain"): lambda scene: _instance(scene, "drain", "ACTIVE", "DRAINING"),
    ("instances", "activate"): lambda scene: _instance(scene, "activate", "DRAINING", "ACTIVE"),
    ("service-deployments", "rollback"): lambda scene: _deployment(scene, "rollback"),
    ("service-deployments", "continue"): lambda scene: _deployment(scene, "continue"),
    ("service-deployments", "reject"): lambda scene: _deployment(scene, "reject"),
    ("nodegroups", "scale"): lambda s: _group(s, "scale", "5", "scalingConfig", "desiredSize"),
    ("nodegroups", "set-unavailable"): lambda s: _group(
        s, "set-unavailable", "7", "updateConfig", "maxUnavailable"
    ),
    ("nodegroups", "update-ami"): lambda s: _group(s, "update-ami", "", "", "releaseVersion"),
}


def test_no_action_on_ecs_or_eks_is_left_out() -> None:
    aws = (each for each in all_resources().values() if each.platform is not Platform.KUBERNETES)
    sent = {(each.name, action.id) for each in aws for action in each.actions if not action.opens}
    assert sent == set(CASES)


@pytest.mark.parametrize("make", CASES.values(), ids=map("-".join, CASES))
async def test_it_is_done_and_the_log_is_true_or_it_is_not_and_says_why(
    scene: Scene, make: Callable[[Scene], Case]
) -> None:
    case = make(scene)
    request = (await scene.previewed(case.order, case.answer)).ready[0].request
    assert isinstance(request, Request)

    async def spoiled(kind: Any) -> Outcome:
        scene.account.faults.append(Fault(kind=kind, operation=request.operation))
        (outcome,) = await scene.done(case.order, case.answer)
        scene.account.faults.clear()
        return outcome

    before = case.state()

    denied = await spoiled("denied")
    assert (denied.result, request.operation in denied.words) == ("denied", True)
    failed = await spoiled("expired")
    assert failed.result == "failed"
    assert case.state() == before

    (outcome,) = await scene.done(case.order, case.answer)
    assert outcome.result == "sent"
    (*_, last) = await scene.followed(case.order, outcome)
    assert last.level is Level.FINE, last.words
    assert case.state() != before
    lines = scene.written()
    assert [(each.phase, each.result) for each in lines] == [
        ("begun", ""), ("done", "denied"), ("begun", ""), ("done", "failed"),
        ("begun", ""), ("done", "sent"), ("ended", "done"),
    ]  # fmt: skip
    assert {each.verb for each in lines} == {case.order.action.id}
    assert lines[-1].request_id
    assert lines[-1].message == last.words


ALIKE = {
    ("services", "resume-scaling"), ("services", "continue"), ("services", "reject"),
    ("service-deployments", "reject"), ("services", "run"), ("tasks", "unprotect"),
    ("instances", "activate"),
}  # fmt: skip
"""Those that rest on the same facts as another one."""
RESTING = {name: make for name, make in CASES.items() if name not in ALIKE}


@pytest.mark.parametrize("make", RESTING.values(), ids=map("-".join, RESTING))
async def test_what_somebody_else_did_meanwhile_is_not_overwritten(
    scene: Scene, make: Callable[[Scene], Case]
) -> None:
    case = make(scene)
    previewed = await scene.previewed(case.order, case.answer)
    request = previewed.ready[0].request
    assert isinstance(request, Request)
    case.meddle()
    (outcome,) = await run(scene.clients, case.order, previewed, case.answer)
    assert (outcome.result, "not sent: " in outcome.words) == ("conflict", True)
    assert scene.sent(request.operation) == []
    assert [each.result for each in scene.written()] == ["", "conflict"]
