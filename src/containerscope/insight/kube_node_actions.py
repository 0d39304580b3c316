"""What cordoning or draining a node would do, and how far it has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from containerscope.insight.kube_budget import budgets_of
from containerscope.insight.kube_node import node_kind
from containerscope.insight.kube_pod import requests_of
from containerscope.insight.kube_pod_actions import (
    has_ended,
    is_mirror,
    is_of_daemon,
    is_ready,
    loses_data,
    owner_of,
)
from containerscope.insight.kube_ref import Ref, counted
from containerscope.model.health import Level
from containerscope.model.kube_node import Node
from containerscope.model.kube_pod import Pod
from containerscope.model.kube_policy import Budget
from containerscope.plan import Change, Confirm, KubeRequest, Note, Stage, Step

_GIB = 1024**3


class LiveNode(msgspec.Struct, frozen=True):
    """A node as it is now, and what is on it and around it."""

    ref: Ref
    node: Node
    pods: tuple[Pod, ...] = ()
    """Those on it."""
    others: tuple[Node, ...] | None = None
    """The other nodes that are ready and take pods; None where that is not known."""
    budgets: tuple[Budget, ...] = ()
    """Those of the whole cluster."""
    unknown: tuple[str, ...] = ()
    """What could not be read of all this, and why."""


def is_cordoned(node: Node) -> bool:
    """Whether it takes no more pods."""
    return bool(node.spec and node.spec.unschedulable)


def takes_pods(node: Node) -> bool:
    """Whether it is ready and not cordoned; a node of Fargate is there for one pod alone."""
    ready = node.condition("Ready")
    good = ready is not None and ready.true
    return good and not is_cordoned(node) and node_kind(node) != "Fargate"


def is_tainted(node: Node) -> bool:
    """Whether it takes only pods that tolerate its taints."""
    taints = (node.spec and node.spec.taints) or ()
    return any(each.effect in ("NoSchedule", "NoExecute") for each in taints)


def stays(pod: Pod) -> bool:
    """Whether draining leaves it: its daemon set or its kubelet would start it again at once."""
    return is_mirror(pod) or (is_of_daemon(pod) and not has_ended(pod))


def movable(pods: Iterable[Pod]) -> tuple[Pod, ...]:
    """Those that draining evicts."""
    return tuple(each for each in pods if not stays(each))


def why_not_cordoned(node: Node, cordoned: bool) -> str:
    """Why it cannot be cordoned or uncordoned; empty if it can."""
    if is_cordoned(node) is cordoned:
        return "it is cordoned already" if cordoned else "it is not cordoned"
    return ""


def plan_cordon(live: LiveNode, cordoned: bool) -> Step:
    """Let a node take no more pods, or let it take them again."""
    refused = why_not_cordoned(live.node, cordoned)
    words = {True: "off", False: "on"}
    notes = [Note(each) for each in live.unknown]
    if cordoned:
        notes += _around(live)
        notes.append(Note("the pods on it go on; load balancers may leave it out", Level.NONE))
    else:
        notes.append(Note("it takes new pods again; none is moved back", Level.NONE))
    now = is_cordoned(live.node)
    return live.ref.step(
        Change("scheduling", words[now], words[cordoned]),
        request=None if refused else _patch(live, cordoned),
        notes=tuple(notes),
        facts={**live.ref.facts, "scheduling": words[now]},
        refused=refused,
        undo="yes",
        undone_by="uncordon" if cordoned else "cordon",
    )


def _patch(live: LiveNode, cordoned: bool) -> KubeRequest:
    return live.ref.merge({"spec": {"unschedulable": cordoned}}, {"unschedulable": cordoned})


def _around(live: LiveNode) -> list[Note]:
    if live.others is None:
        return []
    count = len(live.others)
    if count == 0:
        return [Note("no other node takes pods: new ones will be pending")]
    tainted = sum(map(is_tainted, live.others))
    words = f"{counted(count, 'other node')} {'takes' if count == 1 else 'take'} pods"
    if tainted:
        words += f", {tainted} of them only those that tolerate a taint"
    return [Note(words, Level.NONE if tainted < count else Level.WARNING)]


def plan_drain(live: LiveNode, answer: str) -> Step:
    """Cordon a node and evict what can be moved, as its disruption budgets allow."""
    leaving = movable(live.pods)
    staying = len(live.pods) - len(leaving)
    cordoned = is_cordoned(live.node)
    refused = ""
    if cordoned and not leaving:
        refused = "it is drained already: cordoned, and nothing is left to evict"
    pods = Change("pods", counted(len(live.pods), "pod"), f"{staying} that stay" if staying
                  else "none")  # fmt: skip
    return live.ref.step(
        Change("scheduling", "off" if cordoned else "on", "off"),
        pods,
        request=None if refused else _patch(live, True),
        notes=() if refused else tuple(_drain_notes(live, leaving)),
        facts=live.ref.facts,
        confirm=Confirm.TYPED,
        refused=refused,
        undo="yes",
        undone_by="uncordon",
    )


def _drain_notes(live: LiveNode, leaving: Sequence[Pod]) -> Iterable[Note]:
    yield from (Note(each) for each in live.unknown)
    daemons = sum(is_of_daemon(each) for each in live.pods)
    mirrors = sum(is_mirror(each) for each in live.pods)
    staying = [f"{daemons} of daemon sets"] if daemons else []
    staying += [counted(mirrors, "mirror pod")] if mirrors else []
    if staying:
        yield Note(f"{' and '.join(staying)} stay", Level.NONE)
    cpu = sum(requests_of(each, "cpu") for each in leaving)
    memory = sum(requests_of(each, "memory") for each in leaving) / _GIB
    asks = f"ask{'s' if len(leaving) == 1 else ''} for {cpu:g} CPU and {memory:.1f} GiB elsewhere"
    if leaving:
        yield Note(f"{counted(len(leaving), 'pod')} evicted; {asks}", Level.NONE)
    yield from _around(live)
    yield from _held_notes(live, leaving)
    lone = [each for each in leaving if owner_of(each) is None and not has_ended(each)]
    if lone:
        verb = "belongs" if len(lone) == 1 else "belong"
        yield Note(f"{_names(lone)} {verb} to no controller: nothing starts it again")
    losing = [each for each in leaving if loses_data(each) and not has_ended(each)]
    if losing:
        yield Note(f"{counted(len(losing), 'pod')} lose what is in emptyDir volumes")


def _names(pods: Sequence[Pod]) -> str:
    names = [(each.metadata.name if each.metadata else None) or "?" for each in pods]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _held_notes(live: LiveNode, leaving: Sequence[Pod]) -> Iterable[Note]:
    """What each budget lets go now, of those that it counts here."""
    here: Counter[str] = Counter()
    known: dict[str, Budget] = {}
    for pod in leaving:
        meta = pod.metadata
        if meta is None or not is_ready(pod):
            continue
        for each in budgets_of(live.budgets, meta.namespace or "", meta.labels or {}):
            name = f"{meta.namespace}/{each.name}"
            here[name] += 1
            known[name] = each
    for name, count in here.items():
        allowed = known[name].allowed
        if allowed < count:
            yield Note(f"disruption budget {name} allows {allowed} of its {counted(count, 'pod')} "
                       "here now: the others wait")  # fmt: skip


class Round(msgspec.Struct, frozen=True):
    """What a round of evictions found."""

    left: int
    """Pods that are still there and have to go."""
    going: int = 0
    """Those of them that are terminating."""
    held: tuple[str, ...] = ()
    """What disruption budgets say to the others."""
    trouble: str = ""
    """Why others could not be evicted."""


def drained(found: Round) -> Stage:
    """How far a drain has come."""
    if not found.left:
        return Stage("drained: nothing is left to evict", True, Level.FINE)
    words = [f"{counted(found.left, 'pod')} left"]
    if found.going:
        words.append(f"{found.going} terminating")
    if found.held:
        why = found.held[0].removeprefix("The disruption ")
        words.append(f"{len(found.held)} held back: {why}")
    if found.trouble:
        words.append(found.trouble)
    return Stage(", ".join(words))


def cordon_lost(left: int) -> Stage:
    """Somebody lets the node take pods again while it is drained."""
    words = f"not drained any more: somebody has uncordoned it, {counted(left, 'pod')} left"
    return Stage(words, True, Level.WARNING)
