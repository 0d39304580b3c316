"""Container logs: tail, since, previous, timestamps and follow."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from containerscope.demo.ids import number
from containerscope.demo.kube_log_lines import LineOf, last_lines, style_of
from containerscope.demo.kube_request import truth, whole
from containerscope.demo.kube_status import Body, KubeError, bad_request
from containerscope.demo.kube_store import Entry, KubeStore, moment

_PODS = ("", "pods")
_KEPT = 20_000
"""How many lines of a run are kept: what fits into the kubelet's newest file."""
_PULSE = 0.1
"""Seconds between two looks at a log that is followed."""
_PULLING = ("ErrImagePull", "ImagePullBackOff")


@dataclass(frozen=True)
class Run:
    """One life of a container, and with it one log."""

    key: str
    line: LineOf
    period: float
    start: float
    end: float
    """Infinite while it runs."""
    closing: tuple[str, ...] = ()

    def count(self, now: float) -> int:
        """How many lines there are by then."""
        ordinary = self._ordinary(min(now, self.end))
        return ordinary + (len(self.closing) if now >= self.end else 0)

    def _ordinary(self, until: float) -> int:
        return max(math.floor((until - self.start) / self.period), 0)

    def time(self, index: int) -> float:
        """When a line was written."""
        if self.end < math.inf and index >= self._ordinary(self.end):
            return self.end
        jitter = number(1000, self.key, index, "jitter") / 1000 * self.period * 0.8
        return self.start + index * self.period + jitter

    def text(self, index: int) -> str:
        """A line without its end."""
        ordinary = self._ordinary(self.end) if self.end < math.inf else index + 1
        if index >= ordinary:
            return self.closing[index - ordinary]
        return self.line(self.key, index, self.time(index))


def container_of(body: Body, asked: str) -> str:
    """The container whose log is asked for; a 400 where that is not clear."""
    spec, name = body.get("spec") or {}, body["metadata"]["name"]
    main: list[str] = [each["name"] for each in spec.get("containers") or ()]
    others = [
        each["name"]
        for member in ("initContainers", "ephemeralContainers")
        for each in spec.get(member) or ()
    ]
    if asked:
        if asked not in (*main, *others):
            raise bad_request(f"container {asked} is not valid for pod {name}")
        return asked
    if len(main) == 1:
        return str(main[0])
    notes = body["metadata"].get("annotations") or {}
    default = str(notes.get("kubectl.kubernetes.io/default-container", ""))
    if default in main:
        return default
    init = [each["name"] for each in spec.get("initContainers") or ()]
    more = f" or one of the init containers: [{' '.join(init)}]" if init else ""
    raise bad_request(
        f"a container name must be specified for pod {name}, choose one of: [{' '.join(main)}]"
        + more
    )


def run_of(body: Body, container: str, *, previous: bool) -> Run:
    """The run whose log is meant; a 400 where there is none."""
    status, name = body.get("status") or {}, body["metadata"]["name"]
    members = ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses")
    found: Body = next(
        (
            each
            for member in members
            for each in status.get(member) or ()
            if each["name"] == container
        ),
        {},
    )
    state, last = found.get("state") or {}, (found.get("lastState") or {}).get("terminated")
    restarts = found.get("restartCount", 0)
    if previous:
        if not last:
            raise bad_request(
                f'previous terminated container "{container}" in pod "{name}" not found'
            )
        return _run(body, found, last, restarts - 1)
    if "running" in state:
        return _run(body, found, state["running"], restarts)
    if "terminated" in state:
        return _run(body, found, state["terminated"], restarts)
    if last:
        return _run(body, found, last, restarts)
    why = (state.get("waiting") or {}).get("reason") or "ContainerCreating"
    why = "trying and failing to pull image" if why in _PULLING else why
    raise bad_request(f'container "{container}" in pod "{name}" is waiting to start: {why}')


def _run(body: Body, status: Body, state: Body, restarts: int) -> Run:
    line, period = style_of(status.get("image", ""))
    key = f"{body['metadata']['uid']}/{status['name']}/{restarts}"
    ended = "finishedAt" in state
    # Short runs write their few lines quickly.
    end = moment(state["finishedAt"]) if ended else math.inf
    start = moment(state["startedAt"])
    if ended:
        period = min(period, max((end - start) / 8, 0.05))
    closing = last_lines(state.get("exitCode", 0), state.get("reason", "")) if ended else ()
    return Run(key, line, period, start, end, closing)


@dataclass(frozen=True)
class LogRequest:
    """What part of a log is asked for, and how it is written."""

    tail: int | None
    since: float
    limit: int | None
    timestamps: bool
    follow: bool
    previous: bool

    @classmethod
    def parse(cls, query: Mapping[str, str], now: float) -> LogRequest:
        """From a query; a 400 for what makes no sense."""
        tail = whole(query, "tailLines", -1)
        limit = whole(query, "limitBytes", -1)
        since = 0.0
        if "sinceSeconds" in query and "sinceTime" in query:
            raise bad_request("at most one of `sinceTime` or `sinceSeconds` may be specified")
        if "sinceSeconds" in query:
            since = now - whole(query, "sinceSeconds")
        elif query.get("sinceTime"):
            try:
                since = moment(query["sinceTime"])
            except ValueError as error:
                raise bad_request(f"invalid sinceTime: {error}") from error
        return cls(
            tail if tail >= 0 else None,
            since,
            limit if limit >= 0 else None,
            truth(query, "timestamps"),
            truth(query, "follow"),
            truth(query, "previous"),
        )

    def first(self, run: Run, count: int) -> int:
        """The number of the first line to send."""
        first = max(count - _KEPT, 0)
        if self.tail is not None:
            first = max(count - self.tail, first)
        while first < count and run.time(first) < self.since:
            # Lines are in order of time and evenly spread: jump close, then walk.
            jump = int((self.since - run.start) / run.period) - 1
            first = jump if first < jump < count else first + 1
        return first

    def written(self, run: Run, indexes: Iterator[int]) -> bytes:
        """The lines as they go over the wire."""
        lines = []
        for index in indexes:
            text = run.text(index)
            if self.timestamps:
                when = run.time(index)
                fraction = f"{when % 1:.9f}"[1:]
                stamp = datetime.fromtimestamp(int(when), UTC).strftime("%Y-%m-%dT%H:%M:%S")
                text = f"{stamp}{fraction}Z {text}"
            lines.append(text + "\n")
        return "".join(lines).encode()


async def log_parts(
    store: KubeStore, entry: Entry, run: Run, container: str, request: LogRequest
) -> AsyncIterator[bytes]:
    """The log in parts; of one that is followed until the container, or the pod, has ended."""
    sent = 0
    next_line = request.first(run, run.count(store.now()))
    while True:
        run, over = _grown(store, entry, run, container, request)
        count = run.count(store.now())
        while next_line < count:
            upto = min(next_line + 500, count)
            part = request.written(run, iter(range(next_line, upto)))
            next_line = upto
            if request.limit is not None and sent + len(part) >= request.limit:
                yield part[: request.limit - sent]
                return
            sent += len(part)
            yield part
        if over or not request.follow:
            return
        await asyncio.sleep(_PULSE)


def _grown(
    store: KubeStore, entry: Entry, run: Run, container: str, request: LogRequest
) -> tuple[Run, bool]:
    """The run as it is by now, and whether nothing more will come of it."""
    if run.end < math.inf:
        return run, True
    found = store.find(_PODS, entry.namespace, entry.name)
    if found is None or found.uid != entry.uid:
        return run, True
    body = found.object()
    for previous in (False, True):
        try:
            now = run_of(body, container, previous=previous)
        except KubeError:
            continue
        if now.key == run.key:
            return now, now.end < math.inf
    return run, True
