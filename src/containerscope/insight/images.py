"""Image references taken apart, and the digest that runs against the one its tag has now.

Source: the reference grammar of the OCI Distribution project; Amazon ECR User Guide, "Registries".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from containerscope.insight.verdict import Verdict
from containerscope.model.ecr import ImageDetail, ImageScanFindings, Manifest, ManifestEntry
from containerscope.model.health import Level

_PRIVATE = re.compile(
    r"(?P<account>\d{12})\.dkr[.-](?P<fips>ecr-fips|ecr)\.(?P<region>[a-z0-9-]+)\."
    r"(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn|c2s\.ic\.gov|sc2s\.sgov\.gov)"
)
_DIGEST = re.compile(r"[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-fA-F]{32,}")
_KNOWN: Mapping[str, str] = {
    "public.ecr.aws": "ECR Public",
    "docker.io": "Docker Hub",
    "index.docker.io": "Docker Hub",
    "registry-1.docker.io": "Docker Hub",
    "ghcr.io": "GitHub",
    "gcr.io": "Google",
    "mcr.microsoft.com": "Microsoft",
    "quay.io": "Quay",
    "registry.k8s.io": "Kubernetes",
    "registry.gitlab.com": "GitLab",
}
SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED", "UNTRIAGED")
"""The severities of findings, the worst first."""
INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
"""The media types of an index of several platforms."""


class Image(msgspec.Struct, frozen=True):
    """An image reference taken apart."""

    reference: str
    registry: str
    """The host: `docker.io` where the reference names none."""
    kind: str
    """`ECR`, `ECR Public`, `Docker Hub`, another known registry's name, or its host."""
    repository: str
    """With `library/` where Docker Hub understands it."""
    tag: str = ""
    """`latest` where neither tag nor digest is given."""
    digest: str = ""
    account: str = ""
    """The twelve digits of a private ECR registry."""
    region: str = ""

    @property
    def ours(self) -> bool:
        """Whether it lies in a private ECR registry, which can be asked about it."""
        return bool(self.account)

    @property
    def floating(self) -> bool:
        """Whether the reference may mean another image tomorrow."""
        return not self.digest

    @property
    def name(self) -> str:
        """The last part of the repository, for a narrow column."""
        return self.repository.rsplit("/", 1)[-1]


def parse_image(reference: str) -> Image:
    """The parts of an image reference; what is missing is filled in as Docker does."""
    rest = reference.strip()
    rest, _, after = rest.partition("@")
    digest = after if _DIGEST.fullmatch(after) else ""
    host, slash, path = rest.partition("/")
    if slash and ("." in host or ":" in host or host == "localhost"):
        registry = host
    else:
        registry, path = "docker.io", rest
    repository, colon, tag = path.rpartition(":")
    if not colon:
        repository, tag = path, ""
    if registry.endswith("docker.io") and "/" not in repository:
        repository = f"library/{repository}"
    if not tag and not digest:
        tag = "latest"
    private = _PRIVATE.fullmatch(registry)
    kind = "ECR" if private else _KNOWN.get(registry, _google(registry))
    return Image(
        reference,
        registry,
        kind,
        repository,
        tag,
        digest,
        private["account"] if private else "",
        private["region"] if private else "",
    )


def _google(registry: str) -> str:
    return "Google" if registry.endswith((".gcr.io", ".pkg.dev")) else registry


def kind_words(image: Image, account: str) -> str:
    """The kind of its registry, a private one of another account named: `ECR of 9999…`."""
    foreign = image.ours and account and image.account != account
    return f"ECR of {image.account}" if foreign else image.kind


def short_digest(digest: str) -> str:
    """`sha256:0123456789ab`, enough to tell one from another."""
    method, colon, value = digest.partition(":")
    return f"{method}:{value[:12]}" if colon else digest[:12]


def platforms(manifest: str) -> tuple[ManifestEntry, ...]:
    """The images of an index, without what is no image but says something about one."""
    try:
        found = msgspec.json.decode(manifest, type=Manifest)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return ()
    return tuple(
        each
        for each in found.manifests
        if each.platform is None or each.platform.architecture not in ("", "unknown")
    )


def digest_verdict(
    image: Image,
    running: str,
    details: Iterable[ImageDetail] | None,
    inside: Sequence[ManifestEntry] = (),
) -> Verdict:
    """Whether the digest that runs is the one that the tag has now.

    `details` are those of the repository's images that the tag or the running digest named; None
    where they could not be read. `inside` are the images of the index that the tag is.
    """
    if not running:
        return Verdict(Level.NONE)
    if image.digest:
        if image.digest == running:
            return Verdict(Level.FINE, "pinned")
        return Verdict(
            Level.WARNING,
            "runs another digest",
            f"The definition pins {short_digest(image.digest)}, {short_digest(running)} runs.",
            "Deploy the service anew.",
        )
    if details is None:
        return Verdict(Level.NONE, "not known")
    found = list(details)
    tagged = next((each for each in found if image.tag in (each.image_tags or ())), None)
    if tagged is None:
        return Verdict(
            Level.FAILED,
            "the tag is gone",
            f"{image.repository} has no image of tag {image.tag}: a new task cannot be started.",
            "Push the tag again, or deploy one that exists.",
        )
    if tagged.image_digest == running:
        return Verdict(Level.FINE, "current")
    own = next((each for each in inside if each.digest == running), None)
    if own is not None:
        return Verdict(Level.FINE, f"current, {own.platform.words if own.platform else 'of it'}")
    if is_index(tagged) and not inside and all(each.image_digest != running for each in found):
        # What runs may be the image of its platform within the list that is tagged.
        return Verdict(Level.NONE, "one of several platforms")
    return _moved(image, tagged, running)


def _moved(image: Image, tagged: ImageDetail, running: str) -> Verdict:
    now = short_digest(tagged.image_digest or "?")
    return Verdict(
        Level.WARNING,
        "the tag has moved on",
        f"{image.tag} is {now} now, {short_digest(running)} runs.",
        "Deploy anew to run what the tag is now; pin digests to know what runs.",
    )


def is_index(detail: ImageDetail) -> bool:
    """Whether an image is an index of several platforms."""
    return detail.image_manifest_media_type in INDEXES


def severity_counts(found: ImageDetail | ImageScanFindings) -> dict[str, int]:
    """How many findings of each severity, the worst first; empty where nothing was scanned."""
    counts = (
        found.finding_severity_counts
        if isinstance(found, ImageScanFindings)
        else found.image_scan_findings_summary.finding_severity_counts
        if found.image_scan_findings_summary
        else None
    ) or {}
    known = {name: counts[name] for name in SEVERITIES if counts.get(name)}
    return known | {name: count for name, count in counts.items() if name not in known and count}


def severity_words(counts: Mapping[str, int]) -> str:
    """`2 critical, 5 high`; the two worst are enough for a cell."""
    words = [f"{count} {name.lower()}" for name, count in counts.items()]
    more = f", {len(words) - 2} more" if len(words) > 2 else ""
    return ", ".join(words[:2]) + more


def scan_verdict(detail: ImageDetail) -> Verdict:
    """What the scan of an image found, or why there is none."""
    status = (detail.image_scan_status.status if detail.image_scan_status else None) or ""
    said = (detail.image_scan_status.description if detail.image_scan_status else None) or ""
    if detail.image_scan_findings_summary is not None:
        counts = severity_counts(detail)
        if not counts:
            return Verdict(Level.FINE, "nothing found")
        level = Level.FAILED if counts.get("CRITICAL") else Level.NONE
        level = Level.WARNING if not level and counts.get("HIGH") else level
        return Verdict(level, severity_words(counts))
    if status in (
        "FAILED",
        "UNSUPPORTED_IMAGE",
        "SCAN_ELIGIBILITY_EXPIRED",
        "FINDINGS_UNAVAILABLE",
    ):
        return Verdict(Level.NONE, status.lower().replace("_", " "), said=said)
    if status in ("PENDING", "IN_PROGRESS", "ACTIVE", "COMPLETE"):
        return Verdict(Level.NONE, "scanned, no summary yet" if status != "PENDING" else "pending")
    return Verdict(Level.NONE, "not scanned")
