"""What a cluster's version leads to: newer AMI releases and add-on versions, each asked for once.

All of it changes every few weeks at most, and is remembered for hours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from containerscope.insight.eks_release import release_in, release_parameter
from containerscope.insight.eks_upgrade import Offer, offer_of
from containerscope.listers import read_pages
from containerscope.model.eks import Addon, Cluster, Nodegroup
from containerscope.model.eks_upgrade import AddonInfo
from containerscope.model.listing import Item, Missing, Why
from containerscope.resource import Clients, Join, Scope

OFFER, NEWEST, PLANE = "offer", "newest", "plane"
"""The joins: what EKS offers of an add-on, the newest AMI release, the control plane's version."""
_HOURS = 6 * 3600.0
_MINUTE = 60.0
_AT_ONCE = 10
"""Parameters that GetParameters takes."""
_OWN_AMI = Missing(Why.NOT_APPLICABLE, "an AMI of its own has no recommended release")


class _Parameter(msgspec.Struct, frozen=True, rename="pascal"):
    """A parameter of AWS's own."""

    name: str | None = None
    value: str | None = None


async def version_of(clients: Clients, cluster: str) -> str:
    """The version of a cluster's control plane, remembered for a minute; raises `ApiError`."""

    async def fetch() -> str:
        page = await clients.read("eks", "DescribeCluster", "cluster", Cluster, name=cluster)
        return (page.items[0].version if page.items else None) or ""

    key = ("eks-version", clients.region, cluster)
    return await clients.cached(key, _MINUTE, fetch)


async def keep_version(clients: Clients, cluster: Cluster) -> None:
    """Let what needs the version of a cluster take what a list has just read."""
    version = cluster.version or ""

    async def known() -> str:
        return version

    await clients.cached(("eks-version", clients.region, cluster.name or ""), _MINUTE, known)


# Add-ons


async def offer(clients: Clients, name: str, version: str) -> Offer:
    """The versions of an add-on for a cluster version; raises `ApiError`."""

    async def fetch() -> Offer:
        found = read_pages(
            clients,
            "eks",
            "DescribeAddonVersions",
            "addons",
            AddonInfo,
            "nextToken",
            addonName=name,
            kubernetesVersion=version,
            maxResults=100,
        )
        return offer_of([each async for page in found for each in page.items], version)

    return await clients.cached(("eks-addon", clients.region, name, version), _HOURS, fetch)


async def offers(
    clients: Clients, scope: Scope, items: Sequence[Item[Addon]]
) -> Mapping[str, Offer]:
    """What EKS offers of each row: a call for each add-on and version that was not asked before."""
    found: dict[str, Offer] = {}
    for item in items:
        version = await version_of(clients, item.cluster or scope.cluster)
        found[item.key] = await offer(clients, item.name, version)
    return found


# AMI releases


async def releases(clients: Clients, names: Iterable[str]) -> Mapping[str, str]:
    """The values of public parameters, ten a call; one that does not exist is empty."""
    wanted = list(dict.fromkeys(names))
    known: dict[str, str] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        page = await clients.read("ssm", "GetParameters", "Parameters", _Parameter, Names=some)
        told = {each.name: each.value or "" for each in page.items}
        known |= {name: release_in(told.get(name, "")) for name in some}
    return known


class _Known:
    """The releases that were asked for, by parameter; renewed all at once."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.lock = asyncio.Lock()


async def _known(clients: Clients) -> _Known:
    async def fetch() -> _Known:
        return _Known()

    return await clients.cached(("eks-releases", clients.region), _HOURS, fetch)


async def newest(
    clients: Clients, scope: Scope, items: Sequence[Item[Nodegroup]]
) -> Mapping[str, Any]:
    """The newest AMI release for each row: one parameter for each version and AMI type."""
    wanted = {
        item.key: "" if isinstance(item.value, Missing) else release_parameter(item.value)
        for item in items
    }
    known = await _known(clients)
    async with known.lock:
        lacking = [name for name in wanted.values() if name and name not in known.values]
        known.values |= await releases(clients, lacking)
    return {key: known.values[name] if name else _OWN_AMI for key, name in wanted.items()}


async def planes(clients: Clients, scope: Scope, items: Sequence[Item[Any]]) -> Mapping[str, str]:
    """The version of the control plane for each row of one cluster."""
    version = await version_of(clients, items[0].cluster or scope.cluster)
    return dict.fromkeys((item.key for item in items), version)


RELEASE_JOIN: Join[Nodegroup] = Join(NEWEST, newest, batch=50, seconds=600.0)
PLANE_JOIN: Join[Any] = Join(
    PLANE, planes, batch=100, seconds=_MINUTE, alike=lambda item: item.cluster
)
OFFER_JOIN: Join[Addon] = Join(OFFER, offers, seconds=600.0)
