"""Deployments of the demo account that shift traffic."""

from __future__ import annotations

from typing import Any

import pytest

from containerscope.demo.ecs_state import Cluster, Service
from containerscope.demo.elb_blue_green import groups, prepare
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.world import World
from tests.demo.in_process import ask, later
from tests.demo.test_ecs_life import service_of
from tests.demo.test_ecs_scheduler import alive, said

PAUSE = {
    "targetType": "PAUSE",
    "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"],
    "timeoutConfiguration": {"timeoutInMinutes": 60, "action": "ROLLBACK"},
}
LAMBDA = {
    "hookTargetArn": "arn:aws:lambda:eu-west-1:123456789012:function:smoke",
    "roleArn": "arn:aws:iam::123456789012:role/hooks",
    "lifecycleStages": ["POST_SCALE_UP"],
}


def begin(world: World, strategy: str, **more: Any) -> tuple[Cluster, Service]:
    """A deployment of `web` by this strategy, just begun."""
    cluster, service = service_of(world, "checkout", "web")
    prepare(world, cluster, service)
    ask(
        world,
        "ecs",
        "UpdateService",
        cluster="checkout",
        service="web",
        deploymentConfiguration={"strategy": strategy, **more},
        forceNewDeployment=True,
    )
    return cluster, service


def told(world: World, service: Service) -> dict[str, Any]:
    arn = world.arn("ecs", f"service-deployment/checkout/web/{service.newest.token}")
    found = ask(world, "ecs", "DescribeServiceDeployments", serviceDeploymentArns=[arn])
    return dict(found["serviceDeployments"][0])


def shares(world: World, service: Service) -> tuple[float, float]:
    """The production traffic of the old revision and of the new one."""
    view = told(world, service)
    [source] = view["sourceServiceRevisions"]
    name = "requestedProductionTrafficWeight"
    return source[name], view["targetServiceRevision"][name]


def stages(world: World, service: Service, seconds: int) -> list[str]:
    seen: list[str] = []
    for _ in range(seconds):
        later(world, 1)
        stage = told(world, service).get("lifecycleStage", "done")
        if [stage] != seen[-1:]:
            seen.append(stage)
    return seen


def answer(world: World, service: Service, action: str) -> None:
    view = told(world, service)
    [hook] = [each for each in view["lifecycleHookDetails"] if each["targetType"] == "PAUSE"]
    ask(
        world,
        "ecs",
        "ContinueServiceDeployment",
        serviceDeploymentArn=view["serviceDeploymentArn"],
        hookId=hook["hookId"],
        action=action,
    )


def test_blue_green_goes_through_its_stages(world: World) -> None:
    _, service = begin(world, "BLUE_GREEN", bakeTimeInMinutes=2, lifecycleHooks=[LAMBDA])
    old = set(service.tasks)
    assert stages(world, service, 100)[:4] == [
        "PRE_SCALE_UP",
        "SCALE_UP",
        "POST_SCALE_UP",
        "TEST_TRAFFIC_SHIFT",
    ]
    assert [each["status"] for each in told(world, service)["lifecycleHookDetails"]] == [
        "SUCCEEDED"
    ]
    assert service.running == 16
    assert stages(world, service, 60)[-1] == "BAKE_TIME"
    assert shares(world, service) == (0, 100)
    assert service.running == 16
    later(world, 150)
    assert told(world, service)["status"] == "SUCCESSFUL"
    assert service.steady
    assert len(alive(service)) == 8
    assert not old & {each.id for each in alive(service)}


def test_the_new_revision_stands_in_the_other_target_group(world: World) -> None:
    _, service = begin(world, "BLUE_GREEN")
    blue, green = groups(world, service)
    later(world, 45)
    assert said(service, f"targets in (target-group {green.arn})")
    later(world, 200)
    assert told(world, service)["status"] == "SUCCESSFUL"
    assert said(service, f"deregistered 8 targets in (target-group {blue.arn})")


def test_linear_shifts_step_by_step(world: World) -> None:
    steps = {"stepPercent": 25.0, "stepBakeTimeInMinutes": 1}
    _, service = begin(world, "LINEAR", linearConfiguration=steps)
    seen = [shares(world, service)]
    for _ in range(400):
        later(world, 1)
        if service.live[1:] and shares(world, service) != seen[-1]:
            seen.append(shares(world, service))
    assert seen == [(100, 0), (75, 25), (50, 50), (25, 75), (0, 100)]
    assert told(world, service)["status"] == "SUCCESSFUL"


def test_canary_sends_a_little_first(world: World) -> None:
    steps = {"canaryPercent": 10.0, "canaryBakeTimeInMinutes": 5}
    _, service = begin(world, "CANARY", canaryConfiguration=steps)
    later(world, 240)
    assert shares(world, service) == (90, 10)
    later(world, 300)
    assert told(world, service)["status"] == "SUCCESSFUL"


def test_a_pause_waits_until_someone_continues(world: World) -> None:
    _, service = begin(world, "BLUE_GREEN", lifecycleHooks=[PAUSE])
    later(world, 1800)
    view = told(world, service)
    [hook] = view["lifecycleHookDetails"]
    assert (view["lifecycleStage"], hook["status"]) == (
        "POST_TEST_TRAFFIC_SHIFT",
        "AWAITING_ACTION",
    )
    assert hook["timeoutAction"] == "ROLLBACK"
    assert 1500 < hook["expiresAt"] - world.now() < 1900
    assert shares(world, service) == (100, 0)
    answer(world, service, "CONTINUE")
    later(world, 120)
    view = told(world, service)
    assert view["status"] == "SUCCESSFUL"
    assert view["lifecycleHookDetails"][0]["status"] == "SUCCEEDED"
    with pytest.raises(AwsError, match="does not await an action") as refused:
        answer(world, service, "CONTINUE")
    assert refused.value.code == "ConflictException"


@pytest.mark.parametrize("timed_out", [True, False])
def test_a_pause_that_is_refused_or_forgotten_rolls_back(world: World, timed_out: bool) -> None:
    _, service = begin(world, "BLUE_GREEN", lifecycleHooks=[PAUSE])
    blue = {each.id for each in alive(service)}
    later(world, 200)
    if timed_out:
        later(world, 3600)
    else:
        answer(world, service, "ROLLBACK")
        later(world, 60)
    view = told(world, service)
    assert view["status"] == "ROLLBACK_SUCCESSFUL"
    status = "TIMED_OUT" if timed_out else "FAILED"
    assert view["lifecycleHookDetails"][0]["status"] == status
    assert {each.id for each in alive(service)} == blue
    assert view["sourceServiceRevisions"][0]["requestedProductionTrafficWeight"] == 100


def test_the_services_count_is_that_of_both_revisions_while_they_run(world: World) -> None:
    _, service = begin(world, "BLUE_GREEN", lifecycleHooks=[PAUSE])
    later(world, 200)
    ask(world, "ecs", "UpdateService", cluster="checkout", service="web", desiredCount=10)
    later(world, 90)
    by_deployment = [
        sum(task.started_by == each.id for task in alive(service)) for each in service.live
    ]
    assert by_deployment == [10, 10]


def test_stopping_a_deployment_rolls_it_back(world: World) -> None:
    _, service = begin(world, "BLUE_GREEN", lifecycleHooks=[PAUSE])
    later(world, 200)
    arn = told(world, service)["serviceDeploymentArn"]
    ask(world, "ecs", "StopServiceDeployment", serviceDeploymentArn=arn)
    assert told(world, service)["status"] == "ROLLBACK_REQUESTED"
    later(world, 3)
    assert told(world, service)["status"] in ("ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL")
    later(world, 60)
    assert told(world, service)["status"] == "ROLLBACK_SUCCESSFUL"
    assert service.running == 8
    with pytest.raises(AwsError) as refused:
        ask(world, "ecs", "StopServiceDeployment", serviceDeploymentArn=arn)
    assert refused.value.code == "ConflictException"
