"""The blocks about an EC2 Auto Scaling group, wherever one stands behind something."""

from __future__ import annotations

from collections.abc import Sequence

from containerscope.insight.group_scaling import folded, group_step
from containerscope.model.asg import AutoScalingGroup, GroupActivity
from containerscope.model.health import Level
from containerscope.resource import TableBlock


def instances(group: AutoScalingGroup) -> TableBlock:
    """The instances of a group, each as the group sees it."""
    found = group.instances or ()
    rows = tuple(
        (
            each.instance_id,
            each.lifecycle_state,
            each.health_status,
            each.instance_type,
            each.availability_zone,
            each.protected_from_scale_in,
        )
        for each in found
    )
    header = ("INSTANCE", "STATE", "HEALTH", "TYPE", "ZONE", "PROTECTED")
    levels = tuple(
        Level.FAILED if each.health_status == "Unhealthy" else Level.NONE for each in found
    )
    return TableBlock("Instances", header, rows, levels, empty="The group has no instances.")


def activities(told: Sequence[GroupActivity]) -> TableBlock:
    """What a group did or tried, and why; the same failure again and again is one line."""
    found = folded([group_step(each) for each in told])
    return TableBlock(
        "Activities",
        ("WHEN", "CHANGE", "RESULT", "CAUSE", "WHAT"),
        tuple(
            (
                step.activity.start_time,
                step.change or None,
                step.result + (f" ({times} times)" if times > 1 else ""),
                step.cause,
                step.activity.description,
            )
            for step, times in found
        ),
        tuple(step.level if step.level is not Level.FINE else Level.NONE for step, _ in found),
        empty="None in the last six weeks.",
    )
