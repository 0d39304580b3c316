"""Signing in to IAM Identity Center by device code, as `aws sso login --use-device-code` does.

The token is kept in the file that the AWS CLI and every SDK read.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from botocore import UNSIGNED
from botocore import exceptions as boto

from containerscope.clients.errors import to_problem
from containerscope.clients.tls import ClientConfig
from containerscope.model.clock import Clock
from containerscope.model.listing import ApiError, Problem, Why
from containerscope.resource import SignIn

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SCOPES = "sso:account:access"
_SLOWER = 5.0
"""Seconds that `slow_down` adds to the interval (RFC 8628)."""


@dataclass(frozen=True)
class SsoConfig:
    """Where a profile signs in."""

    start_url: str
    region: str
    session: str = ""
    """The name of its `sso-session` section; empty for a legacy profile."""
    scopes: tuple[str, ...] = ()

    @property
    def token_file(self) -> Path:
        """The token's file, under the name that the AWS CLI gives it."""
        digest = hashlib.sha1((self.session or self.start_url).encode()).hexdigest()
        return Path.home() / ".aws" / "sso" / "cache" / f"{digest}.json"


def sso_of(config: Mapping[str, Any], profile: str) -> SsoConfig | None:
    """The SSO settings of a profile, or of the profile it takes its credentials from."""
    profiles = config.get("profiles", {})
    seen: set[str] = set()
    while profile and profile not in seen:
        seen.add(profile)
        own = profiles.get(profile, {})
        if name := own.get("sso_session"):
            section = config.get("sso_sessions", {}).get(name, {})
            scopes = section.get("sso_registration_scopes", _SCOPES)
            own, scoped = section, tuple(part.strip() for part in scopes.split(","))
        else:
            name, scoped = "", ()
        if "sso_start_url" in own and "sso_region" in own:
            return SsoConfig(own["sso_start_url"], own["sso_region"], name, scoped)
        profile = profiles.get(profile, {}).get("source_profile", "")
    return None


async def login(core: Any, sso: SsoConfig, sign_in: SignIn, clock: Clock) -> None:
    """Show a code, wait until it is confirmed, and keep the token; raises `ApiError`."""
    config = ClientConfig(signature_version=UNSIGNED)
    try:
        async with core.create_client("sso-oidc", region_name=sso.region, config=config) as client:
            await _login(client, sso, sign_in, clock)
    except ApiError as error:
        await sign_in.device_done(error.problem.message)
        raise
    except (boto.BotoCoreError, boto.ClientError) as error:
        problem = to_problem(error, "sso-oidc", getattr(error, "operation_name", "CreateToken"))
        await sign_in.device_done(problem.message)
        raise ApiError(problem) from error
    await sign_in.device_done("")


async def _login(client: Any, sso: SsoConfig, sign_in: SignIn, clock: Clock) -> None:
    registration = await client.register_client(
        clientName="containerscope",
        clientType="public",
        **({"scopes": list(sso.scopes)} if sso.scopes else {}),
    )
    app = {key: registration[key] for key in ("clientId", "clientSecret")}
    device = await client.start_device_authorization(**app, startUrl=sso.start_url)
    url = device.get("verificationUriComplete") or device["verificationUri"]
    await sign_in.device_code(url, device["userCode"], float(device["expiresIn"]))
    token = await _wait_for_token(client, app, device, clock)
    expires = datetime.now(UTC) + timedelta(seconds=token["expiresIn"])
    registered_until = datetime.fromtimestamp(registration["clientSecretExpiresAt"], UTC)
    kept = {
        "startUrl": sso.start_url,
        "region": sso.region,
        "accessToken": token["accessToken"],
        "expiresAt": _written(expires),
        **app,
        "registrationExpiresAt": _written(registered_until),
    }
    if sso.session and "refreshToken" in token:
        kept["refreshToken"] = token["refreshToken"]
    _keep(sso.token_file, kept)


async def _wait_for_token(
    client: Any, app: Mapping[str, str], device: Mapping[str, Any], clock: Clock
) -> Mapping[str, Any]:
    interval = float(device.get("interval") or 5)
    deadline = clock.monotonic() + float(device["expiresIn"])
    while clock.monotonic() < deadline:
        try:
            token: Mapping[str, Any] = await client.create_token(
                grantType=_GRANT, deviceCode=device["deviceCode"], **app
            )
        except client.exceptions.AuthorizationPendingException:
            await clock.sleep(interval)
        except client.exceptions.SlowDownException:
            interval += _SLOWER
            await clock.sleep(interval)
        except client.exceptions.ExpiredTokenException:
            break
        else:
            return token
    message = "Nobody confirmed the sign-in before its code expired"
    raise ApiError(Problem(Why.EXPIRED, "sso-oidc:CreateToken", message, remedy="sign in again"))


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _keep(file: Path, token: Mapping[str, Any]) -> None:
    """Write the token whole or not at all, readable by its owner only."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump(token, out)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
