"""A cluster of either kind as one row of the fleet."""

from __future__ import annotations

from datetime import datetime

import msgspec

from containerscope.model import ecs, eks
from containerscope.model.health import Health


class Support(msgspec.Struct, frozen=True, rename="camel"):
    """Where a Kubernetes version stands in its support window, on the day it was asked."""

    status: str
    """`STANDARD_SUPPORT`, `EXTENDED_SUPPORT`, `UNSUPPORTED`, or empty where EKS does not say."""
    standard_ends: datetime | None = None
    extended_ends: datetime | None = None
    days: int | None = None
    """Days until the window it is in ends; negative when that has passed."""


class Swept(msgspec.Struct, frozen=True, rename="camel"):
    """What a look into a cluster found: at its services, or at its node groups."""

    health: Health
    at: datetime
    nodes: int | None = None
    """Nodes wanted by all node groups; None for ECS."""


class ClusterRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """An ECS or an EKS cluster: exactly one of the two is set."""

    ecs: ecs.Cluster | None = None
    eks: eks.Cluster | None = None
    support: Support | None = None
    swept: Swept | None = None
    """None until somebody looked."""
