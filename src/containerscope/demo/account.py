"""The account that `--demo` shows: three ECS clusters, two of EKS and, if asked, many more."""

from __future__ import annotations

from containerscope.demo import ecs_checkout, ecs_data, ecs_edge, eks_account, surroundings
from containerscope.demo.scale import Scale, add_scale
from containerscope.demo.world import World
from containerscope.model.clock import Clock


def demo_world(clock: Clock, scale: Scale | None = None, seed: int = 1) -> World:
    """A world with something of everything, its past reckoned back from the clock's now."""
    world = World(clock, seed=seed)
    world.account_settings = {
        "awsvpcTrunking": "enabled",
        "containerInsights": "enabled",
        "containerInstanceLongArnFormat": "enabled",
        "defaultLogDriverMode": "non-blocking",
        "fargateFIPSMode": "disabled",
        "fargateTaskRetirementWaitPeriod": "7",
        "guardDutyActivate": "off",
        "serviceLongArnFormat": "enabled",
        "tagResourceAuthorization": "off",
        "taskLongArnFormat": "enabled",
    }
    for each in (ecs_checkout, ecs_data, ecs_edge):
        each.build(world)
    eks_account.build(world)
    if scale is not None:
        add_scale(world, scale)
    surroundings.attach(world)
    return world
