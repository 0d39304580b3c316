"""Signing in again from inside: an SSO device code or an MFA code, one dialog for all calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from botocore import exceptions as boto

from containerscope.clients.connection import Connection
from containerscope.clients.errors import to_problem
from containerscope.clients.mfa import MfaCodeNeeded, MfaCodes
from containerscope.clients.sso import SsoConfig, login, sso_of
from containerscope.model.clock import Clock
from containerscope.model.listing import ApiError, Problem, Why
from containerscope.resource import SignIn

_SSO_OVER = (
    boto.SSOTokenLoadError,
    boto.UnauthorizedSSOTokenError,
    boto.TokenRetrievalError,
    boto.NoAuthTokenError,
)
_QUIET = 300.0
"""Seconds without a dialog after one was given up; `again` ends them."""
_REREAD = 5.0
"""Seconds between two looks at the user's files for credentials renewed from outside."""


class Renewal:
    """Decides after a failed call whether signing in again cures it, and does it once for all."""

    def __init__(
        self,
        sign_in: SignIn,
        clock: Clock,
        current: Callable[[], Connection],
        reconnect: Callable[[], None],
    ) -> None:
        self.codes = MfaCodes()
        self._sign_in = sign_in
        self._clock = clock
        self._current = current
        self._reconnect = reconnect
        self._turn = asyncio.Lock()
        self._given_up: tuple[float, Problem] | None = None
        self._reread_at: float | None = None

    def again(self) -> None:
        """Let the next expired call ask once more, though the last dialog was given up."""
        self._given_up = None

    async def cure(self, error: Exception, failed: Connection) -> bool:
        """Whether the call is worth another try; raises `ApiError` once a person gave up."""
        if not _is_about_credentials(error):
            return False
        async with self._turn:
            if failed is not self._current():
                return True
            if not await self._achieve(error, failed):
                return False
            self._reconnect()
            return True

    async def _achieve(self, error: Exception, failed: Connection) -> bool:
        if isinstance(error, MfaCodeNeeded):
            await self._ask(self._ask_code(error.serial))
            return True
        if isinstance(error, boto.RefreshWithMFAUnsupportedError) or _wrong_code(error):
            return True
        sso = _sso(failed) if isinstance(error, _SSO_OVER) else None
        if sso is not None:
            await self._ask(login(failed.core, sso, self._sign_in, self._clock))
            return True
        return self._may_reread()

    async def _ask(self, dialog: Coroutine[Any, Any, None]) -> None:
        now = self._clock.monotonic()
        if self._given_up is not None and now < self._given_up[0]:
            dialog.close()
            raise ApiError(self._given_up[1])
        try:
            await dialog
        except ApiError as error:
            self._given_up = (self._clock.monotonic() + _QUIET, error.problem)
            raise
        self._given_up = None

    async def _ask_code(self, serial: str) -> None:
        code = await self._sign_in.mfa_code(serial)
        if not code:
            message = f"The assumed role needs the code of the MFA device {serial}"
            remedy = "sign in again and give the code"
            raise ApiError(Problem(Why.EXPIRED, "sts:AssumeRole", message, remedy=remedy))
        self.codes.give(serial, code)

    def _may_reread(self) -> bool:
        """Whether to look at the user's files for credentials renewed from outside."""
        now = self._clock.monotonic()
        if self._reread_at is not None and now - self._reread_at < _REREAD:
            return False
        self._reread_at = now
        return True


def _is_about_credentials(error: Exception) -> bool:
    if isinstance(error, MfaCodeNeeded) or _wrong_code(error):
        return True
    return to_problem(error, "", "").why is Why.EXPIRED


def _wrong_code(error: Exception) -> bool:
    return isinstance(error, boto.ClientError) and "invalid MFA" in str(error)


def _sso(connection: Connection) -> SsoConfig | None:
    core = connection.core
    profile = core.get_config_variable("profile") or "default"
    return sso_of(core.full_config, profile)
