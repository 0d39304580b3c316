"""Can this role do ACTION on RESOURCE? By IAM's own simulation where allowed, else by ours."""

from __future__ import annotations

from containerscope.insight.iam_access import Decision, can, simulated
from containerscope.model import arn
from containerscope.model.iam import EvaluationResult
from containerscope.model.listing import ApiError
from containerscope.resource import Clients
from containerscope.resources._role_whole import role_whole


async def answer(clients: Clients, role: str, action: str, resource: str = "*") -> Decision:
    """The decision for a role by name or ARN; ApiError if there is no such role to be read."""
    name = arn.name_of(role)
    whole = await role_whole(clients, name)
    try:
        page = await clients.read(
            "iam",
            "SimulatePrincipalPolicy",
            "EvaluationResults",
            EvaluationResult,
            PolicySourceArn=whole.role.arn or role,
            ActionNames=[action],
            ResourceArns=[resource],
        )
    except ApiError:
        return can(whole, action, resource)
    return simulated(page.items[0]) if page.items else can(whole, action, resource)


def sentence(role: str, action: str, resource: str, decision: Decision) -> str:
    """The answer in words, with what was not looked at."""
    unseen = f" Not seen: {', '.join(decision.unseen)}." if decision.unseen else ""
    return f"{arn.name_of(role)}: {action} on {resource}? {decision.words}.{unseen}"
