"""Watches: a stream of changes from a version on, with bookmarks, selectors and faults."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from containerscope.demo.kube_auth import Attributes
from containerscope.demo.kube_faults import KubeFault, KubeFaults
from containerscope.demo.kube_request import truth, version_of, whole
from containerscope.demo.kube_status import Body, KubeError, gone
from containerscope.demo.kube_store import (
    Change,
    Collection,
    Entry,
    KubeStore,
    Match,
    at_version,
)
from containerscope.demo.kube_table import Writer

_BATCH = 200
"""Events sent at once."""
_LONGEST = 2400.0
"""Seconds that a watch without a limit of its own lasts."""
_PULSE = 1.0
"""Seconds after which an idle stream looks whether anybody still listens."""
_TRICKLE = 512
"""Bytes a part of a slow stream."""

Send = Callable[[bytes], Awaitable[None]]


class StreamBroken(Exception):  # noqa: N818
    """The connection is to be dropped in the middle of the stream."""


@dataclass
class WatchRequest:
    """What is watched, for whom, and how it is written."""

    store: KubeStore
    collection: Collection
    namespace: str
    match: Match | None
    writer: Writer
    query: Mapping[str, str]
    faults: KubeFaults
    asked: Attributes
    cluster: str
    bookmark_seconds: float
    watch_list: str
    """`served`, `invalid` as a server of 1.20, or `broken` as one on an old etcd."""
    shape: Callable[[], Body]
    """The rest of a bookmark's object: `spec.containers: null` and the like."""


def check(request: WatchRequest) -> int:
    """The version to begin at, or a KubeError for a request that cannot be served."""
    query = request.query
    rule, initial = query.get("resourceVersionMatch", ""), "sendInitialEvents" in query
    if rule and (request.watch_list == "invalid" or not initial):
        raise _forbidden("resourceVersionMatch", "is forbidden for watch")
    if initial and request.watch_list != "invalid":
        if rule != "NotOlderThan":
            raise _forbidden("resourceVersionMatch", "sendInitialEvents requires it")
        if truth(query, "sendInitialEvents") and not truth(query, "allowWatchBookmarks"):
            raise _forbidden("sendInitialEvents", "requires allowWatchBookmarks")
    return version_of(query.get("resourceVersion", ""))


def _forbidden(field: str, why: str) -> KubeError:
    text = (
        f"{field}: Forbidden: {field} {why}"
        if why.startswith("is")
        else (f"{field}: Forbidden: {why}")
    )
    message = f'ListOptions.meta.k8s.io "" is invalid: {text}'
    return KubeError(422, "Invalid", message, details={})


class Stream:
    """One watch that is under way."""

    def __init__(self, request: WatchRequest, send: Send, listens: Callable[[], bool]) -> None:
        self._request = request
        self._send_bytes = send
        self._listens = listens
        self._wake = asyncio.Event()
        loop = asyncio.get_running_loop()
        limit = whole(request.query, "timeoutSeconds")
        self._now = loop.time
        self._end = loop.time() + (limit or _LONGEST)
        self._bookmarks = truth(request.query, "allowWatchBookmarks")
        self._next_bookmark = self._bookmark_time()
        self._trickle: KubeFault | None = None
        self._position = 0

    async def run(self, version: int) -> None:
        """Send events until the watch ends, its time is over or nobody listens."""
        request = self._request
        request.collection.subscribers.add(self._wake.set)
        request.faults.wakers.add(self._wake.set)
        try:
            if await self._begin(version):
                await self._follow()
        finally:
            request.collection.subscribers.discard(self._wake.set)
            request.faults.wakers.discard(self._wake.set)

    async def _begin(self, version: int) -> bool:
        request, query = self._request, self._request.query
        initial = truth(query, "sendInitialEvents")
        text = query.get("resourceVersion", "")
        if initial and request.watch_list == "broken":
            message = "the server has asked for a feature that etcd does not have: RequestProgress"
            await self._error(KubeError(500, "InternalError", message))
            return False
        if initial or ("sendInitialEvents" not in query and text in ("", "0")):
            self._position = request.collection.position(request.store.version)
            current = request.store.version
            await self._synthetic(current)
            if initial:
                notes = {"annotations": {"k8s.io/initial-events-end": "true"}}
                await self._send(self._bookmark(current, notes))
            return True
        if text in ("", "0"):
            version = request.store.version
        if version < request.collection.compacted:
            message = f"too old resource version: {version} ({request.collection.compacted})"
            await self._error(gone(message))
            return False
        self._position = request.collection.position(version)
        return True

    async def _synthetic(self, version: int) -> None:
        request = self._request
        page = request.collection.page(request.namespace, version, "", 0, request.match)
        for start in range(0, len(page.entries), _BATCH):
            part = page.entries[start : start + _BATCH]
            await self._send(b"".join(self._line("ADDED", each) for each in part))

    async def _follow(self) -> None:
        while self._listens():
            self._wake.clear()
            if await self._spoiled():
                return
            lines = self._lines()
            if lines is None:
                await self._error(gone("The resourceVersion for the provided watch is too old."))
                return
            if lines:
                await self._send(b"".join(lines))
                continue
            now = self._now()
            if self._bookmarks and now >= self._next_bookmark:
                await self._send(self._bookmark(self._request.store.version, {}))
                self._next_bookmark = self._bookmark_time()
            if now >= self._end:
                return
            until = min(self._end, self._next_bookmark if self._bookmarks else self._end)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), max(min(until - now, _PULSE), 0.001))

    def _bookmark_time(self) -> float:
        """A minute from now, but once more shortly before the end."""
        now, last = self._now(), self._end - 2.0
        usual = now + self._request.bookmark_seconds
        return usual if now >= last else min(usual, last)

    def _lines(self) -> list[bytes] | None:
        """The next events, or None where the changes are no longer kept."""
        found = self._request.collection
        if self._position < found.dropped:
            return None
        lines: list[bytes] = []
        changes = found.changes
        index = self._position - found.dropped
        while index < len(changes) and len(lines) < _BATCH:
            event = self._event(changes[index])
            index += 1
            if event is not None:
                lines.append(self._line(*event))
        self._position = found.dropped + index
        return lines

    def _event(self, change: Change) -> tuple[str, Entry] | None:
        """What a change means for this watch, whose selector an object may enter or leave."""
        request = self._request
        entry, prior = change.entry, change.prior
        if request.namespace and entry.namespace != request.namespace:
            return None
        if request.match is None:
            return change.type, entry
        was = prior is not None and request.match(prior)
        fits = change.type != "DELETED" and request.match(entry)
        if fits:
            return ("MODIFIED" if was else "ADDED"), entry
        if was and prior is not None:
            left = entry if change.type == "DELETED" else at_version(prior, entry.version)
            return "DELETED", left
        return None

    def _line(self, event: str, entry: Entry) -> bytes:
        return b'{"type":"%s","object":%s}\n' % (
            event.encode(),
            self._request.writer.one(entry).rstrip(b"\n"),
        )

    def _bookmark(self, version: int, notes: Body) -> bytes:
        meta = {"resourceVersion": str(version), "creationTimestamp": None, **notes}
        body = self._request.writer.bookmark({"metadata": meta, **self._request.shape()})
        return b'{"type":"BOOKMARK","object":%s}\n' % body

    async def _error(self, error: KubeError) -> None:
        event: dict[str, Any] = {"type": "ERROR", "object": error.body()}
        await self._send(msgspec.json.encode(event) + b"\n")

    async def _spoiled(self) -> bool:
        """Suffer a fault, if one hits this stream; whether the stream is over."""
        request = self._request
        fault = request.faults.take(request.cluster, request.asked, stream=True)
        if fault is None:
            return False
        if fault.kind == "trickle":
            self._trickle = fault
            return False
        if fault.kind == "gone":
            await self._error(gone("The resourceVersion for the provided watch is too old."))
        elif fault.kind == "cut":
            raise StreamBroken
        elif fault.kind == "half-line":
            await self._half_line()
        elif fault.kind == "stalled":
            await self._silence()
        return True

    async def _silence(self) -> None:
        """Nothing more, for as long as somebody listens."""
        while self._listens():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), _PULSE)

    async def _half_line(self) -> None:
        while self._listens():
            lines = self._lines()
            if lines is None or lines:
                line = lines[0] if lines else self._bookmark(0, {})
                await self._send_bytes(line[: len(line) // 2])
                raise StreamBroken
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _PULSE)

    async def _send(self, data: bytes) -> None:
        if self._trickle is None:
            await self._send_bytes(data)
            return
        for start in range(0, len(data), _TRICKLE):
            await self._send_bytes(data[start : start + _TRICKLE])
            await asyncio.sleep(self._trickle.seconds)
