"""The log file: a line per API call with operation, duration and outcome, never its parameters."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from containerscope.model.listing import ApiError, Page
from containerscope.plan import Reply
from containerscope.settings import SettingsError

T = TypeVar("T")
U = TypeVar("U")


class CallLog:
    """An open log file that only its owner can read."""

    def __init__(self, path: Path) -> None:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise SettingsError("", "log_file", f"{path}: {error.strerror}") from None
        self._file = os.fdopen(handle, "a", encoding="utf-8", buffering=1)

    def write(self, operation: str, seconds: float, outcome: str) -> None:
        """Append one call."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._file.write(f"{now} {operation} {seconds * 1000:.0f}ms {outcome}\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class LoggedClients:
    """Clients whose calls are logged; everything else is theirs."""

    def __init__(self, clients: Any, log: CallLog) -> None:
        self._clients = clients
        self._log = log

    def __getattr__(self, name: str) -> Any:
        return getattr(self._clients, name)

    async def read(
        self, service: str, operation: str, member: str, model: type[T], /, **params: Any
    ) -> Page[T]:
        """Call and convert, as the clients do, with a line in the log."""
        page: Page[T] = await self._timed(
            f"{service}:{operation}",
            lambda: self._clients.read(service, operation, member, model, **params),
        )
        return page

    async def call(self, service: str, operation: str, /, **params: Any) -> Mapping[str, Any]:
        """Call, as the clients do, with a line in the log."""
        answer: Mapping[str, Any] = await self._timed(
            f"{service}:{operation}", lambda: self._clients.call(service, operation, **params)
        )
        return answer

    async def send(self, service: str, operation: str, /, **params: Any) -> Reply:
        """Make a change, as the clients do, with a line in the log."""
        reply: Reply = await self._timed(
            f"{service}:{operation}", lambda: self._clients.send(service, operation, **params)
        )
        return reply

    async def cached(
        self, key: Hashable, seconds: float, fetch: Callable[[], Awaitable[U]], /
    ) -> U:
        """What `fetch` returned lately, as the clients remember it."""
        found: U = await self._clients.cached(key, seconds, fetch)
        return found

    async def close(self) -> None:
        """Close the clients; the log outlives them."""
        forwards = self.__dict__.get("forwards")
        if forwards is not None:
            await forwards.close()
        await self._clients.close()

    async def _timed(self, operation: str, call: Callable[[], Awaitable[Any]]) -> Any:
        start = time.monotonic()
        outcome = "cancelled"
        try:
            answer = await call()
            outcome = "ok"
            return answer
        except ApiError as error:
            outcome = error.problem.why.value
            raise
        finally:
            self._log.write(operation, time.monotonic() - start, outcome)
