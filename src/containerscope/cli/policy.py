"""`containerscope policy`: the smallest IAM policy with which everything can be read."""

from __future__ import annotations

import json
from typing import Any

import click

from containerscope.cli.exits import Exit
from containerscope.cli.invocation import Command
from containerscope.cli.say import say
from containerscope.resources import all_resources

_OPTIONAL = {"NameTheAccount": ("iam:ListAccountAliases",)}
"""Sid -> actions that only add something to look at."""


def read_actions() -> tuple[str, ...]:
    """The IAM actions with which every resource is listed and described."""
    resources = all_resources().values()
    return tuple(sorted({action for each in resources for action in each.permissions}))


def _statement(sid: str, actions: tuple[str, ...]) -> dict[str, Any]:
    # Reads have no ARN of a partition in them: the same policy holds in GovCloud and China.
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": "*"}


def policy_document() -> dict[str, Any]:
    """The policy, a statement for each service, so that one can be left out."""
    services: dict[str, list[str]] = {}
    for action in read_actions():
        services.setdefault(action.partition(":")[0], []).append(action)
    statements = [
        _statement("Read" + "".join(part.title() for part in name.split("-")), tuple(actions))
        for name, actions in services.items()
    ]
    statements += [_statement(sid, actions) for sid, actions in _OPTIONAL.items()]
    return {"Version": "2012-10-17", "Statement": statements}


@click.command("policy", cls=Command)
@click.option("--write", is_flag=True, help="Add what the actions need.")
def policy(write: bool) -> int:
    """Print the minimal read-only IAM policy, as JSON.

    Each statement may be left out: what it allows is then shown as denied, and the rest works.
    sts:GetCallerIdentity needs no permission.
    """
    click.echo(json.dumps(policy_document(), indent=2))
    if write:
        say("this version changes nothing in an account: --write adds no permission")
    return Exit.DONE


COMMAND = policy
