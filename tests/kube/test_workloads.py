"""ECS services and Kubernetes workloads in one table, over several clusters and namespaces."""

from __future__ import annotations

import pytest

from containerscope.clients.aws import AwsClients
from containerscope.demo.faults import Fault
from containerscope.model.listing import Missing, Why
from containerscope.resource import Demand, Scope
from containerscope.resources import find, workloads
from containerscope.rows import View, build
from containerscope.ui.commands import CommandError, Show, parse
from tests.kube.cluster import Cluster, following, value
from tests.kube.test_resources import all_of, cell

REGION = "eu-west-1"
EVERYWHERE = Scope(region=REGION)


async def test_both_worlds_are_one_table(reader: AwsClients) -> None:
    listing = await all_of("workloads", reader, EVERYWHERE)
    assert listing.complete, listing.problems
    kinds = {(cell("workloads", item, "kind"), item.cluster) for item in listing.items}
    assert {("ECS service", "checkout"), ("Deployment", "platform")} <= kinds
    assert {"DaemonSet", "StatefulSet", "CronJob"} <= {kind for kind, _ in kinds}
    by_name = {(item.cluster, item.name): item for item in listing.items}
    payments = by_name["checkout", "payments"]
    assert cell("workloads", payments, "runs") == ("payments:88",)
    assert cell("workloads", payments, "ready") == (2, 4)
    kube_payments = by_name["platform", "payments"]
    assert cell("workloads", kube_payments, "ready") == (3, 3)
    assert "shop/payments:2.17.0" in cell("workloads", kube_payments, "runs")[0]
    # A job that a cron job made is told by the cron job.
    assert not any(
        value(item).metadata.owner for item in listing.items if value(item).kind == "Job"
    )
    assert reader.calls["eks:ListClusters"] == 1
    assert reader.calls["ecs:ListClusters"] == 1


async def test_rows_of_either_world_open_what_is_theirs(reader: AwsClients) -> None:
    resource = find("workloads")
    assert resource is not None
    assert resource.logs is not None
    listing = await all_of("workloads", reader, EVERYWHERE)
    for kind, below, itself in (
        ("ECS service", "tasks", "services"),
        ("Deployment", "pods", "deployments"),
    ):
        item = next(
            each
            for each in listing.items
            if cell("workloads", each, "kind") == kind and each.name == "payments"
        )
        ways = [child for child in resource.children if child.when(item)]
        assert ways[0].resource == below
        assert (await all_of(below, reader, ways[0].scope(EVERYWHERE, item))).items
        own = next(child for child in ways if child.resource == itself)
        there = await all_of(itself, reader, own.scope(EVERYWHERE, item))
        assert [each.key for each in there.items] == [item.key]
        assert await resource.read(reader, EVERYWHERE, item)
        assert (await resource.logs(reader, EVERYWHERE, item)).found
        events = next(child for child in ways if child.resource.endswith("events"))
        assert (await all_of(events.resource, reader, events.scope(EVERYWHERE, item))) is not None


async def test_named_clusters_are_asked_in_their_own_world_only(reader: AwsClients) -> None:
    listing = await all_of("workloads", reader, Scope(region=REGION, cluster="checkout,platform"))
    assert listing.complete, listing.problems
    assert {item.cluster for item in listing.items} == {"checkout", "platform"}
    assert reader.calls["ecs:ListServices"] == 1
    inside = Scope(region=REGION, cluster="checkout,platform", namespace="shop,media")
    listing = await all_of("workloads", reader, inside)
    assert {value(item).metadata.namespace for item in listing.items} == {"shop", "media"}


async def test_one_world_that_is_denied_does_not_hide_the_other(
    cluster: Cluster, clients: AwsClients
) -> None:
    cluster.account.faults.append(Fault(kind="denied", service="eks", operation="ListClusters"))
    listing = await all_of("workloads", clients, EVERYWHERE)
    assert {cell("workloads", item, "kind") for item in listing.items} == {"ECS service"}
    assert [problem.why for problem in listing.problems] == [Why.DENIED]
    cluster.account.faults.replace([Fault(kind="denied", service="ecs")])
    listing = await all_of("workloads", clients, EVERYWHERE)
    assert "ECS service" not in {cell("workloads", item, "kind") for item in listing.items}
    assert listing.items
    assert listing.problems[0].why is Why.DENIED


async def test_ecs_is_asked_again_while_kubernetes_tells_by_itself(
    cluster: Cluster, clients: AwsClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workloads, "_AGAIN", 0.1)
    resource = find("workloads")
    assert resource is not None
    async with following(resource.lister, clients, EVERYWHERE) as follower:
        await follower.until(lambda: follower.listing.live, "was whole")
        names = {item.key for item in follower.listing.items}
        calls = clients.calls["ecs:DescribeServices"]
        store = cluster.kube.store
        found = store.find(("apps", "deployments"), "shop", "mailer")
        assert found is not None
        store.remove(("apps", "deployments"), found)
        await follower.until(
            lambda: len(follower.listing.items) == len(names) - 1, "lost the deployment"
        )
        await follower.until(
            lambda: clients.calls["ecs:DescribeServices"] > calls, "asked ECS again"
        )
        assert not any(isinstance(item.value, Missing) for item in follower.listing.items), (
            "rows that were whole stay so while they are read again"
        )
    assert clients.calls["kubernetes:watch deployments"] == len(cluster.account.world.kube)


async def test_several_clusters_and_namespaces_of_one_type(reader: AwsClients) -> None:
    scope = Scope(region=REGION, cluster="platform, sandbox", namespace="experiments,shop")
    resource = find("pods")
    assert resource is not None
    listing = await all_of("pods", reader, scope)
    assert {item.cluster for item in listing.items} == {"platform", "sandbox"}
    assert {value(item).metadata.namespace for item in listing.items} == {"experiments", "shop"}
    assert listing.fetched_at is not None
    rows = build(listing, resource, View(scope=scope), listing.fetched_at)
    assert {"cluster", "namespace"} <= {head.field for head in rows.headings}
    one = Scope(region=REGION, cluster="platform", namespace="shop")
    rows = build(listing, resource, View(scope=one), listing.fetched_at)
    assert not {"cluster", "namespace"} & {head.field for head in rows.headings}


async def test_ecs_lists_take_several_clusters_too(reader: AwsClients) -> None:
    listing = await all_of("services", reader, Scope(region=REGION, cluster="data,edge"))
    assert {item.cluster for item in listing.items} == {"data", "edge"}
    assert reader.calls["ecs:ListClusters"] == 0


async def test_a_type_of_ones_own_is_listed_in_several_clusters(reader: AwsClients) -> None:
    resource = find("targetgroupbindings.elbv2.k8s.aws")
    assert resource is not None
    scope = Scope(region=REGION, cluster="platform,sandbox")
    told = [each async for each in resource.lister(reader, scope, Demand(everything=True))]
    assert told[-1].items
    assert {problem.where for problem in told[-1].problems} == {"sandbox"}


def test_a_list_of_one_cluster_says_that_it_is_one() -> None:
    asked = parse("pods c=a,b ns=x,y", find, EVERYWHERE)
    assert asked == Show("pods", Scope(region=REGION, cluster="a,b", namespace="x,y"))
    for line in ("targets cluster=a,b", "services cluster=a,b service=web"):
        with pytest.raises(CommandError, match="one cluster at a time"):
            parse(line, find, EVERYWHERE)
