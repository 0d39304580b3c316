from __future__ import annotations

import asyncio
from typing import Any

import pytest

from containerscope.acting import follow, run
from containerscope.model.health import Level
from containerscope.plan import Confirm, Stage
from tests.acting.kube.scene import KubeScene, request, rule, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


def first(kube: KubeScene, namespace: str, app: str) -> str:
    """The name of a ready pod of an application."""
    found = [
        each["metadata"]["name"]
        for each in kube.pods(namespace, f"{app}-")
        if each["metadata"]["labels"].get("app.kubernetes.io/name") == app
        if not each["metadata"].get("deletionTimestamp")
        if each["status"]["phase"] == "Running"
    ]
    return str(found[0])


def node_of(kube: KubeScene, namespace: str, name: str) -> str:
    """The node that a pod is on."""
    return str(kube.body("", "pods", namespace, name)["spec"]["nodeName"])


async def test_a_pod_is_evicted_and_followed_until_it_is_gone(kube: KubeScene) -> None:
    name = first(kube, "shop", "storefront")
    uid = kube.body("", "pods", "shop", name)["metadata"]["uid"]
    order = kube.order("pods", "stop", name, namespace="shop")
    step = await kube.step(order, "evict")
    assert "disruption budget storefront allows 1 more now" in words(step)
    assert "ready pods of replicaset storefront-" in words(step)
    assert step.confirm is Confirm.TYPED
    stage = await kube.ended(order, "evict")
    assert (stage.words, stage.level) == ("gone", Level.FINE)
    ((verb, resource, body),) = kube.writes()
    assert (verb, resource) == ("create", "pods/eviction")
    assert body["deleteOptions"] == {"preconditions": {"uid": uid}}
    assert not kube.there("", "pods", "shop", name)
    assert kube.scene.written()[-1].result == "done"


async def test_a_budget_that_allows_none_holds_the_eviction_and_not_the_deletion(
    kube: KubeScene,
) -> None:
    name = first(kube, "shop", "cart-db")
    order = kube.order("pods", "stop", name, namespace="shop")
    step = await kube.step(order, "evict")
    assert "disruption budget cart-db allows none now: 3 are healthy, 3 have to be" in words(step)
    outcome = await kube.done(order, "evict")
    assert outcome.result == "failed"
    assert "The disruption budget cart-db needs 3 healthy pods and has 3" in outcome.words
    assert "or delete the pod" in outcome.words
    assert kube.there("", "pods", "shop", name)
    step = await kube.step(order, "delete")
    assert "disruption budget cart-db is not asked" in words(step)
    assert (await kube.ended(order, "delete")).words == "gone"
    kube.pass_time(120)
    step = await kube.step(order, "kill")
    assert "another one of its name may run beside it" in words(step)
    assert request(step).body["gracePeriodSeconds"] == 0


async def test_the_last_ready_pod_and_one_of_nobody_are_told(kube: KubeScene) -> None:
    name = first(kube, "monitoring", "grafana")
    step = await kube.step(kube.order("pods", "stop", name, namespace="monitoring"))
    assert "it is the last ready pod of replicaset grafana-" in words(step)
    body = kube.body("", "pods", "monitoring", name)
    meta = {"name": "lone", "namespace": "monitoring", "labels": {}}
    kube.kube.store.put(("", "pods"), {**body, "metadata": meta})
    step = await kube.step(kube.order("pods", "stop", "lone", namespace="monitoring"))
    assert "nothing starts it again: no controller owns it" in words(step)
    meta = {"name": "static", "namespace": "monitoring",
            "annotations": {"kubernetes.io/config.mirror": "x"}}  # fmt: skip
    kube.kube.store.put(("", "pods"), {**body, "metadata": meta})
    step = await kube.step(kube.order("pods", "stop", "static", namespace="monitoring"))
    assert "a mirror pod" in step.refused
    # The node they were put on is one that another test drains.
    entries = kube.kube.store.collection(("", "pods")).entries
    for each in ("lone", "static"):
        kube.kube.store.remove(("", "pods"), entries[f"monitoring/{each}"])


async def test_a_pod_of_the_same_name_is_another_one(kube: KubeScene) -> None:
    name = first(kube, "shop", "sessions")
    order = kube.order("pods", "stop", name, namespace="shop")

    def replaced() -> None:
        found = kube.kube.store.find(("", "pods"), "shop", name)
        assert found is not None
        kube.kube.store.remove(("", "pods"), found)
        kube.pass_time(90)
        assert kube.there("", "pods", "shop", name)

    outcome = await kube.done(order, "delete", replaced)
    assert outcome.result == "conflict"
    assert "uid was" in outcome.words
    assert kube.writes() == []


async def test_pods_are_stopped_in_bulk_with_a_result_each(kube: KubeScene) -> None:
    names = [first(kube, "shop", "search"), "no-such-pod", first(kube, "shop", "cart-db")]
    order = kube.order("pods", "stop", *names, namespace="shop")
    found = await kube.previewed(order, "evict")
    assert [bool(step.request) for step in found.steps] == [True, False, True]
    assert 'pods "no-such-pod" not found' in found.steps[1].refused
    outcomes = await run(kube.scene.clients, order, found, "evict")
    assert [each.result for each in outcomes] == ["sent", "failed"]
    assert "cart-db needs 3 healthy pods" in outcomes[1].words
    made = [f"{each.verb} {each.resource}" for each in kube.kube.requests]
    assert made.count("list poddisruptionbudgets") <= 1
    assert made.count("get pods") == 5
    assert made.count("get replicasets") == made.count("get statefulsets") == 1


async def test_a_node_is_cordoned_and_uncordoned(kube: KubeScene) -> None:
    name = node_of(kube, "shop", first(kube, "shop", "orders"))
    order = kube.order("nodes", "cordon", name)
    step = await kube.step(order)
    assert "other nodes take pods" in words(step)
    assert (step.confirm, step.undone_by) == (Confirm.YES, "uncordon")
    assert (await kube.done(order)).result == "sent"
    assert kube.writes() == [("patch", "nodes", {"spec": {"unschedulable": True}})]
    node = kube.body("", "nodes", "", name)
    assert node["spec"]["unschedulable"]
    assert (await kube.step(order)).refused == "it is cordoned already"
    assert (await kube.done(kube.order("nodes", "uncordon", name))).result == "sent"
    assert not kube.body("", "nodes", "", name)["spec"].get("unschedulable")


async def test_a_node_is_drained_but_for_daemons_as_the_budgets_allow(kube: KubeScene) -> None:
    kept = {each["spec"]["nodeName"] for each in kube.pods("shop", "cart-db-")}
    nodes = (each["spec"]["nodeName"] for each in kube.pods("shop", "catalog-"))
    name = next(each for each in nodes if each not in kept)
    before = _on(kube, name)
    order = kube.order("nodes", "drain", name)
    step = await kube.step(order)
    assert "of daemon sets stay" in words(step)
    assert "evicted; ask" in words(step)
    assert "other nodes take pods" in words(step)
    assert (step.confirm, step.undone_by) == (Confirm.TYPED, "uncordon")
    stage = await kube.ended(order)
    assert (stage.words, stage.level) == ("drained: nothing is left to evict", Level.FINE)
    left = _on(kube, name)
    assert {kind for _, kind in left} == {"DaemonSet"}
    assert len(left) < len(before)
    made = [resource for _, resource, _ in kube.writes()]
    assert made[0] == "nodes"
    assert set(made[1:]) == {"pods/eviction"}
    assert kube.scene.written()[-1].message == "drained: nothing is left to evict"
    assert (await kube.step(order)).refused.startswith("it is drained already")


def _on(kube: KubeScene, node: str) -> list[tuple[str, str]]:
    pods = [each.object() for each in kube.kube.store.all(("", "pods"))]
    return [
        (each["metadata"]["name"], each["metadata"]["ownerReferences"][0]["kind"])
        for each in pods
        if each["spec"].get("nodeName") == node and each["metadata"].get("ownerReferences")
    ]


async def test_a_drain_that_a_budget_holds_back_says_so_and_can_be_stopped(
    kube: KubeScene,
) -> None:
    name = node_of(kube, "data", first(kube, "data", "ml-inference"))
    order = kube.order("nodes", "drain", name)
    assert "disruption budget data/ml-inference allows 0 of its 1 pod here" in words(
        await kube.step(order)
    )
    outcome = await kube.done(order)
    halt, told = asyncio.Event(), list[Stage]()

    def listen(stage: Stage) -> None:
        told.append(stage)
        kube.kube.tokens._seen.clear()
        if "held back" in stage.words and "terminating" not in stage.words:
            halt.set()

    end = await follow(kube.scene.clients, order, outcome, listen, halt=halt)
    assert end.level is Level.WARNING
    assert end.words.startswith("stopped on request: 1 pod left, 1 held back: ")
    assert "ml-inference needs 1 healthy pods and has 1" in end.words
    assert kube.body("", "nodes", "", name)["spec"]["unschedulable"]
    assert kube.scene.written()[-1].result == "warning"

    outcome = await kube.done(order)
    kube.touch("", "nodes", "", name, unschedulable=False)
    (*_, last) = await kube.followed(order, outcome)
    assert last.words.startswith("not drained any more: somebody has uncordoned it")


async def test_a_drain_without_the_right_to_evict_names_it(kube_as: Any) -> None:
    kube = await kube_as(
        rule("", "nodes pods", "get list patch"), rule("policy", "poddisruptionbudgets", "list")
    )
    name = node_of(kube, "shop", first(kube, "shop", "storefront"))
    order = kube.order("nodes", "drain", name)
    outcome = await kube.done(order)
    (*_, last) = await kube.followed(order, outcome)
    assert last.words == "not followed any more: denied: you may not create pods/eviction"


async def test_a_cron_job_is_run_by_hand_and_its_job_followed_to_the_end(kube: KubeScene) -> None:
    order = kube.order("cronjobs", "trigger", "reindex", namespace="data")
    step = await kube.step(order)
    assert "its schedule is suspended, and stays so" in words(step)
    ((verb, resource, _),) = kube.writes(dry=True)
    assert (verb, resource) == ("create", "jobs")
    stage = await kube.ended(order)
    ((_, _, body),) = kube.writes()
    name = body["metadata"]["name"]
    assert name.startswith("reindex-manual-")
    assert (stage.words, stage.level) == (f"{name} completed", Level.FINE)
    job = kube.body("batch", "jobs", "data", name)
    (owner,) = job["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"]) == ("CronJob", "reindex")
    assert job["metadata"]["annotations"] == {"cronjob.kubernetes.io/instantiate": "manual"}
    assert job["spec"]["template"] != {}
    assert kube.scene.written()[0].call == f"kubernetes:create jobs job={name}"


async def test_a_schedule_is_suspended_and_resumed(kube: KubeScene) -> None:
    suspend = kube.order("cronjobs", "suspend", "invoice-run", namespace="batch")
    outcome = await kube.done(suspend)
    assert (outcome.result, outcome.step.undone_by) == ("sent", "resume")
    assert kube.writes() == [("patch", "cronjobs", {"spec": {"suspend": True}})]
    assert (await kube.step(suspend)).refused == "it is suspended already"
    resume = kube.order("cronjobs", "resume", "invoice-run", namespace="batch")
    step = await kube.step(resume)
    assert "it runs again by its schedule: */10 * * * *" in words(step)
    assert (await kube.done(resume)).result == "sent"
    assert not kube.body("batch", "cronjobs", "batch", "invoice-run")["spec"].get("suspend")
