"""Instances and capacity that are not there when they are needed."""

from __future__ import annotations

from functools import partial

from containerscope.demo import ecs_capacity, ecs_control, ecs_death
from containerscope.demo.ecs_release import release
from containerscope.demo.ecs_scenario_scenes import scene
from containerscope.demo.ids import number
from containerscope.demo.scenario import Scenario
from containerscope.demo.world import World

_RELAY = ("edge", "rtmp-relay")
_PORT = 1935
_SPOT = (("edge", "image-resizer"), ("edge", "ingress"))
_SPOT_EVERY = 150.0
_AGENT = "agent-disconnected"


def _crowd(count: int, world: World) -> None:
    found = scene(world, *_RELAY)
    if found is not None:
        ecs_control.set_desired(world, *found, count)


def _fix_port(world: World) -> None:
    """A host port that each instance has but once, and one task more than instances."""
    found = scene(world, *_RELAY)
    if found is not None:
        ecs_control.set_desired(world, *found, len(found.cluster.instances) + 1)
        release(world, *found, host_port=_PORT)


def _free_port(world: World) -> None:
    found = scene(world, *_RELAY)
    if found is not None:
        ecs_control.set_desired(world, *found, 1)


def _interrupt(world: World) -> None:
    """Take one or two Spot tasks of each service that has some."""
    for where in _SPOT:
        found = scene(world, *where)
        tasks = [] if found is None else list(found.service.tasks.values())
        spot = [
            each
            for each in tasks
            if each.capacity_provider == "FARGATE_SPOT" and each.status == "RUNNING" and each.alive
        ]
        count = 1 + number(2, world.seed, "spot", where, int(world.now()))
        for task in spot[:count]:
            if found is not None:
                ecs_death.interrupt(world, found.cluster, task)


def _reclaim(world: World) -> None:
    _interrupt(world)
    world.ticking["spot-interruption"] = world.agenda.every(_SPOT_EVERY, partial(_interrupt, world))


def _leave_spot(world: World) -> None:
    ticking = world.ticking.pop("spot-interruption", None)
    if ticking is not None:
        ticking.cancel()


def _agent(connected: bool, world: World) -> None:
    """The agent of the cluster's second instance."""
    cluster = world.clusters.get("data")
    if cluster is None:
        return
    instances = list(cluster.instances.values())
    for each in instances if connected else instances[1:2]:
        ecs_capacity.set_agent(world, cluster, each, connected=connected)


CAPACITY: tuple[Scenario, ...] = (
    Scenario(
        "ec2-out-of-memory",
        "edge/rtmp-relay wants more tasks than the memory of the cluster's instances holds",
        partial(_crowd, 14),
        partial(_crowd, 1),
    ),
    Scenario(
        "ec2-port-taken",
        "edge/rtmp-relay wants a fixed host port, and more tasks than there are instances",
        _fix_port,
        _free_port,
    ),
    Scenario(
        "spot-interruption",
        "Fargate Spot takes back tasks of edge/image-resizer and edge/ingress every few minutes",
        _reclaim,
        _leave_spot,
    ),
    Scenario(
        _AGENT,
        "an instance of the cluster data has lost its agent: its tasks run on, new ones avoid it",
        partial(_agent, False),
        partial(_agent, True),
    ),
)
