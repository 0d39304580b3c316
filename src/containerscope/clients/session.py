"""A botocore session set up as the AWS CLI would, or from explicit credentials alone."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from aiobotocore.session import AioSession
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader

from containerscope import __version__
from containerscope.clients.decode import ParserFactory
from containerscope.clients.guard import guard_session, without_metrics
from containerscope.clients.models import ModelFiles, ModelLoader
from containerscope.clients.session_policy import narrow_roles, role_cache
from containerscope.clients.tls import ClientConfig
from containerscope.model.listing import ApiError, Problem, Why
from containerscope.resource import Target

API_EXTRAS = Path(__file__).parent / "api_extras"
"""Newer members of ECS and EKS answers, laid over botocore's own models."""
# Without a handler of its own, a library's warnings go to stderr, across the screen.
logging.getLogger("aiobotocore").addHandler(logging.NullHandler())
_NOT_READ = ("config_file", "credentials_file")


def _isolated() -> AioSession:
    """A session that reads neither files nor the environment."""
    variables = {
        name: (None, None, os.devnull if name in _NOT_READ else default, convert)
        for name, (_, _, default, convert) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
    }
    core = AioSession(session_vars=variables)
    paths = [str(API_EXTRAS), Loader.BUILTIN_DATA_PATH]
    loader = ModelLoader(paths, ModelFiles(), include_default_search_paths=False)
    core.register_component("data_loader", loader)
    return core


def _of_the_user(profile: str) -> AioSession:
    """A session that follows files and environment."""
    core = AioSession()
    if profile:
        core.set_config_variable("profile", profile)
    own = core.get_config_variable("data_path")
    paths = [str(Path(part).expanduser()) for part in (own or "").split(os.pathsep) if part]
    core.register_component("data_loader", ModelLoader([*paths, str(API_EXTRAS)], ModelFiles()))
    return core


def _config(target: Target) -> ClientConfig:
    options: dict[str, Any] = {
        "retries": {"mode": "standard", "total_max_attempts": 4},
        "max_pool_connections": 32,
        "connect_timeout": 5,
        "read_timeout": 20,
        "user_agent_extra": f"containerscope/{__version__}",
    }
    if target.endpoint_url or os.environ.get("AWS_ENDPOINT_URL"):
        # One address for every service has no `streaming-` beside it.
        options["inject_host_prefix"] = False
    if target.access_key:
        options |= {"proxies": {}, "ignore_configured_endpoint_urls": True}
    return ClientConfig(**options)


def open_session(target: Target, *, read_only: bool, metrics: bool = True) -> AioSession:
    """A session for this target, guarded before it can make a client."""
    core = _isolated() if target.access_key else _of_the_user(target.profile)
    if read_only:
        guard_session(core)
        narrow_roles(core)
    if not metrics:
        without_metrics(core)
    core.set_default_client_config(_config(target))
    core.register_component("response_parser_factory", ParserFactory())
    if target.access_key:
        core.set_credentials(target.access_key, target.secret_key)
    return core


def keep_roles(core: AioSession, *, read_only: bool) -> None:
    """Keep assumed roles in files, so that an MFA code serves for as long as a role lasts."""
    resolver = core.get_component("credential_provider")
    resolver.get_provider("assume-role").cache = role_cache(read_only=read_only)


def account_of_role(target: Target) -> str:
    """The account of the role that the target's profile stands for; empty where it names none."""
    if target.access_key or not target.profile:
        # The environment may hold credentials of another account.
        return ""
    role = str(_of_the_user(target.profile).get_scoped_config().get("role_arn") or "")
    return role.split(":")[4] if role.count(":") >= 5 else ""


def region_of(core: AioSession, target: Target) -> str:
    """The region by the rules of the AWS CLI, which knows `AWS_REGION` too."""
    region = target.region
    if not region and not target.access_key:
        region = os.environ.get("AWS_REGION", "")
    region = region or core.get_config_variable("region") or ""
    if not region:
        of_profile = f" profile {target.profile} of" if target.profile else ""
        problem = Problem(
            Why.FAILED,
            "connect",
            "No AWS region is set",
            remedy=f"pass --region, set AWS_REGION, or add `region` to{of_profile} ~/.aws/config",
        )
        raise ApiError(problem)
    return region


def partition_of(core: AioSession, region: str) -> str:
    """The partition of a region: `aws`, `aws-us-gov`, `aws-cn`."""
    try:
        partition: str = core.get_partition_for_region(region)
    except BotoCoreError:
        return "aws"
    return partition


def named_beforehand(target: Target, patterns: Sequence[str]) -> bool | None:
    """Whether a pattern names the account of the role that is assumed; None if that is not known.

    So the role is assumed once, and an MFA code asked for once, with or without its session policy.
    """
    account = account_of_role(target) if patterns else ""
    if account and any(fnmatchcase(account, pattern) for pattern in patterns):
        return True
    aliases = any(char.isalpha() for pattern in patterns for char in pattern)
    return False if account and not aliases else None
