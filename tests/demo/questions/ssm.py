"""The Parameter Store of Systems Manager."""

from __future__ import annotations

from tests.demo.questions import Sample, plainly

_ECS = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended"

SAMPLES: dict[str, Sample] = {
    "GetParameter": plainly(Name=_ECS),
    "GetParameters": plainly(Names=[f"{_ECS}/image_id", "/aws/service/none"]),
    "GetParametersByPath": plainly(Path="/aws/service/eks", Recursive=True),
    "DescribeParameters": plainly(),
}
