"""Systems Manager's parameters."""

from __future__ import annotations

from tests.demo.questions import Sample, plainly

_AMI = "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/standard/recommended"
SAMPLES: dict[str, Sample] = {
    "DescribeParameters": plainly(),
    "GetParameter": plainly(Name=f"{_AMI}/release_version"),
    "GetParameters": plainly(Names=[f"{_AMI}/release_version", f"{_AMI}/nothing"]),
    "GetParametersByPath": plainly(Path=_AMI, Recursive=True),
}
