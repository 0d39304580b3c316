"""All metrics of the account, by namespace; what measures one, and which there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from containerscope.demo import (
    cloudwatch_balancers,
    cloudwatch_ecs,
    cloudwatch_hosts,
)
from containerscope.demo.cloudwatch_ecs import Dimensions, Known
from containerscope.demo.cloudwatch_sample import Source
from containerscope.demo.world import World


class Namespace(NamedTuple):
    """Where the metrics of a namespace come from."""

    find: Callable[[World, str, Dimensions], Source | None]
    known: Callable[[World], Known]


NAMESPACES: Mapping[str, Namespace] = {
    "AWS/ECS": Namespace(cloudwatch_ecs.find, cloudwatch_ecs.known),
    "ECS/ContainerInsights": Namespace(cloudwatch_ecs.find_insights, cloudwatch_ecs.known_insights),
    "AWS/ApplicationELB": Namespace(cloudwatch_balancers.find, cloudwatch_balancers.known),
    **{name: Namespace(find, known) for name, (find, known) in cloudwatch_hosts.NAMESPACES.items()},
}


def find(world: World, namespace: str, name: str, dimensions: Dimensions) -> Source | None:
    """What measures a metric, or None where nothing was ever sent for it."""
    there = NAMESPACES.get(namespace)
    return there.find(world, name, dimensions) if there else None


def known(world: World, namespace: str = "") -> Iterator[tuple[str, str, dict[str, str]]]:
    """The metrics there are: namespace, name, dimensions."""
    for each, there in NAMESPACES.items():
        if namespace in ("", each):
            yield from ((each, name, dimensions) for name, dimensions in there.known(world))
