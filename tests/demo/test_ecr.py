"""Images: what runs was pushed, what cannot be pulled was not, and one tag has moved since."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from containerscope.demo.ecr_images import digest_of, exists
from containerscope.demo.fate import Fate
from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from tests.demo.conftest import Connect
from tests.demo.in_process import ask

_REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


@pytest.fixture
async def ecr(account: RunningServer, connect: Connect) -> Any:
    """A client of the account's registry."""
    return await connect(account, "ecr")


def running(world: World) -> dict[str, set[str]]:
    """The references of the account's registry that containers run, with their digests."""
    found: dict[str, set[str]] = {}
    services = [(cluster, name) for cluster, one in world.clusters.items() for name in one.services]
    for cluster, name in services:
        arns = ask(world, "ecs", "ListTasks", cluster=cluster, serviceName=name)["taskArns"]
        for task in ask(world, "ecs", "DescribeTasks", cluster=cluster, tasks=arns)["tasks"]:
            for each in task["containers"]:
                if each["image"].startswith(_REGISTRY) and "imageDigest" in each:
                    found.setdefault(each["image"], set()).add(each["imageDigest"])
    return found


def test_every_digest_that_runs_is_in_the_registry(world: World) -> None:
    moved = []
    for image, digests in running(world).items():
        name, _, tag = image.partition("/")[2].rpartition(":")
        [digest] = digests
        where = {"repositoryName": name}
        [detail] = ask(world, "ecr", "DescribeImages", imageIds=[{"imageDigest": digest}], **where)[
            "imageDetails"
        ]
        [tagged] = ask(world, "ecr", "DescribeImages", imageIds=[{"imageTag": tag}], **where)[
            "imageDetails"
        ]
        if tagged["imageDigest"] != digest:
            moved.append(image.partition("/")[2])
            assert "imageTags" not in detail
            assert tagged["imagePushedAt"] > detail["imagePushedAt"]
    assert moved == ["feature-flags:1.0.3"]


async def test_the_image_that_payments_wants_was_never_pushed(world: World, ecr: Any) -> None:
    with pytest.raises(ClientError) as caught:
        await ecr.describe_images(repositoryName="payments", imageIds=[{"imageTag": "2.31.0"}])
    assert caught.value.response["Error"]["Code"] == "ImageNotFoundException"
    assert "imageTag:'2.31.0'} does not exist" in str(caught.value)
    assert not exists(world, f"{_REGISTRY}/payments:2.31.0")
    assert exists(world, f"{_REGISTRY}/payments:2.30.4")
    assert exists(world, f"{_REGISTRY}/payments@{digest_of(f'{_REGISTRY}/payments:2.30.4')}")
    assert not exists(world, "docker.io/library/nginx:1")


@pytest.mark.parametrize("by_service", [True, False])
def test_an_image_whose_fate_is_not_to_be_found_is_not_there(
    world: World, by_service: bool
) -> None:
    definition = world.clusters["checkout"].services["web"].definition
    image = definition.containers[0]["image"]
    assert exists(world, image)
    key = "checkout/web" if by_service else definition.arn
    world.fates[key] = Fate(pull_error=f"CannotPullContainerError: {image}: not found")
    assert not exists(world, image)
    del world.fates[key]
    assert exists(world, image)


async def test_scans_tell_of_vulnerabilities_by_severity(ecr: Any) -> None:
    answer = await ecr.describe_images(repositoryName="payments", imageIds=[{"imageTag": "2.30.4"}])
    [detail] = answer["imageDetails"]
    counts = detail["imageScanFindingsSummary"]["findingSeverityCounts"]
    assert counts["CRITICAL"] >= 1
    scan = await ecr.describe_image_scan_findings(
        repositoryName="payments", imageId={"imageTag": "2.30.4"}
    )
    found = scan["imageScanFindings"]["findings"]
    assert len(found) == sum(counts.values())
    assert found[0]["severity"] == "CRITICAL"
    assert found[0]["name"].startswith("CVE-")
    pages = [
        each["name"]
        async for page in ecr.get_paginator("describe_image_scan_findings").paginate(
            repositoryName="payments",
            imageId={"imageTag": "2.30.4"},
            PaginationConfig={"PageSize": 2},
        )
        for each in page["imageScanFindings"]["findings"]
    ]
    assert pages == [each["name"] for each in found]


async def test_a_repository_that_is_not_scanned_has_no_findings(ecr: Any) -> None:
    [repository] = (await ecr.describe_repositories(repositoryNames=["airflow-scheduler"]))[
        "repositories"
    ]
    assert repository["imageScanningConfiguration"] == {"scanOnPush": False}
    image = (await ecr.describe_images(repositoryName="airflow-scheduler"))["imageDetails"][0]
    assert "imageScanFindingsSummary" not in image
    with pytest.raises(ecr.exceptions.ScanNotFoundException):
        await ecr.describe_image_scan_findings(
            repositoryName="airflow-scheduler", imageId={"imageDigest": image["imageDigest"]}
        )


async def test_a_manifest_tells_the_platform(ecr: Any) -> None:
    for name, tag, architecture in (
        ("catalog", "1.17.0", "arm64"),
        ("web", "4.18.2", "amd64"),
    ):
        answer = await ecr.batch_get_image(
            repositoryName=name, imageIds=[{"imageTag": tag}, {"imageTag": "none"}]
        )
        [image] = answer["images"]
        platforms = [each["platform"] for each in json.loads(image["imageManifest"])["manifests"]]
        assert platforms[0] == {"architecture": architecture, "os": "linux"}
        assert [each["failureCode"] for each in answer["failures"]] == ["ImageNotFound"]


async def test_images_can_be_listed_by_whether_they_have_a_tag(ecr: Any) -> None:
    async def digests(status: str) -> set[str]:
        answer = await ecr.list_images(repositoryName="feature-flags", filter={"tagStatus": status})
        return {each["imageDigest"] for each in answer["imageIds"]}

    assert await digests("TAGGED") | await digests("UNTAGGED") == await digests("ANY")
    assert len(await digests("UNTAGGED")) == 2


async def test_what_is_not_there_is_named_so(ecr: Any) -> None:
    many = [{"imageTag": str(number)} for number in range(101)]
    for call, code in (
        (ecr.describe_images(repositoryName="none"), "RepositoryNotFoundException"),
        (ecr.describe_repositories(repositoryNames=["none"]), "RepositoryNotFoundException"),
        (ecr.describe_images(repositoryName="web", imageIds=many), "InvalidParameterException"),
        (ecr.describe_images(repositoryName="web", maxResults=1001), "InvalidParameterException"),
        (ecr.get_lifecycle_policy(repositoryName="feature-flags"),
         "LifecyclePolicyNotFoundException"),
        (ecr.get_repository_policy(repositoryName="web"), "RepositoryPolicyNotFoundException"),
        (ecr.describe_images(repositoryName="web", registryId="210987654321"),
         "AccessDeniedException"),
    ):  # fmt: skip
        with pytest.raises(ClientError) as caught:
            await call
        assert caught.value.response["Error"]["Code"] == code


def test_every_answer_fits_its_shape(world: World) -> None:
    for each in ask(world, "ecr", "DescribeRepositories")["repositories"]:
        where = {"repositoryName": each["repositoryName"]}
        images = ask(world, "ecr", "DescribeImages", **where)["imageDetails"]
        assert images, where
        ids = [{"imageDigest": one["imageDigest"]} for one in images]
        ask(world, "ecr", "BatchGetImage", imageIds=ids, **where)
        ask(world, "ecr", "ListImages", **where)
    ask(world, "ecr", "GetAuthorizationToken")
