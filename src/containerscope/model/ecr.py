"""Images in ECR and what a scan found in them.

Names and meanings as in the ECR API 2015-09-21.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from containerscope.model.listing import Problem


class ImageScanStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Whether an image was scanned."""

    status: str | None = None
    description: str | None = None


class ImageScanSummary(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How many findings of each severity a scan had."""

    image_scan_completed_at: datetime | None = None
    vulnerability_source_updated_at: datetime | None = None
    finding_severity_counts: Mapping[str, int] | None = None


class ImageDetail(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An image of a repository, by its digest."""

    registry_id: str | None = None
    repository_name: str | None = None
    image_digest: str | None = None
    image_tags: tuple[str, ...] | None = ()
    image_size_in_bytes: int | None = None
    """Compressed, as it is pulled; of a list of platforms it is absent."""
    image_pushed_at: datetime | None = None
    image_scan_status: ImageScanStatus | None = None
    image_scan_findings_summary: ImageScanSummary | None = None
    image_manifest_media_type: str | None = None
    artifact_media_type: str | None = None
    last_recorded_pull_time: datetime | None = None


class FindingAttribute(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A detail of a finding: the package, its version, a score."""

    key: str | None = None
    value: str | None = None


class ImageScanFinding(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A known weakness of a package in an image, as basic scanning has it."""

    name: str | None = None
    description: str | None = None
    uri: str | None = None
    severity: str | None = None
    attributes: tuple[FindingAttribute, ...] | None = ()


class VulnerablePackage(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The package in which a weakness is, and the version without it."""

    name: str | None = None
    version: str | None = None
    fixed_in_version: str | None = None


class PackageVulnerability(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A known weakness and the packages it is in."""

    vulnerability_id: str | None = None
    source_url: str | None = None
    vulnerable_packages: tuple[VulnerablePackage, ...] | None = ()


class EnhancedFinding(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A finding of Amazon Inspector."""

    title: str | None = None
    severity: str | None = None
    score: float | None = None
    status: str | None = None
    fix_available: str | None = None
    exploit_available: str | None = None
    package_vulnerability_details: PackageVulnerability | None = None


class ImageScanFindings(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a scan found, basic or enhanced."""

    image_scan_completed_at: datetime | None = None
    vulnerability_source_updated_at: datetime | None = None
    finding_severity_counts: Mapping[str, int] | None = None
    findings: tuple[ImageScanFinding, ...] | None = ()
    enhanced_findings: tuple[EnhancedFinding, ...] | None = ()


class Platform(msgspec.Struct, frozen=True, gc=False):
    """What an image of an index is built for, as the OCI image index has it."""

    architecture: str = ""
    os: str = ""
    variant: str = ""

    @property
    def words(self) -> str:
        """`linux/arm64/v8`."""
        return "/".join(filter(None, (self.os, self.architecture, self.variant)))


class ManifestEntry(msgspec.Struct, frozen=True, gc=False):
    """An image of an index."""

    digest: str = ""
    size: int | None = None
    platform: Platform | None = None


class Manifest(msgspec.Struct, frozen=True, gc=False):
    """An image manifest or an index, as far as it is shown."""

    manifests: tuple[ManifestEntry, ...] = ()
    """Of an index; none for a manifest of a single platform."""


class PulledImage(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The manifest of an image, as it is pulled."""

    image_manifest: str | None = None
    image_manifest_media_type: str | None = None


class RunningImage(msgspec.Struct, frozen=True, gc=False):
    """An image that tasks run, as a row of its own."""

    reference: str
    """As the task definition names it."""
    digest: str = ""
    """What the tasks run; empty where they have not told."""
    containers: tuple[str, ...] = ()
    """The names of the containers that run it."""
    architectures: tuple[str, ...] = ()
    """What the tasks that run it run on: `x86_64`, `arm64`."""
    tasks: int = 0
    services: tuple[str, ...] = ()
    details: tuple[ImageDetail, ...] | None = None
    """What the repository has under its tag and its digest; None where it was not asked."""
    refused: Problem | None = None
    """Why the repository gave nothing."""
