"""What ECR answers. Limits and errors: botocore's service model and the ECR API reference."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from containerscope.demo.calls import Call, Handler, PageRule, Result
from containerscope.demo.ecr_findings import Vulnerability, counts, findings
from containerscope.demo.ecr_images import (
    IMMUTABLE,
    MOVED,
    UNSCANNED,
    Image,
    images,
    registry,
    repositories,
)
from containerscope.demo.ecs_recipe import DAY, MINUTE
from containerscope.demo.ids import hexes
from containerscope.demo.protocol_errors import AwsError

PAGES = PageRule(default=100, most=1000)
_INDEX = "application/vnd.oci.image.index.v1+json"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_MOST = 100


def _registry_id(call: Call) -> str:
    wanted = call.params.get("registryId", call.world.account)
    if wanted != call.world.account:
        text = f"User is not authorized to perform this action on registry {wanted}"
        raise AwsError("AccessDeniedException", text)
    return call.world.account


def _images(call: Call) -> list[Image]:
    """The images of the repository that the call names."""
    account, name = _registry_id(call), call.params["repositoryName"]
    known = repositories(call.world)
    if name not in known:
        text = (
            f"The repository with name '{name}' does not exist in the registry with id '{account}'"
        )
        raise AwsError("RepositoryNotFoundException", text)
    return images(call.world, name, known[name])


def _limited(wanted: list[Any], member: str) -> list[Any]:
    if len(wanted) > _MOST:
        text = (
            f"Invalid parameter at '{member}' failed to satisfy constraint: 'Member must have "
            f"length less than or equal to {_MOST}'"
        )
        raise AwsError("InvalidParameterException", text)
    return wanted


def describe_repositories(call: Call) -> Result:
    """Repositories, all of them or those that are named."""
    account, known = _registry_id(call), repositories(call.world)
    names = _limited(call.params.get("repositoryNames", []), "repositoryNames") or list(known)
    for name in names:
        if name not in known:
            text = (
                f"The repository with name '{name}' does not exist in the registry with id "
                f"'{account}'"
            )
            raise AwsError("RepositoryNotFoundException", text)
    answer = PAGES.page(call.params, "repositories", names)
    views = [
        {
            "repositoryArn": call.world.arn("ecr", f"repository/{name}"),
            "registryId": account,
            "repositoryName": name,
            "repositoryUri": f"{registry(call.world)}/{name}",
            "createdAt": min(each.body["registeredAt"] for each in known[name]) - 60 * DAY,
            "imageTagMutability": "IMMUTABLE" if name in IMMUTABLE else "MUTABLE",
            "imageScanningConfiguration": {"scanOnPush": name not in UNSCANNED},
            "encryptionConfiguration": {"encryptionType": "AES256"},
        }
        for name in answer["repositories"]
    ]
    return {**answer, "repositories": views}


def _fits(image: Image, wanted: dict[str, str]) -> bool:
    digest, tag = wanted.get("imageDigest"), wanted.get("imageTag")
    return (digest or tag) is not None and (
        digest in (None, image.digest) and (tag is None or tag in image.tags)
    )


def _one(call: Call, found: list[Image], wanted: dict[str, str]) -> Image:
    for each in found:
        if _fits(each, wanted):
            return each
    digest, tag = wanted.get("imageDigest", "null"), wanted.get("imageTag", "null")
    text = (
        f"The image with imageId {{imageDigest:'{digest}', imageTag:'{tag}'}} does not exist "
        f"within the repository with name '{call.params['repositoryName']}' in the registry with "
        f"id '{call.world.account}'"
    )
    raise AwsError("ImageNotFoundException", text)


def _of_status(call: Call, found: list[Image]) -> list[Image]:
    status = call.params.get("filter", {}).get("tagStatus", "ANY")
    return [each for each in found if status == "ANY" or bool(each.tags) == (status == "TAGGED")]


def describe_images(call: Call) -> Result:
    """The images of a repository, or those that are named by tag or digest."""
    found = _images(call)
    wanted = _limited(call.params.get("imageIds", []), "imageIds")
    if wanted:
        chosen = {each.digest: each for each in (_one(call, found, one) for one in wanted)}
        return {"imageDetails": [_detail(call, each) for each in chosen.values()]}
    found = _of_status(call, found)
    known = {each.digest: each for each in found}
    answer = PAGES.page(call.params, "imageDetails", list(known))
    views = [_detail(call, known[digest]) for digest in answer["imageDetails"]]
    return {**answer, "imageDetails": views}


def _detail(call: Call, image: Image) -> Result:
    view: Result = {
        "registryId": call.world.account,
        "repositoryName": image.repository,
        "imageDigest": image.digest,
        "imageSizeInBytes": image.size,
        "imagePushedAt": image.pushed_at,
        "imageManifestMediaType": _INDEX,
        "artifactMediaType": "application/vnd.oci.image.config.v1+json",
        "lastRecordedPullTime": max(image.pushed_at + 60, call.world.now() - 7 * 3600),
    }
    if image.tags:
        view["imageTags"] = list(image.tags)
    if image.repository not in UNSCANNED:
        view["imageScanStatus"] = _status()
        view["imageScanFindingsSummary"] = {
            "imageScanCompletedAt": image.pushed_at + 2 * MINUTE,
            "vulnerabilitySourceUpdatedAt": image.pushed_at - 5 * MINUTE,
            "findingSeverityCounts": counts(image),
        }
    return view


def _status() -> Result:
    text = "The scan was completed successfully."
    return {"status": "COMPLETE", "description": text}


def list_images(call: Call) -> Result:
    """Tags and digests of a repository; an image stands once for each of its tags."""
    ids = [
        {"imageDigest": each.digest, **({"imageTag": tag} if tag else {})}
        for each in _of_status(call, _images(call))
        for tag in each.tags or ("",)
    ]
    return PAGES.page(call.params, "imageIds", ids)


def describe_image_scan_findings(call: Call) -> Result:
    """What the scan of an image has found."""
    image = _one(call, _images(call), call.params["imageId"])
    if image.repository in UNSCANNED:
        text = (
            f"Image scan does not exist for the image with '{{imageDigest:'{image.digest}'}}' in "
            f"the repository with name '{image.repository}' in the registry with id "
            f"'{call.world.account}'"
        )
        raise AwsError("ScanNotFoundException", text)
    page = PAGES.page(call.params, "findings", [_finding(each) for each in findings(image)])
    answer: Result = {
        "registryId": call.world.account,
        "repositoryName": image.repository,
        "imageId": {"imageDigest": image.digest},
        "imageScanStatus": _status(),
        "imageScanFindings": {
            "imageScanCompletedAt": image.pushed_at + 2 * MINUTE,
            "vulnerabilitySourceUpdatedAt": image.pushed_at - 5 * MINUTE,
            "findingSeverityCounts": counts(image),
            "findings": page["findings"],
        },
    }
    if "imageTag" in call.params["imageId"]:
        answer["imageId"]["imageTag"] = call.params["imageId"]["imageTag"]
    return {**answer, "nextToken": page["nextToken"]} if "nextToken" in page else answer


def _finding(each: Vulnerability) -> Result:
    attributes = {
        "package_name": each.package,
        "package_version": each.version,
        "CVSS3_SCORE": each.score,
    }
    return {
        "name": each.name,
        "description": each.description,
        "uri": f"https://security-tracker.debian.org/tracker/{each.name}",
        "severity": each.severity,
        "attributes": [{"key": key, "value": value} for key, value in attributes.items()],
    }


def batch_get_image(call: Call) -> Result:
    """Manifests by tag or digest; each is an index of the platforms that the image is built for."""
    found = _images(call)
    views, failures = [], []
    for wanted in _limited(call.params["imageIds"], "imageIds"):
        image = next((each for each in found if _fits(each, wanted)), None)
        if image is None:
            reason = "Requested image not found"
            failures.append(
                {"imageId": wanted, "failureCode": "ImageNotFound", "failureReason": reason}
            )
            continue
        views.append(
            {
                "registryId": call.world.account,
                "repositoryName": image.repository,
                "imageId": {**wanted, "imageDigest": image.digest},
                "imageManifest": msgspec.json.encode(_manifest(image)).decode(),
                "imageManifestMediaType": _INDEX,
            }
        )
    return {"images": views, "failures": failures}


def _manifest(image: Image) -> dict[str, Any]:
    platforms = ((image.architecture, "linux"), ("unknown", "unknown"))
    return {
        "schemaVersion": 2,
        "mediaType": _INDEX,
        "manifests": [
            {
                "mediaType": _MANIFEST,
                "digest": f"sha256:{hexes(64, image.digest, architecture)}",
                "size": 1600,
                "platform": {"architecture": architecture, "os": system},
            }
            for architecture, system in platforms
        ],
    }


def get_authorization_token(call: Call) -> Result:
    """A password for the registry; it opens nothing."""
    text = f"AWS:demo-{hexes(40, 'ecr', int(call.world.now()))}"
    return {
        "authorizationData": [
            {
                "authorizationToken": base64.b64encode(text.encode()).decode(),
                "expiresAt": call.world.now() + 12 * 3600,
                "proxyEndpoint": f"https://{registry(call.world)}",
            }
        ]
    }


def _policy(call: Call, code: str, noun: str, document: dict[str, Any] | None) -> str:
    """A policy of the repository as text, or the error that says that it has none."""
    if document is None:
        text = (
            f"{noun} policy does not exist for the repository with name "
            f"'{call.params['repositoryName']}' in the registry with id '{call.world.account}'"
        )
        raise AwsError(code, text)
    return msgspec.json.encode(document).decode()


def _named(call: Call) -> Result:
    return {"registryId": call.world.account, "repositoryName": call.params["repositoryName"]}


def get_lifecycle_policy(call: Call) -> Result:
    """When old images of a repository go."""
    _images(call)
    kept = call.params["repositoryName"] in MOVED
    rule = {
        "rulePriority": 1,
        "description": "Keep the last 50 images",
        "selection": {
            "tagStatus": "any",
            "countType": "imageCountMoreThan",
            "countNumber": 50,
        },
        "action": {"type": "expire"},
    }
    text = _policy(
        call,
        "LifecyclePolicyNotFoundException",
        "Lifecycle",
        None if kept else {"rules": [rule]},
    )
    return {
        **_named(call),
        "lifecyclePolicyText": text,
        "lastEvaluatedAt": call.world.now() // DAY * DAY,
    }


def get_repository_policy(call: Call) -> Result:
    """Who besides the account may use a repository; most have no such policy."""
    _images(call)
    statement = {
        "Sid": "PullFromStaging",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{call.world.partition}:iam::210987654321:root"},
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    }
    shared = call.params["repositoryName"] in IMMUTABLE
    text = _policy(
        call,
        "RepositoryPolicyNotFoundException",
        "Repository",
        {"Version": "2012-10-17", "Statement": [statement]} if shared else None,
    )
    return {**_named(call), "policyText": text}


ECR: dict[str, Handler] = {
    "DescribeRepositories": describe_repositories,
    "DescribeImages": describe_images,
    "ListImages": list_images,
    "DescribeImageScanFindings": describe_image_scan_findings,
    "BatchGetImage": batch_get_image,
    "GetAuthorizationToken": get_authorization_token,
    "GetLifecyclePolicy": get_lifecycle_policy,
    "GetRepositoryPolicy": get_repository_policy,
}
