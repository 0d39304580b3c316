"""Namespaces, service accounts, config maps and secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from containerscope.model.kube import Condition, Meta, Reference


class NamespaceStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How a namespace does."""

    phase: str | None = None
    conditions: tuple[Condition, ...] | None = None


class Namespace(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A namespace."""

    metadata: Meta | None = None
    status: NamespaceStatus | None = None


class ServiceAccount(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A service account."""

    metadata: Meta | None = None
    secrets: tuple[Reference, ...] | None = None
    image_pull_secrets: tuple[Reference, ...] | None = None
    automount_service_account_token: bool | None = None


class ConfigMap(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A config map: in lists its keys alone, each with the size of its value in bytes."""

    metadata: Meta | None = None
    data: Mapping[str, Any] | None = None
    binary_data: Mapping[str, Any] | None = None
    immutable: bool | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of what it holds."""
        return (*(self.data or ()), *(self.binary_data or ()))


class Secret(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A secret: its keys. The clients mask its values before anything here sees them."""

    metadata: Meta | None = None
    type: str | None = None
    data: Mapping[str, Any] | None = None
    immutable: bool | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of what it holds."""
        return tuple(self.data or ())
