"""Image references, the digest that runs, and what a scan found."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from containerscope.insight.images import (
    digest_verdict,
    kind_words,
    parse_image,
    platforms,
    scan_verdict,
    severity_counts,
    severity_words,
    short_digest,
)
from containerscope.model.ecr import ImageDetail, ImageScanFindings
from containerscope.model.health import Level

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
A, B, C = (f"sha256:{letter * 64}" for letter in "abc")
INDEX = "application/vnd.oci.image.index.v1+json"


@pytest.mark.parametrize(
    ("reference", "kind", "repository", "tag", "digest"),
    [
        (f"{ECR}/team/cart:1.2", "ECR", "team/cart", "1.2", ""),
        (f"{ECR}/cart@{A}", "ECR", "cart", "", A),
        (f"{ECR}/cart:1.2@{A}", "ECR", "cart", "1.2", A),
        (f"{ECR}/cart", "ECR", "cart", "latest", ""),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/x:1", "ECR", "x", "1", ""),
        ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/x:1", "ECR", "x", "1", ""),
        ("123456789012.dkr-ecr.eu-west-1.on.aws/x:1", "ECR", "x", "1", ""),
        ("public.ecr.aws/nginx/nginx:1.27", "ECR Public", "nginx/nginx", "1.27", ""),
        ("nginx", "Docker Hub", "library/nginx", "latest", ""),
        ("nginx:1.27", "Docker Hub", "library/nginx", "1.27", ""),
        ("grafana/loki:3", "Docker Hub", "grafana/loki", "3", ""),
        ("docker.io/redis:7", "Docker Hub", "library/redis", "7", ""),
        ("ghcr.io/org/app:main", "GitHub", "org/app", "main", ""),
        ("eu.gcr.io/p/app:1", "Google", "p/app", "1", ""),
        ("europe-docker.pkg.dev/p/r/app:1", "Google", "p/r/app", "1", ""),
        ("registry.example.com:5000/app:1", "registry.example.com:5000", "app", "1", ""),
        ("localhost/app", "localhost", "app", "latest", ""),
        ("registry.example.com/app@sha256:odd", "registry.example.com", "app", "latest", ""),
        ("", "Docker Hub", "library/", "latest", ""),
    ],
)
def test_a_reference_is_taken_apart_as_docker_does(
    reference: str, kind: str, repository: str, tag: str, digest: str
) -> None:
    image = parse_image(reference)
    assert (image.kind, image.repository, image.tag, image.digest) == (
        kind, repository, tag, digest,
    )  # fmt: skip


def test_a_private_registry_tells_account_and_region() -> None:
    image = parse_image(f"{ECR}/team/cart:1.2")
    assert (image.account, image.region, image.name) == ("123456789012", "eu-west-1", "cart")
    assert image.ours
    assert kind_words(image, "123456789012") == "ECR"
    assert kind_words(image, "999999999999") == "ECR of 123456789012"
    assert not parse_image("nginx").ours


@given(st.text(max_size=60))
def test_any_reference_has_a_repository_and_a_kind(reference: str) -> None:
    image = parse_image(reference)
    assert image.kind or image.registry == ""
    assert image.reference == reference


def detail(digest: str, *tags: str, media: str | None = None, **more: Any) -> ImageDetail:
    known = {"imageDigest": digest, "imageTags": list(tags), "imageManifestMediaType": media}
    return msgspec.convert({**known, **more}, ImageDetail)


TAGGED = parse_image(f"{ECR}/cart:1.2")
PINNED = parse_image(f"{ECR}/cart@{A}")


@pytest.mark.parametrize(
    ("image", "running", "details", "level", "words"),
    [
        (TAGGED, A, [detail(A, "1.2", "latest")], Level.FINE, "current"),
        (TAGGED, A, [detail(B, "1.2"), detail(A)], Level.WARNING, "the tag has moved on"),
        (TAGGED, A, [detail(B, "1.2")], Level.WARNING, "the tag has moved on"),
        (TAGGED, A, [detail(A, "1.1")], Level.FAILED, "the tag is gone"),
        (TAGGED, A, [], Level.FAILED, "the tag is gone"),
        (TAGGED, A, None, Level.NONE, "not known"),
        (TAGGED, A, [detail(B, "1.2", media=INDEX)], Level.NONE, "one of several platforms"),
        (
            TAGGED,
            A,
            [detail(B, "1.2", media=INDEX), detail(A)],
            Level.WARNING,
            "the tag has moved on",
        ),
        (TAGGED, "", [detail(A, "1.2")], Level.NONE, ""),
        (PINNED, A, None, Level.FINE, "pinned"),
        (PINNED, B, None, Level.WARNING, "runs another digest"),
    ],
)
def test_the_running_digest_is_held_against_the_tag(
    image: Any, running: str, details: list[ImageDetail] | None, level: Level, words: str
) -> None:
    verdict = digest_verdict(image, running, details)
    assert (verdict.level, verdict.words) == (level, words)


def scanned(**counts: int) -> ImageDetail:
    return detail(A, imageScanFindingsSummary={"findingSeverityCounts": counts})


@pytest.mark.parametrize(
    ("found", "level", "words"),
    [
        (scanned(LOW=1, CRITICAL=2, HIGH=5), Level.FAILED, "2 critical, 5 high, 1 more"),
        (scanned(HIGH=5), Level.WARNING, "5 high"),
        (scanned(MEDIUM=1, BRANDNEW=3), Level.NONE, "1 medium, 3 brandnew"),
        (scanned(CRITICAL=0), Level.FINE, "nothing found"),
        (scanned(), Level.FINE, "nothing found"),
        (detail(A), Level.NONE, "not scanned"),
        (
            detail(A, imageScanStatus={"status": "UNSUPPORTED_IMAGE"}),
            Level.NONE,
            "unsupported image",
        ),
        (detail(A, imageScanStatus={"status": "PENDING"}), Level.NONE, "pending"),
    ],
)
def test_a_scan_is_told_by_its_worst_findings(found: ImageDetail, level: Level, words: str) -> None:
    verdict = scan_verdict(found)
    assert (verdict.level, verdict.words) == (level, words)


def test_severities_stand_the_worst_first_from_both_kinds_of_answer() -> None:
    counts = {"LOW": 1, "CRITICAL": 2, "HIGH": 0}
    assert list(severity_counts(scanned(**counts))) == ["CRITICAL", "LOW"]
    findings = ImageScanFindings(finding_severity_counts=counts)
    assert severity_counts(findings) == {"CRITICAL": 2, "LOW": 1}
    assert severity_words({}) == ""


def test_a_digest_is_shortened_for_a_sentence() -> None:
    assert short_digest(A) == "sha256:aaaaaaaaaaaa"
    assert short_digest("plain-odd-digest") == "plain-odd-di"


def test_what_runs_is_current_where_it_is_an_image_of_the_index_that_is_tagged() -> None:
    entry = {
        "digest": A,
        "platform": {"architecture": "arm64", "os": "linux", "variant": "v8"},
    }
    nothing = {"digest": B, "platform": {"architecture": "unknown", "os": "unknown"}}
    manifest = msgspec.json.encode({"schemaVersion": 2, "manifests": [entry, nothing]}).decode()
    inside = platforms(manifest)
    assert [(each.digest, each.platform.words) for each in inside if each.platform] == [
        (A, "linux/arm64/v8")
    ]
    tagged = ImageDetail(
        image_digest=f"sha256:{'e' * 64}", image_tags=("1.2",), image_manifest_media_type=INDEX
    )
    image = parse_image("repo/app:1.2")
    assert digest_verdict(image, A, [tagged]).words == "one of several platforms"
    assert digest_verdict(image, A, [tagged], inside).words == "current, linux/arm64/v8"
    assert digest_verdict(image, B, [tagged], inside).words == "the tag has moved on"
    assert platforms("no json") == ()
