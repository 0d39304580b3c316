"""The account that `--demo` shows: three ECS clusters, two of EKS and, if asked, many more."""

from __future__ import annotations

from containerscope.demo import (
    asg_build,
    ecs_alive,
    ecs_checkout,
    ecs_data,
    ecs_edge,
    ecs_stories,
    eks_account,
    load_build,
    logs_streams,
    scaling_build,
    surroundings,
)
from containerscope.demo.kube_fleet import Fleet
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
    load_build.build(world)
    asg_build.build(world)
    scaling_build.build(world)
    logs_streams.attach(world)
    ecs_alive.start(world)
    ecs_stories.attach(world)
    world.kube = Fleet(world)
    return world
