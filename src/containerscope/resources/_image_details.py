"""The detail pane of an image: what it is, what its tag is now, and what a scan found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from containerscope.insight.images import (
    INDEXES,
    SEVERITIES,
    Image,
    digest_verdict,
    is_index,
    kind_words,
    parse_image,
    platforms,
    scan_verdict,
    severity_counts,
)
from containerscope.model.ecr import (
    ImageDetail,
    ImageScanFindings,
    ManifestEntry,
    PulledImage,
    RunningImage,
)
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Item, Missing
from containerscope.resource import Block, Clients, Detail, Scope, TableBlock, TextBlock
from containerscope.resources import _blocks
from containerscope.resources._listed import problem_block

_SHOWN = 100
"""Findings asked for: the page of a scan that is read."""
_LEVELS = {"CRITICAL": Level.FAILED, "HIGH": Level.WARNING}


async def overview(
    clients: Clients, scope: Scope, item: Item[RunningImage]
) -> AsyncIterator[tuple[Block, ...]]:
    """The image and its tag; then its platforms, and the findings of its scan, the worst first."""
    found = item.value
    if isinstance(found, Missing):
        yield (_blocks.missing_block(found),)
        return
    image = parse_image(found.reference)
    yield _overview(found)
    digest = found.digest or image.digest
    if not image.ours or not found.details:
        return
    inside, more = await _platforms(clients, image, found.details)
    blocks = (*_overview(found, inside), *more)
    yield blocks
    if not digest or not _scanned(found):
        return
    try:
        page = await clients.read(
            "ecr",
            "DescribeImageScanFindings",
            "imageScanFindings",
            ImageScanFindings,
            registryId=image.account,
            repositoryName=image.repository,
            imageId={"imageDigest": digest},
            maxResults=_SHOWN,
        )
    except ApiError as error:
        yield (*blocks, problem_block(error.problem, "Findings"))
        return
    yield (*blocks, *(_findings(each) for each in page.items))


def _scanned(found: RunningImage) -> bool:
    """Whether there are findings: enhanced scanning goes on for ever and may have no summary."""
    return any(
        each.image_scan_findings_summary is not None
        or (each.image_scan_status and each.image_scan_status.status in ("ACTIVE", "COMPLETE"))
        for each in found.details or ()
    )


async def _platforms(
    clients: Clients, image: Image, details: Sequence[ImageDetail]
) -> tuple[tuple[ManifestEntry, ...], tuple[Block, ...]]:
    """The images of the index that the tag is, in one call; none for a plain image."""
    tagged = next((each for each in details if image.tag in (each.image_tags or ())), details[0])
    if not is_index(tagged):
        return (), ()
    try:
        page = await clients.read(
            "ecr",
            "BatchGetImage",
            "images",
            PulledImage,
            registryId=image.account,
            repositoryName=image.repository,
            imageIds=[{"imageDigest": tagged.image_digest or ""}],
            acceptedMediaTypes=list(INDEXES),
        )
    except ApiError as error:
        return (), (problem_block(error.problem, "Platforms"),)
    inside = tuple(entry for each in page.items for entry in platforms(each.image_manifest or ""))
    rows = tuple((each.platform.words if each.platform else "?", each.digest) for each in inside)
    empty = "The index names no image."
    return inside, (TableBlock("Platforms", ("PLATFORM", "DIGEST"), rows, empty=empty),)


def _overview(found: RunningImage, inside: Sequence[ManifestEntry] = ()) -> tuple[Block, ...]:
    image = parse_image(found.reference)
    verdict = digest_verdict(image, found.digest, found.details, inside)
    refused = found.refused.message if found.refused else ""
    return (
        *_blocks.verdict_block(verdict),
        *((TextBlock(refused, level=Level.WARNING),) if refused else ()),
        _blocks.pairs(
            "Image",
            ("Reference", found.reference),
            ("Registry", f"{kind_words(image, '')} ({image.registry})"),
            ("Repository", image.repository),
            ("Tag", image.tag),
            ("Runs", found.digest),
            ("Tag is", verdict.words),
            ("Containers", found.containers),
            ("Services", found.services),
            ("Tasks", found.tasks),
            ("Runs on", found.architectures),
        ),
        TableBlock(
            "In the repository",
            ("DIGEST", "TAGS", "PUSHED", "MIB", "LAST PULLED", "SCAN"),
            tuple(_row(each) for each in found.details or ()),
            tuple(scan_verdict(each).level for each in found.details or ()),
            empty=_nothing(found, image.ours),
        ),
    )


def _nothing(found: RunningImage, ours: bool) -> str:
    if found.refused is not None:
        return "It could not be asked."
    return (
        "It has no such image."
        if ours and found.details is not None
        else ("Only private ECR registries of this region are asked.")
    )


def _row(detail: ImageDetail) -> tuple[object, ...]:
    size = detail.image_size_in_bytes
    return (
        detail.image_digest,
        detail.image_tags or None,
        detail.image_pushed_at,
        None if size is None else round(size / 2**20),
        detail.last_recorded_pull_time,
        scan_verdict(detail).words,
    )


def _findings(found: ImageScanFindings) -> TableBlock:
    rows: list[tuple[str, object, object, object]] = [
        (
            each.severity or "?",
            each.name,
            ", ".join(
                a.value or "" for a in each.attributes or () if (a.key or "").startswith("package")
            )
            or None,
            each.uri,
        )
        for each in found.findings or ()
    ]
    for finding in found.enhanced_findings or ():
        packages = finding.package_vulnerability_details
        names = (packages.vulnerable_packages if packages else None) or ()
        told = ", ".join(
            f"{each.name or '?'} {each.version or ''}"
            + (f" → {each.fixed_in_version}" if each.fixed_in_version else "")
            for each in names
        )
        rows.append(
            (
                finding.severity or "?",
                (packages.vulnerability_id if packages else None) or finding.title,
                told or None,
                packages.source_url if packages else None,
            )
        )
    order = {name: place for place, name in enumerate(SEVERITIES)}
    rows.sort(key=lambda row: order.get(row[0], len(order)))
    counts = severity_counts(found)
    more = sum(counts.values()) - len(rows)
    title = "Findings" + (f" (the first {len(rows)} of {len(rows) + more})" if more > 0 else "")
    return TableBlock(
        title,
        ("SEVERITY", "FINDING", "PACKAGE", "WHERE"),
        tuple(rows),
        tuple(_LEVELS.get(row[0], Level.NONE) for row in rows),
        empty="The scan found nothing.",
    )


DETAILS: tuple[Detail[RunningImage], ...] = (Detail("Overview", overview),)
