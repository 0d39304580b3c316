"""What an EC2 Auto Scaling group counts of itself, as its metrics show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from containerscope.demo import load
from containerscope.demo.asg_state import AutoScalingGroup
from containerscope.demo.world import World


def _in_state(state: str) -> Callable[[AutoScalingGroup], int]:
    def count(group: AutoScalingGroup) -> int:
        return sum(1 for each in group.instances.values() if each.lifecycle.startswith(state))

    return count


GROUP_COUNTS: Mapping[str, Callable[[AutoScalingGroup], int]] = {
    "GroupDesiredCapacity": lambda group: group.desired,
    "GroupInServiceInstances": _in_state("InService"),
    "GroupMinSize": lambda group: group.minimum,
    "GroupMaxSize": lambda group: group.maximum,
    "GroupTotalInstances": lambda group: len(group.instances),
    "GroupPendingInstances": _in_state("Pending"),
    "GroupTerminatingInstances": _in_state("Terminating"),
    "GroupStandbyInstances": _in_state("Standby"),
}


def record_counts(world: World, group: AutoScalingGroup) -> None:
    """Let the metrics of the group show what it is like from now on."""
    for name, count in GROUP_COUNTS.items():
        load.record(world, f"{group.name}/{name}", float(count(group)))
