"""The stories of ECS: each shows what it says, and is mended when it is stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from containerscope.demo.account import demo_world
from containerscope.demo.clock import StillClock
from containerscope.demo.ecs_scenarios import ECS_SCENARIOS
from containerscope.demo.ecs_state import Service
from containerscope.demo.world import World
from tests.demo.in_process import later
from tests.demo.test_ecs_life import service_of
from tests.demo.test_ecs_scheduler import said

STORIES = {each.name: each for each in ECS_SCENARIOS}
SETTLED = 200
"""Seconds until the opening scene has come to its end."""


@pytest.fixture
def settled() -> World:
    """The account some minutes later, without stories of its own."""
    world = demo_world(StillClock())
    later(world, SETTLED)
    return world


def reasons(service: Service) -> Counter[str]:
    return Counter(each.stopped_reason for each in service.tasks.values() if each.stop_code)


def codes(service: Service) -> set[str]:
    return {each.stop_code for each in service.tasks.values() if each.stop_code}


def _image(world: World) -> None:
    _, service = service_of(world, "checkout", "pricing")
    assert any("not found" in each for each in reasons(service))
    assert service.newest.status == "ROLLBACK_SUCCESSFUL"
    assert said(service, "rolling back to (deployment ecs-svc/")


def _stuck(world: World) -> None:
    _, service = service_of(world, "checkout", "search")
    assert service.newest.status == "IN_PROGRESS"
    assert said(service, "due to (reason Request timed out)")
    assert any(each.startswith("Task failed ELB health checks in") for each in reasons(service))
    assert service.running >= 12


def _paused(world: World) -> None:
    _, service = service_of(world, "checkout", "web")
    assert service.newest.stage == "POST_TEST_TRAFFIC_SHIFT"
    assert [each.status for each in service.newest.hooks] == ["AWAITING_ACTION"]


def _memory_loop(world: World) -> None:
    _, service = service_of(world, "checkout", "recommendations")
    killed = [each for each in service.tasks.values() if each.exits]
    assert {each.exits["recommendations"].code for each in killed} == {137}
    assert "killed due to memory usage" in killed[0].exits["recommendations"].reason


def _unhealthy(world: World) -> None:
    _, service = service_of(world, "checkout", "catalog")
    assert reasons(service).keys() == {"Task failed container health checks"}
    assert said(service, ") failed container health checks.")


def _bad_gateway(world: World) -> None:
    _, service = service_of(world, "checkout", "orders")
    assert said(service, "due to (reason Health checks failed with these codes: [502]).")
    assert any(each.startswith("Task failed ELB health checks in") for each in reasons(service))


def _denied(world: World) -> None:
    _, service = service_of(world, "checkout", "accounts")
    [denied] = [each for each in reasons(service) if each.startswith("ResourceInitialization")]
    assert "is not authorized to perform: secretsmanager:GetSecretValue" in denied
    assert service.newest.status == "ROLLBACK_SUCCESSFUL"


def _unmounted(world: World) -> None:
    _, service = service_of(world, "data", "feature-store")
    system = next(
        each["efsVolumeConfiguration"]["fileSystemId"]
        for each in service.definition.body["volumes"]
        if "efsVolumeConfiguration" in each
    )
    assert sorted(world.storage.file_systems[system].mount_targets) == ["a", "c"]
    failed = [each for each in service.tasks.values() if each.stop_code == "TaskFailedToStart"]
    assert {each.zone for each in failed} == {"b"}
    assert "failed to invoke EFS utils commands" in failed[0].stopped_reason
    assert any(each.zone != "b" and each.status == "RUNNING" for each in service.tasks.values())


def _crowded(world: World) -> None:
    _, service = service_of(world, "edge", "rtmp-relay")
    assert said(service, "has insufficient memory available.")
    assert service.running < service.desired


def _port(world: World) -> None:
    _, service = service_of(world, "edge", "rtmp-relay")
    assert said(service, "is already using a port required by your task.")


def _spot(world: World) -> None:
    _, service = service_of(world, "edge", "image-resizer")
    assert codes(service) == {"SpotInterruption"}
    assert service.running == service.desired


def _agent(world: World) -> None:
    agents = [each.agent_connected for each in world.clusters["data"].instances.values()]
    assert agents.count(False) == 1


SHOWN: dict[str, Callable[[World], None]] = {
    "image-missing": _image,
    "deployment-stuck": _stuck,
    "blue-green-paused": _paused,
    "oom-loop": _memory_loop,
    "container-unhealthy": _unhealthy,
    "target-502": _bad_gateway,
    "secret-denied": _denied,
    "efs-zone": _unmounted,
    "ec2-out-of-memory": _crowded,
    "ec2-port-taken": _port,
    "spot-interruption": _spot,
    "agent-disconnected": _agent,
}


def test_every_story_is_looked_at() -> None:
    assert SHOWN.keys() == STORIES.keys()


@pytest.mark.parametrize("name", SHOWN)
def test_a_story_shows_what_it_says_and_is_mended(settled: World, name: str) -> None:
    STORIES[name].start(settled)
    later(settled, 180)
    SHOWN[name](settled)
    STORIES[name].stop(settled)
    # Longer than what is left of any drain, bake time and back-off.
    later(settled, 1500)
    for cluster in settled.clusters.values():
        for service in cluster.services.values():
            if f"{cluster.name}/{service.name}" in STORIES[name].summary:
                assert service.steady, service.name
                assert service.running == service.desired
    assert all(each.agent_connected for each in settled.clusters["data"].instances.values())


@pytest.mark.parametrize("name", SHOWN)
def test_a_story_can_be_told_again_and_mended_at_any_time(settled: World, name: str) -> None:
    story = STORIES[name]
    story.stop(settled)
    story.start(settled)
    later(settled, 20)
    story.stop(settled)
    story.start(settled)
    story.start(settled)
    later(settled, 180)
    SHOWN[name](settled)


def test_a_story_whose_service_is_gone_does_nothing(settled: World) -> None:
    settled.clusters.clear()
    for story in STORIES.values():
        story.start(settled)
        story.stop(settled)
    assert not settled.clusters
