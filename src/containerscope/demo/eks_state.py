"""What the demo account knows of EKS: plain objects that may change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, eq=False)
class EksCluster:
    """An EKS cluster with what belongs to it, each in the API's own form."""

    name: str
    body: dict[str, Any]
    nodegroups: dict[str, dict[str, Any]] = field(default_factory=dict)
    fargate_profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    addons: dict[str, dict[str, Any]] = field(default_factory=dict)
