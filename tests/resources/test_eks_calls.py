"""How many calls the lists of what belongs to EKS clusters take, in an account without a wire."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from containerscope.model.eks import Nodegroup
from containerscope.model.listing import Item, Listing
from containerscope.resource import Demand, KubeApi, Resource, Scope
from containerscope.resources import (
    access_entries,
    addons,
    capabilities,
    fargate_profiles,
    insights,
    pod_identities,
    updates,
)
from containerscope.resources._eks_versions import newest, offers
from tests.fakes import Answer
from tests.resources.around import REGION, Account, fixed, listed, tokens

SIZES = [0, 1, 10, 11, 99, 100, 101, 250, 1001]
PLATFORM = REGION.within(cluster="platform")
ROLE = "arn:aws:iam::123456789012:role/r{:04}"


def pages_of(count: int, most: int = 100) -> int:
    return max(1, math.ceil(count / most))


def named(count: int) -> list[str]:
    return [f"n{number:04}" for number in range(count)]


def counted(*calls: tuple[str, int]) -> Counter[str]:
    return Counter({operation: count for operation, count in calls if count})


def described(member: str, name: str, parameter: str) -> Answer:
    return lambda params: {member: {name: params[parameter]}}


def a_page(member: str, whole: list[Any]) -> Answer:
    return tokens(member, whole, "maxResults", "nextToken", "nextToken", 100)


class Accounts:
    """A Kubernetes API that knows service accounts alone, in pages."""

    name = "platform"

    def __init__(self, count: int) -> None:
        self.whole = [
            {"metadata": {"namespace": "default", "name": name, "annotations": self._note(place)}}
            for place, name in enumerate(named(count))
        ]
        self.requests: list[Mapping[str, str]] = []

    @staticmethod
    def _note(place: int) -> dict[str, str]:
        return {"eks.amazonaws.com/role-arn": ROLE.format(place)}

    async def get(self, path: str, /, accept: str = "", **query: str) -> bytes:
        assert path == "/api/v1/serviceaccounts"
        self.requests.append(query)
        start, limit = int(query.get("continue", 0)), int(query["limit"])
        more = {"continue": str(start + limit)} if start + limit < len(self.whole) else {}
        return msgspec.json.encode({"metadata": more, "items": self.whole[start : start + limit]})


class WithKubernetes(Account):
    """An account whose one cluster has so many service accounts."""

    accounts = Accounts(0)

    def kube(self, cluster: str) -> KubeApi:
        return self.accounts  # type: ignore[return-value]


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize(
    ("resource", "list_operation", "member", "describe", "whole"),
    [
        (
            fargate_profiles.RESOURCE,
            "eks:ListFargateProfiles",
            "fargateProfileNames",
            "eks:DescribeFargateProfile",
            described("fargateProfile", "fargateProfileName", "fargateProfileName"),
        ),
        (
            addons.RESOURCE,
            "eks:ListAddons",
            "addons",
            "eks:DescribeAddon",
            described("addon", "addonName", "addonName"),
        ),
        (
            access_entries.RESOURCE,
            "eks:ListAccessEntries",
            "accessEntries",
            "eks:DescribeAccessEntry",
            described("accessEntry", "principalArn", "principalArn"),
        ),
    ],
)
async def test_what_is_listed_by_name_takes_a_list_a_hundred_and_a_describe_each(
    resource: Resource[Any],
    list_operation: str,
    member: str,
    describe: str,
    whole: Answer,
    count: int,
) -> None:
    clients = Account({list_operation: a_page(member, named(count)), describe: whole})
    listing = await listed(resource, clients, PLATFORM)
    assert (len(listing.items), listing.complete) == (count, True)
    assert clients.counts == counted((list_operation, pages_of(count)), (describe, count))


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize(
    ("resource", "operation", "member", "name"),
    [
        (insights.RESOURCE, "eks:ListInsights", "insights", "id"),
        (capabilities.RESOURCE, "eks:ListCapabilities", "capabilities", "capabilityName"),
    ],
)
async def test_what_a_list_tells_whole_takes_a_list_a_hundred_and_nothing_else(
    resource: Resource[Any], operation: str, member: str, name: str, count: int
) -> None:
    found = [{name: each} for each in named(count)]
    clients = Account({operation: a_page(member, found)})
    listing = await listed(resource, clients, PLATFORM)
    assert (len(listing.items), listing.complete) == (count, True)
    assert clients.counts == {operation: pages_of(count)}


@pytest.mark.parametrize("count", SIZES)
async def test_pod_identities_take_a_list_a_hundred_and_the_service_accounts_in_five_hundreds(
    count: int,
) -> None:
    found = [
        {"namespace": "default", "serviceAccount": name, "associationId": name}
        for name in named(count)
    ]
    clients = WithKubernetes(
        {
            "eks:ListPodIdentityAssociations": a_page("associations", found),
            "eks:DescribePodIdentityAssociation": lambda params: {
                "association": {"roleArn": ROLE.format(0)}
            },
        }
    )
    clients.accounts = Accounts(count)
    listing = await listed(pod_identities.RESOURCE, clients, PLATFORM)
    assert (len(listing.items), listing.complete) == (count, True)
    assert clients.counts == {"eks:ListPodIdentityAssociations": pages_of(count)}
    assert len(clients.accounts.requests) == pages_of(count, 500)
    seen = await joins(pod_identities.RESOURCE, clients, listing, count=2)
    assert clients.counts["eks:DescribePodIdentityAssociation"] == min(count, 2)
    assert len(seen) == min(count, 2)


async def joins(
    resource: Resource[Any], clients: Account, listing: Listing[Any], *, count: int
) -> dict[str, Any]:
    """What the first join tells of so many rows, in batches of its own size."""
    (join,) = resource.joins
    rows: list[Item[Any]] = list(listing.items[:count])
    found: dict[str, Any] = {}
    for start in range(0, len(rows), join.batch):
        found |= await join.fetch(clients, PLATFORM, rows[start : start + join.batch])
    return found


@pytest.mark.parametrize("count", SIZES)
async def test_the_policies_of_access_entries_take_a_call_for_each_row_that_is_seen(
    count: int,
) -> None:
    clients = Account(
        {
            "eks:ListAccessEntries": a_page("accessEntries", named(count)),
            "eks:DescribeAccessEntry": described("accessEntry", "principalArn", "principalArn"),
            "eks:ListAssociatedAccessPolicies": a_page("associatedAccessPolicies", []),
        }
    )
    listing = await listed(access_entries.RESOURCE, clients, PLATFORM)
    await joins(access_entries.RESOURCE, clients, listing, count=40)
    assert clients.counts["eks:ListAssociatedAccessPolicies"] == min(count, 40)


@pytest.mark.parametrize("count", SIZES)
async def test_newest_amis_take_a_call_for_ten_kinds_of_nodes_and_none_the_next_time(
    count: int,
) -> None:
    """However many node groups there are of each kind."""
    groups = [
        Nodegroup(version=f"1.{kind}", ami_type="AL2023_x86_64_STANDARD")
        for kind in range(count)
        for _ in range(2)
    ]
    items: list[Item[Any]] = [Item(f"k{at}", "n", group) for at, group in enumerate(groups)]

    def parameters(params: Mapping[str, Any]) -> Mapping[str, Any]:
        names = params["Names"]
        assert len(names) <= 10
        return {"Parameters": [{"Name": name, "Value": "1.33.5-20261103"} for name in names]}

    clients = Account({"ssm:GetParameters": parameters})
    for _ in range(2):
        found = await newest(clients, PLATFORM, items)
    assert set(found.values()) <= {"1.33.5-20261103"}
    assert len(found) == 2 * count
    assert clients.counts == counted(("ssm:GetParameters", math.ceil(count / 10)))


@pytest.mark.parametrize("count", SIZES)
async def test_upgrades_of_addons_take_a_call_for_each_and_none_the_next_time(count: int) -> None:
    items: list[Item[Any]] = [Item(name, name, cluster="platform") for name in named(count)]
    clients = Account(
        {
            "eks:DescribeCluster": fixed(cluster={"version": "1.33"}),
            "eks:DescribeAddonVersions": a_page("addons", []),
        }
    )
    for _ in range(2):
        await offers(clients, PLATFORM, items)
    assert clients.counts == counted(
        ("eks:DescribeCluster", min(count, 1)), ("eks:DescribeAddonVersions", count)
    )


def changing_account(count: int, status: str) -> Account:
    """Two node groups and an add-on; the cluster itself had so many updates, the others one."""

    def ids(params: Mapping[str, Any]) -> Mapping[str, Any]:
        own = {"nodegroupName", "addonName"}.isdisjoint(params)
        return a_page("updateIds", named(count if own else 1))(params)

    return Account(
        {
            "eks:ListNodegroups": fixed(nodegroups=["one", "two"]),
            "eks:ListAddons": fixed(addons=["three"]),
            "eks:ListUpdates": ids,
            "eks:DescribeUpdate": lambda params: {
                "update": {"id": params["updateId"], "status": status}
            },
        }
    )


@pytest.mark.parametrize("count", SIZES)
async def test_updates_take_a_list_of_each_thing_and_a_describe_each(count: int) -> None:
    clients = changing_account(count, "InProgress")
    listing = await listed(updates.RESOURCE, clients, PLATFORM)
    assert (len(listing.items), listing.complete) == (count + 3, True)
    assert clients.counts == counted(
        ("eks:ListNodegroups", 1),
        ("eks:ListAddons", 1),
        ("eks:ListUpdates", pages_of(count) + 3),
        ("eks:DescribeUpdate", count + 3),
    )


@pytest.mark.parametrize(("status", "again"), [("Successful", 0), ("InProgress", 6)])
async def test_an_update_that_has_ended_is_described_once(status: str, again: int) -> None:
    clients = changing_account(3, status)
    await listed(updates.RESOURCE, clients, PLATFORM)
    clients.calls.clear()
    listing = await listed(updates.RESOURCE, clients, PLATFORM)
    assert listing.complete
    assert clients.counts["eks:DescribeUpdate"] == again


async def test_the_updates_of_one_node_group_take_one_list(clients_of_one: Account) -> None:
    scope = PLATFORM.within(parent="nodegroup:one")
    listing = await listed(updates.RESOURCE, clients_of_one, scope)
    assert [item.key for item in listing.items] == ["eks/platform/nodegroup:one/n0000"]
    assert clients_of_one.counts == {"eks:ListUpdates": 1, "eks:DescribeUpdate": 1}


@pytest.fixture
def clients_of_one() -> Account:
    return changing_account(5, "Failed")


EVERY: list[tuple[Resource[Any], str, str]] = [
    (access_entries.RESOURCE, "eks:ListAccessEntries", "accessEntries"),
    (insights.RESOURCE, "eks:ListInsights", "insights"),
    (capabilities.RESOURCE, "eks:ListCapabilities", "capabilities"),
    (pod_identities.RESOURCE, "eks:ListPodIdentityAssociations", "associations"),
]


@pytest.mark.parametrize("count", SIZES[:-1])
@pytest.mark.parametrize(("resource", "operation", "member"), EVERY)
async def test_without_a_cluster_each_of_them_is_asked_once(
    resource: Resource[Any], operation: str, member: str, count: int
) -> None:
    clients = WithKubernetes(
        {"eks:ListClusters": a_page("clusters", named(count)), operation: fixed(**{member: []})}
    )
    clients.accounts = Accounts(0)
    found = resource.lister(clients, Scope(region="eu-west-1"), Demand(everything=True))
    listing = [each async for each in found][-1]
    assert listing.complete
    assert clients.counts == counted(("eks:ListClusters", pages_of(count)), (operation, count))
