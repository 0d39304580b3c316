"""Finding a container instance for a task, and saying why there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from containerscope.demo.ecs_state import Cluster, Instance, Task, TaskDefinition

SYSTEM_PORTS = frozenset({22, 2375, 2376, 51678, 51679})
"""The ports that every instance keeps for itself and the agent."""


@dataclass(frozen=True)
class Needs:
    """What a task takes from its instance."""

    cpu: int
    memory: int
    ports: frozenset[int] = frozenset()
    architecture: str = ""


@dataclass
class Use:
    """What the tasks on an instance have taken."""

    cpu: int = 0
    memory: int = 0
    ports: set[int] = field(default_factory=set)

    def take(self, needs: Needs) -> None:
        """Reckon with one more task."""
        self.cpu += needs.cpu
        self.memory += needs.memory
        self.ports |= needs.ports


@dataclass(frozen=True)
class Miss:
    """Why no instance can have the task."""

    detail: str
    """As the service's event says it."""
    failure: str
    """As `RunTask` says it: `RESOURCE:MEMORY`."""


def needs_of(definition: TaskDefinition) -> Needs:
    """What a task of the definition takes from its instance."""
    body, containers = definition.body, definition.containers
    cpu = int(body.get("cpu") or sum(each.get("cpu", 0) for each in containers))
    sizes = (each.get("memoryReservation") or each.get("memory", 0) for each in containers)
    ports = frozenset(
        port["hostPort"]
        for each in containers
        for port in each.get("portMappings", ())
        if port.get("hostPort") and body.get("networkMode") != "awsvpc"
    )
    architecture = body.get("runtimePlatform", {}).get("cpuArchitecture", "")
    return Needs(cpu, int(body.get("memory") or sum(sizes)), ports, architecture)


def usage(cluster: Cluster) -> dict[str, Use]:
    """What is taken on each instance."""
    used: dict[str, Use] = {each: Use() for each in cluster.instances}
    known: dict[str, Needs] = {}
    for task in cluster.tasks.values():
        if task.instance in used and not task.stopped_at:
            arn = task.definition.arn
            needs = known.get(arn) or known.setdefault(arn, needs_of(task.definition))
            used[task.instance].take(needs)
    return used


def fits(instance: Instance, use: Use, needs: Needs) -> str:
    """Empty, or what the instance lacks: `AGENT`, `MEMORY`, `CPU` or `PORTS`."""
    if not instance.agent_connected:
        return "AGENT"
    if instance.memory - use.memory < needs.memory:
        return "MEMORY"
    if instance.cpu - use.cpu < needs.cpu:
        return "CPU"
    if needs.ports & (use.ports | SYSTEM_PORTS):
        return "PORTS"
    return ""


def choose(
    cluster: Cluster,
    used: Mapping[str, Use],
    needs: Needs,
    peers: Sequence[Task],
    *,
    provider: str = "",
    placement: Iterable[Mapping[str, Any]] = (),
) -> Instance | Miss:
    """The instance for one more task beside its service's others, its peers.

    Instances of another capacity provider than the one asked for do not count.
    """
    open_to = [
        each
        for each in cluster.instances.values()
        if each.status == "ACTIVE" and (not provider or each.capacity_provider == provider)
    ]
    if not open_to:
        where = "capacity provider" if provider else "cluster"
        return Miss(f"Reason: No Container Instances were found in your {where}.", "RESOURCE:*")
    lacks = {each.id: fits(each, used[each.id], needs) for each in open_to}
    good = [each for each in open_to if not lacks[each.id]]
    if not good:
        return _closest(open_to, lacks, used)
    return min(good, key=_order(used, peers, placement))


def _order(used: Mapping[str, Use], peers: Sequence[Task], placement: Iterable[Any]) -> Any:
    """How placement strategies rank instances; without one, tasks are spread."""
    zones = Counter(each.zone for each in peers)
    hosts = Counter(each.instance for each in peers)
    packed = any(each["type"] == "binpack" for each in placement)

    def rank(instance: Instance) -> tuple[int, int, int, str]:
        left = instance.memory - used[instance.id].memory
        return (
            zones[instance.zone],
            0 if packed else hosts[instance.id],
            left if packed else -left,
            instance.id,
        )

    return rank


def _closest(
    instances: Sequence[Instance], lacks: Mapping[str, str], used: Mapping[str, Use]
) -> Miss:
    """The nearest miss: what lacks memory or CPU alone stands before what has no agent."""
    rank = {"PORTS": 0, "CPU": 1, "MEMORY": 1, "AGENT": 2}
    closest = min(
        instances,
        key=lambda each: (
            rank[lacks[each.id]],
            used[each.id].memory - each.memory,
            each.id,
        ),
    )
    why = lacks[closest.id]
    texts = {
        "MEMORY": "has insufficient memory available.",
        "CPU": "has insufficient CPU units available.",
        "PORTS": "is already using a port required by your task.",
        "AGENT": 'encountered error "AGENT".',
    }
    failure = "AGENT" if why == "AGENT" else f"RESOURCE:{why}"
    return Miss(f"The closest matching (container-instance {closest.id}) {texts[why]}", failure)
