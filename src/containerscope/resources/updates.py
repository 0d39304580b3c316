"""Updates of EKS: the changes of clusters, node groups and add-ons, and why one failed."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from containerscope.insight.eks_upgrade import (
    change_words,
    error_verdict,
    is_final,
    target_words,
    update_verdict,
)
from containerscope.listers import Part, names_then_details, pages
from containerscope.model.eks_upgrade import Update, UpdateOf
from containerscope.model.health import Health
from containerscope.model.listing import ApiError, Item, Listing, Missing, Page
from containerscope.redact import redact_text
from containerscope.resource import (
    Block,
    Clients,
    Column,
    Demand,
    Detail,
    PairsBlock,
    Platform,
    Resource,
    Scope,
    TableBlock,
)
from containerscope.resources import _blocks, _ecs, _eks

NODEGROUP, ADDON = "nodegroup:", "addon:"
"""Before the name in a `Scope.parent`: only the updates of this node group or add-on."""
_OWNERS = (
    ("ListNodegroups", "nodegroups", "nodegroup"),
    ("ListAddons", "addons", "addon"),
)
"""What has updates of its own beside the cluster: how it is listed."""
PERMISSIONS = (
    "eks:ListClusters",
    "eks:ListNodegroups",
    "eks:ListAddons",
    "eks:ListUpdates",
    "eks:DescribeUpdate",
)


@dataclass(frozen=True)
class Target:
    """What updates are asked for of: a cluster itself, or one node group or add-on of it."""

    cluster: str
    nodegroup: str = ""
    addon: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        """As the API takes it."""
        given = {"name": self.cluster, "nodegroupName": self.nodegroup, "addonName": self.addon}
        return {name: value for name, value in given.items() if value}

    def part(self, clients: Clients) -> Part[UpdateOf]:
        """Its updates. One that has ended is asked for once: it stays as it is."""

        async def describe(ids: Sequence[str]) -> Page[UpdateOf]:
            key = ("eks-update", clients.region, self, ids[0])
            final = await clients.cached(key, math.inf, _nothing)
            if final.page is not None:
                return final.page
            page = await clients.read(
                "eks", "DescribeUpdate", "update", Update, updateId=ids[0], **self.parameters
            )
            found = Page(tuple(self._of(each) for each in page.items), odd=page.odd, date=page.date)
            if page.items and all(is_final(each) for each in page.items):
                final.page = found
            return found

        return Part(
            where=self.cluster,
            pages=lambda: pages(
                clients, "eks", "ListUpdates", "updateIds", maxResults=100, **self.parameters
            ),
            describe=describe,
            batch=1,
            item=lambda update: Item(self.key(update), update, cluster=self.cluster),
            key=lambda of: self.key((of.update.id if of.update else None) or ""),
            operation="eks:DescribeUpdate",
        )

    def key(self, update: str) -> str:
        """The key of one of its updates."""
        own = f"{NODEGROUP}{self.nodegroup}" if self.nodegroup else ""
        own = own or (f"{ADDON}{self.addon}" if self.addon else "")
        return _eks.key_of(self.cluster, f"{own}/{update}")

    def _of(self, update: Update) -> UpdateOf:
        return UpdateOf(update, self.cluster, self.nodegroup or None, self.addon or None)


class _Final:
    """The details of an update, once it has ended."""

    page: Page[UpdateOf] | None = None


async def _nothing() -> _Final:
    return _Final()


def target_of(scope: Scope) -> Target:
    """What a scope with a cluster is about."""
    kind, _, name = scope.parent.partition(":")
    return Target(
        scope.cluster,
        nodegroup=name if f"{kind}:" == NODEGROUP else "",
        addon=name if f"{kind}:" == ADDON else "",
    )


async def parts(clients: Clients, scope: Scope) -> AsyncIterator[Part[UpdateOf]]:
    """One for each cluster in scope, for each of its node groups and for each of its add-ons."""
    async for cluster in _eks.clusters(clients, scope):
        if scope.parent:
            yield target_of(scope.within(cluster=cluster)).part(clients)
            continue
        yield Target(cluster).part(clients)
        for operation, member, field in _OWNERS:
            listed = pages(clients, "eks", operation, member, clusterName=cluster, maxResults=100)
            try:
                async for page in listed:
                    for name in page.items:
                        yield Target(cluster, **{field: name}).part(clients)
            except ApiError as error:
                yield _unknown(clients, cluster, error)


def _unknown(clients: Clients, cluster: str, error: ApiError) -> Part[UpdateOf]:
    """The part of a cluster whose node groups or add-ons nobody may list: the problem alone."""
    return dataclasses.replace(Target(cluster).part(clients), pages=lambda: _Refused(error))


class _Refused:
    """Pages that cannot be had."""

    def __init__(self, error: ApiError) -> None:
        self._error = error

    def __aiter__(self) -> _Refused:
        return self

    async def __anext__(self) -> Page[str]:
        raise self._error


async def updates(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[UpdateOf]]:
    """The updates in scope: of each cluster, then of each of its node groups and add-ons."""
    found = names_then_details(demand, parts(clients, scope))
    async with aclosing(found):
        async for listing in found:
            yield listing


async def read(clients: Clients, scope: Scope, item: Item[UpdateOf]) -> Mapping[str, Any]:
    """The update whole."""
    own = _eks.name_in(item.key).rpartition("/")[0]
    target = target_of(scope.within(cluster=item.cluster or scope.cluster, parent=own))
    answer = await clients.call("eks", "DescribeUpdate", updateId=item.name, **target.parameters)
    found: Mapping[str, Any] = answer.get("update") or {}
    return found


async def overview(
    clients: Clients, scope: Scope, item: Item[UpdateOf]
) -> AsyncIterator[tuple[Block, ...]]:
    """Why it failed and what to do, then what it changes, of what, and each of its errors."""
    of = item.value
    if isinstance(of, Missing):
        yield (_blocks.missing_block(of),)
        return
    yield (*_blocks.verdict_block(update_verdict(of)), _about(of), *_changes(of), *_errors(of))


def _about(of: UpdateOf) -> PairsBlock:
    update = of.update or Update()
    return _blocks.pairs(
        "Update",
        ("Of", target_words(of)),
        ("Type", update.type),
        ("Status", update.status),
        ("Begun", update.created_at),
        ("Id", update.id),
    )


def _changes(of: UpdateOf) -> tuple[PairsBlock, ...]:
    params = (of.update.params if of.update else None) or ()
    if not params:
        return ()
    shown = ((each.type or "?", redact_text(each.value or "")) for each in params)
    return (_blocks.pairs("What it changes", *shown),)


def _errors(of: UpdateOf) -> tuple[TableBlock, ...]:
    errors = (of.update.errors if of.update else None) or ()
    if not errors:
        return ()
    verdicts = tuple(error_verdict(of, each) for each in errors)
    rows = tuple(
        (each.error_code, each.error_message, each.resource_ids or None, verdict.fix or None)
        for each, verdict in zip(errors, verdicts, strict=True)
    )
    return (
        TableBlock(
            "Errors",
            ("CODE", "EKS SAYS", "RESOURCES", "WHAT TO DO"),
            rows,
            tuple(verdict.level for verdict in verdicts),
        ),
    )


def _health(of: UpdateOf) -> Health:
    return update_verdict(of).health


def _of(item: Item[UpdateOf]) -> str:
    """What it is carried out on, which the list has said."""
    own = _eks.name_in(item.key).rpartition("/")[0]
    target = target_of(Scope(cluster=item.cluster, parent=own))
    return target_words(UpdateOf(None, target.cluster, target.nodegroup, target.addon))


def _own(of: UpdateOf) -> Update:
    return of.update or Update()


RESOURCE: Resource[UpdateOf] = Resource(
    name="updates",
    noun="update",
    platform=Platform.EKS,
    model=UpdateOf,
    lister=updates,
    aliases=("eks-updates",),
    columns=(
        _ecs.CLUSTER,
        Column("OF", of_item=_of, priority=0, width=32),
        Column("TYPE", lambda of: _own(of).type, priority=2, width=24),
        Column(
            "HEALTH",
            lambda of: _health(of).words,
            tone=lambda of: _health(of).level,
            priority=1,
            width=34,
        ),
        Column("STATUS", lambda of: _own(of).status, priority=3),
        Column("CHANGES", lambda of: change_words(_own(of)) or None, priority=4, width=56),
        Column("BEGUN", lambda of: _own(of).created_at, kind="age", priority=2, name="age"),
        Column("ID", of_item=lambda item: item.name, wide=True, priority=8, name="name"),
    ),
    read=read,
    health=_health,
    sort="age",
    details=(Detail("Overview", overview),),
    console=lambda scope, item: _eks.console(scope, item.cluster or scope.cluster),
    permissions=PERMISSIONS,
    interval=3.0,
    empty="No updates in {scope}.",
)
