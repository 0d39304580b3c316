"""Types that nobody told the program of: found by discovery."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from containerscope.clients.aws import AwsClients
from containerscope.demo.server import RunningServer
from containerscope.model.health import Level
from containerscope.model.kube_access import KubeAccess
from containerscope.poller.cover import lost_list
from containerscope.resources import find
from containerscope.rows import View, build
from tests.kube.cluster import HERE, NAME, Cluster, Follower, following, value
from tests.kube.test_resources import all_of, blocks_of
from tests.resources.wire import clients_of


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


TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1"


@pytest.mark.parametrize("name", [NAME, "sandbox"])
async def test_declared_columns_hold_what_the_server_itself_prints(
    reader: AwsClients, name: str
) -> None:
    scope = HERE.within(cluster=name)
    compared = set()
    for definition in (await all_of("crds", reader, scope)).items:
        listed = await all_of(definition.name, reader, scope)
        assert listed.complete
        plural, _, group = definition.name.partition(".")
        version = value(definition).spec.versions[0].name
        body = await reader.kube(name).get(f"/apis/{group}/{version}/{plural}", accept=TABLE)
        table = json.loads(body)
        titles = [each["name"] for each in table["columnDefinitions"]]
        kinds = [each["type"] for each in table["columnDefinitions"]]
        ours = {(item.name, value(item).metadata.namespace): item for item in listed.items}
        assert len(ours) == len(table["rows"])
        for row in table["rows"]:
            meta = row["object"]["metadata"]
            found = value(ours[meta["name"], meta.get("namespace")]).columns
            for title, kind, cell in list(zip(titles, kinds, row["cells"], strict=True))[1:]:
                compared.add(title)
                assert (found[title] is not None) if kind == "date" else (found[title] == cell)
    assert {"Ready", "Age"} <= compared


async def test_rows_follow_what_stands_in_declared_columns(
    cluster: Cluster, clients: AwsClients
) -> None:
    store = cluster.kube.store
    resource = find("certificates.cert-manager.io")
    assert resource is not None
    key = ("cert-manager.io", "certificates")

    def shown(follower: Follower) -> dict[str, tuple[str, ...]]:
        rows = build(follower.listing, resource, View(wide=True), clients.clock.now())
        place = [head.title for head in rows.headings].index("SECRET")
        issuer = [head.title for head in rows.headings].index("ISSUER")
        return {
            rows.item(each).name: (rows.cells(each)[place].text, rows.cells(each)[issuer].text)
            for each in rows.keys
        }

    scope = HERE.within(namespace="reports")
    async with following(resource.lister, clients, scope) as follower:
        await follower.until(lambda: follower.listing.live, "live")
        assert shown(follower) == {
            "reports-example-com-tls": ("reports-example-com-tls", "letsencrypt")
        }
        body = store.find(key, "reports", "reports-example-com-tls").object()  # type: ignore[union-attr]
        store.put(key, {**body, "spec": {**body["spec"], "issuerRef": {"name": "vault"}}})
        await follower.until(
            lambda: shown(follower)["reports-example-com-tls"][1] == "vault", "showed the issuer"
        )
        store.remove(key, store.find(key, "reports", "reports-example-com-tls"))  # type: ignore[arg-type]
        await follower.until(lambda: not follower.listing.items, "dropped it")


async def test_one_definition_is_read_for_all_objects_of_a_type(
    cluster: Cluster, clients: AwsClients
) -> None:
    await all_of("certificates.cert-manager.io", clients)
    await all_of("certificates.cert-manager.io", clients)
    paths = [each.path for each in cluster.kube.requests if "cert-manager.io" in each.path]
    assert sorted(paths) == [
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/certificates.cert-manager.io",
        "/apis/cert-manager.io",
        "/apis/cert-manager.io/v1",
        *["/apis/cert-manager.io/v1/certificates"] * 2,
    ]


@pytest.fixture
async def eve(cluster: Cluster, account: RunningServer) -> AsyncIterator[AwsClients]:
    """Clients of somebody who may read certificates and no definitions."""
    group, name = "rbac.authorization.k8s.io", {"metadata": {"name": "certs"}}
    rules = [
        {"apiGroups": ["cert-manager.io"], "resources": ["*"], "verbs": ["get", "list", "watch"]},
        {"nonResourceURLs": ["*"], "verbs": ["get"]},
    ]
    binding = {
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "certs"},
        "subjects": [{"kind": "User", "apiGroup": group, "name": "eve@example.com"}],
    }
    cluster.kube.store.put((group, "clusterroles"), {**name, "rules": rules})
    cluster.kube.store.put((group, "clusterrolebindings"), {**name, **binding})
    clients = await clients_of(account, kube=KubeAccess(impersonate="eve@example.com"))
    yield clients
    await clients.close()


async def test_whoever_may_not_read_definitions_has_the_server_print_the_columns(
    cluster: Cluster, eve: AwsClients
) -> None:
    store, kind = cluster.kube.store, ("cert-manager.io", "certificates")
    resource = find("certificates.cert-manager.io")
    assert resource is not None

    def issuers(follower: Follower) -> dict[str, str]:
        rows = build(follower.listing, resource, View(wide=True), eve.clock.now())
        place = [head.title for head in rows.headings].index("ISSUER")
        return {rows.name(key): rows.cells(key)[place].text for key in rows.keys}

    async with following(resource.lister, eve, HERE) as follower:
        await follower.until(lambda: follower.listing.live, "live")
        assert not follower.listing.problems
        rows = build(follower.listing, resource, View(), eve.clock.now())
        assert [head.title for head in rows.headings] == [
            "CLUSTER", "NAMESPACE", "NAME", "HEALTH", "READY", "SECRET", "AGE",
        ]  # fmt: skip
        assert len(rows.keys) == 4
        assert set(rows.counts) == {Level.FINE, Level.WARNING}, "the objects came with the rows"
        found = store.find(kind, "reports", "reports-example-com-tls")
        assert found is not None
        body = found.object()
        store.put(kind, {**body, "spec": {**body["spec"], "issuerRef": {"name": "vault"}}})
        await follower.until(
            lambda: issuers(follower)["reports-example-com-tls"] == "vault", "showed the issuer"
        )
        store.remove(kind, store.find(kind, "reports", "reports-example-com-tls"))  # type: ignore[arg-type]
        await follower.until(lambda: len(follower.listing.items) == 3, "dropped it")
        cluster.spoil("gone", resource="certificates", times=1)
        store.put(kind, {**body, "metadata": {"name": "new", "namespace": "reports"}})
        await follower.until(lambda: "new" in issuers(follower), "listed anew")


async def test_a_built_in_type_by_its_group_has_the_columns_that_the_server_prints(
    reader: AwsClients,
) -> None:
    listing = await all_of("deployments.apps", reader)
    resource = find("deployments.apps")
    assert resource is not None
    rows = build(listing, resource, View(), reader.clock.now())
    titles = [head.title for head in rows.headings]
    assert titles[4:] == ["READY", "UP-TO-DATE", "AVAILABLE", "AGE"]


async def test_where_no_columns_can_be_had_the_objects_stand_and_it_is_said(
    cluster: Cluster, clients: AwsClients
) -> None:
    cluster.spoil("broken", resource="customresourcedefinitions")
    cluster.spoil("broken", resource="certificates", times=1)
    listing = await all_of("certificates.cert-manager.io", clients)
    resource = find("certificates.cert-manager.io")
    assert resource is not None
    rows = build(listing, resource, View(), clients.clock.now())
    assert len(rows.keys) == 4
    assert "PHASE" in [head.title for head in rows.headings], "as of a type without columns"
    (problem,) = listing.problems
    assert "columns that certificates.cert-manager.io declares" in problem.message
    assert not lost_list(problem), "no row is absent because of it"
