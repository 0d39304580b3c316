"""Finding log groups by name or ARN, with the errors of CloudWatch Logs."""

from __future__ import annotations

from containerscope.demo.calls import Call
from containerscope.demo.logs_streams import exists
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.world import World


def now_of(world: World) -> int:
    """The world's time in milliseconds."""
    return int(world.now() * 1000)


def group_name(identifier: str) -> str:
    """The name of a log group by its name or ARN."""
    if identifier.startswith("arn:"):
        return identifier.partition(":log-group:")[2].removesuffix(":*")
    return identifier


def known_group(world: World, identifier: str) -> str:
    """The name of a log group that exists."""
    name = group_name(identifier)
    if not exists(world, name):
        raise AwsError("ResourceNotFoundException", "The specified log group does not exist.")
    return name


def group_of(call: Call) -> str:
    """The log group that a call names."""
    params = call.params
    identifier = params.get("logGroupIdentifier") or params.get("logGroupName")
    if not identifier:
        raise AwsError(
            "InvalidParameterException", "logGroupName or logGroupIdentifier is required."
        )
    return known_group(call.world, identifier)


def group_arn(world: World, name: str) -> str:
    """The ARN of a log group, without the `:*` that some answers add."""
    return world.arn("logs", f"log-group:{name}")
