"""Any type of objects that a cluster serves, by `plural.group`: found by discovery."""

from __future__ import annotations

import functools
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import msgspec

from containerscope.insight.kube_custom import verdict
from containerscope.kube import Kind, several, together
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
from containerscope.resources import _blocks, _kube, _kube_printed, _kube_tabled
from containerscope.resources._kube_object_actions import object_actions
from containerscope.resources._kube_printed import Declared, Shape

_FORM = re.compile(r"(?P<plural>[a-z0-9]+)\.(?P<group>[a-z0-9-]+(?:\.[a-z0-9-]+)*)")
_KNOWN = 300.0
_SHAPES = 256
"""Types, each with its columns, that are kept."""
_PHASE: Column[Custom] = Column("PHASE", lambda each: each.phase, priority=3)
"""Where no column is declared."""


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


async def _part(
    clients: Clients, scope: Scope, plural: str, group: str
) -> tuple[Kind[Custom], Declared, Problem | None]:
    """Where a cluster serves the type, its columns, and why they are not known."""
    cluster, problem = scope.cluster, None
    kind = await kind_of(clients, cluster, plural, group)
    version = kind.version.rpartition("/")[2]
    try:
        columns = await _kube_printed.declared(clients, cluster, plural, group, version)
        if columns is not None:
            return replace(kind, reads=_kube_printed.reader(columns)), columns, None
    except ApiError as error:
        problem = error.problem
    try:
        # Whoever may read the objects may have them printed, and built-in types are, too.
        namespace = next(iter(scope.namespaces), "")
        columns = await _kube_tabled.columns_of_table(clients, cluster, kind, namespace)
    except ApiError:
        columns = ()
    if not columns:
        return replace(kind, reads=_kube_printed.reader(())), (), problem
    reads = _kube_tabled.table_reader(columns)
    return replace(kind, reads=reads, tables=True), _kube_tabled.without_age(columns), None


def _shape(custom: Custom) -> tuple[Block, ...]:
    found = custom.conditions
    rows = tuple((c.type, c.status, c.last_transition_time, c.reason, c.message) for c in found)
    header = ("TYPE", "STATUS", "SINCE", "REASON", "MESSAGE")
    return (
        *((_blocks.pairs("Status", ("Phase", custom.phase)),) if custom.phase else ()),
        *((_blocks.pairs("Columns", *custom.columns.items()),) if custom.columns else ()),
        *((TableBlock("Conditions", header, rows),) if rows else ()),
    )


@functools.cache
def custom(word: str) -> Resource[Custom] | None:
    """The resource called `plural.group`; None for a word of another form."""
    form = _FORM.fullmatch(word)
    return None if form is None else _resource(form["plural"], form["group"], Shape())


@functools.lru_cache(maxsize=_SHAPES)
def _resource(plural: str, group: str, shape: Shape) -> Resource[Custom]:
    """The resource with columns of this shape, which its listings tell of."""
    word = f"{plural}.{group}"

    async def lister(
        clients: Clients, scope: Scope, demand: Demand
    ) -> AsyncIterator[Listing[Custom]]:
        parts: list[tuple[Kind[Custom], Scope]] = []
        columns: list[Declared] = []
        lost: list[Problem] = []
        for cluster in scope.clusters:
            try:
                within = scope.within(cluster=cluster)
                kind, found, lacking = await _part(clients, within, plural, group)
            except ApiError as error:
                lost.append(msgspec.structs.replace(error.problem, cut_short=True))
                continue
            parts.append((kind, within))
            columns.append(found)
            lost += (lacking,) if lacking is not None else ()
        if not parts:
            yield Listing(phase=Phase.DONE, problems=tuple(lost))
            return
        namespaced = any(kind.namespaced for kind, _ in parts)
        shape = Shape(_kube_printed.together(columns), namespaced)
        async with aclosing(several(parts, clients, demand)) as told:
            async for each in told:
                yield msgspec.structs.replace(together(each, tuple(lost)), columns=shape)

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
        columns=_columns(shape),
        told=lambda columns: _resource(plural, group, columns or Shape()),
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


def _columns(shape: Shape) -> tuple[Column[Custom], ...]:
    where = (_kube.CLUSTER, _kube.NAMESPACE) if shape.namespaced else (_kube.CLUSTER,)
    before = (*where, _kube.NAME, _kube.health_column(verdict))
    after = (_kube.AGE, _kube.LABELS)
    shown = _kube_printed.columns_of(shape.declared, (*before, *after))
    return (*before, *(shown or (_PHASE,)), *after)
