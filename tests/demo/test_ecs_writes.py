"""What AWS does when it is asked to change ECS, and what it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from containerscope.demo.clock import StillClock
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.world import World
from tests.demo.in_process import ask, later
from tests.demo.test_ecs_life import service_of
from tests.demo.test_ecs_scheduler import alive, describe

WEB = {"cluster": "checkout", "service": "web"}
TASK_ARN = "arn:aws:ecs:eu-west-1:123456789012:task/checkout/"


def refusal(world: World, operation: str, /, **params: Any) -> tuple[str, str]:
    """The code and the text with which AWS refuses."""
    with pytest.raises(AwsError) as caught:
        ask(world, "ecs", operation, **params)
    return caught.value.code, caught.value.message


def creation(world: World, **more: Any) -> Mapping[str, Any]:
    awsvpc = world.clusters["checkout"].services["web"].awsvpc
    params = {
        "cluster": "checkout",
        "serviceName": "made",
        "taskDefinition": "web",
        "networkConfiguration": {"awsvpcConfiguration": awsvpc},
        "desiredCount": 3,
        **more,
    }
    return ask(world, "ecs", "CreateService", **params)


@pytest.mark.parametrize(
    ("operation", "params", "code", "words"),
    [
        ("UpdateService", {"service": "web"}, "ClusterNotFoundException", "Cluster not found."),
        ("UpdateService", {"cluster": "edge", "service": "x"}, "ServiceNotFoundException", ""),
        ("UpdateService", {**WEB, "desiredCount": -1}, "InvalidParameterException", "negative"),
        ("UpdateService", {**WEB, "taskDefinition": "web:9999"}, "ClientException", "not found"),
        ("UpdateService", {**WEB, "taskDefinition": "web:201"}, "ClientException", "inactive"),
        (
            "UpdateService",
            {"cluster": "edge", "service": "log-shipper", "desiredCount": 2},
            "InvalidParameterException",
            "daemon",
        ),
        (
            "UpdateService",
            {
                **WEB,
                "deploymentConfiguration": {"maximumPercent": 100, "minimumHealthyPercent": 100},
            },
            "InvalidParameterException",
            "cannot be 100 as this will block",
        ),
        (
            "UpdateService",
            {**WEB, "loadBalancers": [{"containerName": "nope", "containerPort": 80}]},
            "InvalidParameterException",
            "The container nope does not exist in the task definition.",
        ),
        (
            "UpdateService",
            {**WEB, "loadBalancers": [{"containerName": "web", "containerPort": 81}]},
            "InvalidParameterException",
            "did not have a container port 81 defined",
        ),
        (
            "UpdateService",
            {**WEB, "capacityProviderStrategy": [{"capacityProvider": "nope", "weight": 1}]},
            "InvalidParameterException",
            "The specified capacity provider 'nope' was not found.",
        ),
        (
            "UpdateService",
            {"cluster": "checkout", "service": "pricing", "healthCheckGracePeriodSeconds": 5},
            "InvalidParameterException",
            "only valid for services configured to use load balancers",
        ),
        ("DeleteService", WEB, "InvalidParameterException", "scaled above 0"),
        (
            "CreateService",
            {"cluster": "checkout", "serviceName": "web", "taskDefinition": "web"},
            "InvalidParameterException",
            "Creation of service was not idempotent.",
        ),
        (
            "CreateService",
            {"cluster": "checkout", "serviceName": "x", "taskDefinition": "web"},
            "InvalidParameterException",
            "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
        ),
        (
            "StopServiceDeployment",
            {"serviceDeploymentArn": "arn:aws:ecs:eu-west-1:1:service-deployment/a/b/c"},
            "ServiceDeploymentNotFoundException",
            "",
        ),
        ("StopTask", {"cluster": "edge", "task": "x"}, "InvalidParameterException", "not found"),
        (
            "RunTask",
            {"cluster": "checkout", "taskDefinition": "web", "launchType": "FARGATE"},
            "InvalidParameterException",
            "Network Configuration must be provided",
        ),
        (
            "RunTask",
            {"cluster": "edge", "taskDefinition": "rtmp-relay", "launchType": "FARGATE"},
            "InvalidParameterException",
            "Task definition does not support launch_type FARGATE.",
        ),
        (
            "RunTask",
            {"cluster": "edge", "taskDefinition": "rtmp-relay", "count": 11},
            "InvalidParameterException",
            "Count must be between 1 and 10.",
        ),
        (
            "RegisterTaskDefinition",
            {"family": "x", "containerDefinitions": []},
            "ClientException",
            "Container list cannot be empty.",
        ),
        (
            "RegisterTaskDefinition",
            {"family": "x", "containerDefinitions": [{"name": "a", "image": "b"}]},
            "ClientException",
            "At least one of 'memory' or 'memoryReservation' must be specified.",
        ),
        (
            "RegisterTaskDefinition",
            {
                "family": "x",
                "containerDefinitions": [{"name": "a", "image": "b"}],
                "requiresCompatibilities": ["FARGATE"],
                "networkMode": "awsvpc",
                "cpu": "256",
                "memory": "4096",
            },
            "ClientException",
            "No Fargate configuration exists for given values: 256 CPU, 4096 memory.",
        ),
        ("DeregisterTaskDefinition", {"taskDefinition": "web"}, "InvalidParameterException", ""),
        (
            "UpdateContainerInstancesState",
            {"cluster": "data", "containerInstances": ["x"], "status": "INACTIVE"},
            "InvalidParameterException",
            "should be one of [DRAINING, ACTIVE]",
        ),
        (
            "UpdateTaskProtection",
            {"cluster": "checkout", "tasks": [], "protectionEnabled": True, "expiresInMinutes": 0},
            "InvalidParameterException",
            "between 1 and 2880",
        ),
        (
            "PutClusterCapacityProviders",
            {"cluster": "data", "capacityProviders": [], "defaultCapacityProviderStrategy": []},
            "ResourceInUseException",
            "in use",
        ),
        ("DeleteCluster", {"cluster": "data"}, "ClusterContainsServicesException", "services"),
        (
            "UpdateClusterSettings",
            {"cluster": "data", "settings": [{"name": "containerInsights", "value": "x"}]},
            "InvalidParameterException",
            "",
        ),
        (
            "TagResource",
            {"resourceArn": "arn:aws:ecs:eu-west-1:1:service/data/x", "tags": []},
            "InvalidParameterException",
            "not found",
        ),
    ],
)
def test_aws_says_what_is_wrong(
    world: World, operation: str, params: dict[str, Any], code: str, words: str
) -> None:
    before = describe(world, "checkout", "web")
    told = refusal(world, operation, **params)
    assert told[0] == code
    assert words in told[1]
    assert told[1]
    assert describe(world, "checkout", "web") == before


def test_a_new_service_starts_its_tasks_and_is_steady(world: World) -> None:
    told = creation(world, tags=[{"key": "team", "value": "shop"}])["service"]
    assert (told["runningCount"], told["deployments"][0]["rolloutState"]) == (0, "IN_PROGRESS")
    assert "made" in str(ask(world, "ecs", "ListServices", cluster="checkout", maxResults=100))
    later(world, 90)
    view = describe(world, "checkout", "made")
    assert view["runningCount"] == 3
    assert view["deployments"][0]["rolloutState"] == "COMPLETED"
    assert view["createdBy"].endswith("assumed-role/OpsRole/demo")
    code, _ = refusal(world, "CreateService", **{**WEB, "serviceName": "made"})
    assert code == "InvalidParameterException"


def test_a_deleted_service_drains_and_can_be_made_again(world: World) -> None:
    creation(world)
    later(world, 90)
    made = {"cluster": "checkout", "service": "made"}
    ask(world, "ecs", "UpdateService", **made, desiredCount=0)
    later(world, 5)
    told = ask(world, "ecs", "DeleteService", **made)["service"]
    assert told["status"] in ("DRAINING", "INACTIVE")
    assert "made" not in str(ask(world, "ecs", "ListServices", cluster="checkout", maxResults=100))
    later(world, 60)
    assert describe(world, "checkout", "made")["status"] == "INACTIVE"
    assert refusal(world, "UpdateService", **made, desiredCount=1)[0] == "ServiceNotActiveException"
    creation(world)
    later(world, 7200)
    assert describe(world, "checkout", "made")["status"] == "ACTIVE"


def test_a_service_with_tasks_goes_by_force(world: World) -> None:
    cluster, service = service_of(world, "checkout", "pricing")
    ask(world, "ecs", "DeleteService", cluster="checkout", service="pricing", force=True)
    later(world, 60)
    assert not alive(service)
    assert service.status == "INACTIVE"
    later(world, 3700)
    assert "pricing" not in cluster.services
    found = ask(world, "ecs", "DescribeServices", cluster="checkout", services=["pricing"])
    assert found["failures"][0]["reason"] == "MISSING"


@pytest.mark.parametrize(
    ("change", "deploys"),
    [
        ({"desiredCount": 9}, False),
        ({"enableExecuteCommand": True}, False),
        ({"healthCheckGracePeriodSeconds": 90}, False),
        ({"deploymentConfiguration": {"maximumPercent": 150}}, False),
        ({"forceNewDeployment": True}, True),
        ({"taskDefinition": "web:202"}, True),
        ({"platformVersion": "1.4.0"}, True),
        ({"loadBalancers": []}, True),
        (
            {
                "networkConfiguration": {
                    "awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": []}
                }
            },
            True,
        ),
    ],
)
def test_only_what_concerns_the_tasks_begins_a_deployment(
    world: World, change: dict[str, Any], deploys: bool
) -> None:
    before = describe(world, "checkout", "web")
    ask(world, "ecs", "UpdateService", **WEB, **change)
    after = describe(world, "checkout", "web")
    assert (len(after["deployments"]) == 2) == deploys
    assert (after != before) or not change


def test_a_rollback_restores_the_services_settings_too(world: World) -> None:
    before = describe(world, "checkout", "web")["loadBalancers"]
    ask(world, "ecs", "UpdateService", **WEB, loadBalancers=[])
    assert describe(world, "checkout", "web")["loadBalancers"] == []
    later(world, 5)
    arn = describe(world, "checkout", "web")["currentServiceDeployment"]
    ask(world, "ecs", "StopServiceDeployment", serviceDeploymentArn=arn)
    later(world, 60)
    assert describe(world, "checkout", "web")["loadBalancers"] == before
    told = ask(world, "ecs", "DescribeServiceDeployments", serviceDeploymentArns=[arn])
    assert told["serviceDeployments"][0]["status"] == "ROLLBACK_SUCCESSFUL"


def test_a_deployment_can_be_stopped_without_going_back(world: World) -> None:
    arn = describe(world, "checkout", "checkout-api")["currentServiceDeployment"]
    stop = {"serviceDeploymentArn": arn, "stopType": "ABORT"}
    ask(world, "ecs", "StopServiceDeployment", **stop)
    [told] = ask(world, "ecs", "DescribeServiceDeployments", serviceDeploymentArns=[arn])[
        "serviceDeployments"
    ]
    assert told["status"] == "STOPPED"
    assert told["stoppedAt"] == world.now()
    assert refusal(world, "StopServiceDeployment", **stop)[0] == "ConflictException"


def test_a_first_deployment_has_nothing_to_go_back_to(world: World) -> None:
    arn = creation(world)["service"]["currentServiceDeployment"]
    code, text = refusal(world, "StopServiceDeployment", serviceDeploymentArn=arn)
    assert code == "ConflictException"
    assert "no service revision to roll back to" in text


def test_tasks_that_find_no_room_are_failures_for_each_instance(world: World) -> None:
    big = ask(
        world,
        "ecs",
        "RegisterTaskDefinition",
        family="big",
        containerDefinitions=[{"name": "a", "image": "b", "memory": 7000, "cpu": 100}],
    )["taskDefinition"]
    assert (big["revision"], big["status"], big["compatibilities"]) == (1, "ACTIVE", ["EC2"])
    answer = ask(
        world, "ecs", "RunTask", cluster="edge", taskDefinition="big", launchType="EC2", count=4
    )
    assert len(answer["tasks"]) == 2
    assert {each["reason"] for each in answer["failures"]} == {"RESOURCE:MEMORY"}
    assert len(answer["failures"]) == 6


def test_a_task_can_be_started_on_an_instance(world: World) -> None:
    cluster = world.clusters["data"]
    instance = next(iter(cluster.instances))
    answer = ask(
        world,
        "ecs",
        "StartTask",
        cluster="data",
        taskDefinition="etl-worker",
        containerInstances=[instance, "nothing"],
        startedBy="me",
    )
    [task] = answer["tasks"]
    assert task["containerInstanceArn"].endswith(instance)
    assert (task["startedBy"], task["group"]) == ("me", "family:etl-worker")
    assert [each["reason"] for each in answer["failures"]] == ["MISSING"]


def test_overrides_of_a_task_are_kept(world: World) -> None:
    overrides = {"containerOverrides": [{"name": "etl-worker", "command": ["x"]}]}
    answer = ask(
        world,
        "ecs",
        "RunTask",
        cluster="data",
        taskDefinition="etl-worker",
        launchType="EC2",
        overrides=overrides,
    )
    told = answer["tasks"][0]["overrides"]
    assert told["containerOverrides"] == overrides["containerOverrides"]


def test_a_command_needs_a_task_that_allows_it(world: World, still_clock: StillClock) -> None:
    _, web = service_of(world, "checkout", "web")
    _, payments = service_of(world, "checkout", "payments")
    closed = next(iter(alive(web)))
    opened = next(each for each in alive(payments) if each.status == "RUNNING")
    params = {"cluster": "checkout", "command": "sh", "interactive": True}
    code, text = refusal(world, "ExecuteCommand", **params, task=closed.id, container="web")
    assert code == "InvalidParameterException"
    assert "execute command was not enabled when the task was run" in text
    _, text = refusal(world, "ExecuteCommand", **params, task=opened.id)
    assert "Container name is required" in text
    _, text = refusal(world, "ExecuteCommand", **{**params, "interactive": False}, task=opened.id)
    assert text == "Interactive is the only mode supported currently."
    told = ask(world, "ecs", "ExecuteCommand", **params, task=opened.id, container="payments")
    assert told["session"]["sessionId"] in world.sessions
    assert still_clock.now().timestamp() == world.now()


def test_a_withdrawn_definition_runs_on_but_starts_nothing(world: World) -> None:
    told = ask(world, "ecs", "DeregisterTaskDefinition", taskDefinition="web:203")
    assert told["taskDefinition"]["status"] == "INACTIVE"
    later(world, 60)
    assert describe(world, "checkout", "web")["runningCount"] == 8
    code, _ = refusal(world, "UpdateService", **WEB, taskDefinition="web:203")
    assert code == "ClientException"
    newest = ask(world, "ecs", "DescribeTaskDefinition", taskDefinition="web")["taskDefinition"]
    assert newest["revision"] == 202


def test_protection_is_told_and_ends(world: World) -> None:
    _, service = service_of(world, "checkout", "web")
    standalone = next(
        each for each in world.clusters["checkout"].tasks.values() if not each.service
    )
    tasks = [next(iter(service.tasks)), standalone.id, "nothing"]
    where = {"cluster": "checkout", "tasks": tasks}
    protect = {**where, "protectionEnabled": True}
    told = ask(world, "ecs", "UpdateTaskProtection", **protect)
    [protected] = told["protectedTasks"]
    assert protected["expirationDate"] == world.now() + 7200
    assert [each["reason"] for each in told["failures"]] == ["TASK_NOT_VALID", "MISSING"]
    ask(world, "ecs", "UpdateTaskProtection", **protect, expiresInMinutes=1)
    [told] = ask(world, "ecs", "GetTaskProtection", **where)["protectedTasks"]
    assert told["protectionEnabled"] is True
    later(world, 61)
    [told] = ask(world, "ecs", "GetTaskProtection", **where)["protectedTasks"]
    assert told["protectionEnabled"] is False


def test_a_cluster_is_made_filled_emptied_and_deleted(world: World) -> None:
    where = {"cluster": "fresh"}
    told = ask(
        world,
        "ecs",
        "CreateCluster",
        clusterName="fresh",
        capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
    )["cluster"]
    assert told["status"] == "ACTIVE"
    creation(world, **where)
    later(world, 90)
    [cluster] = ask(world, "ecs", "DescribeClusters", clusters=["fresh"])["clusters"]
    assert (cluster["runningTasksCount"], cluster["activeServicesCount"]) == (3, 1)
    providers = {each.capacity_provider for each in world.clusters["fresh"].tasks.values()}
    assert providers == {"FARGATE_SPOT"}
    ask(world, "ecs", "DeleteService", **where, service="made", force=True)
    later(world, 60)
    assert ask(world, "ecs", "DeleteCluster", **where)["cluster"]["status"] == "INACTIVE"
    assert refusal(world, "ListServices", **where)[0] == "ClusterNotFoundException"


def test_tags_of_one_thing_are_not_those_of_another(world: World) -> None:
    arn = world.arn("ecs", "service/checkout/web")
    ask(world, "ecs", "TagResource", resourceArn=arn, tags=[{"key": "tier", "value": "1"}])
    told = ask(world, "ecs", "ListTagsForResource", resourceArn=arn)["tags"]
    assert {"key": "tier", "value": "1"} in told
    task = next(iter(world.clusters["checkout"].services["web"].tasks))
    arns = {"resourceArn": f"{TASK_ARN}{task}"}
    assert "tier" not in str(ask(world, "ecs", "ListTagsForResource", **arns))
    ask(world, "ecs", "UntagResource", resourceArn=arn, tagKeys=["tier"])
    assert "tier" not in str(ask(world, "ecs", "ListTagsForResource", resourceArn=arn))
    reserved = {"resourceArn": arn, "tags": [{"key": "aws:x", "value": "1"}]}
    assert refusal(world, "TagResource", **reserved)[0] == "InvalidParameterException"


def test_capacity_providers_of_ones_own_come_and_go(world: World) -> None:
    group = "arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:1:autoScalingGroupName/x"
    made = {"name": "spare", "autoScalingGroupProvider": {"autoScalingGroupArn": group}}
    ask(world, "ecs", "CreateCapacityProvider", **made)
    assert refusal(world, "CreateCapacityProvider", **made)[0] == "ClientException"
    managed = {"managedScaling": {"targetCapacity": 50}}
    told = ask(
        world, "ecs", "UpdateCapacityProvider", name="spare", autoScalingGroupProvider=managed
    )["capacityProvider"]
    assert told["autoScalingGroupProvider"]["managedScaling"]["targetCapacity"] == 50
    assert told["autoScalingGroupProvider"]["autoScalingGroupArn"] == group
    code, _ = refusal(world, "DeleteCapacityProvider", capacityProvider="data-asg")
    assert code == "ResourceInUseException"
    ask(world, "ecs", "DeleteCapacityProvider", capacityProvider="spare")
    assert "spare" not in world.capacity_providers


def test_an_instance_leaves_by_force_with_its_tasks(world: World) -> None:
    cluster = world.clusters["edge"]
    instance = next(iter(cluster.instances))
    where = {"cluster": "edge", "containerInstance": instance}
    assert refusal(world, "DeregisterContainerInstance", **where)[1] == (
        "Found running tasks on the instance."
    )
    ask(world, "ecs", "DeregisterContainerInstance", **where, force=True)
    reasons = {each.stopped_reason for each in cluster.tasks.values() if each.instance == instance}
    assert reasons == {"Container instance deregistration forced by user"}
    later(world, 90)
    assert cluster.services["log-shipper"].desired == 2
