"""The words for the types that a cluster serves, as `kubectl api-resources` lists them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from containerscope.model.kube_names import ApiGroups, Discovery, OldTypes, ServedType
from containerscope.model.listing import ApiError, Problem, Why
from containerscope.resource import Clients

_AGGREGATED = ",".join(
    f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList"
    for version in ("v2", "v2beta1")
)
_ACCEPT = f"{_AGGREGATED},application/json"
_KNOWN = 300.0


async def full_name(clients: Clients, cluster: str, word: str) -> str | None:
    """`certificates.cert-manager.io` for `certificates`, `certificate`, `cert` or the kind.

    Of several groups it is the one that the server names first, as for kubectl. None where the
    cluster has no such word, or only for a type of the core group; raises `ApiError`.
    """

    async def fetch() -> Mapping[str, str]:
        return dict(reversed(list(_words(await _served(clients, cluster)))))

    names = await clients.cached(("kube-names", cluster), _KNOWN, fetch)
    return names.get(word.casefold())


def _words(types: Iterable[tuple[str, ServedType]]) -> Iterator[tuple[str, str]]:
    """Each word for a type and its full name; what a person most likely means comes first."""
    known = list(types)
    for words in (_plurals, _others):
        for group, each in known:
            for word in words(each):
                if word and "/" not in each.plural:
                    yield word.casefold(), f"{each.plural}.{group}"


def _plurals(each: ServedType) -> tuple[str, ...]:
    return (each.plural,)


def _others(each: ServedType) -> tuple[str, ...]:
    return (each.singular, each.kind, *each.short_names)


async def _served(clients: Clients, cluster: str) -> list[tuple[str, ServedType]]:
    """Each type with its group: all of them in one answer where the server has that."""
    api = clients.kube(cluster)
    body = await api.get("/apis", _ACCEPT)
    try:
        told = msgspec.json.decode(body, type=Discovery)
        if told.kind == "APIGroupDiscoveryList":
            return list(told.types)
        groups = msgspec.json.decode(body, type=ApiGroups).preferred
        answers = [api.get(f"/apis/{group}/{version}") for group, version in groups]
        # A server of somebody else's that is down takes only its own types away.
        bodies = await asyncio.gather(*answers, return_exceptions=True)
        return [
            (group, each)
            for (group, _), found in zip(groups, bodies, strict=True)
            if isinstance(found, bytes)
            for each in msgspec.json.decode(found, type=OldTypes).types
        ]
    except msgspec.DecodeError as error:
        problem = Problem(Why.FAILED, "kubernetes:list apis", str(error), where=cluster)
        raise ApiError(problem) from error
