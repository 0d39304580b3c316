"""ECS: what reads, and what changes services, tasks, instances and clusters."""

from __future__ import annotations

from containerscope.demo.ecs_scenarios import ECS_SCENARIOS
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


def _pausing(ask: Asker) -> Params:
    """The hook at which a blue/green deployment has come to wait."""
    STORIES["blue-green-paused"].start(ask.world)
    ask.later(200)
    arn = ask("DescribeServices", **CHECKOUT, services=["web"])["services"][0]
    named = {"serviceDeploymentArns": [arn["currentServiceDeployment"]]}
    [told] = ask("DescribeServiceDeployments", **named)["serviceDeployments"]
    hook = told["lifecycleHookDetails"][0]["hookId"]
    return {"serviceDeploymentArn": told["serviceDeploymentArn"], "hookId": hook}


def _deploying(ask: Asker) -> Params:
    found = ask("ListServiceDeployments", **CHECKOUT, service="checkout-api")
    return {"serviceDeploymentArn": found["serviceDeployments"][0]["serviceDeploymentArn"]}


def _subnets(ask: Asker) -> Params:
    return {"awsvpcConfiguration": ask.world.clusters["checkout"].services["web"].awsvpc}


def _creation(ask: Asker) -> Params:
    return {
        **CHECKOUT,
        "serviceName": "made",
        "taskDefinition": "web",
        "desiredCount": 2,
        "networkConfiguration": _subnets(ask),
        "tags": [{"key": "team", "value": "Zoë"}],
    }


def _instance(ask: Asker) -> str:
    return str(ask("ListContainerInstances", cluster="data")["containerInstanceArns"][0])


def _definition(ask: Asker) -> Params:
    whole = ask("DescribeTaskDefinition", taskDefinition="web")["taskDefinition"]
    kept = ("family", "containerDefinitions", "networkMode", "cpu", "memory", "volumes")
    return {**{name: whole[name] for name in kept}, "requiresCompatibilities": ["FARGATE"]}


def _withdrawn(ask: Asker) -> Params:
    ask("DeregisterTaskDefinition", taskDefinition="web:203")
    return {"taskDefinitions": ["web:203", "web:999"]}


def _shell(ask: Asker) -> Params:
    task = first_task(ask, service="payments")
    return {
        **CHECKOUT,
        "task": task,
        "container": "payments",
        "command": "sh",
        "interactive": True,
    }


def _emptied(ask: Asker) -> Params:
    ask("CreateCluster", clusterName="empty")
    return {"cluster": "empty"}


def _unused(ask: Asker) -> Params:
    ask("CreateCapacityProvider", **PROVIDER)
    return {"capacityProvider": "spare"}


GROUP = "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:1:autoScalingGroupName/spare"
PROVIDER = {"name": "spare", "autoScalingGroupProvider": {"autoScalingGroupArn": GROUP}}
CLUSTER = "arn:aws:ecs:eu-west-1:123456789012:cluster/checkout"
STORIES = {each.name: each for each in ECS_SCENARIOS}
WRITES: dict[str, Sample] = {
    "UpdateService": plainly(**WEB, desiredCount=9, forceNewDeployment=True),
    "CreateService": _creation,
    "DeleteService": plainly(**WEB, force=True),
    "StopServiceDeployment": _deploying,
    "ContinueServiceDeployment": _pausing,
    "RunTask": lambda ask: {
        **CHECKOUT,
        "taskDefinition": "web",
        "launchType": "FARGATE",
        "networkConfiguration": _subnets(ask),
    },
    "StartTask": lambda ask: {
        "cluster": "data",
        "taskDefinition": "etl-worker",
        "containerInstances": [_instance(ask), "nothing"],
    },
    "StopTask": lambda ask: {**CHECKOUT, "task": first_task(ask), "reason": "tired"},
    "ExecuteCommand": _shell,
    "UpdateTaskProtection": lambda ask: {
        **CHECKOUT,
        "tasks": [first_task(ask)],
        "protectionEnabled": True,
    },
    "RegisterTaskDefinition": _definition,
    "DeregisterTaskDefinition": plainly(taskDefinition="web:203"),
    "DeleteTaskDefinitions": _withdrawn,
    "UpdateContainerInstancesState": lambda ask: {
        "cluster": "data",
        "containerInstances": [_instance(ask), "nothing"],
        "status": "DRAINING",
    },
    "DeregisterContainerInstance": lambda ask: {
        "cluster": "data",
        "containerInstance": _instance(ask),
        "force": True,
    },
    "CreateCluster": plainly(clusterName="made", capacityProviders=["FARGATE"]),
    "UpdateCluster": plainly(
        **CHECKOUT, settings=[{"name": "containerInsights", "value": "enabled"}]
    ),
    "UpdateClusterSettings": plainly(
        **CHECKOUT, settings=[{"name": "containerInsights", "value": "disabled"}]
    ),
    "DeleteCluster": _emptied,
    "PutClusterCapacityProviders": plainly(
        cluster="edge",
        capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
    ),
    "CreateCapacityProvider": plainly(**PROVIDER),
    "UpdateCapacityProvider": plainly(
        name="data-asg", autoScalingGroupProvider={"managedScaling": {"targetCapacity": 70}}
    ),
    "DeleteCapacityProvider": _unused,
    "PutAccountSetting": plainly(name="containerInsights", value="enhanced"),
    "PutAccountSettingDefault": plainly(name="containerInsights", value="enhanced"),
    "TagResource": plainly(resourceArn=CLUSTER, tags=[{"key": "owner", "value": "Zoë"}]),
    "UntagResource": plainly(resourceArn=CLUSTER, tagKeys=["owner"]),
}
SAMPLES: dict[str, Sample] = {
    **WRITES,
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
