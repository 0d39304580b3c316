"""Secrets Manager."""

from __future__ import annotations

from tests.demo.questions import Sample, plainly

SAMPLES: dict[str, Sample] = {
    "DescribeSecret": plainly(SecretId="payments/payments-db"),
    "ListSecrets": plainly(MaxResults=2),
}
