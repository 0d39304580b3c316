"""Types that nobody told the program of: found by discovery."""

from __future__ import annotations

from containerscope.clients.aws import AwsClients
from containerscope.resources import find
from tests.kube.cluster import HERE, Cluster
from tests.kube.test_resources import all_of, blocks_of


async def test_what_is_defined_is_listed_and_each_type_by_its_own_name(
    cluster: Cluster, clients: AwsClients
) -> None:
    definitions = await all_of("crds", clients)
    assert definitions.complete
    listed = {item.name: await all_of(item.name, clients) for item in definitions.items}
    assert listed
    assert {name: each.problems for name, each in listed.items() if not each.complete} == {}
    name, found = next((name, each) for name, each in listed.items() if each.items)
    truth = cluster.kube.store.all(tuple(reversed(name.split(".", 1))))  # type: ignore[arg-type]
    assert sorted(item.name for item in found.items) == sorted(each.name for each in truth)
    resource = find(name)
    assert resource is not None
    whole = await resource.read(clients, HERE, found.items[0])
    assert whole["metadata"]["name"] == found.items[0].name
    assert await blocks_of(name, found.items[0], clients)


async def test_built_in_types_have_such_a_name_as_well(
    cluster: Cluster, clients: AwsClients
) -> None:
    custom = await all_of("deployments.apps", clients)
    known = await all_of("deployments", clients)
    assert [item.name for item in custom.items] == [item.name for item in known.items]


async def test_a_type_that_is_not_served_says_so(cluster: Cluster, clients: AwsClients) -> None:
    for name in ("pizzas.apps", "pizzas.example.com"):
        listing = await all_of(name, clients)
        assert not listing.items
        assert listing.problems
    assert "crds" in (await all_of("pizzas.apps", clients)).problems[0].remedy


def test_a_type_is_one_resource_however_often_it_is_asked_for() -> None:
    assert find("Certificates.cert-manager.io") is find("certificates.cert-manager.io")
    assert find("no such.thing") is None
