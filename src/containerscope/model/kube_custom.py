"""Objects of any type, and the definitions of custom ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from containerscope.model.kube import Condition, Meta


class Custom(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An object of a type that nothing more is known of."""

    metadata: Meta | None = None
    status: Any = None
    """Whatever its controller writes there."""
    columns: Mapping[str, Any] = {}
    """What stands in the columns that its definition declares, by their names."""

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Its conditions, where it has any in the usual form."""
        found = self.status.get("conditions") if isinstance(self.status, dict) else None
        try:
            return msgspec.convert(found or (), tuple[Condition, ...])
        except msgspec.ValidationError:
            return ()

    @property
    def phase(self) -> str | None:
        """Its phase or state, where it has one in words."""
        if not isinstance(self.status, dict):
            return None
        found = self.status.get("phase") or self.status.get("state")
        return found if isinstance(found, str) else None


class PrinterColumn(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A column in which a definition has its objects shown."""

    name: str | None = None
    type: str | None = None
    """`string`, `integer`, `number`, `boolean` or `date`."""
    json_path: str | None = None
    priority: int | None = None
    """Above 0 it is for wide tables only."""


class TableHead(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The columns of a table of the server; those have no path."""

    column_definitions: tuple[PrinterColumn, ...] | None = None


class Served(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A version of a definition."""

    name: str | None = None
    served: bool | None = None
    storage: bool | None = None
    additional_printer_columns: tuple[PrinterColumn, ...] | None = None


class Names(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a type is called."""

    plural: str | None = None
    kind: str | None = None
    short_names: tuple[str, ...] | None = None


class DefinitionSpec(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a definition says."""

    group: str | None = None
    scope: str | None = None
    names: Names | None = None
    versions: tuple[Served, ...] | None = None


class DefinitionStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How a definition does."""

    conditions: tuple[Condition, ...] | None = None


class Definition(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A CustomResourceDefinition."""

    metadata: Meta | None = None
    spec: DefinitionSpec | None = None
    status: DefinitionStatus | None = None


class GroupVersion(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A version of a group."""

    version: str | None = None


class Group(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An API group, as `/apis/GROUP` answers."""

    preferred_version: GroupVersion | None = None
    versions: tuple[GroupVersion, ...] | None = None

    @property
    def by_preference(self) -> tuple[str, ...]:
        """The versions to look for a type in: not each type is in the preferred one."""
        first = (self.preferred_version,) if self.preferred_version else ()
        named = (each.version for each in (*first, *(self.versions or ())))
        return tuple(dict.fromkeys(name for name in named if name))


class ApiType(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A type of a group and version."""

    name: str | None = None
    """Plural; `pods/log` for a subresource."""
    namespaced: bool | None = None
    kind: str | None = None


class ApiTypes(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """All types of a group and version."""

    resources: tuple[ApiType, ...] | None = None
