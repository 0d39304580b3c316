"""Nodes."""

from __future__ import annotations

from datetime import datetime

import msgspec

from containerscope.model.kube import Condition, Meta, Quantities


class Taint(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What keeps pods away from a node."""

    key: str | None = None
    value: str | None = None
    effect: str | None = None
    time_added: datetime | None = None


class Address(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An address or a name of a node."""

    type: str | None = None
    """`InternalIP`, `ExternalIP`, `Hostname`, …"""
    address: str | None = None


class NodeSpec(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a node is to be."""

    provider_id: str | None = msgspec.field(name="providerID", default=None)
    """`aws:///eu-west-1a/i-0abc…`; other providers have other forms."""
    unschedulable: bool | None = None
    taints: tuple[Taint, ...] | None = None


class NodeInfo(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The software of a node."""

    kubelet_version: str | None = None
    kernel_version: str | None = None
    os_image: str | None = None
    operating_system: str | None = None
    architecture: str | None = None
    container_runtime_version: str | None = None


class NodeStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a node is."""

    capacity: Quantities | None = None
    allocatable: Quantities | None = None
    conditions: tuple[Condition, ...] | None = None
    addresses: tuple[Address, ...] | None = None
    node_info: NodeInfo | None = None


class Node(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A node."""

    metadata: Meta | None = None
    spec: NodeSpec | None = None
    status: NodeStatus | None = None

    def condition(self, name: str) -> Condition | None:
        """The condition of this type."""
        found = (self.status.conditions if self.status else None) or ()
        return next((each for each in found if each.type == name), None)
