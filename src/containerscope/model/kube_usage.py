"""What metrics.k8s.io measures: nodes and pods as they were within the last minute."""

from __future__ import annotations

import msgspec

from containerscope.model.kube import Meta, Quantities


class NodeUsage(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a node uses."""

    metadata: Meta | None = None
    usage: Quantities | None = None


class ContainerUsage(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a container uses."""

    name: str | None = None
    usage: Quantities | None = None


class PodUsage(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What the containers of a pod use."""

    metadata: Meta | None = None
    containers: tuple[ContainerUsage, ...] | None = None
