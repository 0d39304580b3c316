from __future__ import annotations

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
