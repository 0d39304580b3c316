"""What stands around the clusters of the demo account, fitted to what is in them."""

from __future__ import annotations

from containerscope.demo import efs_build, elb_build, elb_kube, elb_rounds, elb_targets, iam_build
from containerscope.demo.world import World


def attach(world: World) -> None:
    """Put the surroundings into a world whose clusters are built, and let them follow it."""
    elb_build.build(world)
    elb_kube.build(world)
    efs_build.build(world)
    iam_build.build(world)
    elb_targets.attach(world)
    elb_rounds.attach(world)
