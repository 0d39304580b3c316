"""What scaling, restarting or pausing a Kubernetes workload would do, and how far it has come."""

from __future__ import annotations

from datetime import datetime

import msgspec

from containerscope.insight.kube_budget import shrinking_notes
from containerscope.insight.kube_ref import Ref, counted
from containerscope.model.health import Level
from containerscope.model.kube_policy import Budget
from containerscope.model.kube_workload import (
    Hpa,
    HpaSpec,
    Rolling,
    Workload,
    WorkloadSpec,
    WorkloadStatus,
)
from containerscope.plan import Change, Confirm, Note, Stage, Step

_RESTARTED = "kubectl.kubernetes.io/restartedAt"
"""The annotation that `kubectl rollout restart` sets."""


class LiveWorkload(msgspec.Struct, frozen=True):
    """A workload as it is now, and what bounds it."""

    ref: Ref
    workload: Workload
    hpas: tuple[Hpa, ...] = ()
    """Those that scale it."""
    budgets: tuple[Budget, ...] = ()
    """Those that count its pods."""
    unknown: tuple[str, ...] = ()
    """What could not be read of all this, and why."""
    at: datetime | None = None
    """The server's time."""

    @property
    def spec(self) -> WorkloadSpec:
        """Its specification."""
        return self.workload.spec or WorkloadSpec()

    @property
    def status(self) -> WorkloadStatus:
        """Its status."""
        return self.workload.status or WorkloadStatus()

    @property
    def replicas(self) -> int:
        """How many pods it is to have."""
        return 1 if self.spec.replicas is None else self.spec.replicas

    @property
    def pods(self) -> int:
        """How many pods it is to have, also of a daemon set."""
        return self.status.desired_number_scheduled or self.replicas

    @property
    def generation(self) -> str:
        """What every change of the specification raises, and nothing else does."""
        meta = self.workload.metadata
        return str((meta.generation if meta else None) or "")


def why_not_changed(workload: Workload) -> str:
    """Why it cannot be changed at all; empty if it can."""
    meta = workload.metadata
    gone = meta is not None and meta.deletion_timestamp is not None
    return "it is being deleted" if gone else ""


def why_not_rolled(workload: Workload) -> str:
    """Why no rollout of it can begin; empty if one can."""
    if workload.spec is not None and workload.spec.paused:
        return "it is paused: resume it first"
    return why_not_changed(workload)


def plan_scale(live: LiveWorkload, answer: str) -> Step:
    """Set the number of replicas, and nothing else."""
    count = int(answer) if answer.isascii() and answer.isdigit() else None
    refused = why_not_changed(live.workload)
    if not refused and count is None:
        refused = "a number from 0 on is wanted"
    if not refused and count == live.replicas:
        refused = f"it has {counted(live.replicas, 'replica')} already"
    change = Change("replicas", str(live.replicas), "?" if count is None else str(count))
    facts = {**live.ref.facts, "replicas": str(live.replicas)}
    if refused or count is None:
        return live.ref.step(change, facts=facts, refused=refused, notes=_bounds(live, None))
    fewer = count < live.replicas
    return live.ref.step(
        change,
        request=live.ref.merge({"spec": {"replicas": count}}, {"replicas": count}, part="scale"),
        notes=(*_bounds(live, count), *_owner(live), *(_fewer(live, count) if fewer else ())),
        facts=facts,
        confirm=Confirm.TYPED if fewer else Confirm.YES,
        undo=str(live.replicas),
        mark=str(count),
    )


def _bounds(live: LiveWorkload, count: int | None) -> tuple[Note, ...]:
    """The autoscalers, and what they will do about a count outside of their bounds."""
    notes = [Note(words) for words in live.unknown]
    for hpa in live.hpas:
        spec = hpa.spec or HpaSpec()
        low = 1 if spec.min_replicas is None else spec.min_replicas
        high = spec.max_replicas or low
        words = f"HPA {(hpa.metadata.name if hpa.metadata else None) or '?'}"
        bounds = f"{words} keeps it between {low} and {high}"
        if count == 0 and low:
            notes.append(Note(f"at 0 {words} rests until it is scaled up by hand"))
        elif count is not None and count < low:
            notes.append(Note(f"{bounds}: it will raise it to its minimum {low} again"))
        elif count is not None and count > high:
            notes.append(Note(f"{bounds}: it will lower it to its maximum {high} again"))
        else:
            notes.append(Note(f"{bounds}, and may change it again", Level.NONE))
    if not notes:
        notes.append(Note("no HPA scales it: it stays at this number", Level.NONE))
    return tuple(notes)


def _owner(live: LiveWorkload) -> tuple[Note, ...]:
    meta = live.workload.metadata
    owner = next((o for o in (meta and meta.owner_references) or () if o.controller), None)
    if owner is None:
        return ()
    kind = (owner.kind or "?").lower()
    return (Note(f"{kind} {owner.name} owns it, and sets it back to its own number"),)


def _fewer(live: LiveWorkload, count: int) -> tuple[Note, ...]:
    """What ends."""
    ready = live.status.ready_replicas or 0
    gone = live.replicas - count
    ends = "ends" if gone == 1 else "end"
    notes = [Note(f"{counted(gone, 'pod')} {ends}; {min(ready, count)} of {ready} ready remain")]
    if count == 0:
        notes.append(Note("nothing will answer in its place"))
    if live.ref.plural == "statefulsets":
        notes.append(Note("the highest numbers end first; their volume claims stay", Level.NONE))
    return (*notes, *shrinking_notes(live.budgets, count))


def scaled(workload: Workload, step: Step) -> Stage:
    """How far it has come on its way to the number that was asked for."""
    wanted = int(step.mark)
    status = workload.status or WorkloadStatus()
    now = workload.spec.replicas if workload.spec else None
    if now != wanted:
        words = f"{counted(now or 0, 'replica')} now: something else changed it"
        return Stage(words, True, Level.WARNING)
    ready, there = status.ready_replicas or 0, status.replicas or 0
    words = f"{ready}/{wanted} ready"
    if _unseen(workload):
        return Stage(f"{words}, waiting for its controller")
    if ready == wanted == there:
        return Stage(words, True, Level.FINE)
    ending = f", {there - wanted} more still there" if there > wanted else ""
    return Stage(words + ending + _trouble(workload))


def _unseen(workload: Workload) -> bool:
    made = (workload.metadata.generation if workload.metadata else None) or 0
    return ((workload.status.observed_generation if workload.status else None) or 0) < made


def _trouble(workload: Workload) -> str:
    refused = workload.condition("ReplicaFailure")
    return f": {refused.message}" if refused is not None and refused.true else ""


def plan_restart(live: LiveWorkload, answer: str) -> Step:
    """Replace every pod by a new one of the same template, as `kubectl rollout restart` does."""
    refused = why_not_rolled(live.workload)
    now = f"{live.at:%Y-%m-%dT%H:%M:%SZ}" if live.at else ""
    body = {"spec": {"template": {"metadata": {"annotations": {_RESTARTED: now}}}}}
    notes = list(pace(live))
    if not rolled_out(live.ref.plural, live.workload).done:
        notes.append(Note("a rollout is under way: this one takes its place"))
    return live.ref.step(
        Change("pods", counted(live.pods, "pod"), "all replaced"),
        request=None if refused else live.ref.merge(body, {"restartedAt": now}),
        notes=tuple(notes),
        facts={**live.ref.facts, "generation": live.generation},
        confirm=Confirm.TYPED if _at_once(live) else Confirm.YES,
        refused=refused,
    )


def _at_once(live: LiveWorkload) -> bool:
    return bool(live.spec.strategy and live.spec.strategy.type == "Recreate")


def pace(live: LiveWorkload) -> tuple[Note, ...]:
    """How its pods are replaced, by its own strategy."""
    strategy = live.spec.strategy or live.spec.update_strategy
    kind = (strategy.type if strategy else None) or "RollingUpdate"
    rule = (strategy.rolling_update if strategy else None) or Rolling()
    count = live.pods
    if kind == "Recreate":
        return (Note("Recreate: every pod ends before the first new one starts"),)
    if kind == "OnDelete":
        return (Note("OnDelete: each pod is replaced only once it is deleted"),)
    if live.ref.plural == "statefulsets":
        words = "one after the other, from the highest number down"
        notes = [Note(words, Level.WARNING if count == 1 else Level.NONE)]
        if rule.partition:
            notes.append(Note(f"partition {rule.partition}: those with a lower number stay"))
        return tuple(notes)
    if live.ref.plural == "daemonsets":
        gap = _amount(1 if rule.max_unavailable is None else rule.max_unavailable, count, up=True)
        return (Note(f"rolling: on at most {counted(gap, 'node')} at once", Level.NONE),)
    surge = _amount("25%" if rule.max_surge is None else rule.max_surge, count, up=True)
    missing = "25%" if rule.max_unavailable is None else rule.max_unavailable
    gap = _amount(missing, count, up=False)
    if not surge and not gap:
        gap = 1
    words = f"rolling: at least {max(0, count - gap)} of {count} stay, {count + surge} at most"
    return (Note(words, Level.WARNING if count and count <= gap else Level.NONE),)


def _amount(value: int | str, count: int, *, up: bool) -> int:
    if isinstance(value, str) and value.endswith("%") and value[:-1].isdigit():
        part = int(value[:-1]) * count
        return -(-part // 100) if up else part // 100
    return int(value) if str(value).isdigit() else 0


def rolled_out(plural: str, workload: Workload) -> Stage:
    """How far a rollout has come, by the rules of `kubectl rollout status`."""
    status = workload.status or WorkloadStatus()
    spec = workload.spec or WorkloadSpec()
    if _unseen(workload):
        return Stage("waiting for its controller")
    progress = workload.condition("Progressing")
    if progress is not None and progress.reason == "ProgressDeadlineExceeded":
        words = progress.message or "the rollout does not get on"
        return Stage(f"stuck: {words}", True, Level.FAILED)
    if plural == "daemonsets":
        wanted, there = status.desired_number_scheduled or 0, 0
        updated, good = status.updated_number_scheduled or 0, status.number_available or 0
    else:
        wanted = 1 if spec.replicas is None else spec.replicas
        there, updated = status.replicas or 0, status.updated_replicas or 0
        good = status.available_replicas or 0
        if plural == "statefulsets":
            good = status.ready_replicas or 0
    words = f"{min(updated, good)}/{wanted} new pods ready"
    strategy = spec.strategy or spec.update_strategy
    if strategy is not None and strategy.type == "OnDelete":
        return Stage("its pods are replaced once they are deleted", True, Level.FINE)
    rule = (strategy.rolling_update if strategy else None) or Rolling()
    wanted_new = max(0, wanted - (rule.partition or 0)) if plural == "statefulsets" else wanted
    if updated < wanted_new:
        return Stage(f"{updated} of {wanted_new} pods are new{_trouble(workload)}")
    if there > max(updated, wanted):
        return Stage(f"{words}, {counted(there - updated, 'old pod')} still there")
    if good < wanted:
        return Stage(words)
    return Stage(words, True, Level.FINE)


def plan_pause(live: LiveWorkload, paused: bool) -> Step:
    """Keep changes of the template from rolling out, or let them."""
    is_paused = bool(live.spec.paused)
    words = {True: "paused", False: "active"}
    refused = why_not_changed(live.workload)
    if not refused and is_paused == paused:
        refused = f"it is {words[is_paused]} already"
    effect = "nothing that is changed rolls out until it is resumed; scaling goes on"
    if not paused:
        effect = "what was changed meanwhile rolls out at once"
    return live.ref.step(
        Change("rollout", words[is_paused], words[paused]),
        request=None
        if refused
        else live.ref.merge({"spec": {"paused": paused}}, {"paused": paused}),
        notes=(Note(effect, Level.NONE if paused else Level.WARNING),),
        facts={**live.ref.facts, "rollout": words[is_paused]},
        refused=refused,
        undo=words[not paused],
        undone_by="resume" if paused else "pause",
    )
