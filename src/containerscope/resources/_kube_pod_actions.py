"""What can be done to pods: they are evicted first, deleted as a second way."""

from __future__ import annotations

import asyncio

from containerscope.insight import kube_pod_actions as plans
from containerscope.insight.kube_budget import budgets_of
from containerscope.insight.kube_pod_actions import LivePod
from containerscope.insight.kube_ref import ref_of
from containerscope.kube import Kind
from containerscope.model.kube import KubeError, Owner
from containerscope.model.kube_pod import Pod
from containerscope.model.kube_policy import Budget
from containerscope.model.kube_workload import Workload
from containerscope.model.listing import ApiError, Item
from containerscope.plan import Ask, Stage, Step
from containerscope.resource import Action, Clients, Scope
from containerscope.resources._kube_live import (
    BUDGETS,
    body_of,
    every,
    perhaps,
    place_of,
    read,
    when_known,
)

PODS: Kind[Pod] = Kind(Pod, "pods")
_TOGETHER = 5.0
"""Seconds within which pods count as stopped together."""
_OWNERS: dict[str, Kind[Workload]] = {
    kind: Kind(Workload, plural, "apps/v1")
    for kind, plural in (("ReplicaSet", "replicasets"), ("StatefulSet", "statefulsets"))
}


async def look(clients: Clients, scope: Scope, item: Item[Pod]) -> LivePod:
    """The pod as it is now, the budgets that count it, and how its owner stands."""
    place = place_of(PODS, scope, item)

    async def listed() -> list[Budget]:
        return await every(clients, place.cluster, BUDGETS, place.namespace)

    # Pods that are stopped together are counted by the same ones.
    key = ("kube-budgets", place.cluster, place.namespace)
    (ref, body), (budgets, unknown) = await asyncio.gather(
        body_of(clients, place),
        perhaps("whether a disruption budget holds it", clients.cached(key, _TOGETHER, listed)),
    )
    pod = read(PODS.decode(), body, "pods")
    labels = (pod.metadata.labels if pod.metadata else None) or {}
    ready, wanted = await _owner(clients, ref.cluster, ref.namespace, plans.owner_of(pod))
    counting = budgets_of(budgets, ref.namespace, labels)
    return LivePod(ref, pod, counting, ready, wanted, unknown)


async def _again(clients: Clients, scope: Scope, item: Item[Pod]) -> LivePod:
    """The pod alone: whether it is the same one is all that has to be known again."""
    ref, body = await body_of(clients, place_of(PODS, scope, item))
    return LivePod(ref, read(PODS.decode(), body, "pods"))


async def _owner(
    clients: Clients, cluster: str, namespace: str, owner: Owner | None
) -> tuple[int | None, int | None]:
    """How many pods of its owner are ready and wanted, where that can be told."""
    kind = _OWNERS.get((owner.kind if owner else None) or "")
    if kind is None or owner is None:
        return None, None
    try:
        body = await clients.kube(cluster).get(kind.path(namespace, owner.name or ""))
        found = read(kind.decode(), body, kind.plural)
    except ApiError:
        return None, None
    wanted = found.spec.replicas if found.spec else None
    return (found.status.ready_replicas if found.status else 0) or 0, wanted


async def gone(clients: Clients, step: Step) -> Stage:
    """How far a pod has come on its way out."""
    ref = ref_of(step.key, step.where)
    try:
        pod = read(PODS.decode(), await clients.kube(ref.cluster).get(ref.path), "pods")
    except KubeError as error:
        if not error.missing:
            raise
        pod = None
    return plans.gone(pod, step)


STOP: Action[Pod] = Action(
    "stop",
    "Stop",
    "Stop: evict it, or delete it",
    look,
    plans.plan_stop,
    (),
    again=_again,
    when=when_known(plans.why_not_stopped),
    key="stop",
    asks=Ask("how", "choice", "WAY"),
    options=lambda _: plans.WAYS,
    answer=lambda _: plans.EVICT,
    bulk=True,
    progress=gone,
)
