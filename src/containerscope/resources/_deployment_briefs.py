"""The list of a service's deployments: ARNs of each and of the revision it brought."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from containerscope.model.ecs_deployment import ServiceDeploymentBrief
from containerscope.model.listing import Page
from containerscope.resource import Clients, Scope


async def briefs(clients: Clients, scope: Scope) -> AsyncIterator[Page[ServiceDeploymentBrief]]:
    """Every page of ListServiceDeployments, newest first."""
    token: str | None = None
    while True:
        more = {} if token is None else {"nextToken": token}
        page = await clients.read(
            "ecs",
            "ListServiceDeployments",
            "serviceDeployments",
            ServiceDeploymentBrief,
            cluster=scope.cluster,
            service=scope.service,
            maxResults=100,
            **more,
        )
        yield page
        token = page.token
        if not token:
            return


async def arns(
    listed: AsyncIterator[Page[ServiceDeploymentBrief]],
    of: Callable[[ServiceDeploymentBrief], str | None],
) -> AsyncIterator[Page[str]]:
    """One ARN of each brief, each once."""
    seen: dict[str, None] = {}
    async for page in listed:
        new = [found for brief in page.items if (found := of(brief)) and found not in seen]
        seen.update(dict.fromkeys(new))
        yield Page(tuple(dict.fromkeys(new)), page.token, page.failures, page.odd, page.date)
