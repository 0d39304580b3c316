"""What the resources of the Kubernetes API share: columns, ways down, blocks, events."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import msgspec

from containerscope.insight.verdict import Verdict
from containerscope.kube import Kind, listings
from containerscope.kube.selection import by_fields, by_labels, by_owner
from containerscope.model.health import Health, Level
from containerscope.model.kube import Meta, RawList, Selector
from containerscope.model.kube_event import Event
from containerscope.model.listing import ApiError, Item, Listing, Missing
from containerscope.resource import (
    Block,
    Child,
    Clients,
    Column,
    Demand,
    Detail,
    PairsBlock,
    Scope,
    TableBlock,
    TextBlock,
)
from containerscope.resources import _blocks, _ecs, _eks
from containerscope.resources._kube_kinds import OWNER as OWNER
from containerscope.resources._kube_kinds import Lead as Lead
from containerscope.resources._kube_kinds import lead_to as lead_to
from containerscope.resources._kube_kinds import used as used
from containerscope.resources._kube_kinds import used_by as used_by

T = TypeVar("T")

PERMISSIONS = ("eks:ListClusters", "eks:DescribeCluster")
"""Of AWS; the rest is RBAC of the cluster."""
EVENTS: Kind[Event] = Kind(Event, "events")
_NEWEST = 20
"""Events in a detail pane."""

CLUSTER = _ecs.CLUSTER
NAME: Column[Any] = _ecs.name_column(width=52)
_EMPTY = Meta()


def lister(kind: Kind[T]) -> Callable[[Clients, Scope, Demand], AsyncIterator[Listing[T]]]:
    """The lister of a type."""
    return partial(listings, kind)


def meta(value: Any) -> Meta:
    """The metadata of a value, empty where it has none."""
    found: Meta = getattr(value, "metadata", None) or _EMPTY
    return found


NAMESPACE: Column[Any] = Column(
    "NAMESPACE", lambda value: meta(value).namespace, priority=2, width=24, unless="namespace"
)
AGE: Column[Any] = Column(
    "AGE", lambda value: meta(value).creation_timestamp, kind="age", priority=2
)
LABELS: Column[Any] = Column(
    "LABELS", lambda value: meta(value).labels or None, wide=True, priority=9, width=60
)


def health_column(verdict: Callable[[Any], Verdict], width: int = 34) -> Column[Any]:
    """The HEALTH column from a verdict."""
    return Column(
        "HEALTH",
        lambda value: verdict(value).words,
        tone=lambda value: verdict(value).level,
        priority=1,
        width=width,
    )


def health(verdict: Callable[[Any], Verdict]) -> Callable[[Any], Health]:
    """A resource's health from a verdict."""
    return lambda value: verdict(value).health


def changing(verdict: Callable[[Any], Verdict]) -> Callable[[Any], bool]:
    """Whether a verdict says that something is on its way."""
    return lambda value: verdict(value).level is Level.PROGRESS


def tags(value: Any) -> Mapping[str, str]:
    """The labels, which filters take as tags."""
    return meta(value).labels or {}


def simple_overview(
    kind: str,
    blocks: Callable[[Any], tuple[Block, ...]],
    verdict: Callable[[Any], Verdict] = lambda _: Verdict(Level.NONE),
    behind: Callable[[Clients, Scope, Item[Any]], Awaitable[tuple[Block, ...]]] | None = None,
) -> tuple[Detail[Any], ...]:
    """An overview: what is wrong, these blocks, the object, then its events and labels.

    `behind` reads what stands behind the object elsewhere, which is told after these blocks.
    """

    async def overview(
        clients: Clients, scope: Scope, item: Item[Any]
    ) -> AsyncIterator[tuple[Block, ...]]:
        absent = missing(item)
        if absent is not None:
            yield absent
            return
        top, object_ = (*head(verdict(item.value)), *blocks(item.value)), about(item)
        first = (*top, object_)
        yield first
        if behind is not None:
            first = (*top, *await behind(clients, scope, item), object_)
            yield first
        events = await newest_events(clients, scope, item, kind)
        yield (*first, *events, *labels(item))

    return (Detail("Overview", overview),)


# Ways down


def within(scope: Scope, item: Item[Any]) -> Scope:
    """The cluster and the namespace of a row."""
    return scope.within(
        cluster=item.cluster or scope.cluster,
        service="",
        namespace=meta(item.value).namespace or scope.namespace,
        parent="",
    )


def to_events(kind: str) -> Child[Any]:
    """The events of a row, whose objects are of this kind."""

    def scope(here: Scope, item: Item[Any]) -> Scope:
        there = within(here, item).within(parent=by_fields(_involved(kind, item)))
        # Those of what is in no namespace are in one that is not looked at perhaps.
        return there if meta(item.value).namespace else there.within(namespace="")

    return Child("events", scope)


def _involved(kind: str, item: Item[Any]) -> str:
    uid = meta(item.value).uid
    # Node events carry the node's name as its uid: only the name finds them all.
    if kind == "Node" or not uid:
        return f"involvedObject.kind={kind},involvedObject.name={item.name}"
    return f"involvedObject.uid={uid}"


def to_selected(resource: str, selector: Callable[[Any], Selector | None]) -> Child[Any]:
    """What the label selector of a row selects, in its namespace."""

    def scope(here: Scope, item: Item[Any]) -> Scope:
        found = None if isinstance(item.value, Missing) else selector(item.value)
        return within(here, item).within(parent=by_labels(found.text if found else ""))

    return Child(resource, scope)


def to_owned(resource: str) -> Child[Any]:
    """What a row owns, in its namespace."""

    def scope(here: Scope, item: Item[Any]) -> Scope:
        return within(here, item).within(parent=by_owner(meta(item.value).uid or ""))

    return Child(resource, scope)


_TREE = "tree:"


def to_tree(kind: str, selector: Callable[[Any], Selector | None] = lambda _: None) -> Child[Any]:
    """The tree below a row, whose objects are of this kind."""

    def scope(here: Scope, item: Item[Any]) -> Scope:
        found = None if isinstance(item.value, Missing) else selector(item.value)
        labels = found.text if found else ""
        return within(here, item).within(parent=f"{_TREE}{kind}/{item.name} {labels}".strip())

    return Child("tree", scope)


def tree_root(parent: str) -> tuple[str, str]:
    """`Deployment/web` and the labels of what is below it, from the parent of such a scope."""
    root, _, labels = parent.removeprefix(_TREE).partition(" ")
    return root, labels


# Detail panes


def missing(item: Item[Any]) -> tuple[Block, ...] | None:
    """What a pane shows of a row without a value."""
    return (_blocks.missing_block(item.value),) if isinstance(item.value, Missing) else None


def head(verdict: Verdict) -> tuple[TextBlock, ...]:
    """What is wrong and what to do, in the words of the cluster where it gave any."""
    if not verdict.words or verdict.level < Level.PROGRESS:
        return ()
    text = verdict.words
    if verdict.cause and verdict.cause != verdict.words:
        text += f": {verdict.cause}"
    if verdict.fix:
        text += f"\nWhat to do: {verdict.fix}"
    return (TextBlock(text, level=verdict.level),)


def about(item: Item[Any]) -> PairsBlock:
    """Name, owner and age."""
    found = meta(item.value)
    owners = tuple(f"{each.kind}/{each.name}" for each in found.owner_references or ())
    return _blocks.pairs(
        "Object",
        ("Name", found.name),
        ("Namespace", found.namespace),
        ("Controlled by", owners),
        ("Created", found.creation_timestamp),
        ("Being deleted since", found.deletion_timestamp),
        ("UID", found.uid),
    )


def labels(item: Item[Any]) -> tuple[Block, ...]:
    """Labels and annotations, without what kubectl keeps for itself."""
    found = meta(item.value)
    notes = {
        key: value
        for key, value in (found.annotations or {}).items()
        if not key.startswith("kubectl.kubernetes.io/last-applied")
    }
    return (*_eks.map_block("Labels", found.labels), *_eks.map_block("Annotations", notes))


async def newest_events(
    clients: Clients, scope: Scope, item: Item[Any], kind: str
) -> tuple[Block, ...]:
    """The events of one object, the newest first; a refusal in their place."""
    namespace = meta(item.value).namespace or ""
    api = clients.kube(item.cluster or scope.cluster)
    try:
        body = await api.get(EVENTS.path(namespace), fieldSelector=_involved(kind, item))
        raws = msgspec.json.decode(body, type=RawList).items or ()
        decode = EVENTS.decode()
        events = [decode(raw) for raw in raws]
    except (ApiError, msgspec.DecodeError) as error:
        return (TextBlock(f"Events: {error}", level=Level.WARNING),)
    dated = [event for event in events if event.last is not None]
    dated.sort(key=lambda event: event.last, reverse=True)  # type: ignore[arg-type,return-value]
    shown = dated[:_NEWEST]
    return (
        TableBlock(
            "Events",
            ("LAST SEEN", "TIMES", "REASON", "MESSAGE"),
            tuple((each.last, each.times, each.reason, each.message) for each in shown),
            tuple(event_level(each) for each in shown),
            empty="No events: the cluster keeps them for an hour.",
        ),
    )


def event_level(event: Event) -> Level:
    """Warnings want the eye."""
    return Level.WARNING if event.type == "Warning" else Level.NONE
