"""Any type of objects that a cluster serves, by `plural.group`: found by discovery."""

from __future__ import annotations

import functools
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

import msgspec

from containerscope.insight.verdict import Verdict
from containerscope.kube import Kind, several, together
from containerscope.model.health import Level
from containerscope.model.kube import KubeError
from containerscope.model.kube_custom import ApiTypes, Custom, Group
from containerscope.model.listing import ApiError, Item, Listing, Phase, Problem, Why
from containerscope.resource import (
    Block,
    Clients,
    Column,
    Demand,
    Platform,
    Resource,
    Scope,
    TableBlock,
)
from containerscope.resources import _blocks, _kube
from containerscope.resources._kube_object_actions import object_actions

_FORM = re.compile(r"(?P<plural>[a-z0-9]+)\.(?P<group>[a-z0-9-]+(?:\.[a-z0-9-]+)*)")
_KNOWN = 300.0
_GOOD = ("Ready", "Available", "Synced", "Healthy", "Established")


def verdict(custom: Custom) -> Verdict:
    """The level by the conditions that most controllers write."""
    meta = _kube.meta(custom)
    if meta.deletion_timestamp is not None:
        return Verdict(Level.PROGRESS, "being deleted")
    found = {each.type: each for each in custom.conditions}
    for name in _GOOD:
        condition = found.get(name)
        if condition is not None and condition.status == "False":
            said = condition.message or condition.reason or ""
            return Verdict(Level.WARNING, f"not {name.lower()}", said, said=said)
    if any(found.get(name) is not None and found[name].true for name in _GOOD):
        return Verdict(Level.FINE)
    return Verdict(Level.NONE)


async def kind_of(clients: Clients, cluster: str, plural: str, group: str) -> Kind[Custom]:
    """Where a cluster serves the type; raises `ApiError` where it does not."""

    async def discover() -> Kind[Custom]:
        api = clients.kube(cluster)
        try:
            told = msgspec.json.decode(await api.get(f"/apis/{group}"), type=Group)
        except KubeError as error:
            if error.status != 404:
                raise
            told = Group()
        for name in told.by_preference:
            version = f"{group}/{name}"
            types = msgspec.json.decode(await api.get(f"/apis/{version}"), type=ApiTypes)
            for each in types.resources or ():
                if each.name == plural:
                    return Kind(Custom, plural, version, namespaced=bool(each.namespaced))
        message = f"{cluster} serves no {plural} in {group}"
        remedy = "`:crds` lists what is installed"
        raise ApiError(
            Problem(Why.FAILED, f"kubernetes:list {plural}", message, remedy=remedy, where=cluster)
        )

    return await clients.cached(("kube-type", cluster, plural, group), _KNOWN, discover)


def _shape(custom: Custom) -> tuple[Block, ...]:
    found = custom.conditions
    rows = tuple((c.type, c.status, c.last_transition_time, c.reason, c.message) for c in found)
    header = ("TYPE", "STATUS", "SINCE", "REASON", "MESSAGE")
    return (
        _blocks.pairs("Status", ("Phase", custom.phase)),
        *((TableBlock("Conditions", header, rows),) if rows else ()),
    )


@functools.cache
def custom(word: str) -> Resource[Custom] | None:
    """The resource called `plural.group`; None for a word of another form."""
    form = _FORM.fullmatch(word)
    if form is None:
        return None
    plural, group = form["plural"], form["group"]

    async def lister(
        clients: Clients, scope: Scope, demand: Demand
    ) -> AsyncIterator[Listing[Custom]]:
        parts: list[tuple[Kind[Custom], Scope]] = []
        lost: list[Problem] = []
        for cluster in scope.clusters:
            try:
                kind = await kind_of(clients, cluster, plural, group)
            except ApiError as error:
                lost.append(msgspec.structs.replace(error.problem, cut_short=True))
            else:
                parts.append((kind, scope.within(cluster=cluster)))
        if not parts:
            yield Listing(phase=Phase.DONE, problems=tuple(lost))
            return
        async with aclosing(several(parts, clients, demand)) as told:
            async for each in told:
                yield together(each, tuple(lost))

    async def read(clients: Clients, scope: Scope, item: Item[Custom]) -> Mapping[str, Any]:
        kind = await kind_of(clients, item.cluster or scope.cluster, plural, group)
        return await kind.read(clients, scope, item)

    async def where(clients: Clients, scope: Scope, item: Item[Any]) -> Kind[Custom]:
        return await kind_of(clients, item.cluster or scope.cluster, plural, group)

    return Resource(
        name=word,
        noun=word,
        platform=Platform.KUBERNETES,
        model=Custom,
        lister=lister,
        live=True,
        columns=(
            _kube.CLUSTER,
            _kube.NAMESPACE,
            _kube.NAME,
            _kube.health_column(verdict),
            Column("PHASE", lambda each: each.phase, priority=3),
            _kube.AGE,
            _kube.LABELS,
        ),
        read=read,
        owner=_kube.OWNER,
        health=_kube.health(verdict),
        changing=_kube.changing(verdict),
        children=(_kube.to_events(""),),
        details=_kube.simple_overview("", _shape, verdict),
        needs=("cluster",),
        actions=object_actions(where),
        permissions=_kube.PERMISSIONS,
        empty=f"No {plural} in {{scope}}.",
        tags=_kube.tags,
    )
