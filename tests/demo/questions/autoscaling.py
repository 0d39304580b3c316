"""EC2 Auto Scaling."""

from __future__ import annotations

from typing import Any

from tests.demo.questions import Asker, Params, Sample, plainly

_DATA = {"AutoScalingGroupName": "ecs-data"}


def _instance(ask: Asker) -> str:
    found: Any = ask("DescribeAutoScalingInstances")["AutoScalingInstances"]
    return str(found[0]["InstanceId"])


def _with(operation: str, member: str) -> Sample:
    """A group of which the operation has something to tell."""

    def make(ask: Asker) -> Params:
        for group in ask("DescribeAutoScalingGroups")["AutoScalingGroups"]:
            params = {"AutoScalingGroupName": group["AutoScalingGroupName"]}
            if ask(operation, **params).get(member):
                return params
        return dict(_DATA)

    return make


_NIGHT = {**_DATA, "ScheduledActionName": "night"}


def _planned(ask: Asker) -> Params:
    ask("PutScheduledUpdateGroupAction", **_NIGHT, Recurrence="0 22 * * *", MinSize=1)
    return dict(_NIGHT)


SAMPLES: dict[str, Sample] = {
    "DescribeAutoScalingGroups": plainly(MaxRecords=5),
    "DescribeAutoScalingInstances": plainly(),
    "DescribeScalingActivities": _with("DescribeScalingActivities", "Activities"),
    "DescribePolicies": plainly(),
    "DescribeScheduledActions": plainly(),
    "DescribeWarmPool": _with("DescribeWarmPool", "WarmPoolConfiguration"),
    "DescribeInstanceRefreshes": _with("DescribeInstanceRefreshes", "InstanceRefreshes"),
    "DescribeTags": plainly(),
    "PutScheduledUpdateGroupAction": plainly(**_NIGHT, Recurrence="0 22 * * *", MinSize=1),
    "DeleteScheduledAction": _planned,
    "SetDesiredCapacity": plainly(**_DATA, DesiredCapacity=8),
    "UpdateAutoScalingGroup": plainly(**_DATA, MaxSize=12),
    "TerminateInstanceInAutoScalingGroup": lambda ask: {
        "InstanceId": _instance(ask), "ShouldDecrementDesiredCapacity": True,
    },
    "SuspendProcesses": plainly(**_DATA, ScalingProcesses=["Launch"]),
    "ResumeProcesses": plainly(**_DATA, ScalingProcesses=["Launch"]),
}  # fmt: skip
