"""What the schedulers of the demo's services do about it."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from containerscope.demo import ecs_capacity, ecs_control
from containerscope.demo.account import demo_world
from containerscope.demo.calls import Call
from containerscope.demo.clock import StillClock
from containerscope.demo.ecs_breaker import threshold
from containerscope.demo.ecs_describes import DESCRIBES
from containerscope.demo.ecs_launch import provider_for
from containerscope.demo.ecs_release import release
from containerscope.demo.ecs_rollout import Counts, bounds, moves
from containerscope.demo.ecs_state import Instance, Service, Task
from containerscope.demo.fate import Fate
from containerscope.demo.scale import Scale
from containerscope.demo.world import World
from tests.demo.in_process import ask, later
from tests.demo.test_ecs_life import service_of

MISSING = Fate(pull_error="CannotPullContainerError: image not found")


@pytest.fixture(autouse=True)
def unscaled(world: World) -> None:
    """Nobody scales services but the test."""
    world.scaling.targets.clear()


def describe(world: World, cluster: str, name: str) -> dict[str, Any]:
    found = ask(world, "ecs", "DescribeServices", cluster=cluster, services=[name])
    return dict(found["services"][0])


def said(service: Service, words: str) -> list[str]:
    """The events with these words, newest first."""
    return [each.message for each in service.events if words in each.message]


def alive(service: Service) -> list[Task]:
    return [each for each in service.tasks.values() if each.alive]


def peak(world: World, service: Service, seconds: int) -> tuple[int, int]:
    """The fewest and the most tasks that ran within so many seconds."""
    counts = []
    for _ in range(seconds):
        later(world, 1)
        counts.append(service.running)
    return min(counts), max(counts)


def test_nothing_moves_until_time_passes() -> None:
    world = demo_world(StillClock())
    before = [
        (each.status, each.desired)
        for cluster in world.clusters.values()
        for each in cluster.tasks.values()
    ]
    world.advance(world.clock.now())
    assert before == [
        (each.status, each.desired)
        for cluster in world.clusters.values()
        for each in cluster.tasks.values()
    ]


def test_the_opening_scene_rolls_out_fails_and_rolls_back_within_three_minutes(
    world: World,
) -> None:
    _, payments = service_of(world, "checkout", "payments")
    _, api = service_of(world, "checkout", "checkout-api")
    later(world, 100)
    assert describe(world, "checkout", "checkout-api")["deployments"][0]["rolloutState"] == (
        "COMPLETED"
    )
    assert said(api, "has reached a steady state")
    later(world, 70)
    assert said(payments, "is unable to consistently start tasks successfully")
    [failed] = said(payments, "deployment failed: tasks failed to start.")
    [back] = said(payments, "rolling back to")
    assert payments.newest.id in failed
    assert payments.primary.id in back
    view = describe(world, "checkout", "payments")
    assert view["runningCount"] == view["desiredCount"] == 4
    assert view["taskDefinition"].endswith("payments:87")
    arn = view["currentServiceDeployment"]
    [told] = ask(world, "ecs", "DescribeServiceDeployments", serviceDeploymentArns=[arn])[
        "serviceDeployments"
    ]
    assert told["status"] == "ROLLBACK_SUCCESSFUL"
    assert told["deploymentCircuitBreaker"]["status"] == "TRIGGERED"
    assert told["deploymentCircuitBreaker"]["failureCount"] >= 10
    assert told["rollback"]["serviceRevisionArn"].endswith(payments.primary.revision.id)


def test_scaling_out_and_in_leaves_events_and_a_history(world: World) -> None:
    cluster, service = service_of(world, "checkout", "search")
    ecs_control.set_desired(world, cluster, service, 15)
    later(world, 90)
    assert (service.running, service.steady) == (15, True)
    assert said(service, "has started 3 tasks: (task ")
    assert said(service, "registered ")
    ecs_control.set_desired(world, cluster, service, 5)
    later(world, 30)
    assert service.running == 5
    assert said(service, "has begun draining connections on 10 tasks.")
    assert said(service, "has stopped 10 running tasks: (task ")
    wanted = [each[1] for each in service.history]
    assert list(dict.fromkeys(wanted))[-3:] == [12, 15, 5]
    zones = [each.zone for each in alive(service)]
    assert max(map(zones.count, "abc")) - min(map(zones.count, "abc")) <= 1


def test_a_rolling_update_keeps_within_its_percentages(world: World) -> None:
    cluster, service = service_of(world, "checkout", "accounts")
    service.minimum, service.maximum = 75, 125
    old = set(service.tasks)
    made = release(world, cluster, service)
    assert (made.status, made.rollout) == ("PENDING", "IN_PROGRESS")
    later(world, 3)
    assert made.status == "IN_PROGRESS"
    least, most = peak(world, service, 900)
    assert (least, most) == (6, 10)
    assert service.steady
    assert not old & {each.id for each in alive(service)}
    assert service.primary.status == "SUCCESSFUL"
    assert said(service, f"(deployment {service.primary.id}) deployment completed.")


def test_percentages_that_leave_no_room_are_told(world: World) -> None:
    cluster, service = service_of(world, "checkout", "feature-flags")
    service.minimum, service.maximum = 100, 149
    release(world, cluster, service)
    later(world, 60)
    assert said(service, "because of the service deployment configuration.")
    assert service.running == 2


def test_a_deployment_that_is_overtaken_stops(world: World) -> None:
    cluster, service = service_of(world, "checkout", "pricing")
    first = release(world, cluster, service)
    later(world, 12)
    second = release(world, cluster, service)
    assert first.status == "STOPPED"
    later(world, 120)
    assert [each.id for each in service.live] == [second.id]
    assert {each.started_by for each in alive(service)} == {second.id}


def test_a_rollback_goes_to_the_last_deployment_that_was_completed(world: World) -> None:
    cluster, service = service_of(world, "checkout", "pricing")
    good = service.primary
    release(world, cluster, service, MISSING)
    later(world, 10)
    release(world, cluster, service, MISSING)
    later(world, 200)
    assert [each.id for each in service.live] == [good.id]
    assert [each.status for each in service.deployments[:3]] == [
        "ROLLBACK_SUCCESSFUL",
        "STOPPED",
        "SUCCESSFUL",
    ]
    assert service.running == 6


@pytest.mark.parametrize(
    ("desired", "allowed", "share", "bounded", "wanted"),
    [
        (1, 0, 50, True, 3),
        (12, 0, 50, True, 6),
        (13, 0, 50, True, 7),
        (1000, 0, 50, True, 200),
        (1000, 0, 50, False, 500),
        (4, 0, 10, False, 1),
        (4, 10, 50, True, 10),
    ],
)
def test_the_threshold_of_the_circuit_breaker(
    desired: int, allowed: int, share: int, bounded: bool, wanted: int
) -> None:
    service = Service("s", desired, 0.0, [], [])
    service.failures_allowed, service.failures_share = allowed, share
    service.failures_bounded = bounded
    assert threshold(service) == wanted


def test_without_a_circuit_breaker_a_deployment_fails_for_ever_and_ever_slower(
    world: World,
) -> None:
    cluster, service = service_of(world, "checkout", "inventory")
    service.breaker = False
    release(world, cluster, service, MISSING)
    later(world, 1200)
    assert service.primary.rollout == "IN_PROGRESS"
    assert service.running == 8
    assert said(service, "is unable to consistently start tasks")
    attempts = [each.at for each in service.events if "has started" in each.message]
    gaps = [one - other for one, other in itertools.pairwise(attempts)]
    assert gaps[0] > 100 > gaps[len(gaps) // 2]


def test_a_breaker_without_rollback_leaves_what_ran_before(world: World) -> None:
    cluster, service = service_of(world, "checkout", "inventory")
    service.breaker_rollback = False
    made = release(world, cluster, service, MISSING)
    later(world, 400)
    assert (made.rollout, made.status) == ("FAILED", "STOPPED")
    assert made.reason == "ECS deployment circuit breaker: tasks failed to start."
    assert service.running == 8
    assert not said(service, "rolling back")
    count = made.failed
    later(world, 900)
    assert made.failed == count


def test_failures_of_a_deployment_that_is_complete_are_no_failed_deployment(
    world: World,
) -> None:
    cluster, service = service_of(world, "checkout", "pricing")
    world.fates["checkout/pricing"] = Fate(exits_after=20, exit_code=1)
    later(world, 2)
    for each in alive(service):
        ask(world, "ecs", "StopTask", cluster=cluster.name, task=each.id)
    later(world, 300)
    assert service.primary.failed == 0
    assert not said(service, "deployment failed")


def test_a_steady_service_says_so_every_six_hours(world: World) -> None:
    _, service = service_of(world, "checkout", "feature-flags")
    world.ticking.clear()
    later(world, 2 * 86400)
    times = [each.at for each in service.events if "steady" in each.message]
    gaps = {round(one - other) for one, other in itertools.pairwise(times)}
    assert 6 * 3600 in gaps


def test_what_lacks_room_is_told_once_in_a_while_and_placed_when_there_is(world: World) -> None:
    cluster, service = service_of(world, "data", "warehouse-loader")
    told = len(said(service, "insufficient memory"))
    later(world, 1800)
    assert told + 2 <= len(said(service, "insufficient memory")) <= told + 4
    pattern = next(iter(cluster.instances.values()))
    for index in range(3):
        fresh = Instance(
            f"{index}" * 32, f"i-{index}", pattern.kind, "a", pattern.cpu, pattern.memory, 0.0
        )
        ecs_capacity.register(world, cluster, fresh)
    later(world, 120)
    assert (service.running, service.steady) == (8, True)
    assert service.primary.status == "SUCCESSFUL"


def test_tasks_of_a_managed_capacity_provider_wait_for_instances(world: World) -> None:
    cluster, service = service_of(world, "data", "kafka-connect")
    ecs_control.set_desired(world, cluster, service, 40)
    later(world, 120)
    waiting = [each for each in alive(service) if not each.instance]
    assert waiting
    assert {each.status for each in waiting} == {"PROVISIONING"}
    assert not said(service, "unable to place")
    pattern = next(iter(cluster.instances.values()))
    for index in range(9):
        fresh = Instance(
            f"{index}" * 32,
            f"i-{index}",
            pattern.kind,
            "abc"[index % 3],
            pattern.cpu,
            pattern.memory,
            0.0,
            capacity_provider=pattern.capacity_provider,
        )
        ecs_capacity.register(world, cluster, fresh)
    later(world, 120)
    assert all(each.instance for each in waiting)
    assert {each.status for each in waiting} == {"RUNNING"}


def test_a_host_port_fits_once_on_an_instance(world: World) -> None:
    cluster, service = service_of(world, "edge", "rtmp-relay")
    ecs_control.set_desired(world, cluster, service, 4)
    release(world, cluster, service, host_port=1935)
    later(world, 120)
    new = [each for each in alive(service) if each.started_by == service.primary.id]
    assert sorted(each.zone for each in new) == ["a", "b", "c"]
    assert said(service, "is already using a port required by your task.")


def test_an_instance_without_its_agent_gets_no_tasks(world: World) -> None:
    cluster, service = service_of(world, "edge", "rtmp-relay")
    for each in cluster.instances.values():
        ecs_capacity.set_agent(world, cluster, each, connected=False)
    ecs_control.set_desired(world, cluster, service, 2)
    later(world, 30)
    assert said(service, 'encountered error "AGENT".')
    for each in cluster.instances.values():
        ecs_capacity.set_agent(world, cluster, each, connected=True)
    later(world, 60)
    assert service.running == 2


def test_draining_an_instance_moves_its_tasks(world: World) -> None:
    cluster, service = service_of(world, "edge", "log-shipper")
    instance = next(iter(cluster.instances.values()))
    arn = {"cluster": "edge", "containerInstances": [instance.id]}
    ask(world, "ecs", "UpdateContainerInstancesState", **arn, status="DRAINING")
    later(world, 120)
    assert not [
        each for each in cluster.tasks.values() if each.instance == instance.id and each.alive
    ]
    assert (service.desired, service.running) == (2, 2)
    ask(world, "ecs", "UpdateContainerInstancesState", **arn, status="ACTIVE")
    later(world, 120)
    assert (service.desired, service.running) == (3, 3)


def test_a_daemon_has_one_task_on_each_instance_and_is_rolled_out(world: World) -> None:
    cluster, service = service_of(world, "edge", "log-shipper")
    release(world, cluster, service)
    later(world, 200)
    assert service.steady
    assert sorted(each.instance for each in alive(service)) == sorted(cluster.instances)
    assert {each.started_by for each in alive(service)} == {service.primary.id}


def test_bases_come_first_and_weights_share_out_the_rest() -> None:
    strategy = [
        {"capacityProvider": "FARGATE", "weight": 1, "base": 2},
        {"capacityProvider": "FARGATE_SPOT", "weight": 3, "base": 0},
    ]
    peers: list[Any] = []
    definition: Any = None
    for index in range(10):
        task = Task(str(index), definition, 0.0)
        task.capacity_provider = provider_for(strategy, peers)
        peers.append(task)
    providers = [each.capacity_provider for each in peers]
    assert providers[:2] == ["FARGATE", "FARGATE"]
    assert providers.count("FARGATE_SPOT") == 6


def test_protected_tasks_are_not_scaled_in(world: World) -> None:
    cluster, service = service_of(world, "checkout", "notifications")
    kept = list(service.tasks)[:4]
    ask(
        world,
        "ecs",
        "UpdateTaskProtection",
        cluster="checkout",
        tasks=kept,
        protectionEnabled=True,
        expiresInMinutes=10,
    )
    ecs_control.set_desired(world, cluster, service, 1)
    later(world, 60)
    assert {each.id for each in alive(service)} == set(kept)
    assert said(service, "The number of protected tasks are more than the desired count.")
    later(world, 700)
    assert len(alive(service)) == 1


def test_an_alarm_ends_the_deployment_that_it_watches(world: World) -> None:
    cluster, service = service_of(world, "checkout", "search")
    service.alarms = {"alarmNames": ["search-5xx"], "enable": True, "rollback": True}
    made = release(world, cluster, service)
    later(world, 20)
    ecs_control.alarm(world, "another")
    assert made.status == "IN_PROGRESS"
    ecs_control.alarm(world, "search-5xx")
    later(world, 200)
    assert made.status == "ROLLBACK_SUCCESSFUL"
    assert said(service, "deployment failed: alarm detected.")
    assert service.steady


counts = st.integers(0, 40)


@given(counts, counts, counts, st.integers(0, 100), st.integers(100, 300), st.data())
def test_a_step_never_leaves_the_percentages(
    desired: int, new: int, old: int, minimum: int, maximum: int, data: st.DataObject
) -> None:
    unready = data.draw(st.integers(0, old))
    ready_new = data.draw(st.integers(0, new))
    ready = ready_new + old - unready
    counted = Counts(desired, new, old, ready, unready)
    step = moves(counted, minimum, maximum)
    least, most = bounds(desired, minimum, maximum)
    assert 0 <= step.stop_old <= old
    left = new + old - step.stop_old - step.stop_new
    assert step.start == 0 or left + step.start <= most
    stopped_ready = max(step.stop_old - unready, 0)
    assert stopped_ready == 0 or ready - stopped_ready >= min(least, ready)
    assert new - step.stop_new + step.start <= max(desired, new - step.stop_new)


def test_a_large_account_costs_nothing_while_it_is_steady() -> None:
    world = demo_world(StillClock(), Scale(8, 80, 1500))
    due = sum(
        each.step is not None
        for cluster in world.clusters.values()
        for each in cluster.tasks.values()
        if each.status == "RUNNING" and cluster.name.startswith("scale")
    )
    assert due == 0
    call = Call(world, {"cluster": "scale-001", "services": ["api-0001"]})
    assert DESCRIBES["DescribeServices"](call)["failures"] == []
