"""The updates of an EKS cluster or of something in it, as part of a pane."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime

import msgspec

from containerscope.insight.eks_upgrade import target_words, update_verdict
from containerscope.listers import Part, first, names_then_details
from containerscope.model.eks_upgrade import UpdateOf
from containerscope.model.listing import Item, Listing, Missing
from containerscope.resource import Block, Demand, TextBlock
from containerscope.resources import _blocks, _listed, updates

EACH = 10
"""Updates of each thing that a pane asks for; there is a call for each that has not ended."""
_FIELDS = ("of", "type", "status", "changes", "age")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


async def newest(*parts: Part[UpdateOf]) -> AsyncIterator[tuple[Block, ...]]:
    """The newest updates of these things; a failed one that is the last of its thing is told."""

    async def some() -> AsyncIterator[Part[UpdateOf]]:
        for part in parts:
            yield first(part, EACH)

    async for blocks in told(some()):
        yield blocks


async def told(parts: AsyncIterator[Part[UpdateOf]]) -> AsyncIterator[tuple[Block, ...]]:
    """The same of parts that are found one after the other."""
    found = names_then_details(Demand(everything=True), parts)
    async with aclosing(found):
        async for listing in found:
            yield _shown(listing)


def _shown(listing: Listing[UpdateOf]) -> tuple[Block, ...]:
    items = sorted(listing.items, key=_begun, reverse=True)
    table = _listed.listed_table(
        "Updates",
        updates.RESOURCE,
        msgspec.structs.replace(listing, items=tuple(items)),
        _FIELDS,
        ranked=False,
        where="this cluster",
    )
    return (*_latest_failures(items), table, *_listed.problem_blocks(listing.problems))


def _begun(item: Item[UpdateOf]) -> datetime:
    of = item.value
    update = None if isinstance(of, Missing) else of.update
    return (update.created_at if update else None) or _LONG_AGO


def _latest_failures(items: list[Item[UpdateOf]]) -> tuple[Block, ...]:
    """What went wrong where nothing has gone well since."""
    seen: set[tuple[str | None, str | None, str | None]] = set()
    blocks: list[Block] = []
    for item in items:
        of = item.value
        if isinstance(of, Missing) or of.update is None:
            continue
        thing = (of.nodegroup_name, of.addon_name, of.update.type)
        if thing in seen or of.update.status == "InProgress":
            continue
        seen.add(thing)
        verdict = update_verdict(of)
        if verdict.bad:
            title = f"{of.update.type} of {target_words(of)}"
            text = _blocks.verdict_block(verdict)[0].text
            blocks.append(TextBlock(text, title, verdict.level))
    return tuple(blocks)
