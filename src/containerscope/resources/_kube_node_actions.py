"""What can be done to nodes: cordon, uncordon, and drain as the disruption budgets allow."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from containerscope.insight import kube_node_actions as plans
from containerscope.insight.kube_node_actions import LiveNode, Round
from containerscope.insight.kube_pod_actions import EVICT, is_going, request_of
from containerscope.insight.kube_ref import Ref, ref_of
from containerscope.kube import Kind
from containerscope.model.kube import BUDGET, KubeError
from containerscope.model.kube_node import Node
from containerscope.model.kube_pod import Pod
from containerscope.model.listing import ApiError, Item, Why
from containerscope.plan import Stage, Step
from containerscope.resource import Action, Clients, Scope
from containerscope.resources._kube_live import (
    BUDGETS,
    body_of,
    every,
    perhaps,
    place_of,
    read,
    value_of,
    when_known,
)
from containerscope.resources._kube_pod_actions import PODS

_NODES: Kind[Node] = Kind(Node, "nodes", namespaced=False)
_AT_ONCE = 5
"""Evictions side by side."""


def _pods_on(clients: Clients, ref: Ref) -> Awaitable[list[Pod]]:
    return every(clients, ref.cluster, PODS, fieldSelector=f"spec.nodeName={ref.name}")


async def _look(clients: Clients, scope: Scope, item: Item[Node]) -> LiveNode:
    place = place_of(_NODES, scope, item)
    (ref, body), (nodes, unknown) = await asyncio.gather(
        body_of(clients, place),
        perhaps("how many other nodes take pods", every(clients, place.cluster, _NODES)),
    )
    others = None
    if not unknown:
        others = tuple(
            each
            for each in nodes
            if plans.takes_pods(each) and (each.metadata and each.metadata.name) != ref.name
        )
    return LiveNode(ref, read(_NODES.decode(), body, "nodes"), others=others, unknown=unknown)


async def _again(clients: Clients, scope: Scope, item: Item[Node]) -> LiveNode:
    """The node alone, which is all that a plan rests on."""
    ref, body = await body_of(clients, place_of(_NODES, scope, item))
    return LiveNode(ref, read(_NODES.decode(), body, "nodes"))


async def _look_whole(clients: Clients, scope: Scope, item: Item[Node]) -> LiveNode:
    place = place_of(_NODES, scope, item)
    live, pods, (budgets, unknown) = await asyncio.gather(
        _look(clients, scope, item),
        # Without its pods there is nothing to drain: this one may not fail.
        _pods_on(clients, place),
        perhaps("what disruption budgets allow", every(clients, place.cluster, BUDGETS)),
    )
    return LiveNode(
        live.ref, live.node, tuple(pods), live.others, tuple(budgets), (*live.unknown, *unknown)
    )


async def _evict_more(clients: Clients, step: Step) -> Stage:
    """One round of a drain: evict what has to go and may, and tell what is left."""
    ref = ref_of(step.key, step.where)
    node, pods = await asyncio.gather(value_of(clients, _NODES, step), _pods_on(clients, ref))
    leaving = plans.movable(pods)
    if not plans.is_cordoned(node):
        return plans.cordon_lost(len(leaving))
    gate = asyncio.Semaphore(_AT_ONCE)

    async def evict(pod: Pod) -> KubeError | None:
        meta = pod.metadata
        assert meta is not None
        place = Ref(ref.cluster, PODS.path(meta.namespace or "", meta.name or ""), meta.uid or "")
        async with gate:
            try:
                await clients.kube(ref.cluster).send(request_of(place, EVICT))
            except KubeError as error:
                # One that is gone, or another one of its name, is what was wanted.
                return None if error.missing or error.conflict else error
        return None

    waiting = [each for each in leaving if not is_going(each)]
    errors = [each for each in await asyncio.gather(*map(evict, waiting)) if each is not None]
    denied = next((each for each in errors if each.problem.why is Why.DENIED), None)
    if denied is not None:
        raise ApiError(denied.problem)
    held = tuple(each.problem.message for each in errors if each.reason == BUDGET)
    other = next((each.problem.message for each in errors if each.reason != BUDGET), "")
    going = len(leaving) - len(errors)
    return plans.drained(Round(len(leaving), going, held, other))


def _cordon(cordoned: bool) -> Callable[[Item[Node]], str]:
    return when_known(lambda node: plans.why_not_cordoned(node, cordoned))


ACTIONS: tuple[Action[Node], ...] = (
    Action(
        "cordon",
        "Cordon",
        "Cordon: no new pods on it",
        _look,
        lambda live, _: plans.plan_cordon(live, True),
        (),
        again=_again,
        when=_cordon(True),
        key="cordon",
        bulk=True,
    ),
    Action(
        "uncordon",
        "Uncordon",
        "Uncordon: let it take pods again",
        _look,
        lambda live, _: plans.plan_cordon(live, False),
        (),
        again=_again,
        when=_cordon(False),
        key="cordon",
        bulk=True,
    ),
    Action(
        "drain",
        "Drain",
        "Drain: cordon it and evict its pods",
        _look_whole,
        plans.plan_drain,
        (),
        again=_again,
        key="drain",
        bulk=True,
        progress=_evict_more,
        carries=True,
    ),
)
