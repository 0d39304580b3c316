"""The session policy of a role that is assumed in read-only: its credentials read, and no more.

Source: STS API Reference, AssumeRole: a session may do what both the role's own policies and the
session policy allow. The policy may have 2,048 characters, and packed, in a form that AWS does not
tell, no more than what session tags leave; hence the wildcards.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import platformdirs
from botocore.credentials import JSONFileCache

from containerscope.clients.guard_allowed import PUBLIC_PARAMETERS

LONGEST = 2048
"""Characters that STS takes."""
READS = (
    "application-autoscaling:Describe*", "application-autoscaling:Get*", "autoscaling:Describe*",
    "cloudwatch:Describe*", "cloudwatch:GetMetric*", "ec2:Describe*", "ecr:BatchGetImage",
    "ecr:Describe*", "ecs:Describe*", "ecs:GetTaskProtection", "ecs:List*", "eks:Describe*",
    "eks:List*", "elasticfilesystem:Describe*", "elasticloadbalancing:Describe*", "fsx:Describe*",
    "iam:Get*", "iam:List*", "iam:Simulate*", "logs:Describe*", "logs:FilterLogEvents",
    "logs:GetLogEvents", "logs:GetQueryResults", "logs:StartLiveTail", "logs:StartQuery",
    "logs:StopQuery", "organizations:ListAccounts", "resource-explorer-2:Search",
    "secretsmanager:DescribeSecret", "servicediscovery:Get*", "servicediscovery:List*",
    "ssm:Describe*",
)  # fmt: skip
"""IAM actions of every read that the guard lets through."""
_ASSUMING = ("AssumeRole", "AssumeRoleWithWebIdentity")


def reading(partition: str = "aws") -> str:
    """What the credentials that this program works with may do."""
    parameters = f"arn:{partition}:ssm:*::parameter{PUBLIC_PARAMETERS}*"
    return _policy(_allow(READS, "*"), _allow(("ssm:GetParameter*",), parameters))


def passing_on() -> str:
    """What the credentials of a role may do that is only a step to another role."""
    return _policy(_allow(("sts:AssumeRole",), "*"))


def _allow(actions: tuple[str, ...], resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


def _policy(*statements: dict[str, Any]) -> str:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return json.dumps(document, separators=(",", ":"))


def narrow_roles(core: Any) -> None:
    """Have every role that this botocore session assumes from now on carry the policy."""

    def narrow(params: dict[str, Any], **_: Any) -> None:
        role = str(params.get("RoleArn", ""))
        last = core.get_scoped_config().get("role_arn") or role
        partition = role.split(":")[1] if role.startswith("arn:") else "aws"
        params["Policy"] = reading(partition) if role == last else passing_on()

    for operation in _ASSUMING:
        core.get_component("event_emitter").register_last(
            f"before-parameter-build.sts.{operation}",
            narrow,
            unique_id=f"containerscope-narrow-{operation}",
        )


def role_cache(*, read_only: bool) -> JSONFileCache:
    """Where assumed roles are kept: where the AWS CLI keeps them, or apart if they only read.

    So one MFA code serves both programs, and neither takes the other's credentials for its own.
    """
    if not read_only:
        return JSONFileCache(str(Path.home() / ".aws" / "cli" / "cache"))
    # Credentials with another policy are other ones.
    digest = hashlib.sha256((reading() + passing_on()).encode()).hexdigest()[:12]
    folder = platformdirs.user_cache_path("containerscope", appauthor=False) / f"roles-{digest}"
    return JSONFileCache(str(folder))
