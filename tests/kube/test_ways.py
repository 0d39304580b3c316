"""From an object to what it belongs to, to what belongs to it and to what uses it."""

from __future__ import annotations

from typing import Any

import pytest

from containerscope.clients.aws import AwsClients
from containerscope.kube.selection import by_names, selections
from containerscope.model.listing import ApiError, Item, Listing
from containerscope.resource import Demand, PairsBlock, Scope, TextBlock
from containerscope.resources import find
from tests.kube.cluster import HERE, NAME, Cluster, following, value
from tests.kube.test_resources import all_of, blocks_of, cell, named

SHOP = HERE.within(namespace="shop")


async def owner_of(name: str, item: Item[Any], clients: AwsClients) -> Listing[Any]:
    """Where `J` leads."""
    resource = find(name)
    assert resource is not None
    assert resource.owner is not None
    assert resource.owner.when(item)
    there, scope = await resource.owner.place(clients, HERE, item)
    return await all_of(there, clients, scope)


async def users_of(name: str, item: Item[Any], clients: AwsClients) -> dict[str, str]:
    """Kind/name -> as what, where `u` leads."""
    resource = find(name)
    assert resource is not None
    assert resource.users is not None
    listing = await all_of(resource.users.resource, clients, resource.users.scope(HERE, item))
    assert listing.complete, listing.problems
    return {
        f"{cell('kube-used-by', each, 'kind')}/{each.name}": cell("kube-used-by", each, "as")
        for each in listing.items
    }


async def test_a_pod_leads_to_its_replica_set_and_that_to_its_deployment(
    reader: AwsClients,
) -> None:
    pods = await all_of("pods", reader, SHOP)
    sets = await owner_of("pods", named(pods, "catalog-"), reader)
    assert [cell("replicasets", item, "owner") for item in sets.items] == ["deployment/catalog"]
    deployments = await owner_of("replicasets", sets.items[0], reader)
    assert [item.name for item in deployments.items] == ["catalog"]
    resource = find("deployments")
    assert resource is not None
    assert resource.owner is not None
    assert not resource.owner.when(deployments.items[0])


async def test_an_owner_of_a_kind_of_its_own_is_found_by_discovery(
    cluster: Cluster, clients: AwsClients
) -> None:
    binding = await all_of("targetgroupbindings.elbv2.k8s.aws", clients, SHOP)
    owner = binding.items[0]
    reference = {
        "apiVersion": "elbv2.k8s.aws/v1beta1", "kind": "TargetGroupBinding",
        "name": owner.name, "uid": value(owner).metadata.uid,
    }  # fmt: skip
    meta = {"name": "owned", "namespace": "shop", "ownerReferences": [reference]}
    cluster.kube.store.put(("", "configmaps"), {"metadata": meta, "data": {}})
    maps = await all_of("configmaps", clients, SHOP)
    found = await owner_of("configmaps", named(maps, "owned"), clients)
    assert [item.name for item in found.items] == [owner.name]


async def test_an_owner_of_a_kind_that_is_not_served_says_so(
    cluster: Cluster, clients: AwsClients
) -> None:
    reference = {"apiVersion": "nowhere.io/v1", "kind": "Thing", "name": "x", "uid": "u"}
    meta = {"name": "owned", "namespace": "shop", "ownerReferences": [reference]}
    cluster.kube.store.put(("", "configmaps"), {"metadata": meta, "data": {}})
    maps = await all_of("configmaps", clients, SHOP)
    with pytest.raises(ApiError):
        await owner_of("configmaps", named(maps, "owned"), clients)


async def test_what_is_shared_says_who_uses_it_and_as_what(reader: AwsClients) -> None:
    secrets = await all_of("secrets", reader, SHOP)
    found = await users_of("secrets", named(secrets, "cart-db-secrets"), reader)
    assert found["StatefulSet/cart-db"] == "variable POSTGRES_PASSWORD of cart-db"
    assert found["Pod/cart-db-0"] == "variable POSTGRES_PASSWORD of cart-db"

    maps = await all_of("configmaps", reader, SHOP)
    found = await users_of("configmaps", named(maps, "storefront-config"), reader)
    assert found["Deployment/storefront"] == "all variables of storefront"

    accounts = await all_of("serviceaccounts", reader, SHOP)
    found = await users_of("serviceaccounts", named(accounts, "payments"), reader)
    assert found["Deployment/payments"] == "runs as it"

    claims = await all_of("pvcs", reader, SHOP)
    found = await users_of("pvcs", named(claims, "data-cart-db-0"), reader)
    assert found == {"Pod/cart-db-0": "volume data"}

    services = await all_of("kube-services", reader, SHOP)
    found = await users_of("kube-services", named(services, "storefront"), reader)
    assert found["Ingress/storefront"] == "shop.example.com/ goes there"
    assert sum(words == "behind it" for words in found.values()) >= 4

    deployments = await all_of("deployments", reader, SHOP)
    found = await users_of("deployments", named(deployments, "storefront"), reader)
    assert found == {"HorizontalPodAutoscaler/storefront": "scales it"}


async def test_an_ingress_leads_to_its_services_an_hpa_and_an_event_to_their_objects(
    reader: AwsClients,
) -> None:
    ingresses = await all_of("ingresses", reader, SHOP)
    ingress = find("ingresses")
    assert ingress is not None
    scope = ingress.children[0].scope(HERE, named(ingresses, "cart"))
    assert [item.name for item in (await all_of("kube-services", reader, scope)).items] == ["cart"]

    for name, scope in (("hpas", SHOP), ("events", SHOP)):
        resource, listing = find(name), await all_of(name, reader, scope)
        assert resource is not None
        assert resource.leads is not None
        place = resource.leads(HERE, listing.items[0])
        assert place is not None
        assert len((await all_of(place[0], reader, place[1])).items) <= 1


def test_several_names_are_picked_here_and_one_by_the_server() -> None:
    one = selections(Scope(parent=by_names(["a"])), namespaced=True)[0]
    assert one.query == {"fieldSelector": "metadata.name=a"}
    several = selections(Scope(parent=by_names(["a", "b"])), namespaced=True)[0]
    assert several.names == {"a", "b"}
    assert selections(Scope(parent=by_names([])), namespaced=True)[0].nothing


def drawn(listing: Listing[Any]) -> list[str]:
    """The tree as it is drawn."""
    rows = sorted(listing.items, key=lambda item: value(item).order)
    return [f"{cell('tree', item, 'drawn')} {value(item).kind}" for item in rows]


async def test_a_tree_shows_what_belongs_to_what_and_follows_it(
    cluster: Cluster, clients: AwsClients
) -> None:
    deployments = await all_of("deployments", clients, SHOP)
    resource, tree = find("deployments"), find("tree")
    assert resource is not None
    assert tree is not None
    way = next(each for each in resource.children if each.resource == "tree")
    mailer = way.scope(HERE, named(deployments, "mailer"))
    async with following(tree.lister, clients, mailer) as follower:
        await follower.until(lambda: len(follower.listing.items) == 4, "was whole")
        first = drawn(follower.listing)
        assert [line.split()[-1] for line in first] == [
            "Deployment", "ReplicaSet", "Pod", "Container",
        ]  # fmt: skip
        assert [line.split()[0] for line in first] == ["mailer", "└─", "└─", "└─"]
        pod = cluster.kube.store.find(("", "pods"), "shop", first[2].split()[1])
        assert pod is not None
        body = pod.object()
        del body["metadata"]["uid"]
        body["metadata"]["name"] = "mailer-second"
        cluster.kube.store.put(("", "pods"), body)
        await follower.until(lambda: len(follower.listing.items) == 6, "showed another pod")
        assert follower.listing.live
    assert clients.calls["kubernetes:watch pods"] == 1
    assert clients.calls["kubernetes:watch statefulsets"] == 0


async def test_rows_of_a_tree_are_described_and_read_as_in_their_own_lists(
    reader: AwsClients,
) -> None:
    listing = await all_of("tree", reader, SHOP)
    assert listing.complete
    tree = find("tree")
    assert tree is not None
    assert tree.logs is not None
    assert tree.leads is not None
    assert len({value(item).kind for item in listing.items}) >= 5
    for kind in ("Deployment", "Pod", "Container"):
        item = next(each for each in listing.items if value(each).kind == kind)
        blocks = await blocks_of("tree", item, reader)
        assert any(isinstance(block, PairsBlock | TextBlock) for block in blocks), kind
        assert await tree.read(reader, HERE, item)
        assert (await tree.logs(reader, HERE, item)).found, kind
        place = tree.leads(HERE, item)
        assert place is not None
        there = await all_of(place[0], reader, place[1])
        assert item.key in {each.key for each in there.items}


async def test_a_tree_of_every_namespace_is_read_once_for_each_kind(reader: AwsClients) -> None:
    tree = find("tree")
    assert tree is not None
    told = [each async for each in tree.lister(reader, HERE, Demand(everything=True))]
    assert told[-1].complete
    lists = {name: count for name, count in reader.calls.items() if ":list " in name}
    assert set(lists.values()) == {1}
    assert len(lists) == 7
    assert reader.calls["eks:DescribeCluster"] == 1
    assert told[-1].items[0].cluster == NAME
