"""Policy documents in the forms that teams and AWS write them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from importlib.resources import files
from typing import Any

import msgspec

from containerscope.demo.iam_state import Document, Policy, PolicyVersion

_VERSION = "2012-10-17"


def document(*statements: dict[str, Any]) -> Document:
    """A policy of these statements."""
    return {"Version": _VERSION, "Statement": list(statements)}


def allow(
    actions: Iterable[str], resources: Iterable[str], sid: str = "", **more: Any
) -> dict[str, Any]:
    """A statement that allows; `more` are further members: `Condition`."""
    return _statement("Allow", actions, resources, sid, more)


def deny(
    actions: Iterable[str], resources: Iterable[str], sid: str = "", **more: Any
) -> dict[str, Any]:
    """A statement that denies."""
    return _statement("Deny", actions, resources, sid, more)


def _statement(
    effect: str, actions: Iterable[str], resources: Iterable[str], sid: str, more: dict[str, Any]
) -> dict[str, Any]:
    named = {"Sid": sid} if sid else {}
    return {
        **named,
        "Effect": effect,
        "Action": _short(actions),
        "Resource": _short(resources),
        **more,
    }


def _short(values: Iterable[str]) -> str | list[str]:
    """One value stands without a list, as people write it."""
    found = list(values)
    return found[0] if len(found) == 1 else found


def trust(
    principal: dict[str, Any], *actions: str, condition: dict[str, Any] | None = None
) -> Document:
    """A trust policy for a principal; `sts:AssumeRole` unless other actions are named."""
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": _short(actions or ("sts:AssumeRole",)),
    }
    if condition:
        statement["Condition"] = condition
    return document(statement)


def service_trust(name: str, *actions: str, condition: dict[str, Any] | None = None) -> Document:
    """A trust policy for a service of AWS, named without its domain."""
    return trust({"Service": f"{name}.amazonaws.com"}, *actions, condition=condition)


def federated_trust(provider_arn: str, url: str, subject: str) -> Document:
    """A trust policy for a Kubernetes service account (IRSA): `NAMESPACE:NAME`."""
    matches = {f"{url}:aud": "sts.amazonaws.com", f"{url}:sub": f"system:serviceaccount:{subject}"}
    kind = "StringLike" if "*" in subject else "StringEquals"
    return trust(
        {"Federated": provider_arn}, "sts:AssumeRoleWithWebIdentity", condition={kind: matches}
    )


class _Managed(msgspec.Struct, frozen=True):
    path: str
    version: str
    created: datetime
    updated: datetime
    document: dict[str, Any]


def managed_policies() -> dict[str, Policy]:
    """The policies of AWS that the account uses, by ARN. Source: the AWS managed policy reference.

    Of the versions before the one in force only the first is kept, with the same document.
    """
    raw = (files("containerscope.demo") / "iam_managed.json").read_bytes()
    found = msgspec.json.decode(raw, type=dict[str, _Managed])
    made = {}
    for name, each in found.items():
        arn = f"arn:aws:iam::aws:policy{each.path}{name}"
        versions = [PolicyVersion(each.version, each.document, each.updated.timestamp())]
        if each.version != "v1":
            versions.insert(0, PolicyVersion("v1", each.document, each.created.timestamp()))
        made[arn] = Policy(arn, versions, each.path)
    return made
