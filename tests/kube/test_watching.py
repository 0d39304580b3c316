"""A list follows its cluster through whatever happens on the way: compared with the truth."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from containerscope.clients.aws import AwsClients
from containerscope.demo.server import RunningServer
from containerscope.kube import Kind, listings, reflector
from containerscope.model.kube_access import KubeAccess
from containerscope.model.kube_config import ConfigMap
from containerscope.model.listing import Phase, Why
from containerscope.resource import Demand
from tests.kube.cluster import HERE, Cluster, following, names_in
from tests.resources.wire import clients_of

MAPS: Kind[ConfigMap] = Kind(ConfigMap, "configmaps")
SCRATCH = HERE.within(namespace="scratch")
LISTER: Any = partial(listings, MAPS)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries again at once, as nobody waits for a server here."""
    monkeypatch.setattr(reflector, "_FIRST_WAIT", 0.01)
    monkeypatch.setattr(reflector, "_LONGEST_WAIT", 0.05)


async def test_rows_change_the_moment_the_cluster_does(
    cluster: Cluster, clients: AwsClients
) -> None:
    async with following(LISTER, clients, SCRATCH) as follower:
        await follower.until_true(cluster)
        cluster.put("d", key="new")
        cluster.put("a", key="changed")
        cluster.drop("b")
        await follower.until_true(cluster)
        assert sorted(follower.versions) == ["a", "c", "d"]
    assert clients.calls["kubernetes:watch configmaps"] == 1
    assert clients.calls["kubernetes:list configmaps"] == 0


@pytest.mark.parametrize("kind", ["cut", "half-line", "ended", "gone"])
async def test_a_stream_that_breaks_is_taken_up_again(
    cluster: Cluster, clients: AwsClients, kind: str
) -> None:
    async with following(LISTER, clients, SCRATCH) as follower:
        await follower.until_true(cluster)
        cluster.spoil(kind, resource="configmaps", times=1)
        cluster.put("a", key="changed")
        cluster.drop("c")
        cluster.put("d", key="new")
        await follower.until_true(cluster)
    assert clients.calls["kubernetes:watch configmaps"] > 1


async def test_what_happened_while_history_was_forgotten_is_not_missed(
    cluster: Cluster, clients: AwsClients
) -> None:
    async with following(LISTER, clients, SCRATCH) as follower:
        await follower.until_true(cluster)
        cluster.spoil("compacted", verb="watch", resource="configmaps", times=1)
        cluster.spoil("cut", resource="configmaps", times=1)
        cluster.drop("a")
        cluster.put("e", key="new")
        await follower.until_true(cluster)


async def test_a_silent_stream_is_left(cluster: Cluster, clients: AwsClients) -> None:
    original = reflector.Reflector.__init__.__kwdefaults__
    assert original is not None
    original["idle"] = 0.3
    try:
        async with following(LISTER, clients, SCRATCH) as follower:
            await follower.until_true(cluster)
            cluster.spoil("stalled", resource="configmaps", times=1)
            cluster.put("a", key="changed")
            await follower.until_true(cluster)
    finally:
        original["idle"] = reflector.IDLE


@pytest.mark.parametrize("kind", ["no-watch-list", "broken-watch-list"])
async def test_servers_without_watch_list_are_listed_by_pages(
    cluster: Cluster, clients: AwsClients, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reflector, "PAGE", 2)
    cluster.spoil(kind)
    async with following(LISTER, clients, SCRATCH) as follower:
        await follower.until_true(cluster)
        cluster.put("d", key="new")
        cluster.drop("a")
        await follower.until_true(cluster)
    assert clients.calls["kubernetes:list configmaps"] == 2


async def test_what_may_be_listed_and_not_watched_is_listed_again_and_again(
    cluster: Cluster, account: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reflector, "_POLL", 0.05)
    group, name = "rbac.authorization.k8s.io", {"metadata": {"name": "lister"}}
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}]
    subjects = [{"kind": "User", "apiGroup": group, "name": "lister"}]
    ref = {"apiGroup": group, "kind": "ClusterRole", "name": "lister"}
    cluster.kube.store.put((group, "clusterroles"), {**name, "rules": rules})
    binding: dict[str, Any] = {**name, "roleRef": ref, "subjects": subjects}
    cluster.kube.store.put((group, "clusterrolebindings"), binding)
    clients = await clients_of(account, kube=KubeAccess(impersonate="lister"))

    async with following(LISTER, clients, SCRATCH) as follower:

        def same() -> bool:
            return follower.listing.live and follower.versions == cluster.truth()

        await follower.until(same, "listed")
        cluster.put("d", key="new")
        cluster.drop("a")
        await follower.until(same, "listed again")
        await follower.until(lambda: bool(follower.listing.problems), "said why")
        (problem,) = follower.listing.problems
        assert (problem.why, "watch" in problem.message) == (Why.DENIED, True)
        assert follower.listing.stale_since is None
        binding["roleRef"] = {**ref, "name": "cluster-admin"}
        cluster.kube.store.put((group, "clusterrolebindings"), binding)
        await follower.until_true(cluster)
    await clients.close()


async def test_a_list_that_expires_between_two_pages_begins_anew(
    cluster: Cluster, clients: AwsClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reflector, "PAGE", 2)
    cluster.spoil("no-watch-list")
    cluster.spoil("expired", verb="list", resource="configmaps", times=1)
    async with following(LISTER, clients, SCRATCH) as follower:
        await follower.until_true(cluster)


async def test_a_server_that_asks_for_patience_gets_it(
    cluster: Cluster, clients: AwsClients
) -> None:
    cluster.spoil("throttled", resource="configmaps", times=1, seconds=1.0)
    async with following(LISTER, clients, SCRATCH) as follower:
        await follower.until(lambda: bool(follower.listing.problems), "said that it waits")
        problem = follower.listing.problems[0]
        assert (problem.why, problem.retry_after) == (Why.THROTTLED, 1.0)
        await follower.until_true(cluster)


async def test_a_token_that_ends_in_mid_watch_is_renewed_unseen(
    cluster: Cluster, clients: AwsClients
) -> None:
    async with following(LISTER, clients, SCRATCH) as follower:
        await follower.until_true(cluster)
        cluster.spoil("unauthorized", verb="watch", resource="configmaps", times=1)
        cluster.spoil("cut", resource="configmaps", times=1)
        cluster.put("a", key="changed")
        await follower.until_true(cluster)
        assert all(not listing.problems for listing in follower.seen)


async def test_while_a_server_is_gone_the_rows_stay_and_say_how_old_they_are(
    cluster: Cluster, clients: AwsClients
) -> None:
    async with following(LISTER, clients, SCRATCH) as follower:
        await follower.until_true(cluster)
        before = follower.versions
        cluster.spoil("dropped", resource="configmaps")
        cluster.spoil("cut", resource="configmaps", times=1)
        await follower.until(lambda: follower.listing.stale_since is not None, "was stale")
        assert follower.versions == before
        assert follower.listing.problems[0].why is Why.UNREACHABLE
        cluster.drop("a")
        cluster.put("d", key="new")
        cluster.faults.replace(())
        await follower.until_true(cluster)


async def test_after_a_storm_of_faults_nothing_is_missing_or_doubled(
    cluster: Cluster, clients: AwsClients
) -> None:
    async with following(LISTER, clients, SCRATCH) as follower:
        await follower.until_true(cluster)
        for number, kind in enumerate(
            (
                "expired", "broken", "unavailable", "throttled", "dropped", "unauthorized",
                "compacted", "expired", "half-line", "gone", "trickle", "ended", "broken",
            )
        ):  # fmt: skip
            cluster.spoil(kind, resource="configmaps", times=1, seconds=0.05)
            cluster.spoil("cut", resource="configmaps", times=1)
            cluster.put(f"new-{number}", key="value")
            cluster.put("a", key=str(number))
            if number:
                cluster.drop(f"new-{number - 1}")
            if number % 3 == 0:
                await follower.until_true(cluster)
        cluster.faults.replace(())
        cluster.put("last", key="value")
        await follower.until_true(cluster)
        body = await clients.kube("platform").get("/api/v1/namespaces/scratch/configmaps")
        assert sorted(follower.versions) == sorted(names_in(body))


async def test_an_object_that_does_not_fit_is_a_problem_until_it_fits_or_goes(
    cluster: Cluster, clients: AwsClients
) -> None:
    async with following(LISTER, clients, SCRATCH) as follower:
        await follower.until_true(cluster)
        meta = {"name": "odd", "namespace": "scratch"}
        cluster.kube.store.put(("", "configmaps"), {"metadata": meta, "data": "no map"})
        await follower.until(lambda: bool(follower.listing.problems), "said so")
        assert "odd could not be read" in follower.listing.problems[0].message
        assert sorted(follower.versions) == ["a", "b", "c"]
        cluster.drop("odd")
        await follower.until_true(cluster)


async def test_whoever_has_no_access_entry_is_told_which_one_is_lacking(
    cluster: Cluster, clients: AwsClients
) -> None:
    cluster.spoil("unauthorized")
    async with following(LISTER, clients, SCRATCH) as follower:
        await follower.until(lambda: bool(follower.listing.problems), "said why")
        listing = follower.listing
    assert listing.phase is Phase.DONE
    assert listing.problems[0].why is Why.DENIED
    assert "create-access-entry --cluster-name platform --principal-arn arn:aws:iam::" in (
        listing.problems[0].remedy
    )


async def test_get_reads_everything_once_and_ends(cluster: Cluster, clients: AwsClients) -> None:
    told = [each async for each in LISTER(clients, SCRATCH, Demand(everything=True))]
    assert [item.name for item in told[-1].items] == ["a", "b", "c"]
    assert told[-1].complete
    assert not told[-1].live
    assert clients.calls["kubernetes:watch configmaps"] == 0


async def test_several_namespaces_are_one_list(cluster: Cluster, clients: AwsClients) -> None:
    scope = HERE.within(namespace="scratch,kube-system")
    told = [each async for each in LISTER(clients, scope, Demand(everything=True))]
    spaces = {item.value.metadata.namespace for item in told[-1].items}
    assert spaces == {"scratch", "kube-system"}
