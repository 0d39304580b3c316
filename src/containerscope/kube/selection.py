"""Which objects of a type are wanted: pushed to the server where it can select them itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from containerscope.resource import Scope

_LABELS, _FIELDS, _OWNER, _NAMES = "labels:", "fields:", "owner:", "names:"


def by_labels(selector: str) -> str:
    """A `Scope.parent` that keeps what a label selector selects; an empty one selects nothing."""
    return f"{_LABELS}{selector}"


def by_fields(selector: str) -> str:
    """A `Scope.parent` that keeps what a field selector selects: `spec.nodeName=…`."""
    return f"{_FIELDS}{selector}"


def by_owner(uid: str) -> str:
    """A `Scope.parent` that keeps what an object owns, which no server can select by."""
    return f"{_OWNER}{uid}"


def by_names(names: Iterable[str]) -> str:
    """A `Scope.parent` that keeps what has one of these names."""
    found = tuple(dict.fromkeys(names))
    if len(found) == 1:
        return by_fields(f"metadata.name={found[0]}")
    return f"{_NAMES}{','.join(found)}"


@dataclass(frozen=True)
class Selection:
    """What to ask one cluster for."""

    namespace: str = ""
    """Empty for all."""
    labels: str = ""
    fields: str = ""
    owner: str = ""
    names: frozenset[str] = frozenset()
    nothing: bool = False
    """The selector selects nothing: no request is needed to know that."""

    @property
    def query(self) -> dict[str, str]:
        """The selectors as parameters of a request."""
        given = {"labelSelector": self.labels, "fieldSelector": self.fields}
        return {name: value for name, value in given.items() if value}

    @property
    def keeps(self) -> Callable[[Any], bool]:
        """Whether a value belongs to it, as far as the server could not tell."""
        owner, names = self.owner, self.names
        if names:
            return lambda value: bool(value.metadata and value.metadata.name in names)
        if not owner:
            return lambda _: True
        return lambda value: any(
            each.uid == owner for each in (value.metadata and value.metadata.owner_references) or ()
        )


def selections(scope: Scope, *, namespaced: bool) -> tuple[Selection, ...]:
    """One for each namespace in scope."""
    parent = scope.parent
    labels = parent.removeprefix(_LABELS) if parent.startswith(_LABELS) else ""
    fields = parent.removeprefix(_FIELDS) if parent.startswith(_FIELDS) else ""
    owner = parent.removeprefix(_OWNER) if parent.startswith(_OWNER) else ""
    named = parent.removeprefix(_NAMES).split(",") if parent.startswith(_NAMES) else ()
    chosen = frozenset(name for name in named if name)
    nothing = parent in (_LABELS, _FIELDS, _OWNER, _NAMES)
    names = (namespaced and scope.namespaces) or ("",)
    return tuple(Selection(name, labels, fields, owner, chosen, nothing) for name in names)
