"""A small IAM Identity Center and STS, to sign in to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from botocore.credentials import SSOProvider
from botocore.tokens import SSOTokenProvider

from tests.clients.counting import Knocks, counting_server

PENDING = 2
"""How often the device is not confirmed yet."""


class Center:
    """Hands out tokens and role credentials; a test may make it slow, forgetful or strict."""

    def __init__(self) -> None:
        self.knocks = Knocks()
        self.token = "token-1"
        self.polls = 0
        self.confirmed = True
        self.code = "123456"
        self.codes_given: list[str] = []
        self.assumed: list[dict[str, list[str]]] = []
        """What each AssumeRole carried."""
        self.role_lasts = timedelta(hours=1)

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.knocks.url

    def count(self, path: str) -> int:
        """How often that path was asked for."""
        return sum(request.endswith(path) for request in self.knocks.requests)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """The answer to whatever is asked."""
        target = request.headers.get("X-Amz-Target", "")
        if target:
            return web.json_response({"clusterArns": ["a"]})
        if request.path == "/":
            return self._sts(parse_qs((await request.read()).decode()))
        return await self._sso(request)

    def _sts(self, form: dict[str, list[str]]) -> web.Response:
        action = form["Action"][0]
        if action == "GetCallerIdentity":
            inner = "<Account>111122223333</Account><Arn>arn:aws:iam::111122223333:user/u</Arn>"
        elif not action.startswith("AssumeRole"):
            error = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
            return web.Response(text=f"<ErrorResponse>{error}</ErrorResponse>", status=403)
        else:
            self.assumed.append(form)
            given = form.get("TokenCode", [""])[0]
            self.codes_given.append(given)
            if given != self.code:
                text = "MultiFactorAuthentication failed with invalid MFA one time pass code."
                error = f"<Error><Code>AccessDenied</Code><Message>{text}</Message></Error>"
                return web.Response(text=f"<ErrorResponse>{error}</ErrorResponse>", status=403)
            until = (datetime.now(UTC) + self.role_lasts).isoformat()
            inner = (
                "<Credentials><AccessKeyId>ROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
                f"<SessionToken>t</SessionToken><Expiration>{until}</Expiration></Credentials>"
                "<AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/r/s</Arn>"
                "<AssumedRoleId>id</AssumedRoleId></AssumedRoleUser>"
            )
        body = f"<{action}Response><{action}Result>{inner}</{action}Result></{action}Response>"
        return web.Response(text=body, content_type="text/xml")

    async def _sso(self, request: web.BaseRequest) -> web.Response:
        if request.path == "/client/register":
            until = int((datetime.now(UTC) + timedelta(days=90)).timestamp())
            return web.json_response(
                {"clientId": "id", "clientSecret": "secret", "clientSecretExpiresAt": until}
            )
        if request.path == "/device_authorization":
            return web.json_response(
                {
                    "deviceCode": "device",
                    "userCode": "ABCD-EFGH",
                    "verificationUri": "https://device.sso.example/",
                    "verificationUriComplete": "https://device.sso.example/?user_code=ABCD-EFGH",
                    "expiresIn": 60,
                    "interval": 1,
                }
            )
        if request.path == "/token":
            return self._token()
        if request.headers.get("x-amz-sso_bearer_token") != self.token:
            return self._error("UnauthorizedException", 401)
        until = int((datetime.now(UTC) + timedelta(hours=1)).timestamp() * 1000)
        role = {
            "accessKeyId": "SSO",
            "secretAccessKey": "s",
            "sessionToken": "t",
            "expiration": until,
        }
        return web.json_response({"roleCredentials": role})

    def _token(self) -> web.Response:
        self.polls += 1
        if self.polls <= PENDING:
            return self._error("AuthorizationPendingException", 400)
        if not self.confirmed:
            return self._error("ExpiredTokenException", 400)
        return web.json_response(
            {"accessToken": self.token, "expiresIn": 28800, "refreshToken": "refresh"}
        )

    def _error(self, code: str, status: int) -> web.Response:
        body = json.dumps({"__type": code, "error": code, "message": code})
        headers = {"x-amzn-ErrorType": code}
        return web.Response(
            body=body, status=status, headers=headers, content_type="application/json"
        )


@asynccontextmanager
async def center(monkeypatch: pytest.MonkeyPatch, home: str) -> AsyncIterator[Center]:
    """A centre that every service's endpoint in the environment points to."""
    folder = f"{home}/.aws/sso/cache"
    monkeypatch.setattr(SSOProvider, "_SSO_TOKEN_CACHE_DIR", folder)
    monkeypatch.setattr(SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR", folder)
    made = Center()
    async with counting_server(made.answer) as made.knocks:
        monkeypatch.setenv("AWS_ENDPOINT_URL", made.url)
        yield made


class QuickClock:
    """The machine's time, on which nothing takes long."""

    passed = 0.0
    """Seconds that a test let pass."""

    def now(self) -> datetime:
        """The wall time."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds of the event loop."""
        return asyncio.get_running_loop().time() + self.passed

    async def sleep(self, seconds: float) -> None:
        """Sleep a hundredth of it."""
        await asyncio.sleep(seconds / 100)
