"""The detail panes of a role: who may be it, and what it may do."""

from __future__ import annotations

from collections.abc import AsyncIterator

from containerscope.insight.iam_access import UNSEEN
from containerscope.insight.iam_statements import all_statements, grants
from containerscope.insight.iam_trust import trust_verdict, trusts
from containerscope.model import arn
from containerscope.model.health import Level
from containerscope.model.iam import RoleWhole, iam_tags
from containerscope.model.listing import ApiError, Item, Missing
from containerscope.redact import masked
from containerscope.resource import Block, Clients, Detail, Scope, TableBlock, TextBlock
from containerscope.resources import _blocks
from containerscope.resources._role_whole import role_whole


async def overview(
    clients: Clients, scope: Scope, item: Item[RoleWhole]
) -> AsyncIterator[tuple[Block, ...]]:
    """The role, who may assume it, and the names of its policies."""
    found = await _whole(clients, item)
    if isinstance(found, TextBlock):
        yield (found,)
        return
    role, account = found.role, arn.account_of(found.role.arn or "")
    last = role.role_last_used
    limit = role.permissions_boundary
    verdict = trust_verdict(role.assume_role_policy_document, account=account)
    tags = {key: masked(key, value) for key, value in iam_tags(role.tags).items()}
    yield (
        *_blocks.verdict_block(verdict),
        _blocks.pairs(
            "Role",
            ("Name", role.role_name),
            ("ARN", role.arn),
            ("Description", role.description),
            ("Created", role.create_date),
            ("Last used", last.last_used_date if last else None),
            ("Last used in", last.region if last else None),
            ("Longest session s", role.max_session_duration),
            ("Boundary", (limit.permissions_boundary_arn if limit else None) or "none"),
        ),
        _trust_table(found, account),
        TableBlock(
            "Policies",
            ("NAME", "KIND", "NOTE"),
            tuple((each.name, _kind(each.arn), each.problem or None) for each in found.policies),
            tuple(Level.WARNING if each.problem else Level.NONE for each in found.policies),
            empty="It has none." if found.whole else "They could not be listed.",
        ),
        *((_blocks.pairs("Tags", *tags.items()),) if tags else ()),
    )


def _trust_table(found: RoleWhole, account: str) -> TableBlock:
    rows = trusts(found.role.assume_role_policy_document, account)
    return TableBlock(
        "Who may assume it",
        ("KIND", "WHO", "HOW", "CONDITIONS", "NOTE"),
        tuple(
            (
                each.kind,
                each.who,
                tuple(name.removeprefix("sts:") for name in each.actions) or None,
                each.conditions or None,
                each.flag or None,
            )
            for each in rows
        ),
        tuple(each.level for each in rows),
        empty="Nobody may.",
    )


def _kind(policy: str) -> str:
    if not policy:
        return "inline"
    return "AWS managed" if arn.account_of(policy) == "aws" else "managed"


async def permissions(
    clients: Clients, scope: Scope, item: Item[RoleWhole]
) -> AsyncIterator[tuple[Block, ...]]:
    """All statements of all policies as one table; what was not seen stands below."""
    found = await _whole(clients, item)
    if isinstance(found, TextBlock):
        yield (found,)
        return
    yield permission_blocks(found)


def permission_blocks(found: RoleWhole) -> tuple[Block, ...]:
    """Every statement of a role in one table, and what was not seen."""
    rows = grants(all_statements(found.policies))
    unread = [each.name for each in found.policies if each.problem or each.document is None]
    notes = [f"Not seen: {'; '.join(UNSEEN)}."]
    if unread:
        notes.insert(0, f"Not read: {', '.join(unread)}.")
    if found.boundary is not None:
        notes.insert(0, f"The boundary {found.boundary.name} limits all of it.")
    return (
        TableBlock(
            "What it may do",
            ("EFFECT", "RESOURCES", "NOTE", "CONDITIONS", "POLICY", "ACTIONS"),
            tuple(
                (
                    row.effect,
                    row.resources,
                    row.flag or None,
                    row.conditions or None,
                    row.policies,
                    row.actions,
                )
                for row in rows
            ),
            tuple(row.level for row in rows),
            empty="Nothing that its policies say." if found.whole else "Nothing that was read.",
        ),
        *(TextBlock(f"Not all: {each}", level=Level.WARNING) for each in found.refused),
        TextBlock("\n".join(notes)),
    )


def trust_blocks(found: RoleWhole, title: str) -> tuple[Block, ...]:
    """A role in a few lines: who may be it, and when it last was."""
    role, account = found.role, arn.account_of(found.role.arn or "")
    last, limit = role.role_last_used, role.permissions_boundary
    rows = trusts(role.assume_role_policy_document, account)
    return (
        *_blocks.verdict_block(trust_verdict(role.assume_role_policy_document, account=account)),
        _blocks.pairs(
            title,
            ("Trusts", tuple(dict.fromkeys(each.who for each in rows)) or "nobody"),
            ("Policies", tuple(each.name for each in found.policies) or "none"),
            (
                "Boundary",
                arn.name_of((limit.permissions_boundary_arn if limit else "") or "") or "none",
            ),
            ("Last used", (last.last_used_date if last else None) or "never, as far as AWS tells"),
        ),
    )


async def _whole(clients: Clients, item: Item[RoleWhole]) -> RoleWhole | TextBlock:
    """The role with its policies, read now where the list did not need them."""
    if isinstance(item.value, Missing):
        return _blocks.missing_block(item.value)
    if item.value.whole:
        return item.value
    try:
        return await role_whole(clients, item.name)
    except ApiError as error:
        if item.value.policies:
            return item.value
        return TextBlock(error.problem.message, level=Level.WARNING)


DETAILS: tuple[Detail[RoleWhole], ...] = (
    Detail("Overview", overview),
    Detail("Permissions", permissions),
)
