"""Giving roles secrets to read, and taking them away."""

from __future__ import annotations

from containerscope.demo.iam_build import refresh
from containerscope.demo.iam_documents import allow, document
from containerscope.demo.iam_state import listed, statements
from containerscope.demo.world import World


def withhold(world: World, role: str, arn: str) -> bool:
    """Let a role no longer read a secret; says whether it could."""
    found = refresh(world).role(role)
    changed = False
    for each in statements(found.inline.get("secrets", {})) if found else ():
        resources = listed(each["Resource"])
        if arn in resources:
            each["Resource"] = [one for one in resources if one != arn]
            changed = True
    return changed


def grant(world: World, role: str, arn: str) -> None:
    """Let a role read a secret."""
    found = refresh(world).role(role)
    if found is None:
        return
    action = "secretsmanager:GetSecretValue" if ":secretsmanager:" in arn else "ssm:GetParameters"
    policy = found.inline.setdefault("secrets", document())
    for each in statements(policy):
        if each["Action"] == action:
            if arn not in listed(each["Resource"]):
                each["Resource"] = [*listed(each["Resource"]), arn]
            return
    policy["Statement"].append(allow((action,), (arn,)))
