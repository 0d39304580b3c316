from __future__ import annotations

from typing import Any

import pytest

from containerscope.model.health import Level
from containerscope.plan import Confirm
from tests.acting.kube.scene import KubeScene, request, rule, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_deployment_is_scaled_by_its_scale_alone_and_followed(kube: KubeScene) -> None:
    order = kube.order("deployments", "scale", "orders", namespace="shop")
    stage = await kube.ended(order, "5")
    assert (stage.words, stage.level) == ("5/5 ready", Level.FINE)
    assert kube.writes() == [("patch", "deployments/scale", {"spec": {"replicas": 5}})]
    assert kube.body("apps", "deployments", "shop", "orders")["spec"]["replicas"] == 5
    begun, done, ended = kube.scene.written()
    assert begun.target == "platform/apis/apps/v1/namespaces/shop/deployments/orders"
    assert (begun.before, begun.after) == ("replicas 3", "replicas 5")
    assert begun.call == "kubernetes:patch deployments/scale replicas=5"
    assert len(done.request_id) == 36
    assert ended.result == "done"


async def test_scaling_down_says_what_remains_and_what_brings_it_back(kube: KubeScene) -> None:
    step = await kube.step(kube.order("deployments", "scale", "cart", namespace="shop"), "2")
    assert "1 pod ends; 2 of 3 ready remain" in words(step)
    assert "disruption budget cart wants 2 healthy pods: with 2 none may be evicted" in words(step)
    assert (step.confirm, step.undo) == (Confirm.TYPED, "3")
    order = kube.order("deployments", "scale", "storefront", namespace="shop")
    low = words(await kube.step(order, "2"))
    assert "HPA storefront keeps it between 4 and 14: it will raise it to its minimum 4" in low
    assert "at 0 HPA storefront rests" in words(await kube.step(order, "0"))
    await kube.done(order, "2")
    kube.pass_time(30)
    assert kube.body("apps", "deployments", "shop", "storefront")["spec"]["replicas"] >= 4


async def test_a_stateful_set_and_a_replica_set_are_scaled_too(kube: KubeScene) -> None:
    order = kube.order("statefulsets", "scale", "sessions", namespace="shop")
    assert "their volume claims stay" in words(await kube.step(order, "2"))
    stage = await kube.ended(order, "2")
    assert stage.words == "2/2 ready"
    assert not kube.there("", "pods", "shop", "sessions-2")
    name = next(
        each.name
        for each in kube.kube.store.all(("apps", "replicasets"), "shop")
        if each.name.startswith("cart-")
    )
    step = await kube.step(kube.order("replicasets", "scale", name, namespace="shop"), "5")
    assert "deployment cart owns it, and sets it back" in words(step)
    assert request(step).about == "replicasets/scale"


async def test_a_number_that_is_none_or_the_same_sends_nothing(kube: KubeScene) -> None:
    order = kube.order("deployments", "scale", "report-api", namespace="reports")
    for answer, said in (("2", "it has 2 replicas already"), ("", "a number from 0 on")):
        step = await kube.step(order, answer)
        assert step.request is None
        assert said in step.refused


async def test_a_change_in_between_is_shown_and_not_overwritten(kube: KubeScene) -> None:
    def somebody() -> None:
        kube.touch("apps", "deployments", "shop", "payments", replicas=7)

    order = kube.order("deployments", "scale", "payments", namespace="shop")
    outcome = await kube.done(order, "5", somebody)
    assert (outcome.result, outcome.words) == (
        "conflict", "not sent: replicas was 3 and is 7 now",
    )  # fmt: skip
    assert kube.writes() == []
    order = kube.order("deployments", "restart", "thumbnails", namespace="media")
    outcome = await kube.done(
        order, "", lambda: kube.touch("apps", "deployments", "media", "thumbnails", paused=True)
    )
    assert outcome.result == "conflict"
    assert "generation was" in outcome.words
    assert [each.result for each in kube.scene.written()] == ["", "conflict"] * 2


async def test_a_restart_is_followed_until_every_pod_is_new(kube: KubeScene) -> None:
    before = {each["metadata"]["uid"] for each in kube.pods("reports", "report-api-")}
    order = kube.order("deployments", "restart", "report-api", namespace="reports")
    step = await kube.step(order)
    assert "rolling: at least" in words(step)
    stage = await kube.ended(order)
    assert (stage.words, stage.level) == ("2/2 new pods ready", Level.FINE)
    ((verb, resource, body),) = kube.writes()
    assert (verb, resource, list(body["spec"]["template"])) == (
        "patch",
        "deployments",
        ["metadata"],
    )
    kube.pass_time(60)
    after = {
        each["metadata"]["uid"]
        for each in kube.pods("reports", "report-api-")
        if not each["metadata"]["name"].startswith("cart-db") and not each["metadata"].get(
            "deletionTimestamp")
    }  # fmt: skip
    assert not before & after


async def test_stateful_and_daemon_sets_are_restarted_at_their_own_pace(kube: KubeScene) -> None:
    order = kube.order("statefulsets", "restart", "prometheus", namespace="monitoring")
    assert "one after the other" in words(await kube.step(order))
    assert (await kube.ended(order)).words == "2/2 new pods ready"
    order = kube.order("daemonsets", "restart", "fluent-bit", namespace="logging")
    assert "on at most 1 node at once" in words(await kube.step(order))


async def test_a_rollout_is_undone_with_its_difference_and_that_undone_again(
    kube: KubeScene,
) -> None:
    image = "spec", "template", "spec", "containers"

    def present() -> str:
        found = kube.body("apps", "deployments", "shop", "catalog")
        for each in image:
            found = found[each]
        return str(found[0]["image"])  # type: ignore[index]

    before = present()
    order = kube.order("deployments", "rollback", "catalog", namespace="shop")
    step = await kube.step(order, "1")
    changed = {each.label: (each.now, each.then) for each in step.changes}
    now = int(changed["revision"][0])
    assert changed["revision"] == (str(now), "1 as the newest")
    assert changed["containers[catalog].image"][0] == before
    assert (step.confirm, step.undo) == (Confirm.TYPED, str(now))
    assert (await kube.ended(order, "1")).level is Level.FINE
    ((_, resource, body),) = kube.writes()
    assert (resource, body[0]["op"], body[0]["path"]) == (
        "deployments", "replace", "/spec/template",
    )  # fmt: skip
    assert "pod-template-hash" not in body[0]["value"]["metadata"]["labels"]
    assert present() == changed["containers[catalog].image"][1]
    await kube.ended(order, str(now))
    assert present() == before
    revisions = kube.body("apps", "deployments", "shop", "catalog")["metadata"]["annotations"]
    assert revisions["deployment.kubernetes.io/revision"] == str(now + 2)


async def test_stateful_and_daemon_sets_go_back_to_a_controller_revision(kube: KubeScene) -> None:
    for resource, namespace, name in (
        ("statefulsets", "shop", "sessions"), ("daemonsets", "logging", "fluent-bit"),
    ):  # fmt: skip
        await kube.done(kube.order(resource, "restart", name, namespace=namespace))
        kube.pass_time(1)
        order = kube.order(resource, "rollback", name, namespace=namespace)
        step = await kube.step(order, "1")
        labels = [change.label for change in step.changes]
        assert labels == ["revision", "annotations.kubectl.kubernetes.io/restartedAt"]
        if resource == "statefulsets":
            assert (await kube.ended(order, "1")).level is Level.FINE
        else:
            assert (await kube.done(order, "1")).result == "sent"
        template = kube.body("apps", resource, namespace, name)["spec"]["template"]
        assert "kubectl.kubernetes.io/restartedAt" not in (
            template["metadata"].get("annotations") or {}
        )


async def test_without_another_revision_there_is_nothing_to_go_back_to(kube: KubeScene) -> None:
    step = await kube.step(
        kube.order("deployments", "rollback", "kube-state-metrics", namespace="monitoring")
    )
    assert step.refused == "there is no other revision to go back to"


async def test_a_paused_deployment_rolls_nothing_out_until_it_is_resumed(kube: KubeScene) -> None:
    pause = kube.order("deployments", "pause", "mailer", namespace="shop")
    outcome = await kube.done(pause)
    assert (outcome.result, outcome.step.undone_by) == ("sent", "resume")
    assert kube.writes() == [("patch", "deployments", {"spec": {"paused": True}})]
    assert (await kube.step(pause)).refused == "it is paused already"
    restart = kube.order("deployments", "restart", "mailer", namespace="shop")
    assert (await kube.step(restart)).refused == "it is paused: resume it first"
    resume = kube.order("deployments", "resume", "mailer", namespace="shop")
    assert (await kube.ended(resume)).level is Level.FINE
    assert not kube.body("apps", "deployments", "shop", "mailer")["spec"].get("paused")


async def test_a_rollout_that_gets_stuck_is_told_so(kube: KubeScene) -> None:
    body = kube.body("apps", "deployments", "cert-manager", "cert-manager")
    body["spec"]["template"]["spec"]["nodeSelector"] = {"no": "such"}
    body["spec"]["progressDeadlineSeconds"] = 30
    kube.kube.store.put(("apps", "deployments"), body, spec_changed=True)
    stage = await kube.ended(
        kube.order("deployments", "restart", "cert-manager", namespace="cert-manager")
    )
    assert stage.level is Level.FAILED
    assert "timed out progressing" in stage.words


async def test_what_may_not_be_read_around_it_is_said_and_keeps_nothing_back(
    kube_as: Any,
) -> None:
    kube = await kube_as(rule("apps", "deployments deployments/scale", "get patch"))
    step = await kube.step(kube.order("deployments", "scale", "cart", namespace="shop"), "4")
    assert "whether an HPA scales it is not known: you may not list" in words(step)
    assert step.request is not None


async def test_without_the_right_its_verb_and_resource_are_named(kube_as: Any) -> None:
    kube = await kube_as(rule("apps", "deployments", "get"))
    outcome = await kube.done(kube.order("deployments", "scale", "cart", namespace="shop"), "4")
    assert outcome.result == "denied"
    assert outcome.words == "denied: you may not patch deployments/scale"
    assert kube.scene.written()[-1].result == "denied"
    step = await kube.step(kube.order("statefulsets", "restart", "sessions", namespace="shop"))
    assert step.refused == "denied: you may not get statefulsets"


async def test_a_scaling_reads_what_is_around_once_and_the_object_again(kube: KubeScene) -> None:
    await kube.done(kube.order("deployments", "scale", "cart", namespace="shop"), "4")
    made = sorted(f"{each.verb} {each.resource}" for each in kube.kube.requests)
    assert made == [
        "get deployments", "get deployments", "list horizontalpodautoscalers",
        "list poddisruptionbudgets", "patch deployments/scale",
    ]  # fmt: skip
