"""What evicting or deleting a pod would do, and how far it has come."""

from __future__ import annotations

from typing import Any

import msgspec

from containerscope.insight.kube_budget import eviction_notes
from containerscope.insight.kube_pod import pod_word, ready_of
from containerscope.insight.kube_ref import Ref
from containerscope.model.health import Level
from containerscope.model.kube import Meta, Owner
from containerscope.model.kube_pod import Pod
from containerscope.model.kube_policy import Budget
from containerscope.plan import Change, Confirm, KubeRequest, Note, Option, Stage, Step

EVICT, DELETE, KILL = "evict", "delete", "kill"
WAYS = (
    Option(EVICT, "evict  only if its disruption budgets allow it"),
    Option(DELETE, "delete  past the budgets, with its own grace period"),
    Option(KILL, "kill  past the budgets, at once and without a grace period"),
)
_MIRROR = "kubernetes.io/config.mirror"


class LivePod(msgspec.Struct, frozen=True):
    """A pod as it is now, what holds it and who starts it again."""

    ref: Ref
    pod: Pod
    budgets: tuple[Budget, ...] = ()
    ready: int | None = None
    """How many pods of its owner are ready; None where that is not known."""
    wanted: int | None = None
    unknown: tuple[str, ...] = ()
    """What could not be read of all this, and why."""


def owner_of(pod: Pod) -> Owner | None:
    """The controller that it belongs to."""
    meta = pod.metadata or Meta()
    return next((each for each in meta.owner_references or () if each.controller), None)


def is_mirror(pod: Pod) -> bool:
    """Whether it only shows a pod that its kubelet runs from a file."""
    return _MIRROR in ((pod.metadata and pod.metadata.annotations) or {})


def is_of_daemon(pod: Pod) -> bool:
    """Whether a daemon set keeps it on its node, cordoned or not."""
    owner = owner_of(pod)
    return owner is not None and owner.kind == "DaemonSet"


def has_ended(pod: Pod) -> bool:
    """Whether all its containers have ended for good."""
    return bool(pod.status and pod.status.phase in ("Succeeded", "Failed"))


def is_going(pod: Pod) -> bool:
    """Whether it is being deleted."""
    return pod.metadata is not None and pod.metadata.deletion_timestamp is not None


def loses_data(pod: Pod) -> bool:
    """Whether it has volumes that end with it."""
    return any(each.empty_dir is not None for each in (pod.spec and pod.spec.volumes) or ())


def is_ready(pod: Pod) -> bool:
    """Whether it is ready and stays."""
    found = pod.status.condition("Ready") if pod.status else None
    return found is not None and found.true and not is_going(pod)


def why_not_stopped(pod: Pod) -> str:
    """Why it cannot be made to go; empty if it can."""
    if is_mirror(pod):
        return "a mirror pod: its kubelet runs it from a file on the node"
    return ""


def plan_stop(live: LivePod, answer: str) -> Step:
    """Evict a pod, delete it, or delete it without a grace period."""
    pod, way = live.pod, answer or EVICT
    refused = why_not_stopped(pod)
    if not refused and way not in (EVICT, DELETE, KILL):
        refused = "choose evict, delete or kill"
    if not refused and is_going(pod) and way != KILL:
        refused = "it is terminating already"
    return live.ref.step(
        Change(_label(pod), pod_word(pod), {EVICT: "evicted", KILL: "killed"}.get(way, "deleted")),
        request=None if refused else request_of(live.ref, way),
        notes=() if refused else (*_budget_notes(live, way), *_effects(live), *_losses(pod, way)),
        facts=live.ref.facts,
        confirm=Confirm.TYPED,
        refused=refused,
        mark=live.ref.uid,
    )


def _label(pod: Pod) -> str:
    owner = owner_of(pod)
    return f"pod of {(owner.kind or '?').lower()} {owner.name}" if owner else "pod of nobody"


def request_of(ref: Ref, way: str) -> KubeRequest:
    """What makes this pod go, and no other one that has taken its name."""
    options: dict[str, Any] = {"preconditions": {"uid": ref.uid}} if ref.uid else {}
    if way == EVICT:
        body = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": ref.name, "namespace": ref.namespace},
            "deleteOptions": options,
        }
        return KubeRequest(ref.cluster, "create", f"{ref.path}/eviction", "pods/eviction", body)
    grace: dict[str, Any] = {"gracePeriodSeconds": 0} if way == KILL else {}
    body = {"apiVersion": "v1", "kind": "DeleteOptions", **options, **grace}
    return KubeRequest(ref.cluster, "delete", ref.path, "pods", body, changes=grace)


def _budget_notes(live: LivePod, way: str) -> tuple[Note, ...]:
    if way == EVICT:
        return eviction_notes(live.budgets)
    names = ", ".join(each.name for each in live.budgets)
    return (Note(f"disruption budget {names} is not asked"),) if names else ()


def _effects(live: LivePod) -> tuple[Note, ...]:
    notes = [Note(words) for words in live.unknown]
    owner = owner_of(live.pod)
    if owner is None:
        return (*notes, Note("nothing starts it again: no controller owns it"))
    kind = (owner.kind or "?").lower()
    if kind == "daemonset":
        return (*notes, Note(f"daemonset {owner.name} starts another on the node", Level.NONE))
    if live.ready is None:
        return (*notes, Note(f"{kind} {owner.name} decides what starts in its place", Level.NONE))
    left = max(0, live.ready - is_ready(live.pod))
    if live.wanted == 0:
        return (*notes, Note(f"{kind} {owner.name} wants none: nothing starts it again"))
    if left == 0 and is_ready(live.pod):
        words = f"it is the last ready pod of {kind} {owner.name}: none is left until another is"
        return (*notes, Note(words))
    words = f"{left} of {live.ready} ready pods of {kind} {owner.name} remain until another is"
    return (*notes, Note(words, Level.NONE))


def _losses(pod: Pod, way: str) -> tuple[Note, ...]:
    notes = []
    if loses_data(pod):
        notes.append(Note("what it has in emptyDir volumes is lost"))
    owner = owner_of(pod)
    if way == KILL:
        notes.append(Note("its processes are not asked to end, and may go on for a moment"))
        if owner is not None and owner.kind == "StatefulSet":
            notes.append(Note("another one of its name may run beside it for that moment"))
    return tuple(notes)


def gone(pod: Pod | None, step: Step) -> Stage:
    """How far a pod has come on its way out."""
    uid = pod.metadata.uid if pod is not None and pod.metadata else None
    if pod is None or uid != step.mark:
        return Stage("gone", True, Level.FINE)
    if not is_going(pod):
        return Stage(pod_word(pod).lower())
    ready = ready_of(pod)
    return Stage(f"terminating, {ready[0]} of {ready[1]} containers still ready")
