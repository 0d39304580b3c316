"""The List operations of ECS. Limits and defaults: botocore's service model."""

from __future__ import annotations

from collections.abc import Iterable

from containerscope.demo.calls import Call, Handler, PageRule, Result, tag_list
from containerscope.demo.ecs_find import (
    cluster_arn,
    cluster_of,
    last,
    service_arn,
    service_by_arn,
    tagged,
)
from containerscope.demo.ecs_state import Cluster, Service, Task
from containerscope.demo.ecs_views_service import deployment_arn, deployment_times, revision_arn
from containerscope.demo.protocol_errors import AwsError

HUNDRED = PageRule()
TEN = PageRule(default=10)
TWENTY = PageRule(default=20)
SETTINGS = PageRule(default=10, most=10)
STOPPED_FOR = 3600.0
"""Seconds for which a stopped task can still be seen."""


def list_clusters(call: Call) -> Result:
    """The ARNs of the active clusters."""
    arns = [cluster_arn(call, each) for each in call.world.clusters.values()]
    return HUNDRED.page(call.params, "clusterArns", arns)


def list_services(call: Call) -> Result:
    """The ARNs of a cluster's services, ten a page unless asked for more."""
    cluster = cluster_of(call)
    launch_type = call.params.get("launchType")
    scheduling = call.params.get("schedulingStrategy")
    managed = call.params.get("resourceManagementType", "CUSTOMER")
    arns = [
        service_arn(call, cluster, each)
        for each in cluster.services.values()
        if each.status == "ACTIVE"
        and (launch_type is None or (not each.strategy and each.launch_type == launch_type))
        and scheduling in (None, each.scheduling)
        and managed == "CUSTOMER"
    ]
    return TEN.page(call.params, "serviceArns", arns)


def list_tasks(call: Call) -> Result:
    """The ARNs of a cluster's tasks; running ones unless the stopped are asked for."""
    cluster = cluster_of(call)
    chosen = _filtered(call, cluster, _pool(call, cluster))
    wanted = call.params.get("desiredStatus", "RUNNING")
    oldest = call.world.now() - STOPPED_FOR
    prefix = call.world.arn("ecs", f"task/{cluster.name}/")
    arns = [
        prefix + each.id
        for each in chosen
        if each.desired == wanted and (not each.stopped_at or each.stopped_at >= oldest)
    ]
    return HUNDRED.page(call.params, "taskArns", arns)


def _pool(call: Call, cluster: Cluster) -> Iterable[Task]:
    name = call.params.get("serviceName")
    if name is None:
        return cluster.tasks.values()
    service = cluster.services.get(last(name))
    if service is None:
        raise AwsError("ServiceNotFoundException", "Service not found.")
    return service.tasks.values()


def _filtered(call: Call, cluster: Cluster, tasks: Iterable[Task]) -> Iterable[Task]:
    started_by = call.params.get("startedBy")
    if started_by is not None:
        if {"family", "serviceName", "containerInstance"} & call.params.keys():
            text = "startedBy cannot be combined with another filter."
            raise AwsError("InvalidParameterException", text)
        tasks = [each for each in tasks if each.started_by == started_by]
    instance = call.params.get("containerInstance")
    if instance is not None:
        if last(instance) not in cluster.instances:
            raise AwsError("InvalidParameterException", "The container instance was not found.")
        tasks = [each for each in tasks if each.instance == last(instance)]
    family = call.params.get("family")
    if family is not None:
        tasks = [each for each in tasks if each.definition.family == family]
    launch_type = call.params.get("launchType")
    if launch_type is not None:
        tasks = [each for each in tasks if each.launch_type == launch_type]
    return tasks if call.params.get("daemonName") is None else ()


def list_task_definition_families(call: Call) -> Result:
    """The names of the families that have a revision of the status asked for."""
    prefix = call.params.get("familyPrefix", "")
    status = call.params.get("status", "ALL")
    names = sorted(
        name
        for name, revisions in call.world.families.items()
        if name.startswith(prefix)
        and (status == "ALL" or any(each.active for each in revisions) == (status == "ACTIVE"))
    )
    return HUNDRED.page(call.params, "families", names)


def list_task_definitions(call: Call) -> Result:
    """The ARNs of task definitions, by family and revision."""
    family = call.params.get("familyPrefix")
    status = call.params.get("status", "ACTIVE")
    found = [
        each
        for name in sorted(call.world.families)
        if family is None or name == family
        for each in call.world.families[name]
        if each.body["status"] == status
    ]
    if call.params.get("sort") == "DESC":
        found.reverse()
    return HUNDRED.page(call.params, "taskDefinitionArns", [each.arn for each in found])


def list_container_instances(call: Call) -> Result:
    """The ARNs of a cluster's container instances."""
    cluster = cluster_of(call)
    status = call.params.get("status")
    prefix = call.world.arn("ecs", f"container-instance/{cluster.name}/")
    arns = [
        prefix + each.id
        for each in cluster.instances.values()
        if each.status == status or (status is None and each.status in ("ACTIVE", "DRAINING"))
    ]
    return HUNDRED.page(call.params, "containerInstanceArns", arns)


def list_service_deployments(call: Call) -> Result:
    """The deployments of one service, newest first, twenty a page unless asked for more."""
    cluster, service = service_by_arn(call, call.params["service"])
    wanted = call.params.get("status")
    created = call.params.get("createdAt", {})
    found = [
        _brief(call, cluster, service, index)
        for index, each in enumerate(service.deployments)
        if (not wanted or each.status in wanted)
        and created.get("after", 0.0) <= each.created_at <= created.get("before", float("inf"))
    ]
    return TWENTY.page(call.params, "serviceDeployments", found)


def _brief(call: Call, cluster: Cluster, service: Service, index: int) -> Result:
    each = service.deployments[index]
    brief: Result = {
        "serviceDeploymentArn": deployment_arn(call, cluster, service, each),
        "serviceArn": service_arn(call, cluster, service),
        "clusterArn": cluster_arn(call, cluster),
        "createdAt": each.created_at,
        "targetServiceRevisionArn": revision_arn(call, cluster, service, each.revision),
        "status": each.status,
    }
    brief |= deployment_times(each)
    if each.status_reason:
        brief["statusReason"] = each.status_reason
    return brief


def list_tags_for_resource(call: Call) -> Result:
    """The tags of a cluster, service, task, task definition or instance, by its ARN."""
    return {"tags": tag_list(tagged(call, call.params["resourceArn"]).tags)}


def list_account_settings(call: Call) -> Result:
    """The account's settings; effective ones stand as the root user's."""
    name = call.params.get("name")
    value = call.params.get("value")
    principal = call.world.global_arn("iam", "root")
    settings = [
        {"name": each, "value": set_to, "principalArn": principal, "type": "user"}
        for each, set_to in call.world.account_settings.items()
        if name in (None, each) and value in (None, set_to)
    ]
    return SETTINGS.page(call.params, "settings", settings)


LISTS: dict[str, Handler] = {
    "ListClusters": list_clusters,
    "ListServices": list_services,
    "ListTasks": list_tasks,
    "ListTaskDefinitionFamilies": list_task_definition_families,
    "ListTaskDefinitions": list_task_definitions,
    "ListContainerInstances": list_container_instances,
    "ListServiceDeployments": list_service_deployments,
    "ListTagsForResource": list_tags_for_resource,
    "ListAccountSettings": list_account_settings,
}
