"""What scaling a node group would do, and how far it has come."""

from __future__ import annotations

from containerscope.model.eks import Nodegroup
from containerscope.model.health import Level
from containerscope.plan import Change, Confirm, Note, Request, Stage, Step

_MOST = 450
"""Nodes that a managed node group may have by AWS's own quota."""
_AT_ONCE = 100
"""The most nodes that an update may take away at once."""


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


def unavailable(group: Nodegroup) -> str:
    """How many nodes an update may take away at once; empty where it is a share of them."""
    rules = group.update_config
    return str((rules.max_unavailable if rules else None) or "")


def plan_unavailable(group: Nodegroup, answer: str) -> Step:
    """Set how many nodes an update may take away at once."""
    count = int(answer) if answer.isascii() and answer.isdigit() else 0
    rules = group.update_config
    percent = rules.max_unavailable_percentage if rules else None
    now = unavailable(group) if percent is None else f"{percent} %"
    refused = why_not_scaled(group)
    if not refused and not 1 <= count <= _AT_ONCE:
        refused = f"a number from 1 to {_AT_ONCE} is wanted"
    if not refused and str(count) == now:
        refused = f"it is {count} already"
    name, cluster = group.nodegroup_name or "", group.cluster_name or ""
    return Step(
        name,
        group.nodegroup_arn or name,
        cluster,
        (Change("unavailable in updates", now, str(count) if count else "?"),),
        None
        if refused
        else Request(
            "eks", "UpdateNodegroupConfig", {"clusterName": cluster, "nodegroupName": name},
            {"updateConfig": {"maxUnavailable": count}},
        ),
        (),
        {"unavailable in updates": now},
        refused=refused,
        undo="" if refused or percent is not None else now,
    )  # fmt: skip


def plan_release(group: Nodegroup, answer: str) -> Step:
    """Replace every node by one of the newest AMI release of the group's version."""
    refused = why_not_scaled(group)
    if not refused and group.ami_type == "CUSTOM":
        refused = "its AMI is one of your own: give it a new launch template version"
    name, cluster = group.nodegroup_name or "", group.cluster_name or ""
    rules = group.update_config
    most = (rules.max_unavailable if rules else None) or 1
    pace = f"{rules.max_unavailable_percentage} %" if rules and rules.max_unavailable_percentage \
        else str(most)  # fmt: skip
    return Step(
        name,
        group.nodegroup_arn or name,
        cluster,
        (Change("AMI release", group.release_version or "?", f"newest of {group.version}"),),
        None
        if refused
        else Request(
            "eks", "UpdateNodegroupVersion", {"clusterName": cluster, "nodegroupName": name}
        ),
        (
            Note(f"all {desired(group)} nodes are replaced, {pace} at once; their pods move"),
            Note("a pod whose disruption budget forbids it makes the update fail", Level.NONE),
        ),
        {"AMI release": group.release_version or "", "version": group.version or ""},
        Confirm.TYPED,
        refused,
        mark=group.release_version or "",
    )  # fmt: skip


def updated(group: Nodegroup, step: Step) -> Stage:
    """How far an update has come that EKS makes of the whole group."""
    if group.status == "UPDATING":
        return Stage("EKS is updating the group")
    issues = (group.health.issues if group.health else None) or ()
    if group.status != "ACTIVE":
        reason = next((issue.message for issue in issues if issue.message), "")
        words = ": ".join(filter(None, (f"the group is {(group.status or '?').lower()}", reason)))
        return Stage(words, True, Level.FAILED)
    if step.mark and group.release_version == step.mark:
        words = f"AMI release is {step.mark} still: it was the newest, or the update failed"
        return Stage(words, True, Level.WARNING)
    if step.mark:
        return Stage(f"updated to AMI release {group.release_version}", True, Level.FINE)
    return Stage("updated", True, Level.FINE)
