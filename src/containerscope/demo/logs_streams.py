"""Which log groups and streams there are: they follow from task definitions and their tasks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from containerscope.demo import load
from containerscope.demo.ecs_state import Cluster, Service, Task
from containerscope.demo.ids import number
from containerscope.demo.logs_aws import aws_groups, aws_streams
from containerscope.demo.logs_deaths import first_lines, last_lines
from containerscope.demo.logs_stream import Stream
from containerscope.demo.logs_words import WRITERS, Moment, kind_of
from containerscope.demo.world import World

_ROUTED = "-firelens-"
"""Between the name of a container and its task in a stream that FireLens writes."""
_MOST_A_SECOND = 2.0
_QUIET = {"fluentbit": 0.02, "envoy": 0.008}


class Source(NamedTuple):
    """A container definition that writes to a log group."""

    family: str
    container: str
    prefix: str
    routed: bool

    def stream_name(self, task: Task) -> str:
        """The stream of this container of a task."""
        if self.routed:
            return f"{self.prefix}{self.container}{_ROUTED}{task.id}"
        return f"{self.prefix}/{self.container}/{task.id}"


def groups(world: World) -> list[str]:
    """The names of all log groups."""
    return sorted({*_sources(world), *aws_groups(world)})


def exists(world: World, group: str) -> bool:
    """Whether there is a log group of this name."""
    return group in _sources(world) or group in aws_groups(world)


def _sources(world: World) -> dict[str, list[Source]]:
    """By log group: the containers that write to it."""
    count = sum(len(each) for each in world.families.values())
    logs = world.logs
    if logs.indexed != count:
        logs.indexed = count
        found: dict[str, dict[Source, None]] = {}
        for family, definitions in world.families.items():
            for definition in definitions:
                for container in definition.containers:
                    group, source = _source(family, container)
                    if group:
                        found.setdefault(group, {})[source] = None
        logs.index = {group: list(sources) for group, sources in found.items()}
    return logs.index


def _source(family: str, container: dict[str, object]) -> tuple[str, Source]:
    """The group that a container writes to, and how; an empty group where to none."""
    configuration = container.get("logConfiguration") or {}
    assert isinstance(configuration, dict)
    options = configuration.get("options", {})
    name = str(container["name"])
    if configuration.get("logDriver") == "awsfirelens":
        prefix = str(options.get("log_stream_prefix", ""))
        return str(options.get("log_group_name", "")), Source(family, name, prefix, True)
    prefix = str(options.get("awslogs-stream-prefix", ""))
    return str(options.get("awslogs-group", "")), Source(family, name, prefix, False)


def streams(world: World, group: str) -> list[Stream]:
    """The streams of a group, in the order of their names."""
    sources = _sources(world).get(group, [])
    found = {
        each.name: each
        for cluster, task in _tasks(world, {each.family for each in sources})
        for source in sources
        if source.family == task.definition.family
        and (each := _stream(world, group, cluster, task, source)) is not None
    }
    found |= {each.name: each for each in aws_streams(world, group)}
    return [found[name] for name in sorted(found)]


def stream(world: World, group: str, name: str) -> Stream | None:
    """The stream of this name; found without looking at the others where it is a task's."""
    key = name.rpartition(_ROUTED)[2] if _ROUTED in name else name.rpartition("/")[2]
    for cluster in world.clusters.values():
        task = cluster.tasks.get(key)
        if task is not None:
            for source in _sources(world).get(group, []):
                if source.family == task.definition.family and source.stream_name(task) == name:
                    return _stream(world, group, cluster, task, source)
    return next((each for each in streams(world, group) if each.name == name), None)


def _tasks(world: World, families: set[str]) -> Iterator[tuple[Cluster, Task]]:
    """The tasks of these families, those that are gone too."""
    if not families:
        return
    for family in families:
        yield from world.logs.ended.get(family, ())
    for cluster in world.clusters.values():
        for service in cluster.services.values():
            if any(each.definition.family in families for each in service.revisions):
                yield from ((cluster, task) for task in service.tasks.values())
        for task in cluster.tasks.values():
            if not task.service and task.definition.family in families:
                yield cluster, task


def _stream(
    world: World, group: str, cluster: Cluster, task: Task, source: Source
) -> Stream | None:
    """The stream of a container; None if it never started or has no such container."""
    containers = task.definition.containers
    if not task.started_at or all(each["name"] != source.container for each in containers):
        return None
    end = task.execution_stopped_at or (task.stopped_at - 5 if task.stopped_at else math.inf)
    service = cluster.services.get(task.service)
    seed = number(1 << 62, world.seed, "log", task.id, source.container)
    name = source.container
    main = containers[0]["name"] == name
    listens = main and any(each.get("portMappings") for each in containers[:1])
    write = _Writer(world, cluster, service if main else None, name, listens)
    return Stream(
        group,
        source.stream_name(task),
        seed,
        task.started_at,
        end,
        _rate(world, group, cluster, service, name, main),
        write,
        partial(first_lines, task, name, task.started_at),
        partial(last_lines, task, name, end),
    )


def _rate(
    world: World, group: str, cluster: Cluster, service: Service | None, name: str, main: bool
) -> Callable[[float], float]:
    """Records a second: with the traffic on a task, and more where somebody floods the group."""
    floods = world.logs.floods.get(group, []) if main else []
    quiet = _QUIET.get(kind_of(name), 0.05)
    known: dict[float, float] = {}

    def usual(at: float) -> float:
        if not main:
            return quiet
        if service is None:
            return 0.4
        minute = at // load.MINUTE * load.MINUTE
        if minute not in known:
            running = max(load.counts_at(world, cluster, service, minute)[1], 1)
            traffic = load.requests(world, cluster, service, minute) / load.MINUTE / running
            known[minute] = _MOST_A_SECOND * traffic / (traffic + 6) + 0.03
        return known[minute]

    def rate(at: float) -> float:
        flood = 0.0
        if floods and service is not None:
            flood = next((each for since, each in reversed(floods) if since <= at), 0.0)
            flood /= max(load.counts_at(world, cluster, service, at)[1], 1)
        return usual(at) + flood

    return rate


class _Writer:
    """Writes the lines of a container: the busier its service, the slower its requests."""

    def __init__(
        self, world: World, cluster: Cluster, service: Service | None, container: str, listens: bool
    ) -> None:
        self._world = world
        self._cluster = cluster
        self._service = service
        self._container = container
        self._listens = listens
        self._lines = WRITERS[kind_of(container)]
        self._known: dict[float, tuple[float, float]] = {}

    def __call__(self, seed: int, at: float) -> list[str]:
        """The lines of a record."""
        slow, wrong = self._state(at // load.MINUTE * load.MINUTE)
        chance = (seed >> 12) % 100_000 / 100_000
        level = "ERROR" if chance < wrong else "WARN" if chance < wrong + 0.02 else "INFO"
        return self._lines(Moment(self._container, seed, at, slow, level, self._listens))

    def _state(self, minute: float) -> tuple[float, float]:
        """Seconds that a request takes, and the share of those that fail."""
        if self._service is None:
            return 0.02, 0.0
        if minute not in self._known:
            where = (self._world, self._cluster, self._service, minute)
            self._known[minute] = load.latency(*where), load.errors(*where)
        return self._known[minute]


def attach(world: World) -> None:
    """Remember the tasks that stop, so that their streams outlive them."""

    def watch(cluster: Cluster, task: Task) -> None:
        if task.status == "STOPPED" and task.started_at:
            world.logs.keep(cluster, task)

    for cluster in world.clusters.values():
        for task in cluster.tasks.values():
            watch(cluster, task)
    world.task_watchers.append(watch)
