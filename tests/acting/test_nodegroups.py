from __future__ import annotations

from containerscope.model.health import Level
from containerscope.plan import Confirm
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


async def test_an_ami_update_is_followed_until_every_node_is_new(scene: Scene) -> None:
    groups = scene.world.eks["platform"].nodegroups
    good = (name for name, group in groups.items() if group["status"] == "ACTIVE")
    name = next(name for name in good if groups[name]["amiType"] != "CUSTOM")
    before = groups[name]["releaseVersion"]
    order = scene.order("nodegroups", "update-ami", name, cluster="platform")
    previewed = await scene.previewed(order)
    assert previewed.confirm is Confirm.TYPED
    (outcome,) = await scene.done(order)
    assert outcome.result == "sent"
    stages = await scene.followed(order, outcome)
    assert stages[0].words == "EKS is updating the group"
    assert stages[-1].done
    assert (stages[-1].level is Level.FINE) is (groups[name]["releaseVersion"] != before)
