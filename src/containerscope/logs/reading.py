"""Reading logs, from wherever their sources are: CloudWatch Logs or a Kubernetes API."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from containerscope.logs import follow, kube
from containerscope.logs.follow import Batch, Find, Wanted
from containerscope.model.log_source import Sources
from containerscope.resource import Clients


async def read(clients: Clients, find: Find, wanted: Wanted) -> AsyncGenerator[Batch, None]:
    """The lines as they become known; a failed call is a problem in a batch and is tried again.

    Raises `ApiError` only where nothing can be read at all.
    """
    first: Sources | None = await find()
    reader = kube.read if first is not None and first.kubernetes else follow.read

    async def again() -> Sources:
        nonlocal first
        known, first = first, None
        return await find() if known is None else known

    async with aclosing(reader(clients, again, wanted)) as batches:
        async for batch in batches:
            yield batch
