"""A cluster of either kind as one row of the fleet."""

from __future__ import annotations

from datetime import datetime

import msgspec

from containerscope.model import ecs, eks
from containerscope.model.health import Health


class Support(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Where a Kubernetes version stands in its support window, on the day it was asked."""

    status: str
    """`STANDARD_SUPPORT`, `EXTENDED_SUPPORT`, `UNSUPPORTED`, or empty where EKS does not say."""
    standard_ends: datetime | None = None
    extended_ends: datetime | None = None
    days: int | None = None
    """Days until the window it is in ends; negative when that has passed."""


class Swept(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a look into a cluster found: at its services, or at its node groups."""

    health: Health
    at: datetime
    nodes: int | None = None
    """Nodes wanted by all node groups; None for ECS."""


class Context(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A cluster of the kubeconfig: the version that its API server tells."""

    name: str | None = None
    git_version: str | None = None
    platform: str | None = None


class ClusterRow(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A cluster of ECS, of EKS or of the kubeconfig: exactly one of the three is set."""

    ecs: ecs.Cluster | None = None
    eks: eks.Cluster | None = None
    context: Context | None = None
    support: Support | None = None
    swept: Swept | None = None
    """None until somebody looked."""
