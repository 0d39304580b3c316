"""Who may assume a role."""

from __future__ import annotations

from typing import Any

import pytest

from containerscope.insight.iam_trust import PODS, TASKS, trust_verdict, trusts
from containerscope.model.health import Level

ACCOUNT = "123456789012"
ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/ABC"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"


def policy(
    principal: Any, *actions: str, condition: dict[str, Any] | None = None
) -> dict[str, Any]:
    found = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": list(actions or ("sts:AssumeRole",)),
    }
    return {"Statement": [{**found, **({"Condition": condition} if condition else {})}]}


def irsa(operator: str = "StringEquals", subject: str | None = None, audience: bool = True) -> Any:
    keys = {f"{ISSUER}:sub": subject} if subject else {}
    tests: dict[str, Any] = {operator: keys} if keys else {}
    if audience:
        tests.setdefault("StringEquals", {})[f"{ISSUER}:aud"] = "sts.amazonaws.com"
    return policy({"Federated": PROVIDER}, "sts:AssumeRoleWithWebIdentity", condition=tests)


@pytest.mark.parametrize(
    ("document", "kind", "who", "level", "flag"),
    [
        (policy({"Service": TASKS}), "service", TASKS, Level.NONE, "no aws:SourceAccount"),
        (
            policy({"Service": TASKS}, condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
            "service",
            TASKS,
            Level.NONE,
            "",
        ),
        (policy("*"), "anyone", "*", Level.FAILED, "anyone at all"),
        (policy({"AWS": "*"}), "anyone", "*", Level.FAILED, "anyone at all"),
        (
            policy({"AWS": "*"}, condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
            "anyone",
            "*",
            Level.WARNING,
            "anyone who meets the conditions",
        ),
        (policy({"AWS": ACCOUNT}), "account", f"account {ACCOUNT}", Level.NONE, ""),
        (
            policy({"AWS": "arn:aws:iam::999999999999:root"}),
            "account",
            "account 999999999999",
            Level.WARNING,
            "foreign account, with no external id",
        ),
        (
            policy(
                {"AWS": "arn:aws:iam::999999999999:root"},
                condition={"StringEquals": {"sts:ExternalId": "x"}},
            ),
            "account",
            "account 999999999999",
            Level.NONE,
            "",
        ),
        (
            policy({"AWS": f"arn:aws:iam::{ACCOUNT}:role/ci"}),
            "role or user",
            "role/ci",
            Level.NONE,
            "",
        ),
        (
            policy({"AWS": "arn:aws:iam::999999999999:role/ci"}),
            "role or user",
            "role/ci of account 999999999999",
            Level.NONE,
            "",
        ),
        (policy({"AWS": "AROAEXAMPLE"}), "role or user", "AROAEXAMPLE", Level.WARNING, "deleted"),
        (
            policy({"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/corp"}),
            "SAML",
            "corp",
            Level.NONE,
            "",
        ),
        (
            irsa(subject="system:serviceaccount:shop:cart"),
            "OIDC",
            "service account shop/cart",
            Level.NONE,
            "",
        ),
        (irsa(), "OIDC", f"anyone of {ISSUER.lower()}", Level.FAILED, "every service account"),
        (
            irsa("StringLike", "system:serviceaccount:shop:*"),
            "OIDC",
            "service account shop/*",
            Level.FAILED,
            "a wildcard",
        ),
        (
            irsa(subject="system:serviceaccount:shop:cart", audience=False),
            "OIDC",
            "service account shop/cart",
            Level.WARNING,
            "audience is not checked",
        ),
    ],
)
def test_a_principal_is_named_and_flagged_where_it_is_too_wide(
    document: Any, kind: str, who: str, level: Level, flag: str
) -> None:
    (found,) = trusts(document, ACCOUNT)
    assert (found.kind, found.who, found.level) == (kind, who, level)
    assert flag in found.flag
    assert bool(flag) == bool(found.flag)


def test_a_wildcard_in_a_pipelines_subject_is_a_warning() -> None:
    hub = "token.actions.githubusercontent.com"
    document = policy(
        {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{hub}"},
        "sts:AssumeRoleWithWebIdentity",
        condition={"StringLike": {f"{hub}:sub": "repo:shop/*:ref:refs/heads/main"}},
    )
    (found,) = trusts(document)
    assert found.level is Level.WARNING
    assert found.flag == f"a wildcard lets in more than one subject of {hub}"


def test_every_principal_of_a_statement_is_one_row() -> None:
    both = policy({"Service": [TASKS, "ec2.amazonaws.com"], "AWS": ACCOUNT})
    assert [each.who for each in trusts(both)] == [TASKS, "ec2.amazonaws.com", f"account {ACCOUNT}"]


def test_a_denied_principal_is_not_let_in() -> None:
    document = policy({"Service": TASKS})
    document["Statement"][0]["Effect"] = "Deny"
    assert trusts(document) == ()


def test_a_task_role_that_ecs_cannot_assume_is_broken() -> None:
    verdict = trust_verdict(policy({"Service": "lambda.amazonaws.com"}), TASKS)
    assert verdict.level is Level.FAILED
    assert verdict.words == f"does not trust {TASKS}"
    assert "lets in lambda.amazonaws.com" in verdict.cause
    assert trust_verdict(policy({"Service": TASKS}), TASKS).level is Level.FINE
    assert trust_verdict(None, TASKS).cause.endswith("lets in nobody.")


def test_an_instance_role_of_china_is_let_in_under_its_own_name() -> None:
    china = policy({"Service": "ec2.amazonaws.com.cn"})
    assert trust_verdict(china, "ec2.amazonaws.com").level is Level.FINE


def test_a_pod_identity_role_needs_to_tag_its_sessions() -> None:
    untagged = trust_verdict(policy({"Service": PODS}), PODS)
    assert untagged.words == "no sts:TagSession"
    tagged = policy({"Service": PODS}, "sts:AssumeRole", "sts:TagSession")
    assert trust_verdict(tagged, PODS).level is Level.FINE


def test_the_widest_principal_is_the_verdict() -> None:
    document = policy({"Service": TASKS, "AWS": "*"})
    verdict = trust_verdict(document, TASKS)
    assert (verdict.level, verdict.cause) == (Level.FAILED, "*: anyone at all may assume it.")
