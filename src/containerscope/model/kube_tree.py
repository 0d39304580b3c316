"""Objects by whom they belong to."""

from __future__ import annotations

from typing import Any

import msgspec

from containerscope.model.kube import Meta
from containerscope.model.kube_pod import PodContainer


class Branch(msgspec.Struct, frozen=True, gc=False):
    """An object in its place below the one that controls it."""

    kind: str = ""
    """`Deployment`, `ReplicaSet`, `Pod`, `Container` …"""
    value: Any = None
    """The object itself: a `Workload`, `Job`, `CronJob`, `Pod` or `PodContainer`."""
    lead: str = ""
    """What is drawn before its name: `│  └─ `."""
    order: int = 0
    """Its place among all of them, the top first."""
    below: int = 0
    """Rows below it that are folded away."""

    @property
    def metadata(self) -> Meta:
        """That of the object; of a container, its namespace alone."""
        if isinstance(self.value, PodContainer):
            return Meta(namespace=self.value.namespace)
        found: Meta | None = getattr(self.value, "metadata", None)
        return found or Meta()
