"""How Kubernetes clusters are reached beside EKS's own way, and as whom."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class KubeAccess:
    """What the settings say of it."""

    kubeconfig: Path | None = None
    """None follows `KUBECONFIG`, then `~/.kube/config`."""
    contexts: tuple[str, ...] = ()
    """Contexts of the kubeconfig that are listed as clusters beside those of EKS."""
    impersonate: str = ""
    """The user to be taken for; empty for oneself."""
    groups: tuple[str, ...] = ()
    """The groups to be taken to be in, as that user."""
