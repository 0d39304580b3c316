"""Resources listed over the real wire protocols, and what tests put into the account."""

from __future__ import annotations

import copy
from typing import Any

from containerscope.clients.aws import AwsClients, connect
from containerscope.demo.ecs_state import Cluster
from containerscope.demo.eks_state import EksCluster
from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from containerscope.model.clock import Clock
from containerscope.model.kube_access import KubeAccess
from containerscope.model.listing import Listing
from containerscope.resource import Demand, PairsBlock, Resource, Scope, Target
from containerscope.rows import View, build

REGION = "eu-west-1"
HERE = Scope(region=REGION)
FLEET = ("ecs:ListClusters", "ecs:DescribeClusters")


class Nobody:
    """A person who never has to sign in."""

    async def mfa_code(self, serial: str) -> str | None:
        return None

    async def device_code(self, url: str, code: str, expires_in: float) -> None:
        raise AssertionError("nobody was to be asked")

    async def device_done(self, message: str) -> None:
        raise AssertionError("nobody was to be asked")


async def clients_of(
    account: RunningServer, clock: Clock | None = None, kube: KubeAccess | None = None
) -> AwsClients:
    """Read-only clients of the demo account, without a rate budget."""
    target = Target(
        region=REGION, endpoint_url=account.url, access_key="AKIADEMO", secret_key="demo"
    )
    return await connect(
        target, read_only=True, rate_share=0, sign_in=Nobody(), clock=clock, kube=kube
    )


async def listings(
    resource: Resource[Any],
    clients: AwsClients,
    scope: Scope = HERE,
    demand: Demand | None = None,
) -> list[Listing[Any]]:
    """Every listing that one refresh yields."""
    return [each async for each in resource.lister(clients, scope, demand or Demand())]


async def listed(
    resource: Resource[Any],
    clients: AwsClients,
    scope: Scope = HERE,
    demand: Demand | None = None,
) -> Listing[Any]:
    """The last listing of one refresh."""
    return (await listings(resource, clients, scope, demand))[-1]


def values(listing: Listing[Any]) -> dict[str, Any]:
    """Name -> value of every row, which may be a `Missing`."""
    return {item.name: item.value for item in listing.items}


def table(listing: Listing[Any], resource: Resource[Any], *, wide: bool = False) -> list[str]:
    """What a person sees: a line for each row, its level first."""
    assert listing.fetched_at is not None
    rows = build(listing, resource, View(wide=wide), listing.fetched_at)
    return [
        " | ".join([rows.level(key).name, *(cell.text for cell in rows.cells(key))])
        for key in rows.keys
    ]


async def pane(
    resource: Resource[Any], clients: AwsClients, listing: Listing[Any], name: str, tab: str
) -> tuple[Any, ...]:
    """The last blocks of a tab of the row of this name."""
    item = next(item for item in listing.items if item.name == name)
    detail = next(detail for detail in resource.details if detail.title == tab)
    return [each async for each in detail.blocks(clients, HERE, item)][-1]


def labelled(blocks: tuple[Any, ...]) -> dict[str, Any]:
    """Label -> value of all pairs in the blocks."""
    return {
        pair.label: pair.value
        for block in blocks
        if isinstance(block, PairsBlock)
        for pair in block.pairs
    }


def only_ecs(world: World, count: int) -> None:
    """An account with this many empty ECS clusters and nothing else."""
    world.eks.clear()
    world.clusters.clear()
    for number in range(count):
        world.clusters[f"c{number:04}"] = Cluster(f"c{number:04}")


def eks_cluster(world: World, name: str) -> EksCluster:
    """An EKS cluster like `platform`, with nothing in it."""
    body = copy.deepcopy(world.eks["platform"].body)
    return EksCluster(name, {**body, "name": name, "arn": world.arn("eks", f"cluster/{name}")})


def only_eks(world: World, count: int) -> None:
    """An account with this many EKS clusters and nothing else."""
    made = {f"k{number:04}": eks_cluster(world, f"k{number:04}") for number in range(count)}
    world.clusters.clear()
    world.eks.clear()
    world.eks.update(made)
