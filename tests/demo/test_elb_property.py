"""However tasks come, fail and go, no target stands without a task, and none is forgotten."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from containerscope.demo.clock import StillClock
from containerscope.demo.ecs_build import Builder
from containerscope.demo.ecs_recipe import Recipe
from containerscope.demo.ecs_state import Cluster, Service, Task
from containerscope.demo.elb_targets import SERVING, places, targets
from containerscope.demo.fate import Fate
from containerscope.demo.surroundings import attach
from containerscope.demo.world import World

_NEXT = {
    "PENDING": ("ACTIVATING", "STOPPED"),
    "ACTIVATING": ("RUNNING", "DEACTIVATING", "STOPPED"),
    "RUNNING": ("DEACTIVATING", "STOPPED"),
    "DEACTIVATING": ("STOPPING",),
    "STOPPING": ("DEPROVISIONING",),
    "DEPROVISIONING": ("STOPPED",),
}
_MOVES = st.lists(
    st.tuples(
        st.sampled_from(["start", "move", "pass", "spoil", "mend"]),
        st.integers(0, 20),
        st.integers(0, 400),
    ),
    max_size=40,
)


def a_world() -> tuple[World, Cluster, Service]:
    world = World(StillClock())
    cluster = Cluster("shop")
    world.add_cluster(cluster)
    service = Builder(world, cluster).service(Recipe("web", 3, path="/"))
    service.grace = 10**9
    attach(world)
    return world, cluster, service


def do(world: World, cluster: Cluster, service: Service, move: tuple[str, int, int]) -> None:
    kind, which, seconds = move
    if kind == "start":
        task = Task(f"t{len(service.tasks)}", service.definition, world.now(), "web")
        task.status = "PENDING"
        cluster.add_task(task)
    elif kind == "move":
        movable = [each for each in service.tasks.values() if each.status in _NEXT]
        if movable:
            task = movable[which % len(movable)]
            choice = _NEXT[task.status]
            task.status = choice[which % len(choice)]
            if task.status == "RUNNING":
                task.started_at = world.now()
            if task.status == "STOPPED":
                task.stopped_at = world.now()
            world.task_changed(cluster, task)
    elif kind == "pass":
        world.agenda.run(world.now() + seconds)
    elif kind == "spoil":
        world.fates["shop/web"] = Fate(target_reason="Target.Timeout")
    else:
        world.fates.pop("shop/web", None)


@settings(deadline=None, max_examples=60)
@given(_MOVES)
def test_no_target_is_without_a_task_and_no_serving_task_without_a_target(
    moves: list[tuple[str, int, int]],
) -> None:
    world, cluster, service = a_world()
    [group] = world.balancing.groups.values()
    for move in moves:
        do(world, cluster, service, move)
        found = {each.key: each for each in targets(world, group)}
        assert len(found) == len(targets(world, group))
        tasks = {
            place.key: task
            for task in service.tasks.values()
            for place in places(world, cluster, task)
        }
        for key, target in found.items():
            serving = tasks[key].status in SERVING
            assert serving == (target.state in ("initial", "healthy", "unhealthy"))
            if target.state == "healthy":
                assert tasks[key].status == "RUNNING"
        serving_keys = {key for key, task in tasks.items() if task.status in SERVING}
        assert serving_keys <= found.keys()
    world.fates.clear()
    world.agenda.run(world.now() + 3600)
    for target in targets(world, group):
        assert target.task is not None
        assert target.state == ("healthy" if target.task.status == "RUNNING" else "initial")
    assert all(each.state == "initial" for each in group.targets.values())


@pytest.mark.parametrize("seconds", [1, 7, 400, 5000])
def test_the_history_is_the_same_however_rarely_it_is_looked_at(seconds: int) -> None:
    often, seldom = a_world(), a_world()
    for world, cluster, service in (often, seldom):
        do(world, cluster, service, ("start", 0, 0))
        for _ in range(2):
            do(world, cluster, service, ("move", 0, 0))
        do(world, cluster, service, ("spoil", 0, 0))
    for _ in range(seconds):
        often[0].agenda.run(often[0].now() + 1)
    seldom[0].agenda.run(seldom[0].now() + seconds)
    [first], [second] = ([*each[0].balancing.groups.values()] for each in (often, seldom))
    assert [(each.key, each.state, each.reason) for each in targets(often[0], first)] == [
        (each.key, each.state, each.reason) for each in targets(seldom[0], second)
    ]
