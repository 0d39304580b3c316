"""Lists of Kubernetes objects that follow the cluster: listed once, then watched."""

from __future__ import annotations

from containerscope.kube.kind import Kind
from containerscope.kube.lister import clusters, listings, several, stirred, together

__all__ = ["Kind", "clusters", "listings", "several", "stirred", "together"]
