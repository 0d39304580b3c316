"""The same thing in both accounts: scaling, alarms, file systems, roles, networks."""

from __future__ import annotations

import json
from typing import Any

from tests.moto.cases import Case, chosen, ecs_service, network
from tests.moto.conftest import Both

_TARGET = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/checkout/cart",
    "ScalableDimension": "ecs:service:DesiredCount",
}
_NAMED = {each: _TARGET[each] for each in ("ServiceNamespace", "ResourceId")}


def _scaling(both: Both) -> tuple[Any, Any]:
    """A scalable target in moto for the service that both have."""
    ecs_service(both)
    ours, theirs = both.demo("application-autoscaling"), both.moto("application-autoscaling")
    for client in (ours, theirs):
        client.register_scalable_target(**_TARGET, MinCapacity=3, MaxCapacity=30)
    return ours, theirs


def scalable_target(both: Both) -> tuple[Any, Any]:
    """A scalable target that both are told to register."""
    told = [
        client.describe_scalable_targets(
            ServiceNamespace="ecs", ResourceIds=["service/checkout/cart"]
        )["ScalableTargets"][0]
        for client in _scaling(both)
    ]
    return told[0], told[1]


def scaling_policy(both: Both) -> tuple[Any, Any]:
    """A target tracking policy that both are told to put."""
    told = []
    for client in _scaling(both):
        client.put_scaling_policy(
            **_TARGET, PolicyName="fresh", PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={
                "TargetValue": 42.0,
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": "ECSServiceAverageCPUUtilization"
                },
                "ScaleInCooldown": 120,
            },
        )  # fmt: skip
        found = client.describe_scaling_policies(**_NAMED, PolicyNames=["fresh"])
        told.append(found["ScalingPolicies"][0])
    return told[0], told[1]


def scheduled_action(both: Both) -> tuple[Any, Any]:
    """A scheduled action that both are told to put."""
    told = []
    for client in _scaling(both):
        client.put_scheduled_action(
            **_TARGET, ScheduledActionName="fresh", Schedule="cron(0 22 * * ? *)",
            Timezone="Europe/Dublin", ScalableTargetAction={"MinCapacity": 1, "MaxCapacity": 4},
        )  # fmt: skip
        found = client.describe_scheduled_actions(**_NAMED, ScheduledActionNames=["fresh"])
        told.append(found["ScheduledActions"][0])
    return told[0], told[1]


def alarm(both: Both) -> tuple[Any, Any]:
    """An alarm that both are told to put."""
    told = []
    for client in (both.demo("cloudwatch"), both.moto("cloudwatch")):
        client.put_metric_alarm(
            AlarmName="fresh", AlarmDescription="too hot", Namespace="AWS/ECS",
            MetricName="CPUUtilization", ComparisonOperator="GreaterThanThreshold",
            Threshold=80.0, EvaluationPeriods=3, DatapointsToAlarm=2, Period=60,
            Statistic="Average", TreatMissingData="notBreaching",
            Dimensions=[{"Name": "ClusterName", "Value": "checkout"}],
            AlarmActions=["arn:aws:sns:eu-west-1:123456789012:pager"],
        )  # fmt: skip
        [found] = client.describe_alarms(AlarmNames=["fresh"])["MetricAlarms"]
        told.append(found)
    return told[0], told[1]


def file_system(both: Both) -> tuple[Any, Any]:
    """A file system that moto is told to make like ours."""
    ours = both.demo("efs").describe_file_systems()["FileSystems"][0]
    efs = both.moto("efs")
    made = efs.create_file_system(
        CreationToken="token",
        **chosen(ours, "PerformanceMode", "ThroughputMode", "Encrypted", "KmsKeyId", "Tags"),
    )
    [theirs] = efs.describe_file_systems(FileSystemId=made["FileSystemId"])["FileSystems"]
    return ours, theirs


def mount_target(both: Both) -> tuple[Any, Any]:
    """A mount target that moto is told to make like ours."""
    demo = both.demo("efs")
    system = demo.describe_file_systems()["FileSystems"][0]["FileSystemId"]
    ours = demo.describe_mount_targets(FileSystemId=system)["MountTargets"][0]
    efs, made = both.moto("efs"), network(both)
    other = efs.create_file_system(CreationToken="token")["FileSystemId"]
    efs.create_mount_target(FileSystemId=other, SubnetId=made["a"])
    return ours, efs.describe_mount_targets(FileSystemId=other)["MountTargets"][0]


def access_point(both: Both) -> tuple[Any, Any]:
    """An access point that moto is told to make like ours."""
    ours = both.demo("efs").describe_access_points()["AccessPoints"][0]
    efs = both.moto("efs")
    other = efs.create_file_system(CreationToken="token")["FileSystemId"]
    efs.create_access_point(
        FileSystemId=other, ClientToken="token",
        **chosen(ours, "PosixUser", "RootDirectory", "Tags"),
    )  # fmt: skip
    return ours, efs.describe_access_points(FileSystemId=other)["AccessPoints"][0]


def role(both: Both) -> tuple[Any, Any]:
    """A role that moto is told to make like ours."""
    name = {"RoleName": "platform-node"}
    ours = both.demo("iam").get_role(**name)["Role"]
    iam = both.moto("iam")
    iam.create_role(
        AssumeRolePolicyDocument=json.dumps(ours["AssumeRolePolicyDocument"]),
        **chosen(ours, "RoleName", "Path", "Description", "MaxSessionDuration", "Tags"),
    )
    return ours, iam.get_role(**name)["Role"]


def inline_policy(both: Both) -> tuple[Any, Any]:
    """A policy within a role that moto is told to make like ours."""
    demo, iam = both.demo("iam"), both.moto("iam")
    names = [each["RoleName"] for each in demo.list_roles(MaxItems=1000)["Roles"]]
    name = next(each for each in names if demo.list_role_policies(RoleName=each)["PolicyNames"])
    policy = demo.list_role_policies(RoleName=name)["PolicyNames"][0]
    ours = demo.get_role_policy(RoleName=name, PolicyName=policy)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
    document = json.dumps(ours["PolicyDocument"])
    iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=document)
    theirs = iam.get_role_policy(RoleName=name, PolicyName=policy)
    members = ("RoleName", "PolicyName", "PolicyDocument")
    return chosen(ours, *members), chosen(theirs, *members)


def subnet(both: Both) -> tuple[Any, Any]:
    """A subnet of both."""
    ours = both.demo("ec2").describe_subnets()["Subnets"][0]
    made = network(both)
    return ours, both.moto("ec2").describe_subnets(SubnetIds=[made["a"]])["Subnets"][0]


def vpc(both: Both) -> tuple[Any, Any]:
    """A network of both."""
    ours = both.demo("ec2").describe_vpcs()["Vpcs"][0]
    made = network(both)
    return ours, both.moto("ec2").describe_vpcs(VpcIds=[made["vpc"]])["Vpcs"][0]


AROUND: dict[str, Case] = {
    "scaling target": scalable_target,
    "scaling policy": scaling_policy,
    "scaling schedule": scheduled_action,
    "cloudwatch alarm": alarm,
    "efs file system": file_system,
    "efs mount target": mount_target,
    "efs access point": access_point,
    "iam role": role,
    "iam inline policy": inline_policy,
    "ec2 subnet": subnet,
    "ec2 network": vpc,
}
