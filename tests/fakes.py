"""A scripted account behind the `Clients` seam: true pages and batches, no wire, calls recorded."""

from __future__ import annotations

import asyncio
import functools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from containerscope.model.clock import Clock, SystemClock
from containerscope.model.listing import ApiError, Failure, Page, Problem, Why
from containerscope.resource import Identity, KubeApi

T = TypeVar("T")
U = TypeVar("U")

_TOKENS = ("nextToken", "NextToken", "NextMarker", "Marker")
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def denied(operation: str) -> Problem:
    """What the one error mapping makes of a missing permission."""
    return Problem(
        Why.DENIED, operation, f"you may not {operation}", f"needs {operation}", operation
    )


def throttled(operation: str) -> Problem:
    """What the one error mapping makes of a rate that was exceeded."""
    return Problem(Why.THROTTLED, operation, "AWS asks for fewer calls")


@dataclass
class FakeClients:
    """Answers by operation; an entry in `refuse` may look at the parameters of a call."""

    answers: dict[str, Answer] = field(default_factory=dict)
    refuse: dict[str, Callable[[Mapping[str, Any]], Problem | None]] = field(default_factory=dict)
    calls: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    region: str = "eu-west-1"
    partition: str = "aws"
    read_only: bool = True
    _cache: dict[Hashable, Any] = field(default_factory=dict)

    @property
    def clock(self) -> Clock:
        return SystemClock()

    @property
    def counts(self) -> Counter[str]:
        """How often each operation was called."""
        return Counter(operation for operation, _ in self.calls)

    @property
    def kube_contexts(self) -> tuple[str, ...]:
        return ()

    def kube(self, cluster: str) -> KubeApi:
        raise AssertionError(f"no Kubernetes API was to be asked, least of all that of {cluster}")

    async def identity(self) -> Identity:
        return Identity("123456789012", "arn:aws:sts::123456789012:assumed-role/Ops/me")

    async def call(self, service: str, operation: str, /, **params: Any) -> Mapping[str, Any]:
        name = f"{service}:{operation}"
        self.calls.append((name, params))
        await asyncio.sleep(0)
        refuse = self.refuse.get(name)
        problem = refuse(params) if refuse is not None else None
        if problem is not None:
            raise ApiError(problem)
        return self.answers[name](params)

    async def read(
        self, service: str, operation: str, member: str, model: type[T], /, **params: Any
    ) -> Page[T]:
        answer = await self.call(service, operation, **params)
        found = answer.get(member)
        whole = found if isinstance(found, list) else [] if found is None else [found]
        items: list[T] = []
        odd: list[Problem] = []
        for each in whole:
            try:
                items.append(msgspec.convert(each, model))
            except msgspec.ValidationError as error:
                odd.append(Problem(Why.FAILED, f"{service}:{operation}", str(error)))
        return Page(
            tuple(items),
            next((answer[name] for name in _TOKENS if answer.get(name)), None),
            tuple(msgspec.convert(each, Failure) for each in answer.get("failures", ())),
            tuple(odd),
            NOW,
        )

    async def stream(
        self, service: str, operation: str, member: str, /, **params: Any
    ) -> AsyncIterator[Mapping[str, Any]]:
        answer = await self.call(service, operation, **params)
        for event in answer[member]:
            yield event

    async def cached(
        self, key: Hashable, seconds: float, fetch: Callable[[], Awaitable[U]], /
    ) -> U:
        if key not in self._cache:
            self._cache[key] = await fetch()
        found: U = self._cache[key]
        return found

    def deny(self, *operations: str) -> None:
        """Refuse these operations whatever their parameters."""
        for operation in operations:
            self.refuse[operation] = functools.partial(_denied_always, operation)


def _denied_always(operation: str, params: Mapping[str, Any]) -> Problem:
    return denied(operation)


def paged(member: str, whole: list[Any], default: int, most: int = 100) -> Answer:
    """A List operation: pages of `maxResults`, and a token on all but the last."""

    def answer(params: Mapping[str, Any]) -> Mapping[str, Any]:
        return page_of(member, whole, params, default, most)

    return answer


def page_of(
    member: str, whole: list[Any], params: Mapping[str, Any], default: int, most: int = 100
) -> Mapping[str, Any]:
    """The page that these parameters ask for."""
    size = params.get("maxResults", default)
    assert size <= most, f"{member}: a page holds at most {most}"
    start = int(params.get("nextToken", 0))
    found: dict[str, Any] = {member: whole[start : start + size]}
    if start + size < len(whole):
        found["nextToken"] = str(start + size)
    return found


def described(member: str, wanted: str, key: str, whole: Mapping[str, Any], most: int) -> Answer:
    """A Describe operation: a batch in an order of its own, what is gone among the failures."""

    def answer(params: Mapping[str, Any]) -> Mapping[str, Any]:
        names = params[wanted]
        assert 0 < len(names) <= most, f"{member}: a batch holds at most {most}"
        there = [whole[name] for name in names if name in whole]
        lost = [{"arn": name, "reason": "MISSING"} for name in names if name not in whole]
        return {member: sorted(there, key=lambda each: each[key], reverse=True), "failures": lost}

    return answer
