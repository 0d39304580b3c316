"""The live state of Kubernetes objects for actions: read anew, and what is around them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec

from containerscope.insight.kube_ref import Ref, ref_of
from containerscope.kube import Kind
from containerscope.model.kube import KubeError, RawList
from containerscope.model.kube_policy import Budget
from containerscope.model.listing import ApiError, Item, Missing, Problem, Why
from containerscope.plan import KubeRequest, Step
from containerscope.resource import Clients, Scope
from containerscope.resources import _kube

T = TypeVar("T")

BUDGETS: Kind[Budget] = Kind(Budget, "poddisruptionbudgets", "policy/v1")
_PAGE = "500"
_lists = msgspec.json.Decoder(RawList).decode


def place_of(kind: Kind[Any], scope: Scope, item: Item[Any]) -> Ref:
    """Where the object of a row is; the uid is the one that the row was read with."""
    found = _kube.meta(item.value)
    namespace = found.namespace or scope.namespace
    return Ref(item.cluster or scope.cluster, kind.path(namespace, item.name), found.uid or "")


def read(decode: Callable[[bytes], T], body: bytes, plural: str) -> T:
    """A value from an answer; raises `KubeError` for one that is unreadable."""
    try:
        return decode(body)
    except msgspec.DecodeError as error:
        message = f"unreadable answer: {error}"
        problem = Problem(Why.FAILED, f"kubernetes:get {plural}", message)
        raise KubeError(problem) from error


async def body_of(clients: Clients, ref: Ref) -> tuple[Ref, bytes]:
    """The object as it is now, with its uid; raises `KubeError`."""
    body = await clients.kube(ref.cluster).get(ref.path)
    found = read(_heads, body, ref.plural).metadata
    uid = (found.uid if found else None) or ""
    if ref.uid and uid != ref.uid:
        # The row stood for another one: whatever was meant, it was not this.
        message = f"{ref.name} is another one now: the one in the row is gone"
        raise KubeError(Problem(Why.FAILED, f"kubernetes:get {ref.plural}", message), 409)
    return msgspec.structs.replace(ref, uid=uid), body


class _HeadMeta(msgspec.Struct, frozen=True, rename="camel"):
    uid: str | None = None
    finalizers: tuple[str, ...] | None = None
    deletion_timestamp: str | None = None


class _Head(msgspec.Struct, frozen=True):
    metadata: _HeadMeta | None = None


_heads = msgspec.json.Decoder(_Head).decode
_objects = msgspec.json.Decoder(dict[str, Any]).decode


def document(body: bytes, ref: Ref) -> dict[str, Any]:
    """An object whole; raises `KubeError` for what is none."""
    return read(_objects, body, ref.plural)


def member(body: Any, *names: str) -> dict[str, Any]:
    """An object within an object; an empty one where there is none."""
    for name in names:
        body = body.get(name) if isinstance(body, dict) else None
    return body if isinstance(body, dict) else {}


async def head_of(clients: Clients, step: Step) -> tuple[str | None, tuple[str, ...]]:
    """The uid and the finalizers of the object of a step; None where there is none any more."""
    ref = ref_of(step.key, step.where)
    try:
        body = await clients.kube(ref.cluster).get(ref.path)
    except KubeError as error:
        if error.missing:
            return None, ()
        raise
    found = read(_heads, body, ref.plural).metadata or _HeadMeta()
    return found.uid or "", found.finalizers or ()


async def value_of(clients: Clients, kind: Kind[T], step: Step) -> T:
    """The object of a step as it is now; raises `KubeError`."""
    ref = ref_of(step.key, step.where)
    return read(kind.decode(), await clients.kube(ref.cluster).get(ref.path), ref.plural)


async def every(
    clients: Clients, cluster: str, kind: Kind[T], namespace: str = "", **query: str
) -> list[T]:
    """All objects of a type, page by page, those left out that do not fit; raises `KubeError`."""
    decode, found = kind.decode(), list[T]()
    query = {"limit": _PAGE, **query}
    while True:
        body = await clients.kube(cluster).get(kind.path(namespace), **query)
        page = read(_lists, body, kind.plural)
        for raw in page.items or ():
            try:
                found.append(decode(raw))
            except msgspec.DecodeError:
                continue
        following = page.metadata.continue_ if page.metadata else None
        if not following:
            return found
        query["continue"] = following


async def perhaps(what: str, reading: Awaitable[list[T]]) -> tuple[list[T], tuple[str, ...]]:
    """What was read; where it may not be, nothing, and that it is not known."""
    try:
        return await reading, ()
    except ApiError as error:
        problem = error.problem
        why = f"you may not {problem.permission}" if problem.permission else problem.message
        return [], (f"{what} is not known: {why}",)


async def rehearsed(clients: Clients, step: Step) -> Step:
    """The step once the server has tried it; raises `KubeError` where it would be refused."""
    if isinstance(step.request, KubeRequest):
        await clients.kube(step.request.cluster).send(step.request, dry=True)
    return step


def when_known(of: Callable[[T], str]) -> Callable[[Item[T]], str]:
    """A reason why not, as far as the row knows its value; else the live state will tell."""

    def when(item: Item[T]) -> str:
        return "" if isinstance(item.value, Missing) else of(item.value)

    return when
