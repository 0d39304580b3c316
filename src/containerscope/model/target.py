"""Where to connect to; apart from the resources, which the first frame does not wait for."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Target:
    """Which account and region to connect to, and with what; empty fields follow the AWS rules."""

    profile: str = ""
    region: str = ""
    endpoint_url: str = ""
    """One endpoint for every service, as the demo account has."""
    access_key: str = ""
    """With `secret_key`: explicit credentials; no file, environment or metadata is read then."""
    secret_key: str = field(default="", repr=False)
