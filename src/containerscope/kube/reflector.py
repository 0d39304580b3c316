"""One collection of one cluster, kept true by a watch through whatever happens to it.

list ─ WatchList where the server has it, else pages of 500 ─► watch with bookmarks
  ▲                                                              │
  │  410: too old                                                ├─ ended, broken, silent: watch
  └──────────────────────────────────────────────────────────────┘  again from the last version
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import aclosing, suppress
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

import msgspec

from containerscope.kube.kind import Kind
from containerscope.kube.selection import Selection
from containerscope.model.kube import KubeError, ListMeta, RawEvent, RawList, Status
from containerscope.model.listing import ApiError, Item, Problem, Why
from containerscope.resource import Clients, KubeApi

T = TypeVar("T")

PAGE = 500
"""Objects of a page, and the most that are decoded before other work has its turn."""
_WATCH_SECONDS = (240, 480)
"""How long a watch is asked for; the server ends it, so that none is forgotten."""
IDLE = 150.0
"""Seconds of silence after which a watch is taken for dead; bookmarks come every minute."""
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0
_INITIAL_END = "k8s.io/initial-events-end"
_CHANGES = frozenset(("ADDED", "MODIFIED", "DELETED"))
_EXPIRED = ("Expired", "Gone")
_UNSERVED = (400, 403, 404, 422, 500)
"""How servers without WatchList answer it; one on an old etcd sends an ERROR event of 500. Who may
list and not watch is refused: pages are for him, too."""
_POLL = 10.0
"""Seconds between two lists of what may not be watched."""

_events = msgspec.json.Decoder(RawEvent)
_lists = msgspec.json.Decoder(RawList)
_statuses = msgspec.json.Decoder(Status)


class _Head(msgspec.Struct, frozen=True, rename="camel"):
    metadata: _HeadMeta | None = None


class _HeadMeta(msgspec.Struct, frozen=True, rename="camel"):
    resource_version: str | None = None
    uid: str | None = None
    name: str | None = None
    annotations: dict[str, str] | None = None


_heads = msgspec.json.Decoder(_Head)


class Reflector(Generic[T]):
    """Holds the objects as they are now; `changed` is called after each change of anything."""

    def __init__(
        self,
        clients: Clients,
        cluster: str,
        kind: Kind[T],
        selection: Selection,
        changed: Callable[[], None],
        *,
        idle: float = IDLE,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.cluster = cluster
        self.items: dict[str, Item[T]] = {}
        """By uid, in the order in which they came."""
        self.changes = 0
        """How often `items` has changed."""
        self.synced = False
        """Whether everything has been read once."""
        self.problem: Problem | None = None
        """Why the objects may be old; None while a stream keeps them true."""
        self.unwatched: Problem | None = None
        """Why they are listed again and again instead of watched."""
        self.odd: dict[str, Problem] = {}
        """Objects that did not fit the model, by uid: each is a problem and not a lost list."""
        self.heard_at: datetime | None = None
        self.lists = 0
        """How often everything was read."""
        self._api: KubeApi = clients.kube(cluster)
        self._clock = clients.clock
        self._kind = kind
        self._decode = kind.decode()
        self._decode_event = kind.decode_event()
        self._selection = selection
        self._keeps = selection.keeps
        self._path = kind.path(selection.namespace)
        self._changed = changed
        self._idle = idle
        self._chance = chance
        self._version = ""
        self._wait = _FIRST_WAIT
        self._failures = 0
        self._watch_list = not kind.tables
        self._fresh: dict[str, Item[T]] | None = None
        """What a list under way has read; it takes the place of `items` when it is whole."""
        self._fresh_odd: dict[str, Problem] = {}

    async def run(self, *, once: bool = False) -> None:
        """Follow until cancelled; with `once`, read everything one time and return."""
        if self._selection.nothing:
            self._took_all("")
            return
        while True:
            try:
                if not self._version:
                    await self._list(paged=once)
                if once:
                    return
                await self._watch()
            except KubeError as error:
                if error.gone:
                    self._version = ""
                elif error.status == 404 and self._kind.optional:
                    self._took_all("")
                    self._wait = _LONGEST_WAIT
                elif error.status == 403 and self._version:
                    self._list_again(error.problem)
                else:
                    self._failed(error.problem)
            except ApiError as error:
                self._failed(error.problem)
            if once:
                return
            await self._rest()

    async def _rest(self) -> None:
        """Wait before the next try: longer each time, never in step with others."""
        asked = (self.problem.retry_after if self.problem else None) or 0.0
        wait = max(asked, self._wait * (0.5 + self._chance()))
        self._wait = min(_LONGEST_WAIT, self._wait * 2)
        await self._clock.sleep(wait)

    def _list_again(self, refused: Problem) -> None:
        """What may be listed and not watched is as true as the last list."""
        self.unwatched = msgspec.structs.replace(refused, where=refused.where or self.cluster)
        self._version = ""
        self._wait = _POLL
        self._changed()

    def _failed(self, problem: Problem) -> None:
        self._fresh = None
        self._failures += 1
        if self.synced and self._failures == 1 and problem.why is Why.UNREACHABLE:
            # Streams break every day: it is news only when the next one cannot be had.
            return
        if problem.why is Why.FAILED:
            # What the server refuses for good will not change by the version it is asked from.
            self._version = ""
        self.problem = msgspec.structs.replace(
            problem, where=problem.where or self.cluster, cut_short=True
        )
        self._changed()

    # Reading everything

    async def _list(self, *, paged: bool) -> None:
        self.lists += 1
        self._fresh, self._fresh_odd = {}, {}
        if not self.items and not self.synced:
            self.items = self._fresh
            self.changes += 1
        if self._watch_list and not paged:
            try:
                await self._list_by_watching()
            except KubeError as error:
                if error.status not in _UNSERVED or self._fresh is None:
                    raise
                self._watch_list = False
                self._forget_fresh()
        if not self._version:
            await self._list_by_pages()

    async def _list_by_watching(self) -> None:
        """The objects as events, the first of them at once; then the same stream goes on."""
        query = {
            "sendInitialEvents": "true",
            "resourceVersionMatch": "NotOlderThan",
            "resourceVersion": "",
        }
        await self._watch(query)

    async def _list_by_pages(self) -> None:
        query = {**self._kind.query, **self._selection.query, "limit": str(PAGE)}
        meta: ListMeta | None = None
        while True:
            try:
                body = await self._api.get(self._path, self._kind.accept, **query)
            except KubeError as error:
                if not error.gone or "continue" not in query:
                    raise
                # The list took longer than the server remembers: begin anew.
                self._forget_fresh()
                query.pop("continue")
                continue
            page = _page(body, self._path)
            for raw in page.items or page.rows or ():
                self._take(raw)
            meta = page.metadata
            self._said_something()
            following = meta.continue_ if meta else None
            if not following:
                break
            query["continue"] = following
            await asyncio.sleep(0)
        self._took_all((meta.resource_version if meta else None) or "")

    def _forget_fresh(self) -> None:
        if self._fresh is not None:
            self._fresh.clear()
            self.changes += 1

    def _took_all(self, version: str) -> None:
        if self._fresh is not None:
            self.items, self._fresh = self._fresh, None
            self.changes += 1
            self.odd, self._fresh_odd = self._fresh_odd, {}
        self._version = version
        self.synced = True
        self._well()

    def _said_something(self) -> None:
        self.heard_at = self._clock.now()
        self._changed()

    # Watching

    async def _watch(self, initial: dict[str, str] | None = None) -> None:
        """Take in events until the stream ends."""
        least, most = _WATCH_SECONDS
        query = {
            **self._kind.query,
            **self._selection.query,
            "watch": "true",
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(int(least + (most - least) * self._chance())),
            "resourceVersion": self._version,
            **(initial or {}),
        }
        query = {name: value for name, value in query.items() if value}
        stream = self._api.stream(self._path, self._idle, self._kind.accept, **query)
        taken = 0
        async with aclosing(cast("Any", stream)) as packets:
            async for lines in packets:
                self.unwatched = None
                for line in lines:
                    self._event(line)
                    taken += 1
                    if taken == PAGE:
                        taken = 0
                        self._heard()
                        await asyncio.sleep(0)
                self._heard()
        if self._fresh is not None and not self._version:
            raise KubeError(
                Problem(Why.UNREACHABLE, f"kubernetes:watch {self._kind.plural}", "it ended early")
            )

    def _heard(self) -> None:
        if self._fresh is None:
            self._well()
        else:
            self._said_something()

    def _well(self) -> None:
        self.problem = None
        self._failures = 0
        self._wait = _FIRST_WAIT
        self._said_something()

    def _event(self, line: bytes) -> None:
        """Take in a line; nearly all of them say in one reading that an object was put or went."""
        value: Any
        try:
            what, value = self._decode_event(line)
        except msgspec.DecodeError:
            self._rare_event(line)
            return
        meta = value.metadata if value is not None else None
        if meta is None or not meta.uid or what not in _CHANGES:
            self._rare_event(line)
            return
        if what == "DELETED":
            self._drop(meta.uid)
        else:
            self._keep(value)
        if self._fresh is None:
            self._version = meta.resource_version or self._version

    def _rare_event(self, line: bytes) -> None:
        """A bookmark, an error, an object that does not fit the model, or half a line."""
        if not line.strip():
            return
        try:
            event = _events.decode(line)
        except msgspec.DecodeError as error:
            raise KubeError(
                Problem(Why.UNREACHABLE, f"kubernetes:watch {self._kind.plural}", str(error))
            ) from error
        if event.type == "ERROR":
            raise self._error(event.object)
        head = _heads.decode(event.object).metadata
        version = (head and head.resource_version) or ""
        if event.type == "BOOKMARK":
            notes = (head and head.annotations) or {}
            if self._fresh is not None and notes.get(_INITIAL_END) == "true":
                self._took_all(version)
            elif self._fresh is None:
                self._version = version or self._version
            return
        if event.type == "DELETED":
            self._drop((head and head.uid) or "")
        else:
            self._take(event.object, (head and head.uid) or "")
        if self._fresh is None:
            self._version = version or self._version

    def _error(self, raw: msgspec.Raw) -> KubeError:
        status = _statuses.decode(raw)
        code = status.code or 0
        if status.reason in _EXPIRED:
            code = 410
        text = status.message or status.reason or "the watch failed"
        operation = f"kubernetes:watch {self._kind.plural}"
        return KubeError(Problem(Why.UNREACHABLE, operation, text), code)

    def _take(self, raw: msgspec.Raw, uid: str = "") -> None:
        try:
            value: Any = self._decode(raw)
        except msgspec.DecodeError as error:
            odd = self.odd if self._fresh is None else self._fresh_odd
            self._take_odd(raw, uid, error, odd)
            return
        self._keep(value, uid)

    def _keep(self, value: Any, uid: str = "") -> None:
        into = self.items if self._fresh is None else self._fresh
        odd = self.odd if self._fresh is None else self._fresh_odd
        meta = value.metadata
        uid = (meta and (meta.uid or meta.name)) or uid
        if odd:
            odd.pop(uid, None)
        self.changes += 1
        if not self._keeps(value):
            into.pop(uid, None)
            return
        known = into.get(uid)
        key = f"{self.cluster}/{uid}" if known is None else known.key
        name = (meta and meta.name) or uid
        into[uid] = Item(key, name, value, cluster=self.cluster)

    def _take_odd(
        self, raw: msgspec.Raw, uid: str, error: Exception, odd: dict[str, Problem]
    ) -> None:
        head = None
        with suppress(msgspec.DecodeError):
            head = _heads.decode(raw).metadata
        uid = uid or (head and head.uid) or f"?{len(odd)}"
        name = (head and head.name) or uid
        message = f"{name} could not be read: {error}"
        operation = f"kubernetes:list {self._kind.plural}"
        odd[uid] = Problem(
            Why.FAILED, operation, message, where=self.cluster, keys=(f"{self.cluster}/{uid}",)
        )

    def _drop(self, uid: str) -> None:
        into = self.items if self._fresh is None else self._fresh
        into.pop(uid, None)
        self.changes += 1
        self.odd.pop(uid, None)


def _page(body: bytes, path: str) -> RawList:
    try:
        return _lists.decode(body)
    except msgspec.DecodeError as error:
        message = f"unreadable answer: {error}"
        remedy = "see what answers in place of the API server"
        problem = Problem(Why.UNREACHABLE, f"kubernetes:list {path}", message, remedy=remedy)
        raise KubeError(problem) from error
