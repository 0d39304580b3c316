"""From settings to clients: of the user's account, or of the demo account in a child process."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from containerscope.cli.demo_wishes import Wishes
from containerscope.model.kube_access import KubeAccess
from containerscope.model.listing import ApiError, Problem
from containerscope.model.target import Target
from containerscope.settings import Settings

if TYPE_CHECKING:
    from containerscope.cli.call_log import CallLog
    from containerscope.resource import Scope, SignIn

DEMO_REGION = "eu-west-1"
_START = 30.0
"""Seconds that the demo account may take to say where it answers."""


class DemoAccount:
    """The demo account in a child process, which ends when this does."""

    def __init__(self, settings: Settings) -> None:
        import tempfile

        from containerscope.clients import process

        wishes = Wishes.of(settings).flags()
        # Made by who first writes into it, so that a run that is killed leaves none behind.
        name = f"containerscope-demo-{secrets.token_hex(8)}"
        self._folder = Path(tempfile.gettempdir()) / name
        arguments = [
            sys.executable, "-m", "containerscope", "demo-server", "--port", "0",
            "--until-stdin-closes", "--announce", *wishes,
        ]  # fmt: skip
        self._child = process.start(process.Purpose.DEMO, arguments, read_only=settings.read_only)
        self._url = ""

    @property
    def state_dir(self) -> Path:
        """A folder for what a run remembers, gone with the account."""
        return self._folder

    async def endpoint(self) -> str:
        """Where it answers, as soon as it does."""
        if not self._url:
            self._url = await asyncio.to_thread(self._child.line, _START)
        return self._url

    def close(self) -> None:
        """End the child and remove the folder."""
        self._child.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class Session:
    """Opens clients as the settings say; `close` ends what it started."""

    def __init__(self, settings: Settings) -> None:
        self._log = _log_to(settings.log_file) if settings.log_file else None
        self._demo = DemoAccount(settings) if settings.demo else None
        self._pace: Any = None
        if self._demo is not None:
            settings = replace(settings, state_dir=self._demo.state_dir)
        self.settings = settings

    @property
    def target(self) -> Target:
        """Where to connect first."""
        region = self.settings.region
        if self._demo is not None:
            return Target(region=region or DEMO_REGION)
        return Target(profile=self.settings.profile, region=region)

    def prepare(self) -> None:
        """Load the SDKs, which takes most of the time until there is a connection."""
        threading.Thread(target=_load_http, name="prepare-http", daemon=True).start()
        import containerscope.clients.aws  # noqa: F401

    async def connect(self, target: Target, sign_in: SignIn) -> Any:
        """Clients for the target; a region switched to keeps the demo account."""
        await asyncio.to_thread(self.prepare)
        from containerscope.clients.aws import connect

        if self._demo is not None:
            url = await self._demo.endpoint()
            target = Target(
                region=target.region or DEMO_REGION,
                endpoint_url=url,
                access_key="demo",
                secret_key="demo",
            )
        clients = await connect(
            target,
            read_only=self._read_only(target),
            read_only_accounts=self.settings.read_only_accounts,
            rate_share=self.settings.rate_share,
            sign_in=sign_in,
            pace=self._pace,
            metrics=self.settings.metrics,
            kube=KubeAccess(
                self.settings.kubeconfig,
                self.settings.context,
                self.settings.as_user,
                self.settings.as_group,
            ),
        )
        self._pace = clients.pace
        if self._demo is not None:
            # The demo account's sessions are spoken by what it brings itself.
            clients.plugin = (sys.executable, "-m", "containerscope.demo.session_plugin")
        if self._log is None:
            return clients
        from containerscope.cli.call_log import LoggedClients

        return LoggedClients(clients, self._log)

    def _read_only(self, target: Target) -> bool:
        """Whether the settings say so, for everything or for this profile."""
        if self.settings.read_only:
            return True
        environ = os.environ
        named = target.profile or environ.get("AWS_PROFILE") or environ.get("AWS_DEFAULT_PROFILE")
        patterns = () if self._demo is not None else self.settings.read_only_profiles
        return any(fnmatchcase(named or "default", pattern) for pattern in patterns)

    def close(self) -> None:
        """End the demo account and close the log."""
        if self._demo is not None:
            self._demo.close()
        if self._log is not None:
            self._log.close()


def _load_http() -> None:
    """Load the HTTP client, which reads certificates outside the interpreter's lock meanwhile."""
    import aiohttp  # noqa: F401


def _log_to(path: Path) -> CallLog:
    from containerscope.cli.call_log import CallLog

    return CallLog(path)


@asynccontextmanager
async def connected(settings: Settings, sign_in: SignIn) -> AsyncIterator[Any]:
    """Clients for one command, closed at its end; raises ApiError."""
    from containerscope.action_log import ActionLog
    from containerscope.remote.forwards import Forwards

    session = Session(settings)
    try:
        clients = await session.connect(session.target, sign_in)
        clients.actions = ActionLog(session.settings.state_dir)
        clients.forwards = Forwards()
        try:
            yield clients
        finally:
            await clients.close()
    finally:
        session.close()


async def scope_of(clients: Any, settings: Settings) -> tuple[Scope, tuple[Problem, ...]]:
    """What the settings narrow a listing to; without an identity it works all the same."""
    from containerscope.resource import Scope

    scope = Scope(
        region=clients.region,
        cluster=settings.cluster,
        service=settings.service,
        namespace=settings.namespace,
    )
    try:
        identity = await clients.identity()
    except ApiError as error:
        return scope, (error.problem,)
    return scope.within(account=identity.account), ()
