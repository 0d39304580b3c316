"""What keeps something running, on ECS or on Kubernetes."""

from __future__ import annotations

from typing import Any

import msgspec

from containerscope.model.kube import Meta


class Running(msgspec.Struct, frozen=True, gc=False):
    """A service of ECS or a workload of Kubernetes."""

    kind: str = ""
    """`ECS service`, `Deployment`, `StatefulSet`, `DaemonSet`, `CronJob` or `Job`."""
    value: Any = None
    """The `Service`, `Workload`, `CronJob` or `Job`."""

    @property
    def metadata(self) -> Meta:
        """That of a Kubernetes object; empty for a service of ECS."""
        found: Meta | None = getattr(self.value, "metadata", None)
        return found or Meta()
