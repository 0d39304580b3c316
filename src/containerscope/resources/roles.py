"""IAM roles: who may be them and what they may do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any

from containerscope.insight.iam_statements import Grant, all_statements, grants
from containerscope.insight.iam_trust import trust_verdict, trusts
from containerscope.listers import Part, names_then_details, read_pages, single, tried
from containerscope.model import arn
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_taskdef import TaskDefinition
from containerscope.model.health import Health, Level
from containerscope.model.iam import Role, RoleDetail, RoleWhole, iam_tags
from containerscope.model.listing import ApiError, Item, Listing, Page, Phase, Problem, Why
from containerscope.resource import Clients, Column, Demand, Platform, Resource, Scope
from containerscope.resources import _around, _ecs
from containerscope.resources._instance_roles import instance_roles, on_instances
from containerscope.resources._kube_roles import roles_in
from containerscope.resources._role_details import DETAILS
from containerscope.resources._role_whole import from_detail, role_whole

_ALL = "iam:GetAccountAuthorizationDetails"


async def roles(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[RoleWhole]]:
    """The roles of the service, cluster or service account in scope, or all of the account."""
    try:
        named = await roles_in(clients, scope)
    except ApiError as error:
        yield _around.done((), (error.problem,))
        return
    if named is not None:
        listings = _named(clients, named, demand)
    else:
        listings = _used(clients, scope, demand) if scope.cluster else _account(clients)
    async with aclosing(listings):
        async for listing in listings:
            yield listing


async def _used(clients: Clients, scope: Scope, demand: Demand) -> Any:
    """The roles that services use, each fetched once."""
    problems: list[Problem] = []
    uses: dict[str, dict[str, None]] = {}
    services = _around.services_in(clients, scope)
    while (service := await tried(anext(services, None), problems)) is not None:
        definition = await tried(_around.definition_of(clients, service), problems)
        for role, purpose in roles_of(service, definition or TaskDefinition()):
            uses.setdefault(role, {})[purpose] = None
        if scope.service and on_instances(service):
            hosts = await tried(instance_roles(clients, scope.cluster, scope.service), problems)
            for role in hosts or ():
                uses.setdefault(role, {})["instances"] = None
    part: Part[RoleWhole] = Part(
        where=scope.cluster,
        pages=lambda: _ecs.named(*uses),
        describe=lambda names: _described(clients, names[0]),
        batch=1,
        item=lambda role: Item(
            role, arn.name_of(role), joined={"for": ", ".join(uses[role])}, cluster=scope.cluster
        ),
        key=lambda found: found.role.arn or "",
        operation="iam:GetRole",
    )
    async with aclosing(names_then_details(demand, single(part))) as listings:
        async for listing in listings:
            yield Listing(
                listing.items,
                listing.phase,
                listing.expected,
                (*problems, *listing.problems),
                listing.fetched_at,
            )


async def _named(clients: Clients, names: Sequence[str], demand: Demand) -> Any:
    """Roles that are known by their ARNs."""
    part: Part[RoleWhole] = Part(
        where="",
        pages=lambda: _ecs.named(*names),
        describe=lambda batch: _described(clients, batch[0]),
        batch=1,
        item=lambda role: Item(role, arn.name_of(role)),
        key=lambda found: found.role.arn or "",
        operation="iam:GetRole",
    )
    async with aclosing(names_then_details(demand, single(part))) as listings:
        async for listing in listings:
            yield listing


async def _described(clients: Clients, role: str) -> Page[RoleWhole]:
    found = await role_whole(clients, arn.name_of(role))
    return Page((found,))


def roles_of(service: Service, definition: TaskDefinition) -> tuple[tuple[str, str], ...]:
    """Every role that a service uses, by ARN, with what it is for."""
    balancers = [each.advanced_configuration for each in service.load_balancers or ()]
    found = [
        (definition.task_role_arn, "task"),
        (definition.execution_role_arn, "execution"),
        (service.role_arn, "service"),
        *((each.role_arn, "infrastructure") for each in balancers if each),
    ]
    return tuple(dict.fromkeys((role, purpose) for role, purpose in found if role))


async def _account(clients: Clients) -> Any:
    """All roles: with their policies where the account-wide answer is allowed, else by name."""
    problems: list[Problem] = []
    rows: dict[str, Item[RoleWhole]] = {}
    date: datetime | None = None
    for found in (_with_policies(clients), _by_name(clients)):
        refused: list[Problem] = []
        while (page := await tried(anext(found, None), refused)) is not None:
            date = page.date or date
            problems += page.odd
            for each in page.items:
                rows.setdefault(each.role.arn or "?", _row(each))
            yield Listing(tuple(rows.values()), Phase.NAMES, None, tuple(problems), date)
        problems += refused
        if not any(each.why is Why.DENIED and each.operation == _ALL for each in refused):
            break
    yield _around.done(tuple(rows.values()), problems, date)


async def _with_policies(clients: Clients) -> AsyncIterator[Page[RoleWhole]]:
    pages = read_pages(
        clients,
        "iam",
        "GetAccountAuthorizationDetails",
        "RoleDetailList",
        RoleDetail,
        "Marker",
        Filter=["Role"],
        MaxItems=1000,
    )
    async for page in pages:
        yield Page(tuple(map(from_detail, page.items)), page.token, odd=page.odd, date=page.date)


async def _by_name(clients: Clients) -> AsyncIterator[Page[RoleWhole]]:
    pages = read_pages(clients, "iam", "ListRoles", "Roles", Role, "Marker", MaxItems=1000)
    async for page in pages:
        found = tuple(RoleWhole(each, whole=False) for each in page.items)
        yield Page(found, page.token, odd=page.odd, date=page.date)


def _row(found: RoleWhole) -> Item[RoleWhole]:
    name = found.role.role_name or arn.name_of(found.role.arn or "?")
    return Item(found.role.arn or name, name, found)


async def read(clients: Clients, scope: Scope, item: Item[RoleWhole]) -> Mapping[str, Any]:
    """The role with the names of its policies, as its own calls answer."""
    role = await clients.call("iam", "GetRole", RoleName=item.name)
    attached = await clients.call("iam", "ListAttachedRolePolicies", RoleName=item.name)
    inline = await clients.call("iam", "ListRolePolicies", RoleName=item.name)
    return {
        **(role.get("Role") or {}),
        "AttachedPolicies": attached.get("AttachedPolicies") or [],
        "PolicyNames": inline.get("PolicyNames") or [],
    }


def _widest(found: RoleWhole) -> Grant | None:
    """What is too wide among the policies that were read."""
    rows: Sequence[Grant] = grants(all_statements(found.policies))
    return max(rows, key=lambda row: row.level, default=None)


def _health(found: RoleWhole) -> Health:
    role = found.role
    trust = trust_verdict(role.assume_role_policy_document, account=arn.account_of(role.arn or ""))
    widest = _widest(found)
    if widest is not None and widest.level > max(trust.level, Level.PROGRESS):
        return Health(widest.level, widest.flag)
    return trust.health


def _trusted(found: RoleWhole) -> str | None:
    role = found.role
    who = trusts(role.assume_role_policy_document, arn.account_of(role.arn or ""))
    return ", ".join(dict.fromkeys(each.who for each in who)) or None


def _last_used(found: RoleWhole) -> datetime | None:
    return found.role.role_last_used.last_used_date if found.role.role_last_used else None


def _boundary(found: RoleWhole) -> str | None:
    limit = found.role.permissions_boundary
    return arn.name_of(limit.permissions_boundary_arn or "") or None if limit else None


def _console(scope: Scope, item: Item[RoleWhole]) -> str:
    return _around.console(scope, "iam/home", f"/roles/details/{item.name}")


RESOURCE: Resource[RoleWhole] = Resource(
    name="roles",
    noun="role",
    platform=Platform.BOTH,
    model=RoleWhole,
    lister=roles,
    columns=(
        _ecs.name_column(width=50),
        Column("FOR", of_item=lambda item: item.joined.get("for"), priority=2, width=24),
        Column(
            "HEALTH",
            lambda found: _health(found).words,
            tone=lambda found: _health(found).level,
            priority=1,
            width=40,
        ),
        Column("TRUSTS", _trusted, priority=3, width=40),
        Column(
            "POLICIES",
            lambda found: len(found.policies) if found.policies or found.whole else None,
            kind="number",
            priority=4,
        ),
        Column("BOUNDARY", _boundary, priority=6),
        Column("PATH", lambda found: found.role.path, wide=True),
        Column("LAST USED", _last_used, kind="age", priority=3),
        Column("AGE", lambda found: found.role.create_date, kind="age", priority=4),
    ),
    read=read,
    health=_health,
    details=DETAILS,
    used_by=lambda item: item.key,
    console=_console,
    permissions=(
        "iam:GetRole",
        "iam:ListAttachedRolePolicies",
        "iam:ListRolePolicies",
        "iam:GetRolePolicy",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
        "iam:GetAccountAuthorizationDetails",
        "iam:ListRoles",
        "iam:GetInstanceProfile",
        "iam:SimulatePrincipalPolicy",
        "ec2:DescribeInstances",
        "ecs:ListTasks",
        "ecs:DescribeTasks",
        "ecs:DescribeContainerInstances",
        "ecs:ListServices",
        "ecs:DescribeServices",
        "ecs:DescribeTaskDefinition",
    ),
    interval=10.0,
    empty="No roles in {scope}.",
    tags=lambda found: iam_tags(found.role.tags),
    arn=lambda found: found.role.arn,
)
