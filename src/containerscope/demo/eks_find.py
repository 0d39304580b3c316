"""What the operations of EKS share: how they find things and say that they are not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from containerscope.demo.calls import Call, PageRule
from containerscope.demo.eks_state import EksCluster
from containerscope.demo.protocol_errors import AwsError

PAGE = PageRule()


def the_cluster(call: Call, member: str = "clusterName") -> EksCluster:
    """The cluster that a call names."""
    name = call.params[member]
    found = call.world.eks.get(name)
    if found is None:
        raise not_found(f"No cluster found for name: {name}.", clusterName=name)
    return found


def not_found(message: str, **fields: str) -> AwsError:
    """The error about something that is not there."""
    return AwsError("ResourceNotFoundException", message, 404, **fields)


def in_use(message: str, **fields: str) -> AwsError:
    """The error about something that cannot be changed just now."""
    return AwsError("ResourceInUseException", message, 409, **fields)


def invalid(message: str, **fields: str) -> AwsError:
    """The error about a parameter."""
    return AwsError("InvalidParameterException", message, 400, **fields)


def part(pool: Mapping[str, Any], call: Call, member: str, noun: str) -> Any:
    """The part of a cluster that a call names."""
    name = call.params[member]
    if name not in pool:
        raise not_found(
            f"No {noun} found for name: {name}.",
            clusterName=call.params["clusterName"],
            **({member: name} if member in ("nodegroupName", "addonName") else {}),
        )
    return pool[name]
