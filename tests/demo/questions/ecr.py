"""ECR."""

from __future__ import annotations

from tests.demo.questions import Sample, plainly

_WEB = {"repositoryName": "web"}

SAMPLES: dict[str, Sample] = {
    "DescribeRepositories": plainly(maxResults=3),
    "DescribeImages": plainly(**_WEB),
    "ListImages": plainly(**_WEB, filter={"tagStatus": "TAGGED"}),
    "DescribeImageScanFindings": plainly(
        repositoryName="payments", imageId={"imageTag": "2.30.4"}, maxResults=2
    ),
    "BatchGetImage": plainly(**_WEB, imageIds=[{"imageTag": "4.18.2"}, {"imageTag": "none"}]),
    "GetAuthorizationToken": plainly(),
    "GetLifecyclePolicy": plainly(**_WEB),
    "GetRepositoryPolicy": plainly(repositoryName="payments"),
}
