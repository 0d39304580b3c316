"""The metrics of ECS: of services and clusters, and of Container Insights where it is on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from containerscope.demo import load
from containerscope.demo.cloudwatch_sample import Reading, Sample, Source, even, percents
from containerscope.demo.ecs_state import Cluster, Service, Task
from containerscope.demo.ids import number
from containerscope.demo.world import World

Dimensions = Mapping[str, str]
Known = Iterator[tuple[str, dict[str, str]]]
"""The names of metrics, each with its dimensions."""
_USAGE = ("CPUUtilization", "MemoryUtilization")
_RESERVATION = ("CPUReservation", "MemoryReservation")


class Place(NamedTuple):
    """The service that a metric is about."""

    world: World
    cluster: Cluster
    service: Service

    def cpu(self, at: float) -> float:
        """Percent of its CPU."""
        return load.cpu(self.world, self.cluster, self.service, at)

    def memory(self, at: float) -> float:
        """Percent of its memory."""
        return load.memory(self.world, self.cluster, self.service, at)

    def running(self, at: float) -> int:
        """How many of its tasks run."""
        return load.counts_at(self.world, self.cluster, self.service, at)[1]

    def desired(self, at: float) -> int:
        """How many of its tasks are wanted."""
        return load.counts_at(self.world, self.cluster, self.service, at)[0]

    @property
    def units(self) -> int:
        """CPU units of a task."""
        return int(self.service.definition.body.get("cpu", 256))

    @property
    def size(self) -> int:
        """MiB of memory of a task."""
        return int(self.service.definition.body.get("memory", 512))


def place_of(world: World, dimensions: Dimensions) -> Place | None:
    """The service that the dimensions name."""
    cluster = world.clusters.get(dimensions.get("ClusterName", ""))
    service = cluster.services.get(dimensions.get("ServiceName", "")) if cluster else None
    return None if cluster is None or service is None else Place(world, cluster, service)


def find(world: World, name: str, dimensions: Dimensions) -> Source | None:
    """A metric of `AWS/ECS`."""
    if set(dimensions) == {"ClusterName", "ServiceName"}:
        place = place_of(world, dimensions)
        if place is None or name not in _USAGE:
            return None
        value = place.cpu if name == "CPUUtilization" else place.memory
        return Source(_of_tasks(place, value), "Percent")
    cluster = world.clusters.get(dimensions.get("ClusterName", ""))
    if cluster is None or set(dimensions) != {"ClusterName"}:
        return None
    if name in _USAGE:
        return Source(_of_cluster(world, cluster, name), "Percent")
    if name in _RESERVATION and cluster.instances:
        return Source(_reserved(world, cluster, name), "Percent")
    return None


def _of_tasks(place: Place, value: Callable[[float], float]) -> Reading:
    def read(at: float) -> Sample | None:
        running = place.running(at)
        return percents(value(at), running) if running else None

    return read


def _of_cluster(world: World, cluster: Cluster, name: str) -> Reading:
    def read(at: float) -> Sample | None:
        used = reserved = 0.0
        for service in cluster.services.values():
            place = Place(world, cluster, service)
            size = place.running(at) * (place.units if name == "CPUUtilization" else place.size)
            if size:
                value = place.cpu(at) if name == "CPUUtilization" else place.memory(at)
                used, reserved = used + size * value, reserved + size
        return percents(used / reserved, len(cluster.services)) if reserved else None

    return read


def _reserved(world: World, cluster: Cluster, name: str) -> Reading:
    def read(at: float) -> Sample | None:
        wanted = 0
        for service in cluster.services.values():
            if service.launch_type == "EC2":
                place = Place(world, cluster, service)
                wanted += place.running(at) * (place.units if "CPU" in name else place.size)
        there = sum(
            each.cpu if "CPU" in name else each.memory
            for each in cluster.instances.values()
            if each.registered_at <= at
        )
        return even(min(100.0, 100 * wanted / there)) if there else None

    return read


def known(world: World) -> Known:
    """All metrics of `AWS/ECS`."""
    for cluster in world.clusters.values():
        names = _USAGE + _RESERVATION if cluster.instances else _USAGE
        yield from ((name, {"ClusterName": cluster.name}) for name in names)
        for service in cluster.services:
            dimensions = {"ClusterName": cluster.name, "ServiceName": service}
            yield from ((name, dimensions) for name in _USAGE)


_INSIGHTS: Mapping[str, tuple[str, Callable[[Place, float], float]]] = {
    "CpuUtilized": ("None", lambda place, at: place.cpu(at) / 100 * place.units),
    "CpuReserved": ("None", lambda place, _: float(place.units)),
    "MemoryUtilized": ("Megabytes", lambda place, at: place.memory(at) / 100 * place.size),
    "MemoryReserved": ("Megabytes", lambda place, _: float(place.size)),
    "NetworkRxBytes": ("Bytes/Second", lambda place, at: _traffic(place, at) * 1900),
    "NetworkTxBytes": ("Bytes/Second", lambda place, at: _traffic(place, at) * 7400),
    "StorageReadBytes": ("Bytes/Second", lambda place, at: _traffic(place, at) * 120),
    "StorageWriteBytes": ("Bytes/Second", lambda place, at: _traffic(place, at) * 310),
    "EphemeralStorageReserved": ("Gigabytes", lambda _, __: 21.47),
    "EphemeralStorageUtilized": ("Gigabytes", lambda place, _: _disk(place)),
}
"""Metrics with a value for each task."""
_COUNTS: Mapping[str, Callable[[Place, float], float]] = {
    "RunningTaskCount": lambda place, at: float(place.running(at)),
    "DesiredTaskCount": lambda place, at: float(place.desired(at)),
    "PendingTaskCount": lambda place, at: float(max(place.desired(at) - place.running(at), 0)),
    "DeploymentCount": lambda place, _: float(
        sum(1 for each in place.service.deployments if each.role)
    ),
    "TaskSetCount": lambda _, __: 0.0,
}
_ENHANCED = ("CpuUtilization", "MemoryUtilization", "CpuUtilized", "MemoryUtilized")
"""What enhanced observability adds for each task and each container."""


def _traffic(place: Place, at: float) -> float:
    """Requests a second on a task."""
    running = place.running(at)
    found = load.requests(place.world, place.cluster, place.service, at) / load.MINUTE
    return found / running if running else 0.0


def _disk(place: Place) -> float:
    return 0.9 + number(60, "disk", place.cluster.name, place.service.name) / 10


def find_insights(world: World, name: str, dimensions: Dimensions) -> Source | None:
    """A metric of `ECS/ContainerInsights`, for the clusters that send them."""
    cluster = world.clusters.get(dimensions.get("ClusterName", ""))
    if cluster is None or cluster.insights == "disabled":
        return None
    names = set(dimensions)
    if names == {"ClusterName"}:
        return _of_all(world, cluster, name)
    place = place_of(world, dimensions) or _family(world, cluster, dimensions)
    if place is None:
        return None
    if names in ({"ClusterName", "ServiceName"}, {"ClusterName", "TaskDefinitionFamily"}):
        return _of_service(place, name)
    task = place.service.tasks.get(dimensions.get("TaskId", ""))
    if task is None or cluster.insights != "enhanced":
        return None
    return _of_task(place, task, name, dimensions.get("ContainerName", ""))


def _family(world: World, cluster: Cluster, dimensions: Dimensions) -> Place | None:
    family = dimensions.get("TaskDefinitionFamily", "")
    for service in cluster.services.values() if family else ():
        if service.definition.family == family:
            return Place(world, cluster, service)
    return None


def _of_service(place: Place, name: str) -> Source | None:
    if name in _INSIGHTS:
        unit, value = _INSIGHTS[name]

        def per_task(at: float) -> Sample | None:
            running = place.running(at)
            return even(value(place, at), running, 0.12) if running else None

        return Source(per_task, unit)
    if name in _COUNTS:
        count = _COUNTS[name]
        return Source(lambda at: even(count(place, at)), "Count")
    return None


def _of_all(world: World, cluster: Cluster, name: str) -> Source | None:
    places = [Place(world, cluster, each) for each in cluster.services.values()]
    if name == "ServiceCount":
        return Source(lambda _: even(float(len(places))), "Count")
    if name == "ContainerInstanceCount":
        return Source(lambda _: even(float(len(cluster.instances))), "Count")
    if name == "TaskCount":
        return Source(lambda at: even(float(sum(each.running(at) for each in places))), "Count")
    if name not in _INSIGHTS:
        return None
    unit, value = _INSIGHTS[name]

    def total(at: float) -> Sample | None:
        return even(sum(value(each, at) * each.running(at) for each in places))

    return Source(total, unit)


def _of_task(place: Place, task: Task, name: str, container: str) -> Source | None:
    """Enhanced observability: `TaskCpuUtilization`, `ContainerMemoryUtilized`, `RestartCount`."""
    if container and container not in {each["name"] for each in task.definition.containers}:
        return None
    prefix = "Container" if container else "Task"
    bare = name.removeprefix(prefix)
    main = not container or container == task.definition.containers[0]["name"]
    share = 1.0 if main else 0.18
    lean = share * (0.88 + number(240, "lean", task.id) / 1000)
    values: dict[str, tuple[str, Callable[[float], float]]] = {
        "CpuUtilization": ("Percent", lambda at: min(100.0, place.cpu(at) * lean)),
        "MemoryUtilization": ("Percent", lambda at: min(100.0, place.memory(at) * lean)),
        "CpuUtilized": ("None", lambda at: min(100.0, place.cpu(at) * lean) / 100 * place.units),
        "MemoryUtilized": (
            "Megabytes",
            lambda at: min(100.0, place.memory(at) * lean) / 100 * place.size,
        ),
        "RestartCount": ("Count", lambda _: 0.0),
    }
    if bare not in values:
        return None
    unit, value = values[bare]

    def read(at: float) -> Sample | None:
        alive = bool(task.started_at) and task.started_at <= at
        ended = bool(task.stopped_at) and task.stopped_at <= at
        return even(value(at)) if alive and not ended else None

    return Source(read, unit)


def known_insights(world: World) -> Known:
    """All metrics of Container Insights, for the clusters that send them."""
    for cluster in world.clusters.values():
        if cluster.insights == "disabled":
            continue
        of_cluster = {"ClusterName": cluster.name}
        for name in (*_INSIGHTS, "ServiceCount", "TaskCount", "ContainerInstanceCount"):
            yield name, of_cluster
        for service in cluster.services.values():
            dimensions = {**of_cluster, "ServiceName": service.name}
            yield from ((name, dimensions) for name in (*_INSIGHTS, *_COUNTS))
            if cluster.insights == "enhanced":
                yield from _known_tasks(service, dimensions)


def _known_tasks(service: Service, dimensions: dict[str, str]) -> Known:
    for task in service.tasks.values():
        if task.status != "RUNNING":
            continue
        of_task = {**dimensions, "TaskId": task.id}
        yield from ((f"Task{name}", of_task) for name in _ENHANCED)
        for each in task.definition.containers:
            of_container = {**of_task, "ContainerName": each["name"]}
            yield from ((f"Container{name}", of_container) for name in _ENHANCED)
            if each.get("restartPolicy", {}).get("enabled"):
                yield "RestartCount", of_container
