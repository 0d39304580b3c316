"""The load on services as a pure function of the seed, the service and the time.

A minute has the same numbers whenever one asks for it: they follow from the traffic of that minute
and from how many tasks ran in it.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from functools import lru_cache

from containerscope.demo.ecs_state import Cluster, Service
from containerscope.demo.ids import number
from containerscope.demo.load_state import Profile, Shift
from containerscope.demo.world import World

MINUTE = 60.0
_DAY = 86400.0
_OPENING = 14.2
"""The hour of the day that it is for the traffic when the world begins, whatever the clock says."""
_IDLE = 3.0
"""Percent of CPU that a task takes without any traffic."""
_CALM = 3 * 3600.0
"""No burst spoils the story that the account tells at its start, nor these seconds before."""
_MASK = 0xFFFFFFFFFFFFFFFF


def key_of(cluster: Cluster, service: Service) -> str:
    """`CLUSTER/SERVICE`."""
    return f"{cluster.name}/{service.name}"


def profile_of(world: World, key: str) -> Profile:
    """How this service bears its load."""
    found = world.load.profiles.get(key)
    if found is None:
        found = Profile(
            cpu=14.0 + number(420, world.seed, "cpu", key) / 10,
            memory=28.0 + number(450, world.seed, "memory", key) / 10,
            requests=5.0 + number(1200, world.seed, "requests", key) / 10,
            latency=0.012 + number(90, world.seed, "latency", key) / 1000,
        )
        world.load.profiles[key] = found
    return found


def seed_of(world: World, key: str) -> int:
    """The seed of a service's noise."""
    found = world.load.seeds.get(key)
    if found is None:
        found = world.load.seeds[key] = number(1 << 62, world.seed, "noise", key)
    return found


def noise(seed: int, step: int) -> float:
    """A number from 0 to 1 that belongs to this step."""
    mixed = (seed ^ step * 0x9E3779B97F4A7C15) & _MASK
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _MASK
    return (mixed ^ mixed >> 31) / _MASK


@lru_cache(maxsize=4096)
def _day(hour: float) -> float:
    """The share of the busiest hour's traffic, 0.3 in the night to about 1 at noon and evening."""
    turn = 2 * math.pi * hour / 24
    return 0.66 - 0.30 * math.cos(turn - 0.55) + 0.07 * math.cos(2 * turn - 1.2)


def _waves(seed: int, at: float) -> float:
    """Slow ups and downs of some minutes, about 1."""
    place = at / 420
    step = math.floor(place)
    part = place - step
    smooth = part * part * (3 - 2 * part)
    before, after = noise(seed + 1, step), noise(seed + 1, step + 1)
    return 1 + 0.10 * (before + (after - before) * smooth - 0.5)


def _burst(seed: int, at: float) -> float:
    """1, or more in one of the few minutes of an hour in which everybody comes at once."""
    hour = math.floor(at / 3600)
    if noise(seed + 2, hour) > 0.22:
        return 1.0
    begin = hour * 3600 + 3000 * noise(seed + 3, hour)
    length = 180 + 300 * noise(seed + 4, hour)
    part = (at - begin) / length
    if not 0 < part < 1:
        return 1.0
    return 1 + (0.15 + 0.4 * noise(seed + 5, hour)) * math.sin(math.pi * part)


def _shifted(shifts: list[Shift], at: float) -> float:
    factor = 1.0
    for each in shifts:
        if at >= each.at:
            part = min((at - each.at) / each.over, 1.0) if each.over else 1.0
            factor *= 1 + (each.factor - 1) * part
    return factor


def demand(world: World, key: str, at: float) -> float:
    """The traffic of a service in the minute that holds this time; 1 at the world's start."""
    load, seed, profile = world.load, seed_of(world, key), profile_of(world, key)
    since = at - load.start
    found = _day(_OPENING + since / 3600) / _day(_OPENING)
    found *= _waves(seed, at) * (0.97 + 0.06 * noise(seed, math.floor(at / MINUTE)))
    if profile.bursts and not -_CALM < since < 600:
        found *= _burst(seed, at)
    shifts = load.shifts.get(key)
    if shifts:
        earlier = [each for each in shifts if each.at < load.start]
        found *= _shifted(shifts, at) / _shifted(earlier, load.start)
    return found


def counts_at(world: World, cluster: Cluster, service: Service, at: float) -> tuple[int, int]:
    """How many tasks were desired and how many ran at this time; none before there was a service.

    Where nothing has been recorded, the counts never changed.
    """
    if at < service.created_at:
        return 0, 0
    if service.history:
        return _latest(service.history, at)
    return service.desired, running_now(service)


def _latest(changes: list[tuple[float, int, int]], at: float) -> tuple[int, int]:
    index = bisect_right(changes, at, key=lambda each: each[0]) - 1
    return changes[max(index, 0)][1:]


def running_now(service: Service) -> int:
    """How many of its tasks run."""
    return sum(1 for each in service.tasks.values() if each.status == "RUNNING")


def _base(service: Service, profile: Profile) -> int:
    """With how many tasks the service has the load that its profile tells."""
    if profile.running or not service.history:
        return profile.running
    _, desired, running = service.history[0]
    return running or desired


def pressure(world: World, cluster: Cluster, service: Service, at: float) -> float:
    """The traffic on each task in this minute; 1 at the world's start, 0 where nothing runs."""
    key = key_of(cluster, service)
    base = _base(service, profile_of(world, key))
    running = counts_at(world, cluster, service, at)[1]
    return demand(world, key, at) * (base or running) / running if running else 0.0


def cpu(world: World, cluster: Cluster, service: Service, at: float) -> float:
    """Percent of its CPU that the service used in this minute, at most 100."""
    profile = profile_of(world, key_of(cluster, service))
    used = _IDLE + (profile.cpu - _IDLE) * pressure(world, cluster, service, at)
    # A task that is asked for more than it has is busy all the time and answers late.
    return used if used < 92 else 92 + 7.9 * (1 - math.exp((92 - used) / 40))


def memory(world: World, cluster: Cluster, service: Service, at: float) -> float:
    """Percent of its memory that the service used in this minute, at most 100."""
    key = key_of(cluster, service)
    profile = profile_of(world, key)
    if profile.leaks:
        seed = seed_of(world, key)
        part = (at + profile.leaks * noise(seed + 6, 0)) % profile.leaks / profile.leaks
        return profile.memory + (99.5 - profile.memory) * part
    used = profile.memory * (1 + 0.18 * (pressure(world, cluster, service, at) - 1))
    return max(5.0, min(used, 98.0))


def requests(world: World, cluster: Cluster, service: Service, at: float) -> float:
    """Requests that the whole service got in this minute."""
    key = key_of(cluster, service)
    return MINUTE * profile_of(world, key).requests * demand(world, key, at)


def latency(world: World, cluster: Cluster, service: Service, at: float) -> float:
    """Seconds that an answer took on the average in this minute: the busier, the longer."""
    busy = cpu(world, cluster, service, at) / 100
    return profile_of(world, key_of(cluster, service)).latency / max(1 - busy, 0.02)


def errors(world: World, cluster: Cluster, service: Service, at: float) -> float:
    """The share of requests that a task answered with a 5xx in this minute."""
    key = key_of(cluster, service)
    fate = world.fates.get(key)
    if fate is not None and "[5" in fate.target_description:
        return 0.35
    busy = cpu(world, cluster, service, at)
    share = 0.0002 + 0.0006 * noise(seed_of(world, key) + 7, math.floor(at / MINUTE))
    return share + (0.0 if busy < 93 else (busy - 93) / 100)


def shift(world: World, key: str, factor: float, over: float = 60.0) -> None:
    """Let the traffic of a service change by this factor from now on."""
    world.load.shifts.setdefault(key, []).append(Shift(world.now(), factor, over))


def record(world: World, name: str, value: float) -> None:
    """Let something have this value from now on."""
    values = world.load.recorded.setdefault(name, [])
    if not values or values[-1][1] != value:
        values.append((world.now(), value))


def recorded(world: World, name: str, at: float) -> float | None:
    """The value that something had at this time; the first that is known before that."""
    values = world.load.recorded.get(name)
    if not values:
        return None
    index = bisect_right(values, at, key=lambda each: each[0]) - 1
    return values[max(index, 0)][1]
