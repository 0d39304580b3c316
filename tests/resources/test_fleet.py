"""Home: what it shows, what it costs, and what happens when a part of it is refused."""

from __future__ import annotations

import math

import pytest

from containerscope.clients.aws import AwsClients
from containerscope.demo.clock import StillClock
from containerscope.demo.faults import Fault
from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from containerscope.model.health import Level
from containerscope.model.listing import Missing, Phase, Why
from containerscope.resource import Demand
from containerscope.resources import clusters, ecs, eks
from tests.resources.wire import (
    FLEET,
    HERE,
    eks_cluster,
    listed,
    listings,
    only_ecs,
    only_eks,
    table,
    values,
)

SIZES = [0, 1, 10, 11, 99, 100, 101, 250, 1001]
SWEPT = Demand(joins=frozenset({"nodes", "sweep"}))


def pages_of(count: int) -> int:
    return max(1, math.ceil(count / 100))


async def test_home_shows_both_worlds_with_the_worst_first(clients: AwsClients) -> None:
    listing = await listed(clusters.RESOURCE, clients, demand=Demand(everything=True))
    assert listing.complete
    assert table(listing, clusters.RESOURCE) == [
        "FAILED | checkout | ECS Fargate | 1 deployment failing: payments | 14 | 119 | 6 | – | –",
        "WARNING | data | ECS EC2 | no capacity for 3 tasks | 6 | 42 | 0 | 9 | –",
        "WARNING | platform | EKS | node group spot-b degraded"
        " | – | – | – | 21 | 1.33 (ends in 71 d)",
        "FINE | edge | ECS mixed |  | 5 | 20 | 0 | 3 | –",
        "FINE | sandbox | EKS Auto |  | – | – | – | – | 1.34",
    ]


@pytest.mark.parametrize("count", SIZES)
async def test_ecs_takes_a_list_and_a_describe_a_hundred(
    world: World, account: RunningServer, clients: AwsClients, count: int
) -> None:
    only_ecs(world, count)
    listing = await listed(ecs.RESOURCE, clients)
    assert (len(listing.items), listing.complete) == (count, True)
    assert account.calls["ecs:ListClusters"] == pages_of(count)
    assert account.calls["ecs:DescribeClusters"] == math.ceil(count / 100)
    assert account.calls.total() == pages_of(count) + math.ceil(count / 100)


@pytest.mark.parametrize("count", SIZES)
async def test_eks_takes_a_list_a_hundred_a_describe_each_and_the_versions_once(
    world: World, account: RunningServer, clients: AwsClients, count: int
) -> None:
    only_eks(world, count)
    for _ in range(2):
        listing = await listed(eks.RESOURCE, clients)
    assert (len(listing.items), listing.complete) == (count, True)
    assert account.calls["eks:ListClusters"] == 2 * pages_of(count)
    assert account.calls["eks:DescribeCluster"] == 2 * count
    assert account.calls["eks:DescribeClusterVersions"] == min(count, 1)
    assert set(account.calls) <= {
        *("eks:ListClusters", "eks:DescribeCluster", "eks:DescribeClusterVersions"),
    }


async def test_without_joins_nobody_looks_into_a_cluster(
    account: RunningServer, clients: AwsClients
) -> None:
    await listed(clusters.RESOURCE, clients)
    assert account.calls == {
        **dict.fromkeys(FLEET, 1),
        "eks:ListClusters": 1,
        "eks:DescribeCluster": 2,
        "eks:DescribeClusterVersions": 1,
    }


async def test_one_world_being_denied_does_not_hide_the_other(
    account: RunningServer, clients: AwsClients
) -> None:
    for service, there in (("ecs", {"platform", "sandbox"}), ("eks", {"checkout", "data", "edge"})):
        account.faults[:] = [Fault(kind="denied", service=service)]
        listing = await listed(clusters.RESOURCE, clients, demand=SWEPT)
        assert {item.name for item in listing.items} == there
        assert [(p.why, p.permission) for p in listing.problems] == [
            (Why.DENIED, f"{service}:ListClusters")
        ]
        assert listing.phase is Phase.DONE


async def test_a_cluster_that_may_not_be_described_keeps_its_row(
    account: RunningServer, clients: AwsClients
) -> None:
    account.faults.append(
        Fault(kind="denied", operation="DescribeCluster", where={"name": "sandbox"})
    )
    listing = await listed(eks.RESOURCE, clients)
    found = values(listing)
    assert isinstance(found["sandbox"], Missing)
    assert found["sandbox"].why is Why.DENIED
    assert not isinstance(found["platform"], Missing)


async def test_versions_being_denied_cost_one_call_and_only_the_support_dates(
    account: RunningServer,
    clients: AwsClients,
) -> None:
    account.faults.append(Fault(kind="denied", operation="DescribeClusterVersions"))
    listing = await listed(eks.RESOURCE, clients)
    assert account.calls["eks:DescribeClusterVersions"] == 1
    assert [problem.permission for problem in listing.problems] == ["eks:DescribeClusterVersions"]
    assert [row.eks.version for row in values(listing).values()] == ["1.33", "1.34"]


async def test_the_listing_is_done_before_the_sweep_fills_it_in(clients: AwsClients) -> None:
    seen = await listings(clusters.RESOURCE, clients, demand=SWEPT)
    done = [listing for listing in seen if listing.phase is Phase.DONE]
    swept = [len([1 for row in values(each).values() if row.swept is not None]) for each in done]
    assert swept == sorted(swept)
    assert (swept[0], swept[-1]) == (0, 4)


async def test_clusters_on_screen_are_looked_into_first(
    account: RunningServer, clients: AwsClients
) -> None:
    demand = Demand(visible=("eks/platform",), joins=SWEPT.joins)
    await listed(clusters.RESOURCE, clients, demand=demand)
    looked = [r for r in account.requests if r.operation in {"ListServices", "ListNodegroups"}]
    assert looked[0].params.get("clusterName") == "platform"


async def test_nodes_alone_are_counted_for_the_rows_on_screen(
    account: RunningServer, clients: AwsClients
) -> None:
    demand = Demand(visible=("eks/platform",), joins=frozenset({"nodes"}))
    listing = await listed(clusters.RESOURCE, clients, demand=demand)
    joined = {item.name: item.joined.get("nodes") for item in listing.items}
    assert joined["platform"] == 21
    assert joined["sandbox"] is None
    assert account.calls["eks:ListNodegroups"] == 1
    assert account.calls["ecs:ListServices"] == 0


async def test_a_look_is_remembered_for_five_minutes(
    world: World, account: RunningServer, clients: AwsClients, still_clock: StillClock
) -> None:
    world.agenda.clear()
    await listed(clusters.RESOURCE, clients, demand=SWEPT)
    before = account.calls["ecs:ListServices"]
    still_clock.advance(299)
    seen = await listings(clusters.RESOURCE, clients, demand=SWEPT)
    assert account.calls["ecs:ListServices"] == before
    first = next(each for each in seen if each.phase is Phase.DONE)
    assert values(first)["checkout"].swept is not None
    still_clock.advance(2)
    await listed(clusters.RESOURCE, clients, demand=SWEPT)
    assert account.calls["ecs:ListServices"] == 2 * before


async def test_a_cluster_whose_counts_change_is_looked_into_again(
    world: World, account: RunningServer, clients: AwsClients, still_clock: StillClock
) -> None:
    world.agenda.clear()
    await listed(ecs.RESOURCE, clients, demand=SWEPT)
    before = account.calls["ecs:ListServices"]
    still_clock.advance(31)
    del world.clusters["edge"].services[next(iter(world.clusters["edge"].services))]
    await listed(ecs.RESOURCE, clients, demand=SWEPT)
    assert account.calls["ecs:ListServices"] == before + 1


async def test_an_empty_cluster_is_not_looked_into(
    world: World, account: RunningServer, clients: AwsClients
) -> None:
    only_ecs(world, 3)
    listing = await listed(ecs.RESOURCE, clients, demand=Demand(everything=True))
    assert account.calls["ecs:ListServices"] == 0
    assert table(listing, ecs.RESOURCE)[0] == "NONE | c0000 | ECS | empty | 0 | 0 | 0 | –"


async def test_services_being_denied_is_one_problem_of_all_clusters(
    account: RunningServer, clients: AwsClients
) -> None:
    account.faults.append(Fault(kind="denied", operation="ListServices"))
    listing = await listed(ecs.RESOURCE, clients, demand=SWEPT)
    assert [(p.permission, len(p.keys)) for p in listing.problems] == [("ecs:ListServices", 3)]
    assert all(not isinstance(item.value, Missing) for item in listing.items)


async def test_node_groups_being_denied_is_the_reason_in_the_cell(
    account: RunningServer, clients: AwsClients
) -> None:
    account.faults.append(Fault(kind="denied", operation="ListNodegroups"))
    listing = await listed(eks.RESOURCE, clients, demand=SWEPT)
    nodes = listing.items[0].joined["nodes"]
    assert isinstance(nodes, Missing)
    assert nodes.why is Why.DENIED


async def test_a_connected_cluster_is_shown_as_what_it_is(
    world: World, account: RunningServer, clients: AwsClients
) -> None:
    cluster = eks_cluster(world, "on-premises")
    cluster.body = {
        "name": "on-premises",
        "arn": cluster.body["arn"],
        "status": "PENDING",
        "connectorConfig": {"provider": "GKE", "activationId": "a", "activationCode": "c"},
    }
    world.eks = {"on-premises": cluster}
    listing = await listed(eks.RESOURCE, clients, demand=Demand(everything=True))
    [line] = table(listing, eks.RESOURCE)
    assert line.startswith(
        "WARNING | on-premises | connected GKE | waits for its connector | – | – | – | –"
    )
    assert account.calls["eks:ListNodegroups"] == 0


async def test_a_scope_with_a_cluster_describes_only_that_one(
    account: RunningServer, clients: AwsClients
) -> None:
    listing = await listed(clusters.RESOURCE, clients, HERE.within(cluster="platform"))
    assert [item.name for item in listing.items] == ["platform"]
    assert account.calls["ecs:DescribeClusters"] == 0
    assert account.calls["eks:DescribeCluster"] == 1


async def test_ways_down_and_console_pages_fit_the_kind(clients: AwsClients) -> None:
    listing = await listed(clusters.RESOURCE, clients)
    items = {item.name: item for item in listing.items}
    down = {
        name: next(
            (child.resource, child.scope(HERE, item).cluster)
            for child in clusters.RESOURCE.children
            if child.when(item)
        )
        for name, item in items.items()
    }
    assert down["checkout"] == ("services", "checkout")
    assert down["platform"] == ("nodes", "platform")
    console = clusters.RESOURCE.console
    assert console is not None
    assert console(HERE, items["platform"]) == "/eks/clusters/platform?region=eu-west-1"
    assert console(HERE, items["data"]) == "/ecs/v2/clusters/data/services?region=eu-west-1"
    assert clusters.RESOURCE.arn(values(listing)["platform"]) == (
        "arn:aws:eks:eu-west-1:123456789012:cluster/platform"
    )


async def test_one_cluster_is_read_whole(clients: AwsClients) -> None:
    listing = await listed(clusters.RESOURCE, clients)
    items = {item.name: item for item in listing.items}
    whole = await clusters.RESOURCE.read(clients, HERE, items["checkout"])
    assert whole["configuration"]["executeCommandConfiguration"]["logging"] == "OVERRIDE"
    whole = await clusters.RESOURCE.read(clients, HERE, items["platform"])
    assert whole["certificateAuthority"]["data"]


def test_health_is_quiet_for_a_row_of_which_nothing_is_known() -> None:
    assert clusters.RESOURCE.health(clusters.RESOURCE.model()).level is Level.NONE
