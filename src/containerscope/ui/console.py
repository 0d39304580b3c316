"""Where the AWS console of a partition is."""

from __future__ import annotations

_HOSTS = {
    "aws": "console.aws.amazon.com",
    "aws-us-gov": "console.amazonaws-us-gov.com",
    "aws-cn": "console.amazonaws.cn",
}


def console_link(path: str, region: str, partition: str) -> str:
    """The address of a page, from the path that a resource gives."""
    host = _HOSTS.get(partition, _HOSTS["aws"])
    lead = "" if partition == "aws-us-gov" or not region else f"{region}."
    return f"https://{lead}{host}{path}"
