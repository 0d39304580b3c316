"""Each action on Kubernetes objects: overtaken, not allowed or failing, it changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import pytest

from containerscope.acting import rehearse, run
from containerscope.demo.kube_faults import KubeFault
from containerscope.demo.kube_fleet import Fleet
from containerscope.resource import Platform
from containerscope.resources import all_resources
from tests.acting.kube.scene import KubeScene, rule

on_the_wire = pytest.mark.asyncio(loop_scope="module")

READER = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}


@dataclass(frozen=True)
class Case:
    """An action that can be done, and what RBAC calls it."""

    resource: str
    action: str
    namespace: str
    name: str
    needs: str
    answer: str = ""
    group: str = "apps"

    @property
    def spec(self) -> dict[str, Any]:
        """What somebody else changes meanwhile, so that it cannot be done as previewed."""
        schedule = {"suspend": self.action == "suspend"}
        others: dict[str, dict[str, Any]] = {
            "pause": {"paused": True}, "scale": {"replicas": 9}, "suspend": schedule,
            "resume": schedule if self.resource == "cronjobs" else {"paused": False},
            "cordon": {"unschedulable": True}, "uncordon": {"unschedulable": False},
        }  # fmt: skip
        return others.get(self.action, {"minReadySeconds": 7})


CASES = [
    Case("deployments", "scale", "shop", "orders", "patch deployments/scale", "4"),
    Case("statefulsets", "scale", "shop", "sessions", "patch statefulsets/scale", "4"),
    Case("replicasets", "scale", "shop", "orders-", "patch replicasets/scale", "1"),
    Case("deployments", "restart", "shop", "orders", "patch deployments"),
    Case("statefulsets", "restart", "shop", "sessions", "patch statefulsets"),
    Case("daemonsets", "restart", "logging", "fluent-bit", "patch daemonsets"),
    Case("deployments", "rollback", "shop", "catalog", "patch deployments", "1"),
    Case("statefulsets", "rollback", "shop", "cart-db", "patch statefulsets", "1"),
    Case("daemonsets", "rollback", "monitoring", "node-exporter", "patch daemonsets", "1"),
    Case("deployments", "pause", "shop", "orders", "patch deployments"),
    Case("deployments", "resume", "shop", "mailer", "patch deployments"),
    Case("cronjobs", "suspend", "batch", "reconcile", "patch cronjobs", group="batch"),
    Case("cronjobs", "resume", "data", "reindex", "patch cronjobs", group="batch"),
    Case("cronjobs", "trigger", "batch", "reconcile", "create jobs", group="batch"),
    Case("nodes", "cordon", "", "ip-", "patch nodes", group=""),
    Case("nodes", "uncordon", "", "ip-", "patch nodes", group=""),
    Case("nodes", "drain", "", "ip-", "patch nodes", group=""),
    Case("pods", "stop", "shop", "search-", "create pods/eviction", "evict", group=""),
    Case("pods", "delete", "shop", "search-", "delete pods", group=""),
]


def test_no_action_of_its_own_is_left_out() -> None:
    ours = {
        (each.name, action.id)
        for each in all_resources().values()
        if each.platform is Platform.KUBERNETES
        for action in each.actions
        if action.id not in ("edit", "delete") and not action.opens
    }
    assert ours == {(each.resource, each.action) for each in CASES} - {("pods", "delete")}


def prepared(kube: KubeScene, case: Case) -> str:
    """The whole name of what it is about, made such that it can be done."""
    kind = (case.group, case.resource)
    listed = kube.kube.store.all(kind, case.namespace)
    name = next(each.name for each in listed if each.name.startswith(case.name))
    states: dict[tuple[str, str], dict[str, Any]] = {
        ("deployments", "resume"): {"paused": True}, ("deployments", "pause"): {"paused": False},
        ("cronjobs", "suspend"): {"suspend": False}, ("cronjobs", "resume"): {"suspend": True},
        ("nodes", "cordon"): {"unschedulable": False}, ("nodes", "drain"): {"unschedulable": False},
        ("nodes", "uncordon"): {"unschedulable": True},
    }  # fmt: skip
    wanted = states.get((case.resource, case.action))
    if wanted is not None:
        kube.touch(*kind, case.namespace, name, **wanted)
    if case.action == "rollback" and case.resource != "deployments":
        body = kube.body(*kind, case.namespace, name)
        notes = body["spec"]["template"]["metadata"].setdefault("annotations", {})
        notes["again"] = "yes"
        kube.kube.store.put(kind, body, spec_changed=True)
        kube.pass_time(1)
    return name


def replaced(kube: KubeScene, case: Case, name: str) -> None:
    """Somebody deletes it and makes it anew."""
    kind = (case.group, case.resource)
    found = kube.kube.store.find(kind, case.namespace, name)
    assert found is not None
    body = found.object()
    kube.kube.store.remove(kind, found)
    for each in ("uid", "resourceVersion"):
        body["metadata"].pop(each)
    kube.kube.store.put(kind, body)


@on_the_wire
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.resource}-{case.action}")
async def test_it_is_denied_or_fails_or_is_overtaken_and_nothing_has_changed(
    kube: KubeScene, kube_as: Callable[..., Any], case: Case
) -> None:
    name = prepared(kube, case)
    order = kube.order(case.resource, case.action, name, namespace=case.namespace)
    before = kube.body(case.group, case.resource, case.namespace, name)["spec"]

    reader = await kube_as(READER)
    step = await reader.step(order, case.answer)
    words = step.refused or (await reader.done(order, case.answer)).words
    assert words == f"denied: you may not {case.needs}"

    verb, _, resource = case.needs.partition(" ")
    faults = cast("Fleet", kube.scene.world.kube).faults
    faults.put(KubeFault(kind="unavailable", verb=verb, resource=resource))
    step = await kube.step(order, case.answer)
    words = step.refused or (await kube.done(order, case.answer)).words
    faults.replace(())
    assert "the server is currently unable to handle the request" in words
    assert kube.body(case.group, case.resource, case.namespace, name)["spec"] == before

    kube.kube.requests.clear()
    clients, found = kube.scene.clients, await kube.previewed(order, case.answer)
    assert found.ready, found.steps[0].refused
    if case.resource in ("pods", "replicasets") or case.action in ("trigger", "drain"):
        replaced(kube, case, name)
    else:
        kube.touch(case.group, case.resource, case.namespace, name, **case.spec)
    (outcome,) = await run(clients, order, found, case.answer)
    assert (outcome.result, "not sent: " in outcome.words) == ("conflict", True)
    assert kube.writes() == []
    assert kube.scene.written()[-1].result == "conflict"


@on_the_wire
async def test_a_right_that_is_lacking_is_named_before_where_the_server_tries_it(
    kube_as: Callable[..., Any],
) -> None:
    kube = await kube_as(rule("batch", "cronjobs", "get"))
    order = kube.order("cronjobs", "trigger", "reconcile", namespace="batch")
    found = await kube.previewed(order)
    assert found.ready == ()
    assert await rehearse(kube.scene.clients, order, found) == found
