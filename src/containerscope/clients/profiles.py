"""The profiles and regions that one can choose from, read before anything is connected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import botocore.session
from botocore.exceptions import BotoCoreError

from containerscope.model.listing import ApiError, Problem, Why

_KINDS = (
    ("role_arn", "role"),
    ("sso_session", "sso"),
    ("sso_start_url", "sso"),
    ("credential_process", "process"),
    ("web_identity_token_file", "web identity"),
    ("aws_access_key_id", "keys"),
)


@dataclass(frozen=True)
class Profile:
    """A profile of the user's AWS configuration."""

    name: str
    account: str = ""
    """Twelve digits where the configuration says so: an SSO account or that of a role."""
    region: str = ""
    kind: str = ""
    """How it gets credentials: `sso`, `role`, `process`, `web identity`, `keys` or empty."""


def _profile(name: str, settings: Mapping[str, Any]) -> Profile:
    role = str(settings.get("role_arn", "")).split(":")
    account = role[4] if len(role) > 4 else str(settings.get("sso_account_id", ""))
    kind = next((kind for member, kind in _KINDS if member in settings), "")
    return Profile(name, account, str(settings.get("region", "")), kind)


def _session() -> tuple[Any, boto3.session.Session]:
    # AWS_PROFILE may name a profile that does not exist, which is no reason to list none.
    core = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
    return core, boto3.session.Session(botocore_session=core)


def profiles() -> tuple[Profile, ...]:
    """Every profile, by name; `default` comes first. Raises `ApiError` for a broken file."""
    try:
        core, session = _session()
        settings = core.full_config.get("profiles", {})
        names = sorted(session.available_profiles, key=lambda name: (name != "default", name))
    except BotoCoreError as error:
        problem = Problem(Why.FAILED, "profiles", str(error), remedy="check ~/.aws/config")
        raise ApiError(problem) from error
    return tuple(_profile(name, settings.get(name, {})) for name in names)


def regions(partition: str = "aws") -> tuple[str, ...]:
    """The regions of a partition that have ECS, by name."""
    _, session = _session()
    return tuple(sorted(session.get_available_regions("ecs", partition_name=partition)))
