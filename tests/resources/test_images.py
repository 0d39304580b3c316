"""Images that run: asked for by repository, held against their tags, scanned."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from containerscope.insight.images import INDEXES
from containerscope.model.health import Level
from containerscope.model.listing import Problem, Why
from containerscope.resources.images import RESOURCE
from tests.fakes import NOW
from tests.resources.around import (
    CART,
    CHECKOUT,
    ECS,
    REGION,
    Account,
    cells,
    fixed,
    found,
    listed,
    pane,
    rows_of,
    texts_of,
)
from tests.resources.wire import labelled

REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
IMAGES, FINDINGS = "ecr:DescribeImages", "ecr:DescribeImageScanFindings"
ARM, INTEL = ({"name": "ecs.cpu-architecture", "value": name} for name in ("arm64", "x86_64"))
A, B, C = (f"sha256:{letter * 64}" for letter in "abc")


def task(number: int, *images: tuple[str, str], service: str = "cart") -> dict[str, Any]:
    return {
        "taskArn": f"{ECS}:task/checkout/{number}",
        "group": f"service:{service}",
        "lastStatus": "RUNNING",
        "containers": [
            {"name": f"c{place}", "image": image, "imageDigest": digest}
            for place, (image, digest) in enumerate(images)
        ],
    }


def detail(digest: str, *tags: str, **counts: int) -> dict[str, Any]:
    return {
        "imageDigest": digest,
        "imageTags": list(tags),
        "imageSizeInBytes": 50 * 2**20,
        "imagePushedAt": NOW,
        "imageScanFindingsSummary": {"findingSeverityCounts": counts},
    }


def account(tasks: list[dict[str, Any]], repositories: dict[str, list[dict[str, Any]]]) -> Account:
    def described(params: Any) -> Any:
        assert 0 < len(params["imageIds"]) <= 100
        assert params["registryId"] == "123456789012"
        there = repositories.get(params["repositoryName"], [])
        got = [
            each
            for each in there
            if any(
                ids.get("imageDigest") == each["imageDigest"]
                or ids.get("imageTag") in each["imageTags"]
                for ids in params["imageIds"]
            )
        ]
        return {"imageDetails": got}

    return Account(
        {
            "ecs:ListClusters": fixed(clusterArns=[f"{ECS}:cluster/checkout"]),
            "ecs:ListTasks": fixed(taskArns=[each["taskArn"] for each in tasks]),
            "ecs:DescribeTasks": fixed(tasks=tasks),
            IMAGES: described,
            FINDINGS: fixed(
                imageScanFindings={
                    "findingSeverityCounts": {"LOW": 1, "CRITICAL": 1},
                    "findings": [
                        {"name": "CVE-1", "severity": "LOW"},
                        {
                            "name": "CVE-2",
                            "severity": "CRITICAL",
                            "attributes": [{"key": "package_name", "value": "openssl"}],
                        },
                    ],
                }
            ),
        }
    )


CART_IMAGE = f"{REGISTRY}/team/cart:1.2"


async def test_an_image_that_runs_is_held_against_its_tag() -> None:
    clients = account(
        [task(1, (CART_IMAGE, A)), task(2, (CART_IMAGE, A)), task(3, (CART_IMAGE, B))],
        {"team/cart": [detail(A, "1.2", CRITICAL=2), detail(B)]},
    )
    listing = await listed(RESOURCE, clients, CART)
    assert listing.complete
    rows = [
        cells(RESOURCE, item, "repository", "tag", "current", "findings", "tasks")
        for item in listing.items
    ]
    assert rows == [
        ("team/cart", "1.2", "current", "2 critical", 2),
        ("team/cart", "1.2", "the tag has moved on", "nothing found", 1),
    ]
    assert [RESOURCE.health(found(item)).level for item in listing.items] == [
        Level.FAILED,
        Level.WARNING,
    ]


async def test_a_repository_is_asked_once_for_all_its_images() -> None:
    tasks = [
        task(n, (f"{REGISTRY}/team/cart:{n}", A), (f"{REGISTRY}/web:{n}", B)) for n in range(9)
    ]
    clients = account(tasks, {})
    listing = await listed(RESOURCE, clients, CART)
    assert len(listing.items) == 18
    assert clients.counts == {"ecs:ListTasks": 1, "ecs:DescribeTasks": 1, IMAGES: 2}


async def test_foreign_registries_are_named_and_not_asked() -> None:
    clients = account(
        [task(1, ("nginx:1.27", A), ("public.ecr.aws/x/y:2", B), ("ghcr.io/o/a:3", C))], {}
    )
    listing = await listed(RESOURCE, clients, CART)
    assert [cells(RESOURCE, item, "registry")[0] for item in listing.items] == [
        "Docker Hub",
        "ECR Public",
        "GitHub",
    ]
    assert clients.counts[IMAGES] == 0
    assert cells(RESOURCE, listing.items[0], "current") == ("not known",)


async def test_an_image_of_another_region_is_not_looked_for_in_this_one() -> None:
    elsewhere = CART_IMAGE.replace("eu-west-1", "us-east-1")
    clients = account([task(1, (elsewhere, A))], {})
    assert len((await listed(RESOURCE, clients, CART)).items) == 1
    assert clients.counts[IMAGES] == 0


async def test_one_image_that_is_gone_does_not_hide_the_others() -> None:
    clients = account(
        [task(1, (CART_IMAGE, A)), task(2, (f"{REGISTRY}/team/cart:gone", B))],
        {"team/cart": [detail(A, "1.2")]},
    )
    answer = clients.answers[IMAGES]

    def missing(params: Any) -> Problem | None:
        wanted = {value for ids in params["imageIds"] for value in ids.values()}
        if wanted <= {A, "1.2"} and answer(params)["imageDetails"]:
            return None
        return Problem(Why.FAILED, IMAGES, "ImageNotFoundException: The image does not exist")

    clients.refuse[IMAGES] = missing
    listing = await listed(RESOURCE, clients, CART)
    assert listing.complete
    assert [cells(RESOURCE, item, "current")[0] for item in listing.items] == [
        "current",
        "the tag is gone",
    ]


async def test_a_repository_that_refuses_leaves_what_runs() -> None:
    clients = account([task(1, (CART_IMAGE, A))], {})
    clients.deny(IMAGES)
    listing = await listed(RESOURCE, clients, CART)
    (item,) = listing.items
    assert cells(RESOURCE, item, "runs", "tasks") == ("sha256:aaaaaaaaaaaa", 1)
    assert [(p.permission, p.keys) for p in listing.problems] == [(IMAGES, (item.key,))]
    assert f"you may not {IMAGES}" in texts_of(await pane(RESOURCE, clients, item))


@pytest.mark.parametrize(("scope", "lists"), [(REGION, 1), (CHECKOUT, 0), (CART, 0)])
async def test_each_scope_asks_for_its_own_tasks(scope: Any, lists: int) -> None:
    clients = account([task(1, (CART_IMAGE, A))], {})
    await listed(RESOURCE, clients, scope)
    assert clients.counts["ecs:ListClusters"] == lists
    (params,) = [params for name, params in clients.calls if name == "ecs:ListTasks"]
    assert params.get("serviceName", "") == scope.service


async def test_nothing_that_runs_is_an_empty_list() -> None:
    listing = await listed(RESOURCE, account([], {}), CHECKOUT)
    assert (len(listing.items), listing.complete) == (0, True)


async def test_the_pane_shows_the_findings_the_worst_first() -> None:
    clients = account([task(1, (CART_IMAGE, A))], {"team/cart": [detail(A, "1.2", LOW=1)]})
    (item,) = (await listed(RESOURCE, clients, CART)).items
    blocks = await pane(RESOURCE, clients, item)
    assert [row[:3] for row in rows_of(blocks, "Findings")] == [
        ("CRITICAL", "CVE-2", "openssl"),
        ("LOW", "CVE-1", None),
    ]
    assert rows_of(blocks, "In the repository") == ((A, ("1.2",), NOW, 50, None, "1 low"),)


async def test_the_pane_stands_without_the_findings() -> None:
    clients = account([task(1, (CART_IMAGE, A))], {"team/cart": [detail(A, "1.2", LOW=1)]})
    clients.deny(FINDINGS)
    (item,) = (await listed(RESOURCE, clients, CART)).items
    blocks = await pane(RESOURCE, clients, item)
    assert texts_of(blocks) == [f"you may not {FINDINGS}"]
    assert rows_of(blocks, "In the repository")


async def test_reading_it_whole_asks_the_repository_for_what_runs() -> None:
    clients = account([task(1, (CART_IMAGE, A), ("nginx", B))], {"team/cart": [detail(A, "1.2")]})
    mine, foreign = (await listed(RESOURCE, clients, CART)).items
    assert (await RESOURCE.read(clients, CART, mine))["imageTags"] == ["1.2"]
    assert (await RESOURCE.read(clients, CART, foreign))["registry"] == "docker.io"


async def test_an_index_shows_its_platforms_and_what_the_tasks_run_on() -> None:
    tagged = detail(C, "1.2") | {"imageManifestMediaType": INDEXES[0]}
    one = task(1, (CART_IMAGE, A)) | {"attributes": [ARM]}
    clients = account(
        [one, task(2, (CART_IMAGE, A)) | {"attributes": [INTEL]}], {"team/cart": [tagged]}
    )
    entries = [
        {"digest": A, "platform": {"architecture": "arm64", "os": "linux"}},
        {"digest": B, "platform": {"architecture": "amd64", "os": "linux"}},
    ]
    manifest = msgspec.json.encode({"manifests": entries}).decode()
    clients.answers["ecr:BatchGetImage"] = fixed(images=[{"imageManifest": manifest}])
    (item,) = (await listed(RESOURCE, clients, CART)).items
    assert cells(RESOURCE, item, "arch", "current") == (
        "arm64, x86_64",
        "one of several platforms",
    )
    blocks = await pane(RESOURCE, clients, item)
    assert rows_of(blocks, "Platforms") == (("linux/arm64", A), ("linux/amd64", B))
    assert clients.counts["ecr:BatchGetImage"] == 1
    assert labelled(blocks)["Tag is"] == "current, linux/arm64"
    clients.deny("ecr:BatchGetImage")
    blocks = await pane(RESOURCE, clients, item)
    assert "you may not ecr:BatchGetImage" in texts_of(blocks)
    assert rows_of(blocks, "In the repository")
