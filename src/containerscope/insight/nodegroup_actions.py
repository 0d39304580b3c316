"""What scaling or updating a managed node group would do, and how far it has come."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from containerscope.insight.eks_release import release_verdict
from containerscope.model.eks import Nodegroup
from containerscope.model.eks_upgrade import Update
from containerscope.model.health import Level
from containerscope.plan import Change, Confirm, Note, Request, Stage, Step

_MOST = 450
"""Nodes that a managed node group may have by AWS's own quota."""
_AT_ONCE = 100
"""The most nodes, and the largest share of them, that an update may take away at once."""


def why_not_scaled(group: Nodegroup) -> str:
    """Why EKS would not take a change now; empty if it would."""
    if group.status in ("ACTIVE", "DEGRADED", None):
        return ""
    return f"the node group is {(group.status or '').lower()}"


def desired(group: Nodegroup) -> int:
    """How many nodes it is to have."""
    size = group.scaling_config.desired_size if group.scaling_config else None
    return size or 0


def _step(group: Nodegroup, *changes: Change, **fields: Any) -> Step:
    name = group.nodegroup_name or ""
    return Step(name, group.nodegroup_arn or name, group.cluster_name or "", changes, **fields)


def _request(group: Nodegroup, operation: str, **changes: Any) -> Request:
    where = {"clusterName": group.cluster_name or "", "nodegroupName": group.nodegroup_name or ""}
    return Request("eks", operation, where, changes)


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
    more = 0 if count is None else count - now
    request = _request(group, "UpdateNodegroupConfig", scalingConfig={"desiredSize": count})
    return _step(
        group,
        Change("desired", str(now), "?" if count is None else str(count)),
        request=None if refused else request,
        notes=_notes(group, low, high, more),
        facts={"desired": str(now), "minimum": str(low), "maximum": str(high)},
        confirm=Confirm.TYPED if more < 0 else Confirm.YES,
        refused=refused,
        undo="" if refused else str(now),
    )


def _notes(group: Nodegroup, low: int, high: int, more: int) -> tuple[Note, ...]:
    notes = [
        Note(f"minimum {low}, maximum {high}; a cluster autoscaler may change it again", Level.NONE)
    ]
    kinds = " or ".join(group.instance_types or ())
    if more > 0 and kinds:
        spot = ", Spot" if group.capacity_type == "SPOT" else ""
        notes.append(Note(f"takes {more} × {kinds}{spot} more", Level.NONE))
    if more < 0:
        words = f"{-more} node is" if more == -1 else f"{-more} nodes are"
        notes.append(Note(f"{words} drained and ended; the pods on them move"))
    return tuple(notes)


def scaled(group: Nodegroup, update: Update | None, step: Step, nodes: int | None = None) -> Stage:
    """How far a group has come on its way to the size that was asked for."""
    changes = step.request.changes if step.request is not None else {}
    wanted = int(changes.get("scalingConfig", {}).get("desiredSize", 0))
    stage = updated(group, update)
    if not stage.done or stage.level >= Level.WARNING:
        return stage
    if desired(group) != wanted:
        words = f"desired is {desired(group)} now: something else changed it"
        return Stage(words, True, Level.WARNING)
    if nodes is not None and nodes != wanted:
        return Stage(f"{nodes}/{wanted} nodes{_issues(group)}")
    return Stage(f"{wanted} nodes, the group is updated", True, Level.FINE)


def unavailable(group: Nodegroup) -> str:
    """How many nodes an update may take away at once, or which share of them: `2`, `25%`."""
    rules = group.update_config
    percent = rules.max_unavailable_percentage if rules else None
    if percent:
        return f"{percent}%"
    return str((rules.max_unavailable if rules else None) or 1)


def plan_unavailable(group: Nodegroup, answer: str) -> Step:
    """Set how many nodes, or which share of them, an update may take away at once."""
    typed = re.fullmatch(r"(\d{1,3})(%?)", answer, re.ASCII)
    count = int(typed.group(1)) if typed else 0
    now = unavailable(group)
    refused = why_not_scaled(group)
    if not refused and not 1 <= count <= _AT_ONCE:
        refused = f"a number or a share of the nodes is wanted: from 1 to {_AT_ONCE}, 1% to 100%"
    if not refused and answer == now:
        refused = f"it is {answer} already"
    share = typed is not None and bool(typed.group(2))
    name = "maxUnavailablePercentage" if share else "maxUnavailable"
    request = _request(group, "UpdateNodegroupConfig", updateConfig={name: count})
    return _step(
        group,
        Change("unavailable in updates", now, answer if count else "?"),
        request=None if refused else request,
        facts={"unavailable in updates": now},
        refused=refused,
        undo="" if refused else now,
    )


class LiveRelease(msgspec.Struct, frozen=True):
    """A group with the newest AMI release that AWS has for it."""

    group: Nodegroup
    newest: str = ""
    """Empty where it is not known."""


def why_not_updated(group: Nodegroup) -> str:
    """Why EKS would not give it another AMI; empty if it would."""
    if group.ami_type == "CUSTOM":
        return "its AMI is one of your own: give it a new launch template version"
    return why_not_scaled(group)


def plan_release(live: LiveRelease, answer: str) -> Step:
    """Replace every node by one of the newest AMI release of the group's version."""
    group = live.group
    now = group.release_version or ""
    refused = why_not_updated(group)
    if not refused and release_verdict(group, live.newest).level is Level.FINE:
        refused = f"AMI release {now} is the newest of {group.version} already"
    return _step(
        group,
        Change("AMI release", now or "?", live.newest or f"newest of {group.version}"),
        request=None if refused else _request(group, "UpdateNodegroupVersion"),
        notes=(
            Note(f"{_every(group)} replaced, {unavailable(group)} at once; the pods move"),
            Note("a pod whose disruption budget forbids it makes the update fail", Level.NONE),
        ),
        facts={"AMI release": now, "version": group.version or ""},
        confirm=Confirm.TYPED,
        refused=refused,
    )


def _every(group: Nodegroup) -> str:
    count = desired(group)
    return "its only node is" if count == 1 else f"all {count} nodes are"


def made(answer: Mapping[str, Any]) -> str:
    """The id of the update that EKS has begun."""
    return str((answer.get("update") or {}).get("id") or "")


def updated(group: Nodegroup, update: Update | None) -> Stage:
    """How far an update has come that EKS makes of the whole group."""
    if update is not None and update.status in ("Failed", "Cancelled"):
        reasons = (each.error_message or each.error_code or "" for each in update.errors or ())
        words = f"the update {update.status.lower()}: {'; '.join(filter(None, reasons))}"
        return Stage(words.rstrip(": "), True, Level.FAILED)
    if group.status == "UPDATING" or (update is not None and update.status == "InProgress"):
        return Stage("EKS is updating the group")
    if group.status != "ACTIVE":
        words = f"the group is {(group.status or '?').lower()}{_issues(group)}"
        return Stage(words, True, Level.WARNING if group.status == "DEGRADED" else Level.FAILED)
    return Stage("updated", True, Level.FINE)


def released(group: Nodegroup, update: Update | None) -> Stage:
    """As `updated`, with the AMI release that it has led to."""
    stage = updated(group, update)
    if stage.done and stage.level is Level.FINE:
        return Stage(f"updated to AMI release {group.release_version}", True, Level.FINE)
    return stage


def _issues(group: Nodegroup) -> str:
    issues = (group.health.issues if group.health else None) or ()
    reason = next((issue.message for issue in issues if issue.message), "")
    return f": {reason}" if reason else ""
