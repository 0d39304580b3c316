"""What is to be done to which things, what would happen, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from containerscope.model.listing import Item, Problem
from containerscope.plan import Confirm, Note, Reply, Step
from containerscope.resource import Action, Clients, Resource, Scope

_NAME = 24
"""A name that is longer is not to be typed."""

Result = Literal["sent", "conflict", "denied", "refused", "failed"]


class Sender(Clients, Protocol):
    """Clients that may change something."""

    async def send(self, service: str, operation: str, /, **params: Any) -> Reply:
        """Make a change and return what came back; raises `ApiError`."""


@dataclass(frozen=True)
class Order:
    """Which action is to be done to which things; they stay the same whatever a list shows."""

    resource: Resource[Any]
    action: Action[Any]
    scope: Scope
    items: tuple[Item[Any], ...]

    @property
    def title(self) -> str:
        """`Scale service cart`, `Stop 3 tasks`."""
        if len(self.items) == 1:
            return f"{self.action.title} {self.resource.noun} {self.items[0].name}"
        return f"{self.action.title} {len(self.items)} {self.resource.noun}s"

    @property
    def word(self) -> str:
        """What is typed to confirm: the name, or the verb and how many."""
        verb = self.action.id
        if len(self.items) > 1:
            return f"{verb} {len(self.items)}"
        name = self.items[0].name
        return name if len(name) <= _NAME and name.isascii() and name.isprintable() else verb


@dataclass(frozen=True)
class Seen:
    """One thing as it was found, or why it could not be read."""

    item: Item[Any]
    state: Any = None
    problem: Problem | None = None


@dataclass(frozen=True)
class Preview:
    """What will happen to each thing, and to what all of them are part of."""

    steps: tuple[Step, ...]
    notes: tuple[Note, ...] = ()

    @property
    def ready(self) -> tuple[Step, ...]:
        """Those that something can be sent for."""
        return tuple(step for step in self.steps if step.request is not None)

    @property
    def confirm(self) -> Confirm:
        """The strictest that one of them asks for."""
        return max((step.confirm for step in self.ready), default=Confirm.YES)


@dataclass(frozen=True)
class Outcome:
    """What became of one of them."""

    id: str
    step: Step
    result: Result
    words: str = ""
    request_id: str = ""


def why_not(clients: Any, action: Action[Any], items: Sequence[Item[Any]]) -> str:
    """Why an action cannot be done to these rows at all; empty if it can."""
    if clients is not None and clients.read_only:
        return "read-only"
    if len(items) > 1 and not action.bulk:
        return "for one row at a time"
    return next((reason for item in items if (reason := action.when(item))), "")
