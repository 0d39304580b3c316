from __future__ import annotations

from containerscope.demo.eks_updates import error
from containerscope.model.health import Level
from containerscope.plan import Confirm, Stage
from tests.acting.conftest import Scene


async def test_a_node_group_is_scaled_within_its_bounds(scene: Scene) -> None:
    group = next(iter(scene.world.eks["platform"].nodegroups.values()))
    name, bounds = group["nodegroupName"], group["scalingConfig"]
    count = bounds["maxSize"]
    assert count != bounds["desiredSize"]
    order = scene.order("nodegroups", "scale", name, cluster="platform")
    (outcome,) = await scene.done(order, str(count))
    assert scene.sent("UpdateNodegroupConfig")[0]["scalingConfig"] == {"desiredSize": count}
    assert (await scene.followed(order, outcome))[-1].words.startswith(f"{count} nodes")
    (step,) = (await scene.previewed(order, str(count + 1))).steps
    assert "from its minimum" in step.refused


async def test_the_pace_of_updates_is_set(scene: Scene) -> None:
    name = next(iter(scene.world.eks["platform"].nodegroups))
    order = scene.order("nodegroups", "set-unavailable", name, cluster="platform")
    (outcome,) = await scene.done(order, "7")
    assert scene.sent("UpdateNodegroupConfig")[0]["updateConfig"] == {"maxUnavailable": 7}
    assert (await scene.followed(order, outcome))[-1].level is Level.FINE
    (outcome,) = await scene.done(order, "25%")
    assert scene.sent("UpdateNodegroupConfig")[1]["updateConfig"] == {
        "maxUnavailablePercentage": 25
    }
    await scene.followed(order, outcome)
    for answer in ("0", "101%", "%", ""):
        (step,) = (await scene.previewed(order, answer)).steps
        assert "from 1 to 100" in step.refused


async def test_an_ami_update_is_followed_until_every_node_is_new(scene: Scene) -> None:
    groups = scene.world.eks["platform"].nodegroups
    newest = groups["general-a"]["releaseVersion"]
    order = scene.order("nodegroups", "update-ami", "general-a", cluster="platform")
    (step,) = (await scene.previewed(order)).steps
    assert step.refused == f"AMI release {newest} is the newest of 1.33 already"
    order = scene.order("nodegroups", "update-ami", "system", cluster="platform")
    previewed = await scene.previewed(order)
    assert previewed.confirm is Confirm.TYPED
    assert previewed.steps[0].changes[0].words == f"AMI release 1.33.4-20260917 → {newest}"
    (outcome,) = await scene.done(order)
    assert outcome.result == "sent"
    stages = await scene.followed(order, outcome, every=20)
    assert stages[0].words == "EKS is updating the group"
    assert stages[-1] == Stage(f"updated to AMI release {newest}", True, Level.FINE)
    assert groups["system"]["releaseVersion"] == newest
    nodes = scene.world.kube["platform"].store.all(("", "nodes"))
    of_group = [each for each in nodes if each.labels.get("role") == "system"]
    kubelets = {each.object()["status"]["nodeInfo"]["kubeletVersion"] for each in of_group}
    assert (len(of_group), kubelets) == (3, {"v1.33.5-eks-113cf36"})


async def test_an_update_that_fails_says_why(scene: Scene) -> None:
    groups = scene.world.eks["platform"].nodegroups
    name = next(name for name, group in groups.items() if group["status"] == "ACTIVE")
    groups[name]["releaseVersion"] = "1.33.4-20260701"
    order = scene.order("nodegroups", "update-ami", name, cluster="platform")
    (outcome,) = await scene.done(order)
    update = next(
        u for u in scene.world.eks["platform"].updates.values() if u.body["id"] == outcome.step.mark
    )
    reason = "Reached max retries while trying to evict pods from nodes"
    update.body |= {"status": "Failed", "errors": [error("PodEvictionFailure", reason)]}
    (*_, last) = await scene.followed(order, outcome)
    assert last == Stage(f"the update failed: {reason}", True, Level.FAILED)
