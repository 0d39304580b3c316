"""Systems Manager's parameters."""

from __future__ import annotations

from containerscope.demo.ec2_hosts import hosts
from tests.demo.questions import Asker, Sample, plainly

_AMI = "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/standard/recommended"


def _host(ask: Asker) -> str:
    return next(each.id for each in hosts(ask.world) if each.state == "running")


SAMPLES: dict[str, Sample] = {
    "DescribeParameters": plainly(),
    "GetParameter": plainly(Name=f"{_AMI}/release_version"),
    "GetParameters": plainly(Names=[f"{_AMI}/release_version", f"{_AMI}/nothing"]),
    "GetParametersByPath": plainly(Path=_AMI, Recursive=True),
    "DescribeInstanceInformation": plainly(),
    "StartSession": lambda ask: {
        "Target": _host(ask),
        "DocumentName": "AWS-StartPortForwardingSession",
        "Parameters": {"portNumber": ["22"], "localPortNumber": ["0"]},
    },
    "TerminateSession": plainly(SessionId="demo-1"),
}
