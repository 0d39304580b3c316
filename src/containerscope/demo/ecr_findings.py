"""What a scan finds in an image: known vulnerabilities of the packages of a base image."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from containerscope.demo.ecr_images import UNSCANNED, Image
from containerscope.demo.ids import number


class Vulnerability(NamedTuple):
    """A vulnerability and the package that has it."""

    name: str
    severity: str
    package: str
    version: str
    score: str
    description: str


_KNOWN = (
    Vulnerability("CVE-2024-45491", "CRITICAL", "expat", "2.5.0-1", "9.8",
                  "dtdCopy in xmlparse.c can have an integer overflow for nDefaultAtts."),
    Vulnerability("CVE-2024-37371", "CRITICAL", "krb5", "1.20.1-2", "9.1",
                  "Invalid memory reads during GSS message token handling."),
    Vulnerability("CVE-2023-44487", "HIGH", "nghttp2", "1.52.0-1", "7.5",
                  "The HTTP/2 protocol allows a denial of service by rapid stream resets."),
    Vulnerability("CVE-2023-4911", "HIGH", "glibc", "2.36-9", "7.8",
                  "A buffer overflow in ld.so while processing GLIBC_TUNABLES."),
    Vulnerability("CVE-2024-2961", "HIGH", "glibc", "2.36-9", "7.3",
                  "iconv() may overflow the output buffer for ISO-2022-CN-EXT."),
    Vulnerability("CVE-2023-5363", "HIGH", "openssl", "3.0.11-1", "7.5",
                  "Incorrect cipher key and IV length processing."),
    Vulnerability("CVE-2024-0567", "HIGH", "gnutls28", "3.7.9-2", "7.5",
                  "Rejection of a certificate chain with distributed trust."),
    Vulnerability("CVE-2024-5535", "MEDIUM", "openssl", "3.0.11-1", "5.9",
                  "SSL_select_next_proto buffer overread."),
    Vulnerability("CVE-2023-50387", "MEDIUM", "systemd", "252.17-1", "5.3",
                  "DNSSEC validation may consume excessive CPU (KeyTrap)."),
    Vulnerability("CVE-2024-28085", "MEDIUM", "util-linux", "2.38.1-5", "4.3",
                  "wall allows escape sequences to be sent to other terminals."),
    Vulnerability("CVE-2024-8096", "MEDIUM", "curl", "7.88.1-10", "6.5",
                  "OCSP stapling bypass with GnuTLS."),
    Vulnerability("CVE-2023-7104", "MEDIUM", "sqlite3", "3.40.1-2", "5.5",
                  "Heap overflow in the session extension."),
    Vulnerability("CVE-2022-4899", "LOW", "libzstd", "1.5.4-1", "3.7",
                  "Empty command-line arguments cause a buffer overrun."),
    Vulnerability("CVE-2023-29383", "LOW", "shadow", "4.13-1", "3.3",
                  "Control characters in fields of the SUID program chfn."),
    Vulnerability("CVE-2016-2781", "INFORMATIONAL", "coreutils", "9.1-1", "0.0",
                  "chroot with --userspec may escape to the parent session."),
)  # fmt: skip
_OFTEN = {"CRITICAL": 3, "HIGH": 28, "MEDIUM": 55, "LOW": 75, "INFORMATIONAL": 90}
"""In how many images of a hundred each is found."""
_FLAWED = ("payments", "thumbnails")
"""Repositories whose images have a critical vulnerability for sure."""


def findings(image: Image) -> list[Vulnerability]:
    """What a scan finds, the gravest first; nothing in a repository that is not scanned."""
    if image.repository in UNSCANNED:
        return []
    found = [
        each
        for each in _KNOWN
        if number(100, "finding", image.digest, each.name) < _OFTEN[each.severity]
    ]
    if image.repository in _FLAWED and _KNOWN[0] not in found:
        found.insert(0, _KNOWN[0])
    return found


def counts(image: Image) -> dict[str, int]:
    """How many findings there are of each severity."""
    return dict(Counter(each.severity for each in findings(image)))
