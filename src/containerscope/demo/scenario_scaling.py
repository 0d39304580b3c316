"""The stories of load: scaling at its maximum, schedules against it, a surge, a flood of lines."""

from __future__ import annotations

from containerscope.demo.load import shift
from containerscope.demo.logs_api import flood
from containerscope.demo.scaling_api import put_schedule
from containerscope.demo.scaling_control import scaled_service
from containerscope.demo.scaling_engine import keep_within
from containerscope.demo.scaling_state import DIMENSION, Target
from containerscope.demo.scenario import Scenario
from containerscope.demo.world import World

_FULL, _FOUGHT, _BUSY, _LOUD = "web", "inventory", "catalog", "/ecs/checkout/checkout-api"
_SURGE, _FIGHT = 2.6, 1.25
_SAVER, _OPENER = "cost-saver", "business-hours"
_LINES = 20_000.0


def _target(world: World, service: str) -> Target | None:
    """What scales a service of the shop; None where someone has put an end to that."""
    found = world.scaling.targets.get(("ecs", f"service/checkout/{service}", DIMENSION))
    return found if found is not None and scaled_service(world, found) else None


def _fill(world: World) -> None:
    """Traffic that needs more tasks than the maximum allows."""
    target = _target(world, _FULL)
    there = scaled_service(world, target) if target else None
    if target is None or there is None:
        return
    world.scaling.limits[target.key] = (target.minimum, target.maximum)
    target.maximum = max(there[1].desired + 1, target.minimum)
    keep_within(world, target)
    shift(world, f"checkout/{_FULL}", _SURGE, over=30)


def _widen(world: World) -> None:
    """Somebody raises the maximum again; the campaign that brought the traffic is over."""
    target = _target(world, _FULL)
    if target is not None and target.key in world.scaling.limits:
        target.minimum, target.maximum = world.scaling.limits.pop(target.key)
        shift(world, f"checkout/{_FULL}", 1 / _SURGE, over=600)


def _fight(world: World) -> None:
    """One schedule cuts the maximum, another lifts it, and target tracking wants more tasks."""
    target = _target(world, _FOUGHT)
    if target is None:
        return
    low, high = target.minimum, target.maximum
    world.scaling.limits[target.key] = (low, high)
    saved = {"MinCapacity": max(low // 2, 1), "MaxCapacity": max(low, 1)}
    opened = {"MinCapacity": low, "MaxCapacity": high}
    put_schedule(world, target, _SAVER, "cron(0/8 * * * ? *)", saved, "Europe/Berlin")
    put_schedule(world, target, _OPENER, "cron(3/8 * * * ? *)", opened, "Europe/Berlin")
    shift(world, f"checkout/{_FOUGHT}", _FIGHT, over=30)


def _settle(world: World) -> None:
    """Somebody deletes both schedules and sets the limits to what they were."""
    target = _target(world, _FOUGHT)
    if target is None:
        return
    for name in (_SAVER, _OPENER):
        schedule = target.schedules.pop(name, None)
        if schedule is not None and schedule.entry is not None:
            schedule.entry.cancel()
    if target.key in world.scaling.limits:
        target.minimum, target.maximum = world.scaling.limits.pop(target.key)
        keep_within(world, target)
        shift(world, f"checkout/{_FOUGHT}", 1 / _FIGHT, over=300)


def _surge(world: World) -> None:
    shift(world, f"checkout/{_BUSY}", 2.0, over=20)


def _ebb(world: World) -> None:
    shift(world, f"checkout/{_BUSY}", 0.5, over=120)


def _flood(world: World) -> None:
    flood(world, _LOUD, _LINES)


def _dry(world: World) -> None:
    flood(world, _LOUD, 0.0)


SCALING_SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "scaling-at-maximum",
        f"checkout/{_FULL} needs more tasks than its maximum allows, and answers late",
        _fill,
        _widen,
    ),
    Scenario(
        "schedule-fights-scaling",
        f"checkout/{_FOUGHT}: a schedule cuts its maximum while target tracking scales out",
        _fight,
        _settle,
    ),
    Scenario(
        "traffic-surge",
        f"checkout/{_BUSY} gets twice the traffic: its alarm goes off and tasks are added",
        _surge,
        _ebb,
    ),
    Scenario(
        "log-flood",
        "checkout/checkout-api writes 20,000 log lines a minute",
        _flood,
        _dry,
    ),
)
