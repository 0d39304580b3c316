"""What scaling a node group would do, and how far it has come."""

from __future__ import annotations

from containerscope.model.eks import Nodegroup
from containerscope.model.health import Level
from containerscope.plan import Change, Confirm, Note, Request, Stage, Step

_MOST = 450
"""Nodes that a managed node group may have by AWS's own quota."""


def why_not_scaled(group: Nodegroup) -> str:
    """Why EKS would not take a change now; empty if it would."""
    if group.status in ("ACTIVE", "DEGRADED", None):
        return ""
    return f"the node group is {(group.status or '').lower()}"


def desired(group: Nodegroup) -> int:
    """How many nodes it is to have."""
    size = group.scaling_config.desired_size if group.scaling_config else None
    return size or 0


def plan_scale(group: Nodegroup, answer: str) -> Step:
    """Set the desired size within the group's own bounds, and nothing else of it."""
    count = int(answer) if answer.isascii() and answer.isdigit() else None
    bounds = group.scaling_config
    low = (bounds.min_size if bounds else None) or 0
    high = (bounds.max_size if bounds else None) or _MOST
    now = desired(group)
    refused = why_not_scaled(group)
    if not refused and (count is None or not low <= count <= high):
        refused = f"a number from its minimum {low} to its maximum {high} is wanted"
    if not refused and count == now:
        refused = f"desired is {count} already"
    name, cluster = group.nodegroup_name or "", group.cluster_name or ""
    fewer = max(0, now - count) if count is not None else 0
    return Step(
        name,
        group.nodegroup_arn or name,
        cluster,
        (Change("desired", str(now), "?" if count is None else str(count)),),
        None
        if refused
        else Request(
            "eks", "UpdateNodegroupConfig", {"clusterName": cluster, "nodegroupName": name},
            {"scalingConfig": {"desiredSize": count}},
        ),
        _notes(low, high, fewer),
        {"desired": str(now), "minimum": str(low), "maximum": str(high)},
        Confirm.TYPED if fewer else Confirm.YES,
        refused,
        undo="" if refused else str(now),
        mark=answer,
    )  # fmt: skip


def _notes(low: int, high: int, fewer: int) -> tuple[Note, ...]:
    notes = [
        Note(f"minimum {low}, maximum {high}; a cluster autoscaler may change it again", Level.NONE)
    ]
    if fewer:
        words = f"{fewer} node is" if fewer == 1 else f"{fewer} nodes are"
        notes.append(Note(f"{words} drained and ended; the pods on them move"))
    return tuple(notes)


def scaled(group: Nodegroup, step: Step, nodes: int | None = None) -> Stage:
    """How far a group has come on its way to the size that was asked for."""
    if group.status == "UPDATING":
        return Stage("EKS is updating the group")
    if str(desired(group)) != step.mark:
        words = f"desired is {desired(group)} now: something else changed it"
        return Stage(words, True, Level.WARNING)
    if nodes is not None and str(nodes) != step.mark:
        return Stage(f"{nodes}/{step.mark} nodes")
    return Stage(f"{step.mark} nodes wanted, the group is updated", True, Level.FINE)
