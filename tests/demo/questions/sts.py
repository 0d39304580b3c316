"""STS."""

from tests.demo.questions import Sample, plainly

SAMPLES: dict[str, Sample] = {
    "GetCallerIdentity": plainly(),
    "AssumeRole": plainly(
        RoleArn="arn:aws:iam::123456789012:role/audit", RoleSessionName="ana", DurationSeconds=900
    ),
}
