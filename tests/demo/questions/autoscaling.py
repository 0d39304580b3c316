"""EC2 Auto Scaling."""

from __future__ import annotations

from tests.demo.questions import Asker, Params, Sample, plainly

_DATA = {"AutoScalingGroupName": "ecs-data"}
_EDGE = {"AutoScalingGroupName": "ecs-edge"}


def _terminate(ask: Asker) -> Params:
    [group] = ask("DescribeAutoScalingGroups", AutoScalingGroupNames=["ecs-edge"])[
        "AutoScalingGroups"
    ]
    instance = group["Instances"][0]["InstanceId"]
    return {"InstanceId": instance, "ShouldDecrementDesiredCapacity": False}


SAMPLES: dict[str, Sample] = {
    "DescribeAutoScalingGroups": plainly(),
    "DescribeAutoScalingInstances": plainly(),
    "DescribeScalingActivities": plainly(),
    "DescribePolicies": plainly(),
    "DescribeScheduledActions": plainly(),
    "DescribeWarmPool": plainly(**_DATA),
    "DescribeInstanceRefreshes": plainly(**_DATA),
    "DescribeTags": plainly(),
    "SetDesiredCapacity": plainly(**_EDGE, DesiredCapacity=4),
    "UpdateAutoScalingGroup": plainly(**_EDGE, MinSize=2, MaxSize=8),
    "TerminateInstanceInAutoScalingGroup": _terminate,
    "SuspendProcesses": plainly(**_EDGE, ScalingProcesses=["Launch"]),
    "ResumeProcesses": plainly(**_EDGE, ScalingProcesses=["Launch"]),
    "PutScheduledUpdateGroupAction": plainly(
        **_EDGE, ScheduledActionName="x", Recurrence="0 9 * * *", MinSize=2, MaxSize=6
    ),
    "DeleteScheduledAction": plainly(**_EDGE, ScheduledActionName="evening-peak"),
}
