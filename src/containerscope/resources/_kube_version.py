"""The version of a cluster's API server, beside its nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from containerscope.model.listing import ApiError, Item, Problem, Why
from containerscope.resource import Clients, Join, Scope

PLANE = "plane"
_MINUTES = 600.0


class _Version(msgspec.Struct, frozen=True, rename="camel"):
    """The answer of `/version`."""

    git_version: str | None = None


async def control_plane(clients: Clients, cluster: str) -> str:
    """The version, asked once in some minutes; raises `ApiError`."""

    async def fetch() -> str:
        body = await clients.kube(cluster).get("/version")
        try:
            return msgspec.json.decode(body, type=_Version).git_version or ""
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ApiError(Problem(Why.FAILED, "kubernetes:version", str(error))) from error

    return await clients.cached(("kube-version", cluster), _MINUTES, fetch)


async def _planes(clients: Clients, scope: Scope, items: Sequence[Item[Any]]) -> Mapping[str, str]:
    version = await control_plane(clients, items[0].cluster or scope.cluster)
    return dict.fromkeys((item.key for item in items), version)


PLANE_JOIN: Join[Any] = Join(
    PLANE, _planes, batch=500, alike=lambda item: item.cluster, seconds=_MINUTES
)
