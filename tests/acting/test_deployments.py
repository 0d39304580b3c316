from __future__ import annotations

import pytest

from containerscope.demo import scenarios
from containerscope.demo.ecs_state import Deployment
from containerscope.model.health import Level
from tests.acting.conftest import Scene


def paused(scene: Scene) -> Deployment:
    """A blue/green deployment that waits at its hook for somebody."""
    scenarios.start(scene.world, "blue-green-paused")
    deployment = scene.world.clusters["checkout"].services["web"].primary
    for _ in range(200):
        if any(hook.status == "AWAITING_ACTION" for hook in deployment.hooks):
            return deployment
        scene.world.clock.advance(10)  # type: ignore[attr-defined]
        scene.world.advance(scene.world.clock.now())
    raise AssertionError("it never waits")


@pytest.mark.parametrize(("action", "word"), [("continue", "CONTINUE"), ("reject", "ROLLBACK")])
async def test_a_deployment_that_waits_is_answered(scene: Scene, action: str, word: str) -> None:
    deployment = paused(scene)
    arn = scene.world.arn("ecs", f"service-deployment/checkout/web/{deployment.token}")
    order = scene.order("service-deployments", action, arn)
    (step,) = (await scene.previewed(order)).steps
    assert "left alone it would roll back at" in step.notes[0].words
    (outcome,) = await scene.done(order)
    assert outcome.result == "sent"
    (sent,) = scene.sent("ContinueServiceDeployment")
    assert sent["action"] == word
    stages = await scene.followed(order, outcome)
    assert stages[-1].level is Level.FINE
    assert stages[-1].words.startswith("successful" if word == "CONTINUE" else "rollback")
    (step,) = (await scene.previewed(order)).steps
    assert (step.refused, step.changes, step.notes) == ("the deployment waits for nobody", (), ())


async def test_a_deployment_under_way_is_stopped(scene: Scene) -> None:
    deployment = paused(scene)
    arn = scene.world.arn("ecs", f"service-deployment/checkout/web/{deployment.token}")
    order = scene.order("service-deployments", "rollback", arn)
    (outcome,) = await scene.done(order)
    assert scene.sent("StopServiceDeployment") == [
        {"serviceDeploymentArn": arn, "stopType": "ROLLBACK"}
    ]
    assert (await scene.followed(order, outcome))[-1].words.startswith("rollback successful")
