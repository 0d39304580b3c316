"""How a pod and its containers do: kubectl's word for it, the cause, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable

from containerscope.insight.kube_quantity import amount
from containerscope.insight.verdict import Verdict, shortened
from containerscope.model.health import Level
from containerscope.model.kube_pod import Container, ContainerStatus, Pod, State, Terminated

_PULLS = frozenset({"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"})
_FIXES = {
    "CrashLoopBackOff": "read the logs of its last end (p), then its exit code and its probes",
    "ImagePullBackOff": "check the image's name and tag, the registry and the node's right to pull",
    "ErrImagePull": "check the image's name and tag, the registry and the node's right to pull",
    "InvalidImageName": "correct the image's name",
    "CreateContainerConfigError": "create the config map or secret it names, or correct the name",
    "CreateContainerError": "see its events: the runtime could not make the container",
    "RunContainerError": "check the command, and what is mounted",
    "OOMKilled": "raise the memory limit, or find what takes the memory",
    "Evicted": "the node ran short: give it requests that say what it needs",
}
_SHORT_OF = re.compile(r"Insufficient ([\w./-]*\w)")
_UNTOLERATED = re.compile(r"untolerated taint[s]?\(?s?\)? ?(\{[^}]*\})?")


def pod_word(pod: Pod) -> str:
    """The STATUS of `kubectl get pods`: the reason of what does not run, else the phase."""
    status = pod.status
    if status is None:
        return "Unknown"
    word = status.reason or status.phase or "Unknown"
    word = _init_word(pod) or _main_word(pod, word)
    meta = pod.metadata
    if meta is not None and meta.deletion_timestamp is not None:
        return "Unknown" if status.reason == "NodeLost" else "Terminating"
    return word


def _init_word(pod: Pod) -> str:
    statuses = (pod.status and pod.status.init_container_statuses) or ()
    inits = (pod.spec and pod.spec.init_containers) or ()
    wanted = {c.name: c for c in inits}
    for place, each in enumerate(statuses):
        state = each.state or State()
        want = wanted.get(each.name)
        if want is not None and want.restart_policy == "Always" and each.started:
            continue
        if state.terminated is not None:
            if state.terminated.exit_code == 0:
                continue
            return f"Init:{_ended_word(state.terminated)}"
        reason = state.waiting.reason if state.waiting else ""
        if reason and reason != "PodInitializing":
            return f"Init:{reason}"
        return f"Init:{place}/{len(inits) or len(statuses)}"
    return ""


def _main_word(pod: Pod, word: str) -> str:
    running = False
    for each in reversed((pod.status and pod.status.container_statuses) or ()):
        state = each.state or State()
        if state.waiting is not None and state.waiting.reason:
            word = state.waiting.reason
        elif state.terminated is not None:
            word = _ended_word(state.terminated)
        elif each.ready and state.running is not None:
            running = True
    if word == "Completed" and running:
        ready = pod.status.condition("Ready") if pod.status else None
        return "Running" if ready is not None and ready.true else "NotReady"
    return word


def _ended_word(ended: Terminated) -> str:
    if ended.reason:
        return ended.reason
    return f"Signal:{ended.signal}" if ended.signal else f"ExitCode:{ended.exit_code or 0}"


def ready_of(pod: Pod) -> tuple[int, int]:
    """How many of its containers are ready."""
    wanted = len((pod.spec and pod.spec.containers) or ())
    statuses = (pod.status and pod.status.container_statuses) or ()
    return sum(bool(each.ready) for each in statuses), wanted or len(statuses)


def restarts_of(pod: Pod) -> int:
    """How often its containers were started again."""
    return sum(each.restart_count or 0 for each in _statuses(pod))


def last_end(pod: Pod) -> Terminated | None:
    """How a container of it ended last."""
    ends = [
        state.terminated
        for each in _statuses(pod)
        for state in (each.state, each.last_state)
        if state is not None and state.terminated is not None
    ]
    dated = [each for each in ends if each.finished_at is not None]
    return max(dated, key=lambda each: each.finished_at, default=None)  # type: ignore[arg-type,return-value]


def _statuses(pod: Pod) -> tuple[ContainerStatus, ...]:
    status = pod.status
    if status is None:
        return ()
    return (status.init_container_statuses or ()) + (status.container_statuses or ())


def pod_verdict(pod: Pod) -> Verdict:
    """The level of a pod, why, and what to do."""
    word = pod_word(pod)
    status = pod.status
    if word == "Terminating":
        return Verdict(Level.PROGRESS, "terminating")
    if word in ("Completed", "Succeeded"):
        return Verdict(Level.NONE, "completed")
    troubled = _troubled(pod)
    if troubled is not None:
        return troubled
    if status is not None and status.phase == "Pending":
        return _pending(pod, word)
    if status is not None and status.phase == "Failed":
        said = status.message or ""
        return Verdict(Level.FAILED, word, said, _FIXES.get(word, ""), said)
    ready, wanted = ready_of(pod)
    if status is not None and status.phase == "Running":
        if ready < wanted:
            return _not_ready(pod, ready, wanted)
        return Verdict(Level.FINE)
    return Verdict(Level.WARNING, word)


def _troubled(pod: Pod) -> Verdict | None:
    for each in _statuses(pod):
        verdict = container_verdict(each)
        if verdict.level >= Level.FAILED:
            return verdict
    return None


def container_verdict(status: ContainerStatus | None) -> Verdict:
    """The level of a container, why, and what to do."""
    if status is None or status.state is None:
        return Verdict(Level.NONE)
    name, state = status.name or "?", status.state
    if state.waiting is not None:
        return _waiting(name, status)
    if state.terminated is not None:
        return _ended(name, state.terminated)
    if not status.ready:
        return Verdict(Level.PROGRESS, f"{name} is not ready")
    return Verdict(Level.FINE)


def _waiting(name: str, status: ContainerStatus) -> Verdict:
    waiting = status.state.waiting if status.state else None
    reason = (waiting.reason if waiting else "") or "waiting"
    said = (waiting.message if waiting else "") or ""
    if reason in ("ContainerCreating", "PodInitializing", "waiting"):
        return Verdict(Level.PROGRESS, "starting")
    cause = said
    if reason == "CrashLoopBackOff":
        last = status.last_state.terminated if status.last_state else None
        end = end_words(last) if last is not None else "it ends again and again"
        cause = f"container {name}: {end}; {status.restart_count or 0} restarts"
        fix = _FIXES["OOMKilled"] if last and last.reason == "OOMKilled" else _FIXES[reason]
        return Verdict(Level.FAILED, reason, cause, fix, said)
    if reason in _PULLS:
        cause = f"container {name}: {said or status.image or 'its image cannot be pulled'}"
    return Verdict(Level.FAILED, reason, cause, _FIXES.get(reason, ""), said)


def _ended(name: str, ended: Terminated) -> Verdict:
    if ended.exit_code == 0:
        return Verdict(Level.NONE, "completed")
    words = _ended_word(ended)
    cause = f"container {name}: {end_words(ended)}"
    return Verdict(Level.FAILED, words, cause, _FIXES.get(words, ""), ended.message or "")


def end_words(ended: Terminated) -> str:
    """How a container ended, in words."""
    if ended.reason == "OOMKilled":
        return "killed for want of memory (OOMKilled)"
    code = ended.exit_code
    known = {126: " (not executable)", 127: " (command not found)", 137: " (SIGKILL)",
             139: " (SIGSEGV)", 143: " (SIGTERM)"}  # fmt: skip
    text = "completed" if code == 0 else f"exited with {code}{known.get(code or 0, '')}"
    said = f": {shortened(ended.message)}" if ended.message else ""
    return text + said


def _pending(pod: Pod, word: str) -> Verdict:
    scheduled = pod.status.condition("PodScheduled") if pod.status else None
    if scheduled is not None and not scheduled.true:
        said = scheduled.message or scheduled.reason or ""
        return Verdict(Level.WARNING, _unscheduled(said), said, _placing(said), said)
    if word.startswith("Init:"):
        return Verdict(Level.PROGRESS, f"initializing {word.removeprefix('Init:')}")
    return Verdict(Level.PROGRESS, "starting")


def _unscheduled(said: str) -> str:
    short = dict.fromkeys(_SHORT_OF.findall(said))
    if short:
        return f"no node has enough {' and '.join(short)}"
    if "taint" in said:
        return "no node whose taints it tolerates"
    if "node affinity" in said or "node selector" in said:
        return "no node that its selector wants"
    if "volume" in said.lower() or "persistentvolumeclaim" in said:
        return "its volume is not there"
    return "not scheduled"


def _placing(said: str) -> str:
    if _SHORT_OF.search(said):
        return "add nodes, or ask for less; see whether the autoscaler has reached its maximum"
    if "taint" in said:
        return "add a toleration, or nodes without the taint"
    if "node affinity" in said or "node selector" in said:
        return "label a node as it wants, or change its selector"
    if "persistentvolumeclaim" in said:
        return "see the claim's events: it must be bound in a zone where a node is"
    return ""


def _not_ready(pod: Pod, ready: int, wanted: int) -> Verdict:
    last = last_end(pod)
    words = f"{ready} of {wanted} ready"
    if restarts_of(pod) and last is not None and last.exit_code:
        return Verdict(
            Level.WARNING, words, f"it restarted: {end_words(last)}", _FIXES["CrashLoopBackOff"]
        )
    condition = pod.status.condition("Ready") if pod.status else None
    said = (condition.message if condition else "") or ""
    return Verdict(
        Level.PROGRESS, words, said, "see its events for a readiness probe that fails", said
    )


def requests_of(pod: Pod, name: str) -> float:
    """What the scheduler reckons a pod at, in the resource's base unit.

    The larger of its containers together and of any init container, as the scheduler adds them.
    """
    spec = pod.spec
    if spec is None:
        return 0.0
    sidecars = [c for c in spec.init_containers or () if c.restart_policy == "Always"]
    others = [c for c in spec.init_containers or () if c.restart_policy != "Always"]
    always = _sum(spec.containers or (), name) + _sum(sidecars, name)
    most = max((_sum([c], name) for c in others), default=0.0) + _sum(sidecars, name)
    return max(always, most) + (amount((spec.overhead or {}).get(name)) or 0.0)


def limits_of(pod: Pod, name: str) -> float | None:
    """What its containers may use together; None where one has no limit."""
    total = 0.0
    for each in (pod.spec and pod.spec.containers) or ():
        limit = amount(((each.resources and each.resources.limits) or {}).get(name))
        if limit is None:
            return None
        total += limit
    return total or None


def _sum(containers: Iterable[Container], name: str) -> float:
    return sum(
        amount(((c.resources and c.resources.requests) or {}).get(name)) or 0.0 for c in containers
    )
