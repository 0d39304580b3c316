"""The Describe operations of ECS: batch limits, failures and optional parts as AWS has them."""

from __future__ import annotations

from containerscope.demo.calls import Call, Handler, PageRule, Result, tag_list
from containerscope.demo.ecs_find import (
    batch,
    cluster_of,
    definition_of,
    last,
    missing,
    service_arn,
)
from containerscope.demo.ecs_state import CapacityProvider, Cluster, Service
from containerscope.demo.ecs_views_cluster import cluster_view, instance_view, provider_view
from containerscope.demo.ecs_views_service import deployment_view, revision_view, service_view
from containerscope.demo.ecs_views_task import task_view
from containerscope.demo.protocol_errors import AwsError

_OWN_OF_AWS = ("FARGATE", "FARGATE_SPOT")
_PROVIDERS = PageRule(default=10, most=10)


def describe_clusters(call: Call) -> Result:
    """Up to a hundred clusters; `default` if none is named."""
    found, failures = [], []
    for each in batch(call, "clusters", 100) or ["default"]:
        cluster = call.world.clusters.get(last(each))
        if cluster is None:
            failures.append(missing(call.world.arn("ecs", f"cluster/{last(each)}")))
        else:
            found.append(cluster_view(call, cluster))
    return {"clusters": found, "failures": failures}


def describe_services(call: Call) -> Result:
    """Up to ten services of one cluster."""
    cluster = cluster_of(call)
    wanted = batch(call, "services", 10)
    if not wanted:
        raise AwsError("InvalidParameterException", "Services cannot be empty.")
    found, failures = [], []
    for each in wanted:
        service = cluster.services.get(last(each))
        if service is None:
            arn = call.world.arn("ecs", f"service/{cluster.name}/{last(each)}")
            failures.append(missing(arn))
        else:
            found.append(service_view(call, cluster, service))
    return {"services": found, "failures": failures}


def describe_tasks(call: Call) -> Result:
    """Up to a hundred tasks of one cluster."""
    cluster = cluster_of(call)
    wanted = batch(call, "tasks", 100)
    if not wanted:
        raise AwsError("InvalidParameterException", "Tasks cannot be empty.")
    found, failures = [], []
    for each in wanted:
        task = cluster.tasks.get(last(each))
        if task is None:
            failures.append(missing(call.world.arn("ecs", f"task/{cluster.name}/{last(each)}")))
        else:
            found.append(task_view(call, cluster, task))
    return {"tasks": found, "failures": failures}


def describe_task_definition(call: Call) -> Result:
    """One task definition; its tags only if asked for."""
    found = definition_of(call, call.params["taskDefinition"])
    if found is None:
        raise AwsError("ClientException", "Unable to describe task definition.")
    result: Result = {"taskDefinition": found.body}
    if call.includes("TAGS"):
        result["tags"] = tag_list(found.tags)
    return result


def describe_container_instances(call: Call) -> Result:
    """Up to a hundred container instances of one cluster."""
    cluster = cluster_of(call)
    wanted = batch(call, "containerInstances", 100)
    if not wanted:
        raise AwsError("InvalidParameterException", "Container instances cannot be empty.")
    found, failures = [], []
    for each in wanted:
        instance = cluster.instances.get(last(each))
        if instance is None:
            arn = call.world.arn("ecs", f"container-instance/{cluster.name}/{last(each)}")
            failures.append(missing(arn))
        else:
            found.append(instance_view(call, cluster, instance))
    return {"containerInstances": found, "failures": failures}


def describe_capacity_providers(call: Call) -> Result:
    """Capacity providers by name, of a cluster, or all; ten a page at the most."""
    world = call.world
    wanted = list(batch(call, "capacityProviders", 100))
    if "cluster" in call.params:
        in_cluster = cluster_of(call).providers
        wanted = [each for each in wanted if last(each) in in_cluster] if wanted else in_cluster
    elif not wanted:
        wanted = [*_OWN_OF_AWS, *world.capacity_providers]
    result = _PROVIDERS.page(call.params, "capacityProviders", wanted)
    found, failures = [], []
    for each in result["capacityProviders"]:
        provider = world.capacity_providers.get(last(each))
        if provider is None and last(each) in _OWN_OF_AWS:
            provider = CapacityProvider(last(each), "", {"type": last(each)})
        if provider is None:
            failures.append(missing(world.arn("ecs", f"capacity-provider/{last(each)}")))
        else:
            found.append(provider_view(call, provider))
    return {**result, "capacityProviders": found, "failures": failures}


def describe_service_deployments(call: Call) -> Result:
    """Up to twenty service deployments by their ARNs."""
    found, failures = [], []
    for arn in batch(call, "serviceDeploymentArns", 20):
        where = _service_in(call, arn)
        deployment = where and next(
            (each for each in where[1].deployments if each.token == last(arn)), None
        )
        if not where or not deployment:
            failures.append(missing(arn))
        else:
            found.append(deployment_view(call, *where, deployment))
    return {"serviceDeployments": found, "failures": failures}


def describe_service_revisions(call: Call) -> Result:
    """Up to twenty service revisions by their ARNs."""
    found, failures = [], []
    for arn in batch(call, "serviceRevisionArns", 20):
        where = _service_in(call, arn)
        revision = where and next(
            (each for each in where[1].revisions if each.id == last(arn)), None
        )
        if not where or not revision:
            failures.append(missing(arn))
        else:
            found.append(revision_view(call, *where, revision))
    return {"serviceRevisions": found, "failures": failures}


def _service_in(call: Call, arn: str) -> tuple[Cluster, Service] | None:
    """The service in the middle of the ARN of a service deployment or revision."""
    parts = arn.split("/")
    cluster = call.world.clusters.get(parts[1]) if len(parts) == 4 else None
    service = cluster.services.get(parts[2]) if cluster else None
    return (cluster, service) if cluster and service else None


def describe_task_sets(call: Call) -> Result:
    """No service here is deployed from outside, so none has task sets."""
    cluster = cluster_of(call)
    service = cluster.services.get(last(call.params["service"]))
    if service is None:
        raise AwsError("ServiceNotFoundException", "Service not found.")
    failures = [missing(each) for each in call.params.get("taskSets", ())]
    return {"taskSets": [], "failures": failures}


def list_services_by_namespace(call: Call) -> Result:
    """The services of all clusters that are in a Service Connect namespace."""
    wanted = last(call.params["namespace"])
    arns = [
        service_arn(call, cluster, service)
        for cluster in call.world.clusters.values()
        for service in cluster.services.values()
        if service.connect and last(service.connect["namespace"]) == wanted
    ]
    if not arns:
        raise AwsError("NamespaceNotFoundException", "Namespace not found.")
    return PageRule(default=10).page(call.params, "serviceArns", arns)


DESCRIBES: dict[str, Handler] = {
    "DescribeClusters": describe_clusters,
    "DescribeServices": describe_services,
    "DescribeTasks": describe_tasks,
    "DescribeTaskDefinition": describe_task_definition,
    "DescribeContainerInstances": describe_container_instances,
    "DescribeCapacityProviders": describe_capacity_providers,
    "DescribeServiceDeployments": describe_service_deployments,
    "DescribeServiceRevisions": describe_service_revisions,
    "DescribeTaskSets": describe_task_sets,
    "ListServicesByNamespace": list_services_by_namespace,
}
