"""What can be read out of an ARN without asking anybody."""

from __future__ import annotations


def resource_of(arn: str) -> str:
    """What stands after the account: `service/checkout/web` of a service's ARN."""
    parts = arn.split(":", 5)
    return parts[5] if len(parts) == 6 and parts[0] == "arn" else arn


def name_of(arn: str) -> str:
    """The last part of the ARN's path, or the text itself where it is a name already."""
    return resource_of(arn).rsplit("/", 1)[-1]


def cluster_of(arn: str) -> str:
    """The name of the ECS cluster that the ARN lies in; empty in the short ARNs of before 2018."""
    parts = resource_of(arn).split("/")
    return parts[1] if len(parts) > 2 else ""


def region_of(arn: str) -> str:
    """The region in the ARN; empty where it has none."""
    parts = arn.split(":", 5)
    return parts[3] if len(parts) == 6 and parts[0] == "arn" else ""


def account_of(arn: str) -> str:
    """The twelve digits in the ARN; empty where it has none."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[0] == "arn" else ""
