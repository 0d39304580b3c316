"""The Kubernetes side of a cluster as a person sees it, over the real wire."""

from __future__ import annotations

import json
from typing import Any

from containerscope.clients.aws import AwsClients
from containerscope.model.listing import Item, Listing, Missing, Why
from containerscope.poller import Poller
from containerscope.redact import MASK
from containerscope.resource import Demand, Scope, TableBlock
from containerscope.resources import find
from tests.kube.cluster import HERE, Cluster, value
from tests.resources.wire import labelled


async def all_of(name: str, clients: AwsClients, scope: Scope = HERE) -> Listing[Any]:
    """Everything, once, joins and all."""
    resource = find(name)
    assert resource is not None
    joins = frozenset(join.name for join in resource.joins)
    demand = Demand(everything=True, joins=joins, whole=joins)
    return await Poller(clients, 10.0).once(resource, scope, demand)


def cell(name: str, item: Item[Any], field: str) -> Any:
    resource = find(name)
    assert resource is not None
    return next(c for c in resource.columns if c.field == field).of(item)


def named(listing: Listing[Any], part: str) -> Item[Any]:
    return next(item for item in listing.items if part in item.name)


async def down(name: str, child: str, item: Item[Any], clients: AwsClients) -> Listing[Any]:
    """What drilling down from a row leads to."""
    resource = find(name)
    assert resource is not None
    way = next(each for each in resource.children if each.resource == child)
    assert way.when(item)
    return await all_of(child, clients, way.scope(HERE, item))


async def blocks_of(name: str, item: Item[Any], clients: AwsClients) -> tuple[Any, ...]:
    resource = find(name)
    assert resource is not None
    return [each async for each in resource.details[0].blocks(clients, HERE, item)][-1]


async def test_from_a_cluster_one_drills_into_nodes_pods_and_containers(reader: AwsClients) -> None:
    clusters = await all_of("eks", reader, Scope(region="eu-west-1"))
    nodes = await down("eks", "nodes", named(clusters, "platform"), reader)
    node = next(item for item in nodes.items if item.name.startswith("ip-"))
    pods = await down("nodes", "pods", node, reader)
    assert pods.items
    assert {cell("pods", item, "node") for item in pods.items} == {node.name}
    containers = await down("pods", "pod-containers", pods.items[0], reader)
    assert [item.name for item in containers.items] == [
        each.name
        for each in (
            *(value(pods.items[0]).spec.init_containers or ()),
            *value(pods.items[0]).spec.containers,
        )
    ]


async def test_a_deployment_leads_to_its_pods_and_replica_sets(reader: AwsClients) -> None:
    deployments = await all_of("deployments", reader)
    search = next(item for item in deployments.items if item.name == "search")
    pods = await down("deployments", "pods", search, reader)
    assert pods.items
    assert all(item.name.startswith("search-") for item in pods.items)
    sets = await down("deployments", "replicasets", search, reader)
    assert sets.items
    assert all(cell("replicasets", item, "owner") == "deployment/search" for item in sets.items)


async def test_a_pod_that_crashes_says_why_with_its_events(reader: AwsClients) -> None:
    pods = await all_of("pods", reader)
    sick = next(item for item in pods.items if cell("pods", item, "health") == "CrashLoopBackOff")
    blocks = await blocks_of("pods", sick, reader)
    assert "What to do" in blocks[0].text
    events = next(b for b in blocks if isinstance(b, TableBlock) and b.title == "Events")
    assert any(row[2] == "BackOff" for row in events.rows)
    told = await down("pods", "events", sick, reader)
    assert told.items
    assert {cell("events", item, "object") for item in told.items} == {f"pod/{sick.name}"}


async def test_a_node_says_how_much_of_it_is_requested(reader: AwsClients) -> None:
    nodes = await all_of("nodes", reader)
    node = next(item for item in nodes.items if item.name.startswith("ip-"))
    assert 0 < cell("nodes", node, "cpu") <= 100
    taken, most = cell("nodes", node, "pods")
    on_it = await down("nodes", "pods", node, reader)
    live = [i for i in on_it.items if value(i).status.phase not in ("Succeeded", "Failed")]
    assert taken == len(live) <= most


async def test_nodes_and_pods_say_what_they_really_use(reader: AwsClients) -> None:
    nodes = await all_of("nodes", reader)
    node = next(item for item in nodes.items if cell("nodes", item, "health") == "")
    assert 0 < cell("nodes", node, "memory_use") <= 100
    pods = await all_of("pods", reader, HERE.within(namespace="shop"))
    running = [item for item in pods.items if cell("pods", item, "health") == ""]
    assert all(cell("pods", item, "memory_use") > 0 for item in running)
    blocks = await blocks_of("nodes", node, reader)
    table = next(b for b in blocks if isinstance(b, TableBlock) and b.title.startswith("Requested"))
    cpu = dict(zip(table.header, table.rows[0], strict=True))
    assert 0 < cpu["USED"] < cpu["ALLOCATABLE"]
    told = labelled(await blocks_of("pods", running[0], reader))
    assert {"QoS", "Requests", "Limits", "Node", "IP"} <= set(told)


async def test_without_a_metrics_server_use_is_not_applicable(
    cluster: Cluster, clients: AwsClients
) -> None:
    bare = next(
        name for name, made in cluster.account.world.kube.items() if not made.settings.metrics
    )
    nodes = await all_of("nodes", clients, HERE.within(cluster=bare))
    found = cell("nodes", nodes.items[0], "cpu_use")
    assert isinstance(found, Missing)
    assert found.why is Why.NOT_APPLICABLE
    assert "metrics server" in found.reason


async def test_service_accounts_name_their_iam_roles(reader: AwsClients) -> None:
    accounts = await all_of("serviceaccounts", reader)
    roles = {item.name: cell("serviceaccounts", item, "role") for item in accounts.items}
    found = [role for role in roles.values() if isinstance(role, str)]
    assert any(role.endswith("(IRSA)") for role in found), roles
    assert any(role.endswith("(pod identity)") for role in found), roles
    assert not any(isinstance(role, Missing) for role in roles.values())
    pods = await all_of("pods", reader)
    item = next(
        item for item in pods.items if isinstance(roles.get(cell("pods", item, "account")), str)
    )
    role = labelled(await blocks_of("pods", item, reader))["Role"]
    assert str(roles[cell("pods", item, "account")]).startswith(role)


async def test_of_secrets_the_keys_are_known_and_no_value(
    cluster: Cluster, clients: AwsClients
) -> None:
    secrets = await all_of("secrets", clients)
    resource = find("secrets")
    assert resource is not None
    item = secrets.items[0]
    keys = cell("secrets", item, "keys")
    assert keys
    whole = await resource.read(clients, HERE, item)
    assert whole["data"] == dict.fromkeys(keys, MASK)
    stored = cluster.kube.store.find(("", "secrets"), value(item).metadata.namespace, item.name)
    assert stored is not None
    for hidden in stored.object()["data"].values():
        assert hidden not in json.dumps(whole)


async def test_config_maps_are_listed_without_their_values(
    cluster: Cluster, clients: AwsClients
) -> None:
    cluster.put("big", config="x" * 5000)
    maps = await all_of("configmaps", clients, HERE.within(namespace="scratch"))
    big = named(maps, "big")
    assert value(big).data == {"config": 5000}


async def test_the_whole_of_an_object_leaves_out_managed_fields(reader: AwsClients) -> None:
    pods = await all_of("pods", reader)
    resource = find("pods")
    assert resource is not None
    whole = await resource.read(reader, HERE, pods.items[0])
    assert whole["kind"] == "Pod"
    assert "managedFields" not in whole["metadata"]


async def test_volumes_and_their_claims_lead_to_each_other_and_to_aws(reader: AwsClients) -> None:
    volumes = await all_of("pvs", reader)
    ebs = next(item for item in volumes.items if cell("pvs", item, "held_by") == "EBS")
    assert cell("pvs", ebs, "backing").startswith("vol-")
    claims = await down("pvs", "pvcs", ebs, reader)
    assert len(claims.items) == 1
    back = await down("pvcs", "pvs", claims.items[0], reader)
    assert [item.name for item in back.items] == [ebs.name]


async def test_every_type_lists_what_the_cluster_has(reader: AwsClients) -> None:
    for name in (
        "namespaces", "nodes", "pods", "deployments", "replicasets", "statefulsets", "daemonsets",
        "jobs", "cronjobs", "hpas", "kube-services", "ingresses", "serviceaccounts", "pvcs", "pvs",
        "storageclasses", "configmaps", "secrets", "events",
    ):  # fmt: skip
        listing = await all_of(name, reader)
        assert listing.items, name
        assert listing.complete, (name, listing.problems)


async def test_without_a_cluster_all_clusters_are_listed(reader: AwsClients) -> None:
    nodes = await all_of("namespaces", reader, Scope(region="eu-west-1"))
    assert len({item.cluster for item in nodes.items}) > 1


async def test_a_node_behind_its_control_plane_is_marked_at_the_cost_of_one_request(
    clients: AwsClients, cluster: Cluster
) -> None:
    listing = await all_of("nodes", clients)
    groups = {cell("nodes", item, "group"): item for item in listing.items}
    assert cell("nodes", groups["gpu"], "version") == "1.32.9 ↓1"
    assert cell("nodes", groups["system"], "version") == "1.33.4"
    assert cell("nodes", groups["general-a"], "version") == "1.33.5"
    assert [each.path for each in cluster.kube.requests].count("/version") == 1
    down_to = await down("nodes", "nodegroups", groups["gpu"], clients)
    assert [item.name for item in down_to.items] == ["gpu"]
    assert cluster.account.calls["eks:ListNodegroups"] == 0
