"""Log groups that a test writes to, behind the `Clients` seam, on a clock of the test."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import msgspec

from containerscope.logs.event import LogEvent
from containerscope.logs.follow import Batch, Wanted, read
from containerscope.model.listing import ApiError, Page, Problem, Why
from containerscope.model.log_source import LogSource, Sources
from containerscope.resource import Clients, Identity
from tests.virtual_clock import VirtualClock

T = TypeVar("T")

GROUP = "/ecs/shop"
DENIED = Problem(Why.DENIED, "logs:StartLiveTail", "no", permission="logs:StartLiveTail")


def source(stream: str, group: str = GROUP) -> LogSource:
    """A stream that goes by its own name."""
    return LogSource(group, stream, stream)


@dataclass
class WrittenLogs:
    """What was written, and how AWS tells it: late, in pages, now and then empty ones."""

    clock: Any = field(default_factory=VirtualClock)
    page: int = 10_000
    written: list[tuple[str, LogEvent]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    tail_problem: Problem | None = DENIED
    filter_problem: Problem | None = None
    most_a_second: int = 500
    tails: int = 0
    region: str = "eu-west-1"
    partition: str = "aws"

    @property
    def now(self) -> int:
        """Milliseconds since 1970."""
        return int(self.clock.now().timestamp() * 1000)

    def write(self, stream: str, text: str, *, ago: int = 0, late: int = 0) -> None:
        """A line dated `ago` ms before now, taken in `late` ms after now."""
        at = self.now - ago
        number = str(len(self.written))
        event = LogEvent(at, GROUP, stream, text, self.now + late, number)
        self.written.append((GROUP, event))

    async def identity(self) -> Identity:
        return Identity("123456789012", "arn:aws:iam::123456789012:user/me")

    async def read(
        self, service: str, operation: str, member: str, model: type[T], /, **params: Any
    ) -> Page[T]:
        assert (service, operation, member) == ("logs", "FilterLogEvents", "events")
        assert 0 < len(params["logStreamNames"]) <= 100
        assert params["limit"] <= 10_000
        self.calls[operation] += 1
        self.asked.append(params)
        await self.clock.sleep(0.05)
        if self.filter_problem is not None:
            raise ApiError(self.filter_problem)
        there = [
            event
            for group, event in self.written
            if group == params["logGroupName"]
            and event.stream in params["logStreamNames"]
            and event.ingested <= self.now
            and params["startTime"] <= event.at < params.get("endTime", 1 << 60)
        ]
        there.sort(key=lambda event: (event.at, int(event.id)))
        start = int(params.get("nextToken", 0))
        size = min(params["limit"], self.page)
        found = there[start : start + size]
        token = str(start + size) if start + size < len(there) else None
        items = [
            {
                "logStreamName": each.stream,
                "timestamp": each.at,
                "message": each.text,
                "ingestionTime": each.ingested,
                "eventId": each.id,
            }
            for each in found
        ]
        return Page(tuple(msgspec.convert(each, model) for each in items), token)

    async def stream(
        self, service: str, operation: str, member: str, /, **params: Any
    ) -> AsyncIterator[Mapping[str, Any]]:
        assert (service, operation, member) == ("logs", "StartLiveTail", "responseStream")
        self.calls[operation] += 1
        self.tails += 1
        await self.clock.sleep(0.05)
        if self.tail_problem is not None:
            raise ApiError(self.tail_problem)
        group = params["logGroupIdentifiers"][0].rpartition("log-group:")[2]
        yield {"sessionStart": {"sessionId": str(self.tails)}}
        told = self.now
        while True:
            await self.clock.sleep(1)
            until = self.now
            fresh = [
                event
                for each, event in self.written
                if each == group
                and told < event.ingested <= until
                and event.stream in params["logStreamNames"]
            ]
            told = until
            results = [
                {
                    "logStreamName": each.stream,
                    "timestamp": each.at,
                    "message": each.text,
                    "ingestionTime": each.ingested,
                }
                for each in fresh[: self.most_a_second]
            ]
            sampled = len(fresh) > self.most_a_second
            yield {
                "sessionUpdate": {
                    "sessionMetadata": {"sampled": sampled},
                    "sessionResults": results,
                }
            }


@dataclass
class Reader:
    """Reads in the background and keeps what it is told."""

    logs: WrittenLogs
    sources: tuple[LogSource, ...]
    batches: list[Batch] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    async def find(self) -> Sources:
        return Sources("test", self.sources)

    async def __aenter__(self) -> Reader:
        return self

    def start(self, wanted: Wanted) -> None:
        async def work() -> None:
            async for batch in read(cast("Clients", self.logs), self.find, wanted):
                self.batches.append(batch)

        self.task = asyncio.create_task(work())

    async def __aexit__(self, *_: object) -> None:
        assert self.task is not None
        if self.task.done():
            self.task.result()
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    @property
    def texts(self) -> list[str]:
        """Every line told, in the order in which it was."""
        return [event.text for batch in self.batches for event in batch.events]

    @property
    def modes(self) -> list[str]:
        """How lines came, one after the other."""
        return [batch.mode for batch in self.batches if batch.mode]

    @property
    def problems(self) -> list[Problem]:
        """What went wrong."""
        return [batch.problem for batch in self.batches if batch.problem is not None]
