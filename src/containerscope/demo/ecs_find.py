"""Finding ECS things by name or ARN, with AWS's own errors and failures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from containerscope.demo.calls import Call, Result
from containerscope.demo.ecs_state import Cluster, Service, TaskDefinition
from containerscope.demo.protocol_errors import AwsError


def last(name_or_arn: str) -> str:
    """The last part of an ARN, or the name itself."""
    return name_or_arn.rpartition("/")[2]


def cluster_of(call: Call) -> Cluster:
    """The cluster that the call names; `default` if it names none."""
    found = call.world.clusters.get(last(call.params.get("cluster") or "default"))
    if found is None:
        raise AwsError("ClusterNotFoundException", "Cluster not found.")
    return found


def batch(call: Call, member: str, most: int) -> Sequence[str]:
    """The things asked for, if they are not too many for one call."""
    wanted: Sequence[str] = call.params.get(member, ())
    if len(wanted) > most:
        noun = {"services": "services", "tasks": "tasks"}.get(member, member)
        text = f"{noun} can have at most {most} items, but had {len(wanted)}."
        raise AwsError("InvalidParameterException", text)
    return wanted


def missing(arn: str) -> Result:
    """The failure that stands for something that is not there."""
    return {"arn": arn, "reason": "MISSING"}


def cluster_arn(call: Call, cluster: Cluster) -> str:
    """The ARN of a cluster."""
    return call.world.arn("ecs", f"cluster/{cluster.name}")


def service_arn(call: Call, cluster: Cluster, service: Service) -> str:
    """The ARN of a service, in the long form that has the cluster."""
    return call.world.arn("ecs", f"service/{cluster.name}/{service.name}")


def service_by_arn(call: Call, arn: str) -> tuple[Cluster, Service]:
    """The service whose ARN this is, or whose name it is in the cluster of the call."""
    parts = arn.split(":service/", 1)
    name = call.params.get("cluster") or "default"
    if len(parts) == 2 and "/" in parts[1]:
        name = parts[1].split("/")[0]
    cluster = call.world.clusters.get(last(name))
    if cluster is None:
        raise AwsError("ClusterNotFoundException", "Cluster not found.")
    service = cluster.services.get(last(arn))
    if service is None:
        raise AwsError("ServiceNotFoundException", "Service not found.")
    return cluster, service


def definition_of(call: Call, wanted: str) -> TaskDefinition | None:
    """A task definition by `family`, `family:revision` or ARN; a family gives its newest active."""
    family, _, revision = last(wanted).partition(":")
    revisions = call.world.families.get(family, ())
    if revision:
        return next((each for each in revisions if str(each.revision) == revision), None)
    return next((each for each in reversed(revisions) if each.active), None)


class Tagged(Protocol):
    """Whatever has tags."""

    tags: dict[str, str]


def tagged(call: Call, arn: str) -> Tagged:
    """The cluster, service, task, task definition, instance or capacity provider of an ARN."""
    kind, _, path = arn.split(":", 5)[-1].partition("/")
    found: Tagged | None
    if kind == "task-definition":
        found = definition_of(call, path)
    elif kind == "capacity-provider":
        found = call.world.capacity_providers.get(path)
    else:
        cluster = call.world.clusters.get(path.split("/")[0])
        if cluster is None:
            raise AwsError("ClusterNotFoundException", "Cluster not found.")
        kinds: dict[str, Mapping[str, Tagged]] = {
            "cluster": {cluster.name: cluster},
            "service": cluster.services,
            "task": cluster.tasks,
            "container-instance": cluster.instances,
        }
        found = kinds.get(kind, {}).get(last(path))
    if found is None:
        raise AwsError("InvalidParameterException", "The specified resource was not found.")
    return found
