"""The names of tasks, as every list of tasks or of their containers begins."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from containerscope.listers import pages
from containerscope.model.listing import Page
from containerscope.resource import Clients, Scope

BATCH = 100
_STATUSES = ("RUNNING", "STOPPED")
"""Each has to be asked for: a list without a status holds no stopped task."""


async def listed(clients: Clients, cluster: str, scope: Scope) -> AsyncIterator[Page[str]]:
    """The ARNs of running, then of stopped tasks, of the service or instance in scope if any."""
    narrowed: dict[str, Any] = {}
    if scope.service:
        narrowed["serviceName"] = scope.service
    if ":container-instance/" in scope.parent:
        narrowed["containerInstance"] = scope.parent
    for status in _STATUSES:
        found = pages(
            clients,
            "ecs",
            "ListTasks",
            "taskArns",
            cluster=cluster,
            desiredStatus=status,
            maxResults=100,
            **narrowed,
        )
        async for page in found:
            yield page
