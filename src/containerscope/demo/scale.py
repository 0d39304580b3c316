"""Generated clusters beside the hand-made ones, for pictures of large accounts and for speed."""

from __future__ import annotations

from typing import NamedTuple

from containerscope.demo.ecs_build import Builder
from containerscope.demo.ecs_recipe import DAY, HOUR, Recipe
from containerscope.demo.ecs_state import Cluster
from containerscope.demo.ids import number
from containerscope.demo.world import World

_NAMES = ("api", "worker", "gateway", "sync", "index", "mailer", "ledger", "audit", "feed", "quota")
_OWNERS = ("orders", "catalog", "identity", "media", "finance", "platform")


class Scale(NamedTuple):
    """How many clusters, services and running tasks the whole account shall have."""

    clusters: int
    services: int
    tasks: int

    @classmethod
    def parse(cls, text: str) -> Scale:
        """From `C,S,T`; a ValueError says what is wrong."""
        parts = text.split(",")
        if len(parts) != 3 or not all(part.strip().isdecimal() for part in parts):
            raise ValueError("must be three whole numbers C,S,T: clusters, services, tasks")
        return cls(*(int(part) for part in parts))


def add_scale(world: World, scale: Scale) -> None:
    """Add clusters of Fargate services until the account has the size asked for."""
    services = scale.services - sum(len(each.services) for each in world.clusters.values())
    tasks = scale.tasks - sum(
        1
        for cluster in world.clusters.values()
        for each in cluster.tasks.values()
        if each.status == "RUNNING"
    )
    clusters = max(scale.clusters - len(world.clusters), 1 if services > 0 or tasks > 0 else 0)
    services = max(services, 1 if tasks > 0 else 0)
    done = 0
    for index in range(clusters):
        cluster = Cluster(
            f"scale-{index + 1:03}",
            insights="disabled",
            providers=["FARGATE", "FARGATE_SPOT"],
            tags={"environment": "load", "team": _OWNERS[index % len(_OWNERS)]},
        )
        world.add_cluster(cluster)
        builder = Builder(world, cluster)
        for _ in range(_share(services, clusters, index)):
            builder.service(_recipe(cluster.name, done, _share(max(tasks, 0), services, done)))
            done += 1


def _share(total: int, parts: int, index: int) -> int:
    """What part `index` gets when `total` is shared out as evenly as it goes."""
    return max(total * (index + 1) // parts - total * index // parts, 0)


def _recipe(cluster: str, index: int, tasks: int) -> Recipe:
    name = f"{_NAMES[index % len(_NAMES)]}-{index + 1:04}"
    return Recipe(
        name,
        tasks,
        revision=1,
        tag=f"1.{number(40, name)}.{number(9, name, 'patch')}",
        cpu=256,
        memory=512,
        sidecars=(),
        deployed=HOUR + number(20, cluster, name) * DAY,
        owner=_OWNERS[index % len(_OWNERS)],
    )
