"""Load balancing for blue/green deployments, and what ECS does about targets that fail."""

from __future__ import annotations

from typing import Any

import pytest

from containerscope.demo import ecs_death
from containerscope.demo.ecs_state import Cluster, Task
from containerscope.demo.elb_blue_green import TEST_PORT, enter, groups, prepare, shift
from containerscope.demo.fate import Fate
from containerscope.demo.world import World
from tests.demo.in_process import ask
from tests.demo.test_elb import let_pass, start, states


@pytest.fixture(autouse=True)
def unscheduled(world: World) -> None:
    """No scheduler takes part: tasks move as the test says."""
    world.scheduler = None


def rule(world: World, arn: str) -> dict[str, int]:
    """The weights of the rule's target groups, by name."""
    [told] = ask(world, "elbv2", "DescribeRules", RuleArns=[arn])["Rules"]
    shares = told["Actions"][0]["ForwardConfig"]["TargetGroups"]
    return {each["TargetGroupArn"].split("/")[1]: each["Weight"] for each in shares}


def ready(world: World) -> tuple[Cluster, Any, dict[str, Any]]:
    cluster = world.clusters["checkout"]
    service = cluster.services["web"]
    return cluster, service, prepare(world, cluster, service)


def test_two_groups_share_the_production_rule_and_the_test_rule(world: World) -> None:
    _, service, config = ready(world)
    assert rule(world, config["productionListenerRule"]) == {
        "checkout-web": 100,
        "checkout-web-alt": 0,
    }
    shift(world, service, 100, test=True)
    shift(world, service, 25)
    assert rule(world, config["testListenerRule"]) == {"checkout-web": 0, "checkout-web-alt": 100}
    assert rule(world, config["productionListenerRule"]) == {
        "checkout-web": 75,
        "checkout-web-alt": 25,
    }
    listeners = [each for _, each in world.balancing.listeners() if each.port == TEST_PORT]
    assert len(listeners) == 1
    assert prepare(world, world.clusters["checkout"], service) == config


def test_the_tasks_of_a_green_deployment_stand_in_the_alternate_group(world: World) -> None:
    cluster, service, _ = ready(world)
    blue, green = groups(world, service)
    enter(world, "ecs-svc/green", alternate=True)
    task = Task("green", service.definition, world.now(), "web", "ecs-svc/green")
    task.status = "ACTIVATING"
    cluster.add_task(task)
    world.task_changed(cluster, task)
    found = ask(world, "elbv2", "DescribeTargetHealth", TargetGroupArn=green.arn)
    assert [each["Target"]["Id"] for each in found["TargetHealthDescriptions"]] == [task.address]
    assert states(world, "web") == {"healthy": 8}
    assert task.address not in {each[0] for each in blue.targets}
    enter(world, "ecs-svc/green", alternate=False)
    assert "ecs-svc/green" not in world.balancing.alternate


def test_a_service_without_a_load_balancer_cannot_be_blue_green(world: World) -> None:
    cluster = world.clusters["checkout"]
    with pytest.raises(ValueError, match="pricing stands behind no load balancer"):
        prepare(world, cluster, cluster.services["pricing"])


def test_ecs_stops_a_task_that_fails_its_checks_once_its_grace_is_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[tuple[str, float, str]] = []

    def stop(world: World, cluster: Cluster, task: Task, code: str, reason: str) -> None:
        stopped.append((task.id, world.now(), reason))
        task.desired = "STOPPED"

    monkeypatch.setattr(ecs_death, "stop", stop)
    world.fates["checkout/web"] = Fate(target_reason="Target.ResponseCodeMismatch")
    cluster, task = start(world, "web")
    task.status, task.started_at = "RUNNING", world.now()
    since = world.now()
    let_pass(world, 300)
    [(_, at, reason)] = [each for each in stopped if each[0] == task.id]
    assert 60 <= at - since < 75
    arn = cluster.services["web"].load_balancers[0]["targetGroupArn"]
    assert reason == f"Task failed ELB health checks in (target-group {arn})"
    assert len(stopped) == 9
