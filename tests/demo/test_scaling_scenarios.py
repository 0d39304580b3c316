"""The stories of load, as their services, alarms and activities tell them."""

from __future__ import annotations

import re

from containerscope.demo import load, scenarios
from containerscope.demo.logs_read import BEHIND_ALL, Place, merged
from containerscope.demo.logs_streams import streams
from containerscope.demo.scaling_state import DIMENSION, Activity, Target
from containerscope.demo.world import World
from tests.demo.test_alarms import advance


def target_of(world: World, service: str) -> Target:
    """The scalable target of a service of the shop."""
    return world.scaling.targets["ecs", f"service/checkout/{service}", DIMENSION]


def desired(world: World, service: str) -> int:
    """The desired count of a service of the shop."""
    return world.clusters["checkout"].services[service].desired


def activities(world: World, service: str) -> list[Activity]:
    """What scaling did to a service since the world began, oldest first."""
    return [
        each
        for each in world.scaling.activities
        if each.key[1] == f"service/checkout/{service}" and each.started_at > world.load.start
    ]


def test_a_service_at_its_maximum_stays_busy_until_the_maximum_is_raised(world: World) -> None:
    before = target_of(world, "web").maximum
    scenarios.start(world, "scaling-at-maximum")
    advance(world, 600)
    target = target_of(world, "web")
    assert desired(world, "web") == target.maximum < before
    refused = [each for each in activities(world, "web") if each.reasons]
    assert refused[-1].reasons[0]["Code"] == "AlreadyAtMaxCapacity"
    cluster = world.clusters["checkout"]
    assert load.cpu(world, cluster, cluster.services["web"], world.now() - 60) > 75
    scenarios.stop(world, "scaling-at-maximum")
    assert target_of(world, "web").maximum == before
    advance(world, 300)
    assert desired(world, "web") > target.minimum


def test_a_schedule_and_target_tracking_undo_each_other(world: World) -> None:
    scenarios.start(world, "schedule-fights-scaling")
    advance(world, 40 * 60)
    causes = [each.cause for each in activities(world, "inventory") if each.count is not None]
    kinds = [
        "schedule" if each.startswith("maximum capacity was set") else "tracking"
        for each in causes
        if each.startswith(("maximum capacity", "monitor alarm"))
    ]
    assert re.search("(schedule (tracking )+){3}", " ".join([*kinds, ""]))
    scenarios.stop(world, "schedule-fights-scaling")
    assert target_of(world, "inventory").schedules == {}
    assert (target_of(world, "inventory").minimum, target_of(world, "inventory").maximum) == (4, 16)


def test_a_surge_of_traffic_adds_tasks(world: World) -> None:
    scenarios.start(world, "traffic-surge")
    advance(world, 600)
    assert desired(world, "catalog") > 6
    assert activities(world, "catalog")[0].cause.endswith("triggered policy mem50")


def test_a_flood_of_lines_ends_when_it_is_stopped(world: World) -> None:
    def lines(minute: float) -> int:
        begin = int(minute * 1000)
        sources = streams(world, "/ecs/checkout/checkout-api")
        after = Place(begin - 1, BEHIND_ALL, 0)
        return sum(1 for _ in merged(sources, after, begin + 29_999))

    scenarios.start(world, "log-flood")
    advance(world, 60)
    assert lines(world.now() - 40) > 9_000
    scenarios.stop(world, "log-flood")
    advance(world, 60)
    assert lines(world.now() - 40) < 2_000
