"""The objects of a cluster with their versions, and the history that lists and watches need."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from containerscope.demo.kube_fields import fields_of
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_types import ResourceType

FIRST_VERSION = 184_062_000
"""Where resource versions begin: those of a cluster that has been at work for a year."""
HISTORY = 20_000
"""How many changes of a collection are kept at least."""

Match = Callable[["Entry"], bool]
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def stamp(when: float) -> str:
    """Epoch seconds as the API writes times."""
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> float:
    """Epoch seconds of a time that the API wrote."""
    return datetime.fromisoformat(text).timestamp()


@dataclass(slots=True, eq=False)
class Entry:
    """One version of an object; never changed, only replaced."""

    key: str
    """`NAMESPACE/NAME`, or the name alone, as etcd orders them."""
    version: int
    raw: bytes
    """The JSON without kind and apiVersion, as list items have it."""
    uid: str
    labels: dict[str, str]
    fields: dict[str, str]
    """What field selectors may ask for beyond name and namespace."""

    @property
    def name(self) -> str:
        """The object's name."""
        return self.key.rpartition("/")[2]

    @property
    def namespace(self) -> str:
        """The object's namespace, empty for what belongs to the cluster."""
        return self.key.rpartition("/")[0]

    def object(self) -> Body:
        """A copy to read or to change, without kind and apiVersion."""
        return _decode(self.raw)  # type: ignore[no-any-return]

    def whole(self, kind: ResourceType) -> bytes:
        """The JSON with kind and apiVersion."""
        return kind_prefix(kind) + self.raw[1:]


def kind_prefix(kind: ResourceType) -> bytes:
    """How the JSON of an object of this type begins."""
    return b'{"kind":"%s","apiVersion":"%s",' % (kind.kind.encode(), kind.api_version.encode())


class Change(NamedTuple):
    """A step of a collection's history."""

    type: str
    """ADDED, MODIFIED or DELETED."""
    entry: Entry
    """What is there now; for DELETED what was there last, at the version of the deletion."""
    prior: Entry | None


class Page(NamedTuple):
    """A part of a list, and where it goes on."""

    entries: list[Entry]
    next_key: str
    """The first key that was not looked at; empty at the end."""
    remaining: int


@dataclass(slots=True, eq=False)
class Collection:
    """All objects of one resource, ordered by key."""

    kind: tuple[str, str]
    """The (group, plural)."""
    keys: list[str] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    dropped: int = 0
    """How many changes are no longer kept."""
    compacted: int = 0
    """The version up to which changes are no longer kept."""
    subscribers: set[Callable[[], None]] = field(default_factory=set)
    """Called after each change."""

    def within(self, namespace: str) -> list[str]:
        """The keys of a namespace, or all for the empty one."""
        if not namespace:
            return self.keys
        start = bisect_left(self.keys, f"{namespace}/")
        return self.keys[start : bisect_left(self.keys, f"{namespace}0", start)]

    def record(self, change: Change) -> None:
        """Keep a change, and forget the oldest when there are too many."""
        self.changes.append(change)
        if len(self.changes) > 2 * HISTORY:
            self.forget(HISTORY)
        for each in tuple(self.subscribers):
            each()

    def forget(self, count: int) -> None:
        """Keep that many changes fewer."""
        if count > 0:
            self.compacted = self.changes[count - 1].entry.version
            del self.changes[:count]
            self.dropped += count

    def position(self, version: int) -> int:
        """The absolute number of the first change after a version."""
        return self.dropped + bisect_right(
            self.changes, version, key=lambda each: each.entry.version
        )

    def page(
        self, namespace: str, version: int, start: str, limit: int, match: Match | None
    ) -> Page:
        """Objects as they were at a version, from a key on; limit 0 for all."""
        was = self._undone(version)
        keys = self.within(namespace)
        if was:
            prefix = f"{namespace}/" if namespace else ""
            keys = sorted({*keys, *(key for key in was if key.startswith(prefix))})
        index = bisect_left(keys, start) if start else 0
        found: list[Entry] = []
        entries = self.entries
        total = len(keys)
        while index < total and not (limit and len(found) == limit):
            key = keys[index]
            index += 1
            entry = was[key] if key in was else entries.get(key)
            if entry is not None and (match is None or match(entry)):
                found.append(entry)
        rest = [key for key in keys[index:] if was.get(key, True) is not None] if was else ()
        remaining = len(rest) if was else total - index
        return Page(found, keys[index] if remaining else "", remaining)

    def _undone(self, version: int) -> dict[str, Entry | None]:
        """What differs from now at an earlier version."""
        was: dict[str, Entry | None] = {}
        for change in reversed(self.changes):
            if change.entry.version <= version:
                break
            was[change.entry.key] = change.prior
        return was


class KubeStore:
    """Every object of a cluster."""

    def __init__(
        self,
        now: Callable[[], float],
        new_uid: Callable[[], str],
        complete: Callable[[tuple[str, str], Body], None] = lambda kind, body: None,
    ) -> None:
        self._complete = complete
        """Fills in what a new object leaves out."""
        self.now = now
        self.version = FIRST_VERSION
        self.collections: dict[tuple[str, str], Collection] = {}
        self.listeners: list[Callable[[tuple[str, str], Change], None]] = []
        """Told of each change after it has been made."""
        self.new_uid = new_uid

    def collection(self, kind: tuple[str, str]) -> Collection:
        """The collection of a (group, plural), perhaps still empty."""
        found = self.collections.get(kind)
        if found is None:
            found = self.collections[kind] = Collection(kind, compacted=FIRST_VERSION - 1)
        return found

    def find(self, kind: tuple[str, str], namespace: str, name: str) -> Entry | None:
        """The object of this name, if it is there."""
        return self.collection(kind).entries.get(f"{namespace}/{name}" if namespace else name)

    def all(self, kind: tuple[str, str], namespace: str = "") -> Iterable[Entry]:
        """The objects of a collection by key, from a copy of the list."""
        found = self.collection(kind)
        return [found.entries[key] for key in found.within(namespace)]

    def put(self, kind: tuple[str, str], body: Body, *, spec_changed: bool = False) -> Entry:
        """Create or replace an object; nothing happens where nothing is different.

        A new object gets its uid, time of creation and generation here.
        """
        found = self.collection(kind)
        meta = body["metadata"]
        key = f"{meta['namespace']}/{meta['name']}" if meta.get("namespace") else meta["name"]
        prior = found.entries.get(key)
        if prior is None:
            self._complete(kind, body)
            meta.setdefault("uid", self.new_uid())
            meta.setdefault("creationTimestamp", stamp(self.now()))
            if "spec" in body and kind not in _WITHOUT_GENERATION:
                meta.setdefault("generation", 1)
        else:
            if "uid" not in meta:
                old = prior.object()["metadata"]
                meta |= {each: old[each] for each in _GIVEN if each in old}
            if spec_changed:
                meta["generation"] = meta.get("generation", 1) + 1
            meta["resourceVersion"] = str(prior.version)
            if self._encoded(body) == prior.raw:
                return prior
        self.version += 1
        meta["resourceVersion"] = str(self.version)
        entry = Entry(
            key,
            self.version,
            self._encoded(body),
            meta["uid"],
            meta.get("labels") or {},
            fields_of(kind, body),
        )
        found.entries[key] = entry
        if prior is None:
            insort(found.keys, key)
        self._changed(found, Change("ADDED" if prior is None else "MODIFIED", entry, prior))
        return entry

    def remove(self, kind: tuple[str, str], entry: Entry) -> Entry:
        """Take an object away; the answer is its last state at the version of the deletion."""
        found = self.collection(kind)
        prior = found.entries.pop(entry.key)
        del found.keys[bisect_left(found.keys, entry.key)]
        self.version += 1
        last = at_version(prior, self.version)
        self._changed(found, Change("DELETED", last, prior))
        return last

    def compact(self) -> None:
        """Forget all history."""
        for each in self.collections.values():
            each.forget(len(each.changes))
            each.compacted = self.version

    @staticmethod
    def _encoded(body: Body) -> bytes:
        rest = {key: value for key, value in body.items() if key not in _FIRST}
        return _encode({"metadata": body["metadata"], **rest})

    def _changed(self, found: Collection, change: Change) -> None:
        found.record(change)
        for each in self.listeners:
            each(found.kind, change)


_GIVEN = ("uid", "creationTimestamp", "generation")
_FIRST = ("kind", "apiVersion", "metadata")
_WITHOUT_GENERATION = frozenset(
    {
        ("", "nodes"),
        ("", "namespaces"),
        ("", "services"),
        ("", "persistentvolumes"),
        ("", "persistentvolumeclaims"),
        ("autoscaling", "horizontalpodautoscalers"),
        ("coordination.k8s.io", "leases"),
    }
)


def at_version(entry: Entry, version: int) -> Entry:
    """The same state of an object under another version."""
    old = b'"resourceVersion":"%d"' % entry.version
    raw = entry.raw.replace(old, b'"resourceVersion":"%d"' % version, 1)
    return Entry(entry.key, version, raw, entry.uid, entry.labels, entry.fields)
