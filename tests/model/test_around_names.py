"""What stands around a service is called as its own API calls it, member by member."""

from __future__ import annotations

import functools
import types
import typing
from typing import Any

import botocore.loaders
import botocore.model
import msgspec
import pytest

from containerscope.model import asg, cloudwatch, ebs, ec2, ecr, efs, elb, fsx, iam, logs, scaling

ROOTS: dict[type[msgspec.Struct], tuple[str, str]] = {
    elb.TargetGroup: ("elbv2", "TargetGroup"),
    elb.TargetGroupAttribute: ("elbv2", "TargetGroupAttribute"),
    elb.TargetHealthDescription: ("elbv2", "TargetHealthDescription"),
    elb.LoadBalancer: ("elbv2", "LoadBalancer"),
    elb.Listener: ("elbv2", "Listener"),
    elb.Rule: ("elbv2", "Rule"),
    scaling.ScalableTarget: ("application-autoscaling", "ScalableTarget"),
    scaling.ScalingPolicy: ("application-autoscaling", "ScalingPolicy"),
    scaling.ScalingActivity: ("application-autoscaling", "ScalingActivity"),
    scaling.CapacityForecast: ("application-autoscaling", "CapacityForecast"),
    scaling.ScheduledAction: ("application-autoscaling", "ScheduledAction"),
    asg.AutoScalingGroup: ("autoscaling", "AutoScalingGroup"),
    asg.GroupActivity: ("autoscaling", "Activity"),
    cloudwatch.MetricAlarm: ("cloudwatch", "MetricAlarm"),
    cloudwatch.MetricDataQuery: ("cloudwatch", "MetricDataQuery"),
    cloudwatch.MetricDataResult: ("cloudwatch", "MetricDataResult"),
    cloudwatch.AlarmHistoryItem: ("cloudwatch", "AlarmHistoryItem"),
    efs.FileSystem: ("efs", "FileSystemDescription"),
    efs.MountTarget: ("efs", "MountTargetDescription"),
    efs.AccessPoint: ("efs", "AccessPointDescription"),
    ec2.Subnet: ("ec2", "Subnet"),
    ec2.SecurityGroup: ("ec2", "SecurityGroup"),
    ec2.NetworkInterface: ("ec2", "NetworkInterface"),
    ec2.Instance: ("ec2", "Instance"),
    ec2.Reservation: ("ec2", "Reservation"),
    ebs.EbsVolume: ("ec2", "Volume"),
    ebs.VolumeStatus: ("ec2", "VolumeStatusItem"),
    fsx.FsxFileSystem: ("fsx", "FileSystem"),
    fsx.FsxVolume: ("fsx", "Volume"),
    iam.Role: ("iam", "Role"),
    iam.RoleDetail: ("iam", "RoleDetail"),
    iam.AttachedPolicy: ("iam", "AttachedPolicy"),
    iam.InlinePolicy: ("iam", "PolicyDetail"),
    iam.Policy: ("iam", "Policy"),
    iam.PolicyVersion: ("iam", "PolicyVersion"),
    iam.ManagedPolicyDetail: ("iam", "ManagedPolicyDetail"),
    iam.InstanceProfile: ("iam", "InstanceProfile"),
    iam.EvaluationResult: ("iam", "EvaluationResult"),
    logs.FilteredLogEvent: ("logs", "FilteredLogEvent"),
    logs.OutputLogEvent: ("logs", "OutputLogEvent"),
    logs.LiveTailEvent: ("logs", "LiveTailSessionLogEvent"),
    logs.LogStream: ("logs", "LogStream"),
    ecr.ImageDetail: ("ecr", "ImageDetail"),
    ecr.ImageScanFindings: ("ecr", "ImageScanFindings"),
}


@functools.cache
def _service(name: str) -> Any:
    loader = botocore.loaders.Loader()
    return botocore.model.ServiceModel(loader.load_service_model(name, "service-2"), name)


def _struct_in(annotation: Any) -> type[msgspec.Struct] | None:
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation
    for part in typing.get_args(annotation):
        if part is not types.NoneType and (found := _struct_in(part)):
            return found
    return None


_KINDS: dict[str, tuple[str, ...]] = {
    "str": ("string",),
    "int": ("integer", "long"),
    "float": ("double", "float"),
    "bool": ("boolean",),
    "datetime": ("timestamp",),
    "tuple": ("list",),
    "Mapping": ("map", "string"),
}
"""Type of a field -> the types its member may have; a policy document is text on the wire."""


def _kind(annotation: Any) -> str:
    parts = [part for part in typing.get_args(annotation) if part is not types.NoneType]
    first = parts[0] if isinstance(annotation, types.UnionType) else annotation
    origin = typing.get_origin(first) or first
    return str(origin.__name__)


def _wrong_names(struct: type[msgspec.Struct], shape: Any) -> list[str]:
    wrong: list[str] = []
    hints = typing.get_type_hints(struct)
    for name, encoded in zip(
        struct.__struct_fields__, struct.__struct_encode_fields__, strict=True
    ):
        member = shape.members.get(encoded)
        if member is None:
            wrong.append(f"{struct.__name__}.{name} -> {shape.name}.{encoded}")
            continue
        inner = _struct_in(hints[name])
        kind = _kind(hints[name])
        if member.type_name not in _KINDS.get(kind, ("structure",)):
            wrong.append(f"{struct.__name__}.{name}: {kind} for a {member.type_name}")
        if inner is not None:
            wrong += _wrong_names(inner, member.member if member.type_name == "list" else member)
    return wrong


@pytest.mark.parametrize("struct", ROOTS, ids=lambda struct: struct.__name__)
def test_every_member_is_called_as_the_service_calls_it(struct: type[msgspec.Struct]) -> None:
    service, shape = ROOTS[struct]
    assert _wrong_names(struct, _service(service).shape_for(shape)) == []


@pytest.mark.parametrize("struct", ROOTS, ids=lambda struct: struct.__name__)
def test_every_member_may_be_absent_or_null(struct: type[msgspec.Struct]) -> None:
    assert msgspec.convert({}, struct) == struct()
    nothing = dict.fromkeys(struct.__struct_encode_fields__)
    assert all(
        value is None for value in msgspec.structs.asdict(msgspec.convert(nothing, struct)).values()
    )


def test_a_policy_document_is_taken_decoded_or_as_the_text_it_is() -> None:
    document = {"Version": "2012-10-17", "Statement": []}
    role = msgspec.convert({"AssumeRolePolicyDocument": document}, iam.Role)
    assert role.assume_role_policy_document == document
    role = msgspec.convert({"AssumeRolePolicyDocument": "%7B"}, iam.Role)
    assert role.assume_role_policy_document == "%7B"
