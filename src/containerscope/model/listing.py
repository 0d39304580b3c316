"""The state of a list so far: what is there, what is missing, and why."""

from __future__ import annotations

import enum
from collections.abc import Hashable, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")


class Why(enum.Enum):
    """The reason for which a value is missing."""

    LOADING = "loading"
    DENIED = "denied"
    THROTTLED = "throttled"
    EXPIRED = "expired"
    UNREACHABLE = "unreachable"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"

    @property
    def label(self) -> str:
        """For a person: what expired may also never have been there."""
        return "not signed in" if self is Why.EXPIRED else self.value


class Missing(msgspec.Struct, frozen=True, gc=False):
    """A value we lack, with the reason."""

    why: Why
    reason: str = ""
    """For a person. May hold text from outside."""
    last: Any = None
    """The last value known, shown dimmed while a call is throttled; None if there is none."""


LOADING = Missing(Why.LOADING)
NOT_APPLICABLE = Missing(Why.NOT_APPLICABLE)


class Problem(msgspec.Struct, frozen=True, gc=False):
    """A part of a listing that could not be had; the rest of the listing stands."""

    why: Why
    operation: str
    """`service:Operation`, which for most operations is the IAM action too."""
    message: str
    """What happened, for a person. May hold text from outside."""
    remedy: str = ""
    """What to do about it."""
    permission: str = ""
    """The IAM action that is lacking, for `Why.DENIED`."""
    where: str = ""
    """The name of the cluster it concerns; empty for the whole listing."""
    keys: tuple[str, ...] = ()
    """The items it concerns, where known."""
    retry_after: float | None = None
    """Seconds until another try makes sense, where the server said so."""
    cut_short: bool = False
    """A list that names nothing before it describes ends early: rows of it may be absent."""

    def as_missing(self, last: Any = None) -> Missing:
        """The same reason in the place of a value."""
        return Missing(self.why, self.message, last)


class ApiError(Exception):
    """The one exception that a call to AWS or Kubernetes raises."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class RefusedError(ApiError):
    """The guard refused the operation before anything was sent."""


class NoAccountError(ApiError):
    """There is no AWS account to ask: neither credentials nor a region are set."""


class Item(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """One row's worth."""

    key: str
    """The ARN, or another identity that survives sorting and refreshing."""
    name: str
    value: T | Missing = LOADING
    joined: Mapping[str, Any] = {}
    """Name of a join -> its value or Missing."""
    cluster: str = ""
    """The name of the cluster it belongs to; empty where that has no meaning."""


def joined(item: Item[Any], name: str) -> Any:
    """What is known of a join in a row; a `Missing` where it has not arrived."""
    if isinstance(item.value, Missing) and name not in item.joined:
        return item.value
    return item.joined.get(name, LOADING)


class Phase(enum.Enum):
    """How far a lister has come."""

    NAMES = "names"
    """Names are still arriving: the number of items is not final."""
    DETAILS = "details"
    """All names are known; details arrive batch by batch."""
    DONE = "done"


class Listing(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """The whole state of a list so far."""

    items: tuple[Item[T], ...] = ()
    phase: Phase = Phase.NAMES
    expected: int | None = None
    """How many items there will be, once that is known."""
    problems: tuple[Problem, ...] = ()
    fetched_at: datetime | None = None
    """The server's time of the newest answer in it."""
    live: bool = False
    """A stream keeps it true: it is as old as the connection's silence, not as its last answer."""
    stale_since: datetime | None = None
    """Set by the poller when the newest try to refresh it failed."""
    columns: Hashable = ()
    """What the API told of columns beyond those that the resource declares; see `Resource.told`."""

    @property
    def complete(self) -> bool:
        """Whether every item and every detail is there."""
        return self.phase is Phase.DONE and not self.problems and self.stale_since is None


class Failure(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One of the `failures[]` of an ECS batch call that answers 200 all the same."""

    arn: str | None = None
    reason: str | None = None
    detail: str | None = None


class Page(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """One answer, its items converted one by one."""

    items: tuple[T, ...]
    token: str | None = None
    """The token of the next page, under whatever name the API gives it; None on the last."""
    failures: tuple[Failure, ...] = ()
    odd: tuple[Problem, ...] = ()
    """Items that did not fit the model: each is a problem, not a lost page."""
    date: datetime | None = None
    """The server's own time of this answer."""
