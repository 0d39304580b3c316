"""What can be done to every Kubernetes object: deleted or edited, tried by the server first."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec

from containerscope.insight import kube_object_actions as plans
from containerscope.insight.kube_object_actions import LiveObject
from containerscope.insight.kube_ref import Ref
from containerscope.kube import Kind
from containerscope.model.kube import RawList
from containerscope.model.kube_pod import Pod
from containerscope.model.listing import ApiError, Item, Missing
from containerscope.plan import KubeRequest, Stage, Step
from containerscope.resource import Action, Clients, Scope
from containerscope.resources import _kube
from containerscope.resources._kube_live import (
    body_of,
    document,
    head_of,
    place_of,
    read,
    rehearsed,
)

T = TypeVar("T")

KindOf = Callable[[Clients, Scope, Item[Any]], Awaitable[Kind[Any]]]
"""Where the type of a row is served, which for some a cluster has to be asked for."""
_PODS: Kind[Pod] = Kind(Pod, "pods")


def _always(kind: Kind[Any]) -> KindOf:
    async def known(clients: Clients, scope: Scope, item: Item[Any]) -> Kind[Any]:
        return kind

    return known


def _looking(kind_of: KindOf) -> Callable[[Clients, Scope, Item[Any]], Awaitable[LiveObject]]:
    async def look(clients: Clients, scope: Scope, item: Item[Any]) -> LiveObject:
        kind = await kind_of(clients, scope, item)
        ref, body = await body_of(clients, place_of(kind, scope, item))
        pods = await _pods_in(clients, ref) if kind.plural == "namespaces" else None
        return LiveObject(ref, document(body, ref), pods)

    return look


async def _pods_in(clients: Clients, ref: Ref) -> int | None:
    """How many pods a namespace has, at the price of one."""
    try:
        body = await clients.kube(ref.cluster).get(_PODS.path(ref.name), limit="1")
        page = read(msgspec.json.Decoder(RawList).decode, body, "pods")
    except ApiError:
        return None
    more = page.metadata.remaining_item_count if page.metadata else None
    return len(page.items or ()) + (more or 0)


async def _deleted(clients: Clients, step: Step) -> Stage:
    uid, holders = await head_of(clients, step)
    return plans.deleted(uid, holders, step)


def _when(item: Item[Any]) -> str:
    if isinstance(item.value, Missing):
        return ""
    return "it is being deleted already" if _kube.meta(item.value).deletion_timestamp else ""


def _delete(kind_of: KindOf, key: str) -> Action[Any]:
    return Action(
        "delete",
        "Delete",
        "Delete it, and what belongs to it",
        _looking(kind_of),
        plans.plan_delete,
        (),
        when=_when,
        key=key,
        bulk=True,
        progress=_deleted,
        rehearse=rehearsed,
    )


def _edit(kind_of: KindOf) -> Action[Any]:
    return Action(
        "edit",
        "Edit",
        "Edit it in your editor",
        _looking(kind_of),
        lambda live, _: live.ref.step(refused="nothing was changed"),
        (),
        key="edit",
        edits=True,
    )


def edited(
    action: Action[Any], live: LiveObject, steps: list[dict[str, Any]], becomes: Mapping[str, Any]
) -> Action[Any]:
    """The same action once somebody has edited the object: it sends these steps."""

    def plan(now: LiveObject, _: str) -> Step:
        return plans.plan_edit(live, steps, becomes)

    async def rehearse(clients: Clients, step: Step) -> Step:
        assert isinstance(step.request, KubeRequest)
        sent = await clients.kube(step.request.cluster).send(step.request, dry=True)
        return plans.tried(live, step, document(sent.body, live.ref))

    return dataclasses.replace(action, plan=plan, rehearse=rehearse, edits=False)


def object_actions(kind: Kind[Any] | KindOf, delete_key: str = "stop") -> tuple[Action[Any], ...]:
    """Editing and deleting; without a key where another action has it."""
    kind_of = _always(kind) if isinstance(kind, Kind) else kind
    return (_edit(kind_of), _delete(kind_of, delete_key))
