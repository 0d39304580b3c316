"""The second level of scaling: what the groups of instances do, and why they do not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from containerscope.insight.group_scaling import (
    group_name_of,
    group_step,
    group_verdict,
    providers_of,
)
from containerscope.model.asg import AutoScalingGroup, GroupActivity
from containerscope.model.ecs import CapacityProvider
from containerscope.model.health import Level

ARN = "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:9a:autoScalingGroupName/ecs-a"


def group(*states: str, **more: Any) -> AutoScalingGroup:
    instances = [
        {"InstanceId": f"i-{place:08x}", "LifecycleState": state, "HealthStatus": "Healthy"}
        for place, state in enumerate(states)
    ]
    known = {
        "AutoScalingGroupName": "ecs-a",
        "MinSize": 1,
        "MaxSize": 5,
        "DesiredCapacity": len(states),
        "Instances": instances,
    }
    return msgspec.convert({**known, **more}, AutoScalingGroup)


def activity(**more: str) -> GroupActivity:
    known = {
        "Description": "Launching a new EC2 instance: i-0123456789abcdef0",
        "StatusCode": "Successful",
        "Cause": "At 2026-11-24T12:00:00Z a monitor alarm TargetTracking-ecs-a-AlarmHigh-1 in "
        "state ALARM triggered policy ECSManagedAutoScalingPolicy-2 changing the desired "
        "capacity from 3 to 4. At 2026-11-24T12:00:05Z an instance was started in response to a "
        "difference between desired and actual capacity, increasing the capacity from 3 to 4.",
    }
    return msgspec.convert({**known, **more}, GroupActivity)


def test_a_launch_says_from_how_many_to_how_many_and_why() -> None:
    step = group_step(activity())
    assert step.change == "3→4"
    assert step.cause == (
        "alarm TargetTracking-ecs-a-AlarmHigh-1, policy ECSManagedAutoScalingPolicy-2"
    )
    assert (step.result, step.level) == ("done", Level.FINE)
    assert step.instances == ("i-0123456789abcdef0",)


@pytest.mark.parametrize(
    ("cause", "change", "words"),
    [
        (
            "At 2026-11-24T12:00:00Z a user request update of AutoScalingGroup constraints to "
            "min: 1, max: 5, desired: 3 changing the desired capacity from 2 to 3.",
            "2→3",
            "a request by ECS, EKS or a user",
        ),
        (
            "At 2026-11-24T12:00:00Z an instance was taken out of service in response to an EC2 "
            "health check indicating it has been terminated or stopped.",
            "",
            "taken out: an EC2",
        ),
        ("At x a scheduled action changed things.", "", "a scheduled action"),
        (
            "At x an instance was started in response to an instance refresh",
            "",
            "an instance refresh",
        ),
        ("Something else happened. And more.", "", "Something else happened"),
        ("", "", ""),
    ],
)
def test_a_cause_of_instances_is_told_in_few_words(cause: str, change: str, words: str) -> None:
    step = group_step(activity(Cause=cause))
    assert (step.change, step.cause) == (change, words)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("We currently do not have sufficient m5.large capacity in the zone", "no EC2 capacity"),
        (
            "You have requested more than your current vCPU limit. VcpuLimitExceeded",
            "EC2 quota reached",
        ),
        ("There is no Spot capacity available that matches your request.", "no Spot capacity"),
        ("The image id '[ami-1]' does not exist. InvalidAMIID.NotFound", "AMI is gone"),
        (
            "Client.InvalidKMSKey.InvalidState: The KMS key provided is in an incorrect state",
            "KMS key not usable",
        ),
        (
            "There are not enough free addresses: InsufficientFreeAddressesInSubnet",
            "subnet out of IPs",
        ),
        ("You are not authorized to use launch template", "launch denied"),
        ("The security group 'sg-1' does not exist.", "security group is gone"),
    ],
)
def test_a_launch_that_fails_says_why_and_what_to_do(said: str, words: str) -> None:
    failed = activity(StatusCode="Failed", StatusMessage=said)
    assert group_step(failed).result == f"failed: {words}"
    short = group("InService", DesiredCapacity=2)
    verdict = group_verdict(short, (failed,))
    assert (verdict.level, verdict.words, verdict.said) == (Level.FAILED, words, said)
    assert verdict.fix


def test_a_failure_that_is_not_known_is_told_as_aws_told_it() -> None:
    failed = activity(StatusCode="Failed", StatusMessage="Weather. Rain.")
    assert group_step(failed).result == "failed: Weather"
    assert group_verdict(group("InService", DesiredCapacity=2), (failed,)).cause == "Weather"


def test_an_old_failure_is_over_once_all_instances_serve() -> None:
    failed = activity(StatusCode="Failed", StatusMessage="no capacity")
    assert group_verdict(group("InService"), (failed,)).level is Level.FINE


@pytest.mark.parametrize(
    ("found", "level", "words"),
    [
        (group("InService", "InService"), Level.FINE, ""),
        (group("InService", "Pending"), Level.PROGRESS, "launching 1"),
        (group("InService", "InService", DesiredCapacity=1), Level.PROGRESS, "ending 1"),
        (group(), Level.NONE, "no instances wanted"),
        (group(*["InService"] * 5), Level.WARNING, "at maximum 5"),
        (group(*["InService"] * 5, MinSize=5), Level.FINE, ""),
        (group("InService", Status="Delete in progress"), Level.PROGRESS, "delete in progress"),
        (
            group("InService", SuspendedProcesses=[{"ProcessName": "Launch"}]),
            Level.WARNING,
            "launching suspended",
        ),
        (
            group("InService", SuspendedProcesses=[{"ProcessName": "AZRebalance"}]),
            Level.FINE,
            "",
        ),
        (
            group("InService", SuspendedProcesses=[{"ProcessName": "Terminate"}]),
            Level.WARNING,
            "Terminate suspended",
        ),
        (
            group(Instances=[{"HealthStatus": "Unhealthy", "LifecycleState": "InService"}]),
            Level.WARNING,
            "1 unhealthy",
        ),
    ],
)
def test_a_group_says_how_it_does(found: AutoScalingGroup, level: Level, words: str) -> None:
    verdict = group_verdict(found)
    assert (verdict.level, verdict.words) == (level, words)


def test_a_group_and_its_capacity_provider_find_each_other() -> None:
    provider = msgspec.convert(
        {"name": "cp-a", "autoScalingGroupProvider": {"autoScalingGroupArn": ARN}}, CapacityProvider
    )
    other = CapacityProvider(name="FARGATE")
    assert group_name_of(provider) == "ecs-a"
    assert group_name_of(other) == ""
    assert providers_of(group("InService"), (other, provider)) == (provider,)
    assert providers_of(AutoScalingGroup(), (other,)) == ()
