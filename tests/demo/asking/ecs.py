"""ECS: what reads."""

from __future__ import annotations

from tests.demo.asking import Asker, Params, Sample, plainly

CHECKOUT = {"cluster": "checkout"}
WEB = {**CHECKOUT, "service": "web"}
_ALL = ["TAGS", "STATISTICS", "SETTINGS", "CONFIGURATIONS", "ATTACHMENTS"]


def first_task(ask: Asker, cluster: str = "checkout", service: str = "web") -> str:
    """The ARN of a running task of a service."""
    return str(ask("ListTasks", cluster=cluster, serviceName=service)["taskArns"][0])


def _deployments(ask: Asker) -> Params:
    found = ask("ListServiceDeployments", **WEB)["serviceDeployments"]
    return {"serviceDeploymentArns": [each["serviceDeploymentArn"] for each in found][:20]}


def _revisions(ask: Asker) -> Params:
    found = ask("DescribeServiceDeployments", **_deployments(ask))["serviceDeployments"]
    return {"serviceRevisionArns": [found[0]["targetServiceRevision"]["arn"]]}


def _instances(ask: Asker) -> Params:
    arns = ask("ListContainerInstances", cluster="data")["containerInstanceArns"]
    include = ["TAGS", "CONTAINER_INSTANCE_HEALTH"]
    return {"cluster": "data", "containerInstances": arns, "include": include}


def _tasks(ask: Asker) -> Params:
    running = ask("ListTasks", **CHECKOUT)["taskArns"][:50]
    stopped = ask("ListTasks", **CHECKOUT, desiredStatus="STOPPED")["taskArns"]
    return {**CHECKOUT, "tasks": [*running, *stopped], "include": ["TAGS"]}


SAMPLES: dict[str, Sample] = {
    "ListClusters": plainly(maxResults=2),
    "DescribeClusters": plainly(clusters=["checkout", "data", "nothing"], include=_ALL),
    "ListServices": plainly(**CHECKOUT),
    "DescribeServices": plainly(
        **CHECKOUT, services=["web", "payments", "checkout-api", "nothing"], include=["TAGS"]
    ),
    "ListServicesByNamespace": plainly(namespace="ns-shopinternal0001"),
    "ListTasks": plainly(**CHECKOUT, serviceName="web"),
    "DescribeTasks": _tasks,
    "ListTaskDefinitionFamilies": plainly(),
    "ListTaskDefinitions": plainly(familyPrefix="web", sort="DESC"),
    "DescribeTaskDefinition": plainly(taskDefinition="web", include=["TAGS"]),
    "ListContainerInstances": plainly(cluster="data"),
    "DescribeContainerInstances": _instances,
    "DescribeCapacityProviders": plainly(cluster="data", include=["TAGS"]),
    "ListServiceDeployments": plainly(**WEB),
    "DescribeServiceDeployments": _deployments,
    "DescribeServiceRevisions": _revisions,
    "DescribeTaskSets": plainly(**WEB),
    "GetTaskProtection": lambda ask: {**CHECKOUT, "tasks": [first_task(ask)]},
    "ListAccountSettings": plainly(effectiveSettings=True),
    "ListTagsForResource": plainly(
        resourceArn="arn:aws:ecs:eu-west-1:123456789012:cluster/checkout"
    ),
}
