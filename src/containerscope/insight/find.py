"""What somebody typed, and where to look for it: an id of any kind, an ARN, an address, a name."""

from __future__ import annotations

import ipaddress
import re

import msgspec

from containerscope.model import arn


class Sought(msgspec.Struct, frozen=True):
    """What was typed, as one of the things it may be."""

    kind: str
    """`task`, `address`, `interface`, `instance`, `image`, `digest`, `target group`, …"""
    value: str
    """The id, address, name or digest to look for."""
    places: tuple[str, ...]
    """The resources to look through, the likeliest first."""
    words: str
    """For a person: what is looked for, and by what."""


_HEX32 = re.compile(r"[0-9a-f]{32}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIGEST = re.compile(r"(?:sha256:)?[0-9a-f]{64}")
_IDS: tuple[tuple[re.Pattern[str], str, tuple[str, ...]], ...] = (
    (re.compile(r"eni-[0-9a-f]{8,17}"), "interface", ("tasks", "instances")),
    (re.compile(r"i-[0-9a-f]{8,17}"), "instance", ("instances", "asgs", "targets", "nodegroups")),
    (re.compile(r"fsap-[0-9a-f]{8,17}"), "access point", ("efs", "taskdefs")),
    (re.compile(r"fsmt-[0-9a-f]{8,17}"), "mount target", ("efs",)),
    (re.compile(r"fs-[0-9a-f]{8,17}"), "file system", ("efs", "fsx", "taskdefs", "services")),
    (re.compile(r"vol-[0-9a-f]{8,17}"), "EBS volume", ("volumes", "tasks")),
    (re.compile(r"sg-[0-9a-f]{8,17}"), "security group", ("services", "targets")),
    (re.compile(r"subnet-[0-9a-f]{8,17}"), "subnet", ("services", "tasks", "nodegroups")),
    (re.compile(r"ecs-svc/\d+"), "deployment", ("services", "tasks")),
)
_OF_ARN: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("ecs", "task"): ("task", ("tasks",)),
    ("ecs", "service"): ("service", ("services",)),
    ("ecs", "cluster"): ("cluster", ("clusters",)),
    ("ecs", "task-definition"): ("task definition", ("taskdefs", "services")),
    ("ecs", "container-instance"): ("container instance", ("instances",)),
    ("ecs", "container"): ("container", ("containers", "tasks")),
    ("ecs", "service-deployment"): ("service deployment", ("service-deployments",)),
    ("ecs", "service-revision"): ("service revision", ("service-revisions",)),
    ("ecs", "capacity-provider"): ("capacity provider", ("capacity-providers",)),
    ("eks", "cluster"): ("cluster", ("eks",)),
    ("eks", "nodegroup"): ("node group", ("nodegroups",)),
    ("eks", "addon"): ("add-on", ("addons",)),
    ("elasticloadbalancing", "targetgroup"): ("target group", ("targets", "services")),
    ("elasticloadbalancing", "loadbalancer"): ("load balancer", ("targets", "services")),
    ("elasticfilesystem", "file-system"): ("file system", ("efs", "taskdefs")),
    ("elasticfilesystem", "access-point"): ("access point", ("efs", "taskdefs")),
    ("fsx", "file-system"): ("file system", ("fsx", "taskdefs")),
    ("iam", "role"): ("role", ("roles", "taskdefs", "services")),
    ("iam", "instance-profile"): ("instance profile", ("instances", "roles")),
    ("sts", "assumed-role"): ("role", ("roles", "taskdefs")),
    ("ecr", "repository"): ("repository", ("images", "taskdefs")),
    ("ec2", "instance"): ("instance", ("instances", "asgs")),
    ("ec2", "volume"): ("EBS volume", ("volumes", "tasks")),
    ("ec2", "network-interface"): ("interface", ("tasks", "instances")),
    ("autoscaling", "autoScalingGroup"): ("Auto Scaling group", ("asgs", "capacity-providers")),
    ("application-autoscaling", "scalable-target"): ("scalable target", ("scaling",)),
    ("cloudwatch", "alarm"): ("alarm", ("alarms", "scaling")),
    ("logs", "log-group"): ("log group", ("taskdefs", "services")),
    ("secretsmanager", "secret"): ("secret", ("taskdefs",)),
    ("ssm", "parameter"): ("parameter", ("taskdefs",)),
}
"""Service and kind of resource in an ARN -> what it is and where to look."""
_WHOLE = frozenset(
    {
        "targetgroup", "loadbalancer", "alarm", "log-group", "autoScalingGroup", "secret",
        "parameter",
    }
)  # fmt: skip
"""Kinds that are looked for by their whole ARN."""
_SPLIT = re.compile(r"[/:]")


def classify(text: str) -> tuple[Sought, ...]:
    """Everything that the text may be, the likeliest first; empty for no text at all."""
    said = text.strip().strip("'\"")
    if not said:
        return ()
    if said.startswith("arn:"):
        return (_arn(said),)
    for pattern, kind, places in _IDS:
        if pattern.fullmatch(said.lower()):
            return (_sought(kind, said.lower(), places),)
    return _address(said) or _hashes(said) or _names(said)


def _sought(kind: str, value: str, places: tuple[str, ...]) -> Sought:
    return Sought(kind, value, places, f"{kind} {value}")


def _arn(said: str) -> Sought:
    service = said.split(":", 5)[2] if said.count(":") >= 2 else ""
    resource = arn.resource_of(said)
    kind = _SPLIT.split(resource, maxsplit=1)[0]
    found = _OF_ARN.get((service, kind))
    if found is None:
        return Sought("ARN", said, ("services", "taskdefs", "tasks"), f"the ARN {said}")
    words, places = found
    name = arn.name_of(said)
    if kind in _WHOLE:
        name = said
    if service == "sts":
        name = resource.split("/")[1] if "/" in resource else resource
    return Sought(words, name, places, f"{words} {arn.name_of(said)}")


def _address(said: str) -> tuple[Sought, ...]:
    host = said
    if said.startswith("[") and "]" in said:
        host = said[1 : said.index("]")]
    elif said.count(":") == 1 and "." in said:
        host = said.partition(":")[0]
    if re.fullmatch(r"ip-\d{1,3}(-\d{1,3}){3}(\..*)?", said):
        host = ".".join(said.partition(".")[0].split("-")[1:])
    try:
        address = str(ipaddress.ip_address(host))
    except ValueError:
        return ()
    return (_sought("address", address, ("tasks", "targets", "instances", "efs")),)


def _hashes(said: str) -> tuple[Sought, ...]:
    lower = said.lower()
    if _DIGEST.fullmatch(lower):
        digest = lower if lower.startswith("sha256:") else f"sha256:{lower}"
        # Docker's id of a container is as long as a digest and stands alone.
        found = (_sought("digest", digest, ("images", "containers")),)
        if lower.startswith("sha256:"):
            return found
        return (_sought("container", lower, ("containers", "tasks")), *found)
    if _HEX32.fullmatch(lower) or _UUID.fullmatch(lower):
        places = ("tasks", "instances", "containers")
        return (_sought("task", lower, places),)
    return ()


def _names(said: str) -> tuple[Sought, ...]:
    found: list[Sought] = []
    host = said.partition("/")[0]
    tagged = ":" in said.rpartition("/")[2]
    image = ("/" in said and ("." in host or ":" in host)) or "@sha256:" in said
    revision = re.fullmatch(r"[\w-]+:\d+", said)
    if revision:
        found.append(_sought("task definition", said, ("taskdefs", "services", "tasks")))
    if image or tagged:
        found.append(_sought("image", said, ("images", "taskdefs", "containers")))
    if re.fullmatch(r"[0-9a-f]{6,31}", said.lower()):
        found.append(_sought("task", said.lower(), ("tasks", "instances")))
    if not image:
        places = ("services", "taskdefs", "targets", "roles", "efs", "images", "alarms", "asgs")
        found.append(Sought("name", said, places, f"anything called {said}"))
    return tuple(found)
