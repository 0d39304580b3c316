"""Secrets Manager."""

from tests.demo.questions import Sample, plainly

SAMPLES: dict[str, Sample] = {
    "ListSecrets": plainly(),
    "DescribeSecret": lambda ask: {"SecretId": ask("ListSecrets")["SecretList"][0]["ARN"]},
}
