"""ECR."""

from __future__ import annotations

from tests.demo.questions import Asker, Params, Sample, plainly


def _repository_with(operation: str) -> Sample:
    """A repository, with an image where one is asked for, that the operation tells something of."""

    def make(ask: Asker) -> Params:
        for repository in ask("DescribeRepositories")["repositories"]:
            name = {"repositoryName": repository["repositoryName"]}
            for image in ask("DescribeImages", **name)["imageDetails"]:
                known = {"imageDigest": image["imageDigest"]}
                params = {**name, "imageId": known} if "Scan" in operation else name
                try:
                    ask(operation, **params)
                except Exception:
                    continue
                return params
        raise AssertionError(f"{operation} has nothing to tell of any repository")

    return make


def _image(ask: Asker) -> Params:
    name = _repository_with("DescribeImages")(ask)
    digest = ask("DescribeImages", **name)["imageDetails"][0]["imageDigest"]
    return {**name, "imageIds": [{"imageDigest": digest}, {"imageTag": "nothing"}]}


SAMPLES: dict[str, Sample] = {
    "DescribeRepositories": plainly(maxResults=5),
    "DescribeImages": _repository_with("DescribeImages"),
    "ListImages": _repository_with("ListImages"),
    "DescribeImageScanFindings": _repository_with("DescribeImageScanFindings"),
    "BatchGetImage": _image,
    "GetAuthorizationToken": plainly(),
    "GetLifecyclePolicy": _repository_with("ListImages"),
    "GetRepositoryPolicy": _repository_with("ListImages"),
}
