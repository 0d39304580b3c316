"""`containerscope policy`: the smallest IAM policy with which everything can be read."""

from __future__ import annotations

import json
from typing import Any

import click

from containerscope.cli.exits import Exit
from containerscope.cli.invocation import Command
from containerscope.resources import all_resources

_PASS = "iam:PassRole"
_PUBLIC_PARAMETERS = "arn:*:ssm:*::parameter/aws/service/*"
_OPTIONAL = {"NameTheAccount": ("iam:ListAccountAliases",)}
"""Sid -> actions that only add something to look at."""


def read_actions() -> tuple[str, ...]:
    """The IAM actions with which every resource is listed and described."""
    resources = all_resources().values()
    return tuple(sorted({action for each in resources for action in each.permissions}))


def write_actions() -> tuple[str, ...]:
    """The IAM actions that the actions of every resource need beside those that read."""
    actions = (each for resource in all_resources().values() for each in resource.actions)
    needed = {permission for action in actions for permission in action.permissions}
    return tuple(sorted(needed - set(read_actions())))


def _statement(sid: str, actions: tuple[str, ...]) -> dict[str, Any]:
    # Reads have no ARN of a partition in them: the same policy holds in GovCloud and China.
    # Parameters of one's own may be secrets.
    secret = any(action.startswith("ssm:GetParameter") for action in actions)
    resource = _PUBLIC_PARAMETERS if secret else "*"
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resource}


def policy_document(*, write: bool = False) -> dict[str, Any]:
    """The policy, a statement for each service, so that one can be left out."""
    services: dict[str, list[str]] = {}
    for action in read_actions():
        services.setdefault(action.partition(":")[0], []).append(action)
    statements = [
        _statement("Read" + "".join(part.title() for part in name.split("-")), tuple(actions))
        for name, actions in services.items()
    ]
    statements += [_statement(sid, actions) for sid, actions in _OPTIONAL.items()]
    if write:
        statements += _write_statements()
    return {"Version": "2012-10-17", "Statement": statements}


def _write_statements() -> list[dict[str, Any]]:
    """What changes something; roles are passed to ECS tasks only."""
    actions = write_actions()
    services: dict[str, list[str]] = {}
    for action in actions:
        if action != _PASS:
            services.setdefault(action.partition(":")[0], []).append(action)
    statements = [
        _statement("Change" + "".join(part.title() for part in name.split("-")), tuple(each))
        for name, each in services.items()
    ]
    if _PASS in actions:
        only = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
        statements.append({**_statement("PassRolesToTasks", (_PASS,)), "Condition": only})
    return statements


@click.command("policy", cls=Command)
@click.option("--write", is_flag=True, help="Add what the actions need.")
def policy(write: bool) -> int:
    """Print the minimal read-only IAM policy, as JSON.

    Each statement may be left out: what it allows is then shown as denied, and the rest works.
    sts:GetCallerIdentity needs no permission.
    """
    click.echo(json.dumps(policy_document(write=write), indent=2))
    return Exit.DONE


COMMAND = policy
