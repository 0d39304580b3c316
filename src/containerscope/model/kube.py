"""What all Kubernetes objects have in common, and what the API says when it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from containerscope.model.listing import ApiError, Problem

T = TypeVar("T")


class Owner(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An entry of `metadata.ownerReferences`."""

    api_version: str | None = None
    kind: str | None = None
    name: str | None = None
    uid: str | None = None
    controller: bool | None = None


class Meta(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The part of `metadata` that lists need."""

    name: str | None = None
    namespace: str | None = None
    uid: str | None = None
    resource_version: str | None = None
    generation: int | None = None
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None
    labels: Mapping[str, str] | None = None
    annotations: Mapping[str, str] | None = None
    owner_references: tuple[Owner, ...] | None = None

    @property
    def owner(self) -> Owner | None:
        """What controls it, else the first that owns it."""
        found = self.owner_references or ()
        return next((each for each in found if each.controller), found[0] if found else None)


class Condition(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A condition of a node, a pod or a workload."""

    type: str | None = None
    status: str | None = None
    """`True`, `False` or `Unknown`."""
    reason: str | None = None
    message: str | None = None
    last_transition_time: datetime | None = None

    @property
    def true(self) -> bool:
        """Whether it holds."""
        return self.status == "True"


class Expression(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An entry of `matchExpressions`."""

    key: str | None = None
    operator: str | None = None
    """`In`, `NotIn`, `Exists` or `DoesNotExist`."""
    values: tuple[str, ...] | None = None


class Selector(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A label selector as objects hold it."""

    match_labels: Mapping[str, str] | None = None
    match_expressions: tuple[Expression, ...] | None = None

    @property
    def text(self) -> str:
        """As the API takes it in a query: `app=web,tier in (a,b)`."""
        parts = [f"{key}={value}" for key, value in sorted((self.match_labels or {}).items())]
        for each in self.match_expressions or ():
            values = ",".join(each.values or ())
            key = each.key or ""
            words = {
                "In": f"{key} in ({values})",
                "NotIn": f"{key} notin ({values})",
                "Exists": key,
                "DoesNotExist": f"!{key}",
            }
            parts.append(words.get(each.operator or "", key))
        return ",".join(parts)


class Reference(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An object that another one names."""

    kind: str | None = None
    namespace: str | None = None
    name: str | None = None
    uid: str | None = None
    api_version: str | None = None
    field_path: str | None = None


Quantity = str | int | float | None
"""`250m`, `1Gi`, `4`: see `insight.kube_quantity`."""
Quantities = Mapping[str, Quantity]


class ListMeta(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The `metadata` of a list."""

    resource_version: str | None = None
    continue_: str | None = msgspec.field(name="continue", default=None)
    remaining_item_count: int | None = None


class RawList(msgspec.Struct, frozen=True, gc=False):
    """A page of objects, each to be decoded on its own."""

    metadata: ListMeta | None = None
    items: tuple[msgspec.Raw, ...] | None = None
    rows: tuple[msgspec.Raw, ...] | None = None
    """In place of items, of a table."""


class RawEvent(msgspec.Struct, frozen=True, gc=False):
    """A line of a watch."""

    type: str | None = None
    object: msgspec.Raw = msgspec.Raw(b"null")


class TypedEvent(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """A line of a watch whose object is of the type that was asked for."""

    type: str | None = None
    object: T | None = None


class Cause(msgspec.Struct, frozen=True, gc=False):
    """One of the reasons in a Status."""

    reason: str | None = None
    message: str | None = None
    field: str | None = None


class StatusDetails(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a Status says beside its message."""

    retry_after_seconds: int | None = None
    kind: str | None = None
    group: str | None = None
    causes: tuple[Cause, ...] | None = None


class Status(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How the API refuses."""

    message: str | None = None
    reason: str | None = None
    code: int | None = None
    details: StatusDetails | None = None
    metadata: ListMeta | None = None


BUDGET = "DisruptionBudget"
"""The cause of a 429 that is no throttling: a budget does not let a pod go."""


class KubeError(ApiError):
    """A refusal of a Kubernetes API, with its HTTP status; 0 where there was no answer."""

    def __init__(self, problem: Problem, status: int = 0, reason: str = "") -> None:
        super().__init__(problem)
        self.status = status
        self.reason = reason
        """The server's, for a 409; `BUDGET` where a disruption budget refused."""

    @property
    def gone(self) -> bool:
        """Whether the version asked for is too old: everything must be listed anew."""
        return self.status == 410

    @property
    def missing(self) -> bool:
        """Whether there is no such object."""
        return self.status == 404

    @property
    def conflict(self) -> bool:
        """Whether somebody else has changed or replaced the object in between."""
        return self.status == 409 and self.reason != "AlreadyExists"


def plain(body: Any) -> Any:
    """An object without the book-keeping that nobody reads: `metadata.managedFields`."""
    if isinstance(body, dict) and isinstance(body.get("metadata"), dict):
        kept = {k: v for k, v in body["metadata"].items() if k != "managedFields"}
        return {**body, "metadata": kept}
    return body
