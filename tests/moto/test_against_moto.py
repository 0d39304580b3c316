"""The demo account beside moto: the same things are told in the same way, or it is said why not."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.moto.cases import CASES as OWN
from tests.moto.cases_around import AROUND
from tests.moto.comparing import differences
from tests.moto.conftest import Both
from tests.moto.deliberate import DELIBERATE

CASES = {**OWN, **AROUND}


@pytest.mark.parametrize("name", CASES)
def test_both_tell_the_same_but_for_what_is_written_down(both: Both, name: str) -> None:
    known = [path for case, path, _ in DELIBERATE if case == name]
    ours, theirs = CASES[name](both)
    found = list(differences(ours, theirs))
    paths = [each.partition(": ")[0] for each in found]
    undeclared = [
        each
        for each, path in zip(found, paths, strict=True)
        if not any(fnmatchcase(path, pattern) for pattern in known)
    ]
    assert undeclared == []
    unused = [pattern for pattern in known if not any(fnmatchcase(path, pattern) for path in paths)]
    assert unused == []


def test_every_difference_belongs_to_a_case_and_has_a_reason() -> None:
    assert {case for case, _, _ in DELIBERATE} <= CASES.keys()
    assert all(len(reason) > 10 for _, _, reason in DELIBERATE)


_GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/none/0123456789abcdef"
_BALANCER = (
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/none/0123456789abcdef"
)


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("ecs", "list_services", {"cluster": "none"}),
        ("ecs", "describe_services", {"cluster": "none", "services": ["x"]}),
        ("ecs", "list_tasks", {"cluster": "none"}),
        ("ecs", "describe_task_definition", {"taskDefinition": "none:1"}),
        ("eks", "describe_cluster", {"name": "none"}),
        ("eks", "describe_nodegroup", {"clusterName": "none", "nodegroupName": "x"}),
        ("eks", "describe_fargate_profile", {"clusterName": "none", "fargateProfileName": "x"}),
        ("elbv2", "describe_target_groups", {"TargetGroupArns": [_GROUP]}),
        ("elbv2", "describe_load_balancers", {"LoadBalancerArns": [_BALANCER]}),
        ("elbv2", "describe_target_health", {"TargetGroupArn": _GROUP}),
        ("iam", "get_role", {"RoleName": "none"}),
        ("iam", "get_role_policy", {"RoleName": "none", "PolicyName": "x"}),
        ("efs", "describe_file_systems", {"FileSystemId": "fs-01234567890abcdef"}),
        ("ec2", "describe_subnets", {"SubnetIds": ["subnet-01234567890abcdef"]}),
        ("ec2", "describe_vpcs", {"VpcIds": ["vpc-01234567890abcdef"]}),
        ("ecs", "update_service", {"cluster": "none", "service": "x", "desiredCount": 1}),
        ("ecs", "stop_task", {"cluster": "none", "task": "x"}),
    ],
)
def test_both_refuse_what_is_not_there_with_the_same_code(
    both: Both, service: str, operation: str, params: dict[str, Any]
) -> None:
    codes = []
    for client in (both.demo, both.moto):
        with pytest.raises(ClientError) as caught:
            getattr(client(service), operation)(**params)
        error = caught.value.response
        codes.append((error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]))
    assert codes[0] == codes[1]
