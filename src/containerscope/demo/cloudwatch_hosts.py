"""The metrics of what stands below the services: instances, their groups, file systems, logs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

from containerscope.demo import load
from containerscope.demo.asg_counts import GROUP_COUNTS
from containerscope.demo.asg_managed import metric_of
from containerscope.demo.cloudwatch_ecs import Dimensions, Known, Place
from containerscope.demo.cloudwatch_sample import Sample, Source, even
from containerscope.demo.ids import number
from containerscope.demo.world import World

_INSTANCE = ("CPUUtilization", "NetworkIn", "NetworkOut", "StatusCheckFailed")
_FILES = {
    "ClientConnections": "Count",
    "PercentIOLimit": "Percent",
    "DataReadIOBytes": "Bytes",
    "DataWriteIOBytes": "Bytes",
    "TotalIOBytes": "Bytes",
    "MeteredIOBytes": "Bytes",
    "BurstCreditBalance": "Bytes",
    "PermittedThroughput": "Bytes/Second",
    "StorageBytes": "Bytes",
}


def _busy(world: World, seed: str, at: float) -> float:
    """Percent of the CPU of an instance that no service accounts for."""
    key = f"ec2/{seed}"
    level = 12 + number(380, world.seed, key) / 10
    return min(97.0, level * load.demand(world, key, at))


def _instances(world: World) -> Iterator[str]:
    for cluster in world.clusters.values():
        yield from (each.ec2_id for each in cluster.instances.values())
    yield from (each for group in world.asgs.values() for each in group.instances)


def _find_instance(world: World, name: str, dimensions: Dimensions) -> Source | None:
    group = world.asgs.get(dimensions.get("AutoScalingGroupName", ""))
    if group is not None and name in _INSTANCE:
        ids = list(group.instances)
    else:
        wanted = dimensions.get("InstanceId", "")
        ids = [wanted] if name in _INSTANCE and wanted in set(_instances(world)) else []
    if not ids:
        return None

    def read(at: float) -> Sample:
        busy = [_busy(world, each, at) for each in ids]
        average = sum(busy) / len(busy)
        if name == "StatusCheckFailed":
            return even(0.0, len(ids))
        if name == "CPUUtilization":
            return Sample(len(ids), sum(busy), min(busy) * 0.9, min(100.0, max(busy) * 1.1))
        return even(average * (310_000 if name == "NetworkIn" else 540_000), len(ids), 0.3)

    units = {"CPUUtilization": "Percent", "StatusCheckFailed": "Count"}
    return Source(read, units.get(name, "Bytes"))


def _known_instances(world: World) -> Known:
    for each in sorted(set(_instances(world))):
        yield from ((name, {"InstanceId": each}) for name in _INSTANCE)
    for group in world.asgs:
        yield from ((name, {"AutoScalingGroupName": group}) for name in _INSTANCE)


def _find_group(world: World, name: str, dimensions: Dimensions) -> Source | None:
    group = dimensions.get("AutoScalingGroupName", "")
    if group not in world.asgs or name not in GROUP_COUNTS:
        return None
    return _recorded(world, f"{group}/{name}", "None")


def _recorded(world: World, name: str, unit: str) -> Source:
    def read(at: float) -> Sample | None:
        value = load.recorded(world, name, at)
        return None if value is None else even(value)

    return Source(read, unit)


def _known_groups(world: World) -> Known:
    for group in world.asgs:
        yield from ((name, {"AutoScalingGroupName": group}) for name in GROUP_COUNTS)


def _find_reservation(world: World, name: str, dimensions: Dimensions) -> Source | None:
    provider = world.capacity_providers.get(dimensions.get("CapacityProviderName", ""))
    wanted = {"CapacityProviderName", "ClusterName"}
    if provider is None or name != "CapacityProviderReservation" or set(dimensions) != wanted:
        return None
    return _recorded(world, metric_of(provider), "Percent")


def _known_reservations(world: World) -> Known:
    for each in world.capacity_providers.values():
        dimensions = {"CapacityProviderName": each.name, "ClusterName": each.cluster}
        yield "CapacityProviderReservation", dimensions


def _file_systems(world: World) -> dict[str, list[Place]]:
    """The services that mount each file system."""
    found: dict[str, list[Place]] = {}
    for cluster in world.clusters.values():
        for service in cluster.services.values():
            for volume in service.definition.body.get("volumes", ()):
                if configuration := volume.get("efsVolumeConfiguration"):
                    place = Place(world, cluster, service)
                    found.setdefault(configuration["fileSystemId"], []).append(place)
    return found


def _find_files(world: World, name: str, dimensions: Dimensions) -> Source | None:
    places = _file_systems(world).get(dimensions.get("FileSystemId", ""))
    if places is None or name not in _FILES:
        return None
    return Source(lambda at: _files(world, places, name, at), _FILES[name])


def _files(world: World, places: list[Place], name: str, at: float) -> Sample:
    """The use of a file system by the services that mount it."""
    running = sum(each.running(at) for each in places)
    traffic = sum(load.requests(world, each.cluster, each.service, at) for each in places)
    read, written = traffic * 61_000, traffic * 23_000
    day = 86400.0
    values = {
        "ClientConnections": float(running * 2),
        "PercentIOLimit": min(100.0, traffic / 900),
        "DataReadIOBytes": read,
        "DataWriteIOBytes": written,
        "TotalIOBytes": read + written,
        "MeteredIOBytes": read / 3 + written,
        "BurstCreditBalance": 2.3e12 * (0.9 + 0.1 * math.cos(2 * math.pi * at / day)),
        "PermittedThroughput": 104_857_600.0,
        "StorageBytes": 3.1e11 + 4e9 * (at - world.load.start) / day,
    }
    return even(values[name])


def _known_files(world: World) -> Known:
    for each in _file_systems(world):
        yield from ((name, {"FileSystemId": each}) for name in _FILES if name != "StorageBytes")
        yield "StorageBytes", {"FileSystemId": each, "StorageClass": "Total"}


Find = Callable[[World, str, Dimensions], Source | None]
NAMESPACES: Mapping[str, tuple[Find, Callable[[World], Known]]] = {
    "AWS/EC2": (_find_instance, _known_instances),
    "AWS/AutoScaling": (_find_group, _known_groups),
    "AWS/ECS/ManagedScaling": (_find_reservation, _known_reservations),
    "AWS/EFS": (_find_files, _known_files),
}
