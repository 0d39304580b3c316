"""What an action is going to do, as a value: previewed, compared, sent, and followed."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from containerscope.model.health import Level


class Confirm(enum.IntEnum):
    """What a person does before something is sent."""

    YES = 1
    """Say yes."""
    TYPED = 2
    """Type a word: what runs now will run no more."""


@dataclass(frozen=True)
class Request:
    """One call that changes something; `changes` holds only what is to become different."""

    service: str
    operation: str
    where: Mapping[str, Any]
    """The parameters that say what is meant."""
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """`ecs:UpdateService`."""
        return f"{self.service}:{self.operation}"

    @property
    def params(self) -> Mapping[str, Any]:
        """Everything that is sent."""
        return {**self.where, **self.changes}

    @property
    def words(self) -> str:
        """The call and what it changes: `ecs:UpdateService desiredCount=6`."""
        changes = (f"{name}={_plain(value)}" for name, value in self.changes.items())
        return " ".join((self.name, *changes))


MERGE, JSON_PATCH = "application/merge-patch+json", "application/json-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"


@dataclass(frozen=True)
class KubeRequest:
    """One request to a Kubernetes API that changes something."""

    cluster: str
    verb: Literal["create", "patch", "delete"]
    path: str
    about: str
    """As RBAC calls it: `deployments/scale`."""
    body: Any = None
    """Of JSON; a patch holds only what is to become different."""
    media: str = "application/json"
    changes: Mapping[str, Any] = field(default_factory=dict)
    """What it changes, for people: where the body is not fit to be read or shown."""

    @property
    def name(self) -> str:
        """`kubernetes:patch deployments/scale`."""
        return f"kubernetes:{self.verb} {self.about}"

    @property
    def params(self) -> Mapping[str, Any]:
        """Everything that is sent."""
        found = {"cluster": self.cluster, "method": METHODS[self.verb], "path": self.path}
        if self.body is None:
            return found
        return {**found, "contentType": self.media, "body": self.body}

    @property
    def words(self) -> str:
        """The request and what it changes: `kubernetes:patch deployments/scale replicas=6`."""
        changes = (f"{name}={_plain(value)}" for name, value in self.changes.items())
        return " ".join((self.name, *changes))


METHODS: Mapping[str, str] = {"create": "POST", "patch": "PATCH", "delete": "DELETE"}


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str)


@dataclass(frozen=True)
class Reply:
    """What came back from a call that changes something."""

    id: str
    """By which the other side knows the request."""
    answer: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """One thing that becomes different."""

    label: str
    now: str
    then: str

    @property
    def words(self) -> str:
        """`desired 20 → 6`; without anything before, `opens a shell`."""
        return f"{self.label} {self.now} → {self.then}" if self.now else f"{self.label} {self.then}"


@dataclass(frozen=True)
class Note:
    """What else will happen, or may."""

    words: str
    level: Level = Level.WARNING


@dataclass(frozen=True)
class Step:
    """What an action does to one thing, as its live state is."""

    target: str
    """Its name."""
    key: str
    """Its ARN."""
    where: str = ""
    """The name of the cluster it lies in."""
    changes: tuple[Change, ...] = ()
    request: Request | KubeRequest | None = None
    """None where nothing can be sent; `refused` says why."""
    notes: tuple[Note, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    """What it rests on: if one of them is another just before sending, nothing is sent."""
    confirm: Confirm = Confirm.YES
    refused: str = ""
    undo: str = ""
    """The answer with which the same action takes it back; empty where none does."""
    undone_by: str = ""
    """The id of the action that takes it back, where it is another one."""
    mark: str = ""
    """What tells the new state from the old one while it is followed: a deployment's id; of a
    session, the target by which Session Manager knows it."""

    @property
    def opened(self) -> Request:
        """The request of a step that can be sent and opens something."""
        assert isinstance(self.request, Request), "what is refused is not opened"
        return self.request

    @property
    def before(self) -> str:
        """What is so now: `desired 20`."""
        return ", ".join(f"{change.label} {change.now}" for change in self.changes if change.now)

    @property
    def after(self) -> str:
        """What will be so: `desired 6`."""
        return ", ".join(f"{change.label} {change.then}" for change in self.changes)


def between(previewed: Step, fresh: Step) -> str:
    """What somebody else changed since the preview, in words; empty for nothing."""
    return ", ".join(
        f"{name} was {value} and is {fresh.facts.get(name, 'gone')} now"
        for name, value in previewed.facts.items()
        if fresh.facts.get(name) != value
    )


@dataclass(frozen=True)
class Stage:
    """How far what was sent has come."""

    words: str
    done: bool = False
    level: Level = Level.PROGRESS


@dataclass(frozen=True)
class Option:
    """One of the answers to choose from."""

    value: str
    label: str


@dataclass(frozen=True)
class Ask:
    """What an action must be told before it can be planned."""

    label: str
    kind: Literal["line", "choice"] = "line"
    hint: str = ""
    """What is allowed, for the command line: `COUNT`."""
    characters: str = "[0-9]*"
    """What may be typed, as a regular expression."""
    longest: int = 12
    """Characters of an answer at most."""
