"""The AWS CLI, which knows nothing of us, works on the demo account as on any other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from containerscope.demo.operations import OPERATIONS
from tests.awscli.conftest import AwsCli

CHECKOUT = ("--cluster", "checkout")
PLATFORM = ("--cluster-name", "platform")

writes = pytest.mark.skipif(
    not {"UpdateService", "StopTask"} <= OPERATIONS["ecs"].keys(),
    reason="the demo's ECS does not obey yet",
)


def test_it_lists_page_after_page(aws: AwsCli) -> None:
    clusters = aws("ecs", "list-clusters")["clusterArns"]
    assert [each.rpartition("/")[2] for each in clusters] == ["checkout", "data", "edge"]
    whole = aws("ecs", "list-services", *CHECKOUT)["serviceArns"]
    assert len(whole) == 14
    assert aws("ecs", "list-services", *CHECKOUT, "--page-size", "3")["serviceArns"] == whole
    first = aws("ecs", "list-services", *CHECKOUT, "--max-items", "5")
    rest = aws("ecs", "list-services", *CHECKOUT, "--starting-token", first["NextToken"])
    assert first["serviceArns"] + rest["serviceArns"] == whole


def test_it_describes_what_it_has_listed(aws: AwsCli) -> None:
    [service] = aws("ecs", "describe-services", *CHECKOUT, "--services", "web")["services"]
    assert (service["status"], service["runningCount"]) == ("ACTIVE", service["desiredCount"])
    tasks = aws("ecs", "list-tasks", *CHECKOUT, "--service-name", "web")["taskArns"]
    described = aws("ecs", "describe-tasks", *CHECKOUT, "--include", "TAGS", "--tasks", *tasks)
    assert described["failures"] == []
    assert {each["group"] for each in described["tasks"]} == {"service:web"}
    definition = aws(
        "ecs", "describe-task-definition", "--task-definition", service["taskDefinition"]
    )
    assert definition["taskDefinition"]["taskDefinitionArn"] == service["taskDefinition"]
    groups = [each["targetGroupArn"] for each in service["loadBalancers"]]
    found = aws("elbv2", "describe-target-groups", "--target-group-arns", *groups)
    assert [each["TargetGroupArn"] for each in found["TargetGroups"]] == groups


def test_it_reads_eks_with_members_that_our_botocore_lacks(aws: AwsCli) -> None:
    cluster = aws("eks", "describe-cluster", "--name", "platform")["cluster"]
    assert cluster["controlPlaneScalingConfig"] == {"tier": "standard"}
    group = aws("eks", "describe-nodegroup", *PLATFORM, "--nodegroup-name", "spot-b")["nodegroup"]
    assert group["health"]["issues"][0]["code"] == "AsgInstanceLaunchFailures"
    assert aws("eks", "list-capabilities", "--cluster-name", "sandbox")["capabilities"]
    insights = aws("eks", "list-insights", *PLATFORM)["insights"]
    one = aws("eks", "describe-insight", *PLATFORM, "--id", insights[0]["id"])["insight"]
    assert one["name"] == insights[0]["name"]


def test_it_says_what_aws_says_when_something_is_not_there(aws: AwsCli) -> None:
    ran = aws.run("ecs", "list-services", "--cluster", "nothing")
    assert ran.code == 254 or ran.code == 255
    assert "(ClusterNotFoundException)" in ran.err
    assert "Cluster not found." in ran.err


def test_it_resizes_a_node_group_and_waits_for_it(aws: AwsCli) -> None:
    where = (*PLATFORM, "--nodegroup-name", "general-a")
    update = aws("eks", "update-nodegroup-config", *where, "--scaling-config", "desiredSize=11")[
        "update"
    ]
    told = ("eks", "describe-update", "--name", "platform", "--nodegroup-name", "general-a",
            "--update-id", update["id"])  # fmt: skip
    assert aws(*told)["update"]["status"] == "InProgress"
    aws.advance(60)
    aws("eks", "wait", "nodegroup-active", *where)
    assert aws(*told)["update"]["status"] == "Successful"
    group = aws("eks", "describe-nodegroup", *where)["nodegroup"]
    assert group["scalingConfig"]["desiredSize"] == 11


@writes
def test_it_scales_a_service_and_waits_until_it_is_stable(aws: AwsCli) -> None:
    def service() -> Any:
        [found] = aws("ecs", "describe-services", *CHECKOUT, "--services", "catalog")["services"]
        return found

    before = service()["runningCount"]
    wish = ("--service", "catalog", "--desired-count", str(before + 2))
    assert aws("ecs", "update-service", *CHECKOUT, *wish)["service"]["desiredCount"] == before + 2
    assert service()["runningCount"] == before
    with aws.start("ecs", "wait", "services-stable", *CHECKOUT, "--services", "catalog") as waiting:
        aws.advance(1200)
        _, err = waiting.communicate(timeout=100)
    assert waiting.returncode == 0, err
    assert service()["runningCount"] == before + 2


@writes
def test_it_stops_a_task_that_is_replaced(aws: AwsCli) -> None:
    def running() -> list[str]:
        found: list[str] = aws("ecs", "list-tasks", *CHECKOUT, "--service-name", "catalog")[
            "taskArns"
        ]
        return found

    before = running()
    stopping = aws("ecs", "stop-task", *CHECKOUT, "--task", before[0], "--reason", "too old")
    assert stopping["task"]["desiredStatus"] == "STOPPED"
    aws.advance(600)
    aws("ecs", "wait", "tasks-stopped", *CHECKOUT, "--tasks", before[0])
    [task] = aws("ecs", "describe-tasks", *CHECKOUT, "--tasks", before[0])["tasks"]
    assert (task["stopCode"], task["stoppedReason"]) == ("UserInitiated", "too old")
    after = running()
    assert len(after) == len(before)
    assert before[0] not in after


def test_the_lock_names_no_index_and_hashes_everything() -> None:
    lock = Path(__file__).with_name("requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    pinned = re.findall(r"^[\w.-]+==", lock, re.MULTILINE)
    assert len(pinned) > 5
    for block in re.split(r"^(?=[\w.-]+==)", lock, flags=re.MULTILINE)[1:]:
        assert "--hash=sha256:" in block


def test_it_reads_what_stands_around_a_service(aws: AwsCli) -> None:
    alarms = aws("cloudwatch", "describe-alarms", "--max-items", "5")["MetricAlarms"]
    assert len(alarms) == 5
    named = aws("cloudwatch", "describe-alarms", "--alarm-names", alarms[0]["AlarmName"])
    assert named["MetricAlarms"][0]["AlarmArn"] == alarms[0]["AlarmArn"]
    ecs = ("--service-namespace", "ecs")
    targets = aws("application-autoscaling", "describe-scalable-targets", *ecs)["ScalableTargets"]
    assert {each["ScalableDimension"] for each in targets} == {"ecs:service:DesiredCount"}
    system = aws("efs", "describe-file-systems")["FileSystems"][0]["FileSystemId"]
    mounts = aws("efs", "describe-mount-targets", "--file-system-id", system)["MountTargets"]
    assert {each["FileSystemId"] for each in mounts} == {system}
    subnets = [each["SubnetId"] for each in mounts]
    found = aws("ec2", "describe-subnets", "--subnet-ids", *subnets)["Subnets"]
    assert {each["SubnetId"] for each in found} == set(subnets)
    role = aws("iam", "get-role", "--role-name", "platform-node")["Role"]
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Action"] == "sts:AssumeRole"


def test_it_changes_scaling_and_alarms(aws: AwsCli) -> None:
    target = ("--service-namespace", "ecs", "--resource-id", "service/checkout/accounts")
    count = ("--scalable-dimension", "ecs:service:DesiredCount")
    aws(
        "application-autoscaling", "register-scalable-target", *target, *count,
        "--min-capacity", "3", "--max-capacity", "12",
    )  # fmt: skip
    [found] = aws(
        "application-autoscaling", "describe-scalable-targets", "--service-namespace", "ecs",
        "--resource-ids", "service/checkout/accounts",
    )["ScalableTargets"]  # fmt: skip
    assert (found["MinCapacity"], found["MaxCapacity"]) == (3, 12)
    ran = aws.run("cloudwatch", "set-alarm-state", "--alarm-name", "nothing",
                  "--state-value", "OK", "--state-reason", "x")  # fmt: skip
    assert ran.code != 0
    assert "ResourceNotFound" in ran.err
