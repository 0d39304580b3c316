"""ECS."""

from __future__ import annotations

from containerscope.demo.scenarios import start
from tests.demo.questions import Asker, Params, Sample, plainly

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


def _running(ask: Asker) -> Params:
    ask.later(1)
    start(ask.world, "blue-green-paused")
    for _ in range(60):
        ask.later(30)
        found = ask("DescribeServiceDeployments", **_deployments(ask))["serviceDeployments"]
        for each in found:
            for hook in each.get("lifecycleHookDetails", ()):
                if hook["status"] == "AWAITING_ACTION":
                    return {"serviceDeploymentArn": each["serviceDeploymentArn"],
                            "hookId": hook["hookId"], "action": "CONTINUE"}  # fmt: skip
    raise AssertionError("no deployment waits at a hook")


def _definition(ask: Asker, **changes: str) -> Params:
    described = ask("DescribeTaskDefinition", taskDefinition="web")["taskDefinition"]
    names = ("family", "containerDefinitions", "taskRoleArn", "executionRoleArn", "networkMode",
             "volumes", "requiresCompatibilities", "cpu", "memory")  # fmt: skip
    return {name: described[name] for name in names if name in described} | changes


def _network(ask: Asker) -> Params:
    [found] = ask("DescribeServices", **CHECKOUT, services=["web"])["services"]
    return {"networkConfiguration": found["networkConfiguration"]}


def _instance(ask: Asker, cluster: str = "data") -> str:
    return str(ask("ListContainerInstances", cluster=cluster)["containerInstanceArns"][0])


def _placed(ask: Asker) -> Params:
    cluster, service = "data", "feature-store"
    [found] = ask("DescribeServices", cluster=cluster, services=[service])["services"]
    network = {"networkConfiguration": found.get("networkConfiguration")}
    return {
        "cluster": cluster,
        "taskDefinition": found["taskDefinition"],
        "containerInstances": [_instance(ask)],
        **({} if network["networkConfiguration"] is None else network),
    }


def _retired(ask: Asker) -> Params:
    made = ask("RegisterTaskDefinition", **_definition(ask, family="old"))["taskDefinition"]
    return {"taskDefinition": made["taskDefinitionArn"]}


def _deleted(ask: Asker) -> Params:
    arn = ask("DeregisterTaskDefinition", **_retired(ask))["taskDefinition"]["taskDefinitionArn"]
    return {"taskDefinitions": [arn, "nothing:1"]}


def _empty_cluster(ask: Asker) -> Params:
    ask("CreateCluster", clusterName="new")
    return {"cluster": "new"}


_ASG = "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:u:autoScalingGroupName/a"
_PROVIDER = {
    "autoScalingGroupArn": _ASG,
    "managedScaling": {"status": "ENABLED", "targetCapacity": 90},
    "managedTerminationProtection": "DISABLED",
}
_CLUSTER_ARN = "arn:aws:ecs:eu-west-1:123456789012:cluster/checkout"


def _provider(ask: Asker) -> str:
    made = ask("CreateCapacityProvider", name="spare", autoScalingGroupProvider=_PROVIDER)
    return str(made["capacityProvider"]["name"])


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
    "UpdateService": plainly(**WEB, desiredCount=3),
    "CreateService": lambda ask: {
        **CHECKOUT, "serviceName": "new", "taskDefinition": "web", "desiredCount": 1,
        "launchType": "FARGATE", **_network(ask),
    },
    "DeleteService": plainly(**WEB, force=True),
    "StopServiceDeployment": lambda ask: {
        "serviceDeploymentArn": _running(ask)["serviceDeploymentArn"], "stopType": "ROLLBACK",
    },
    "ContinueServiceDeployment": _running,
    "RunTask": lambda ask: {
        **CHECKOUT, "taskDefinition": "web", "count": 2, "launchType": "FARGATE",
        "tags": [{"key": "a", "value": "b"}], **_network(ask),
    },
    "StartTask": _placed,
    "StopTask": lambda ask: {**CHECKOUT, "task": first_task(ask), "reason": "too old"},
    "ExecuteCommand": lambda ask: {
        **CHECKOUT, "task": first_task(ask, service="payments"), "container": "payments",
        "command": "sh", "interactive": True,
    },
    "UpdateTaskProtection": lambda ask: {
        **CHECKOUT, "tasks": [first_task(ask)], "protectionEnabled": True,
    },
    "RegisterTaskDefinition": lambda ask: _definition(ask, family="new"),
    "DeregisterTaskDefinition": _retired,
    "DeleteTaskDefinitions": _deleted,
    "UpdateContainerInstancesState": lambda ask: {
        "cluster": "data", "containerInstances": [_instance(ask), "nothing"],
        "status": "DRAINING",
    },
    "DeregisterContainerInstance": lambda ask: {
        "cluster": "data", "containerInstance": _instance(ask), "force": True,
    },
    "CreateCluster": plainly(
        clusterName="new", settings=[{"name": "containerInsights", "value": "enabled"}],
        tags=[{"key": "a", "value": "b"}],
    ),
    "UpdateCluster": plainly(
        cluster="checkout", serviceConnectDefaults={"namespace": "shop.internal"}
    ),
    "UpdateClusterSettings": plainly(
        cluster="checkout", settings=[{"name": "containerInsights", "value": "disabled"}]
    ),
    "DeleteCluster": _empty_cluster,
    "PutClusterCapacityProviders": plainly(
        cluster="checkout", capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}],
    ),
    "CreateCapacityProvider": plainly(name="spare", autoScalingGroupProvider=_PROVIDER),
    "UpdateCapacityProvider": lambda ask: {
        "name": _provider(ask),
        "autoScalingGroupProvider": {"managedScaling": {"status": "ENABLED", "targetCapacity": 80}},
    },
    "DeleteCapacityProvider": lambda ask: {"capacityProvider": _provider(ask)},
    "PutAccountSetting": plainly(name="containerInsights", value="enhanced"),
    "PutAccountSettingDefault": plainly(name="containerInsights", value="enhanced"),
    "TagResource": plainly(resourceArn=_CLUSTER_ARN, tags=[{"key": "a", "value": "b"}]),
    "UntagResource": plainly(resourceArn=_CLUSTER_ARN, tagKeys=["environment"]),
}  # fmt: skip
