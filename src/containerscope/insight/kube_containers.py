"""The containers of a pod, each with its state."""

from __future__ import annotations

from containerscope.insight.kube_pod import container_verdict, end_words
from containerscope.insight.verdict import Verdict
from containerscope.model.health import Level
from containerscope.model.kube import Meta
from containerscope.model.kube_pod import Pod, PodContainer


def containers_of(pod: Pod) -> tuple[PodContainer, ...]:
    """Init containers first, each with its state."""
    spec, status, meta = pod.spec, pod.status, pod.metadata or Meta()
    states = {
        each.name: each
        for each in (
            *((status and status.init_container_statuses) or ()),
            *((status and status.container_statuses) or ()),
        )
    }
    return tuple(
        PodContainer(meta.name or "", meta.namespace or "", init, want, states.get(want.name))
        for init, wanted in (
            (True, (spec and spec.init_containers) or ()),
            (False, (spec and spec.containers) or ()),
        )
        for want in wanted
    )


def verdict_of(container: PodContainer) -> Verdict:
    """The level of a container; one without a state yet is on its way."""
    if container.status is None:
        return Verdict(Level.PROGRESS, "waiting")
    return container_verdict(container.status)


def state_words(container: PodContainer) -> str | None:
    """Its state in a word or two."""
    state = container.status.state if container.status else None
    if state is None:
        return None
    if state.running is not None:
        return "running"
    if state.waiting is not None:
        return state.waiting.reason or "waiting"
    return end_words(state.terminated) if state.terminated is not None else None
