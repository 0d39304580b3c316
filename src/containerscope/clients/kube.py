"""Every request to the Kubernetes API of one cluster: guarded, signed in, its errors mapped."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol
from urllib.parse import urlencode

from containerscope import __version__
from containerscope.clients.kube_errors import broken, refusal, retry_after, status_of
from containerscope.clients.kube_guard import is_secret, refuse, without_values
from containerscope.clients.server_clock import ServerClock, parse_date
from containerscope.model.kube import KubeError, Status
from containerscope.model.listing import ApiError, RefusedError

_CONNECT = 5.0
"""Seconds for a connection: a private endpoint does not refuse, it says nothing."""
_ANSWER = 30.0
"""Seconds for the whole of an answer that is no stream."""


class Door(Protocol):
    """The way into one cluster: where it is, and who we are there."""

    async def configuration(self) -> Any:
        """A `kubernetes.aio` configuration: host, certificates, proxy; raises `ApiError`."""

    async def authorization(self) -> str:
        """The value of the `Authorization` header; empty where a certificate does it."""

    async def turned_away(self, status: Status, operation: str, *, again: bool) -> ApiError | None:
        """After a 401: None when another try makes sense, else what to say."""

    async def unreachable(self, error: BaseException, operation: str) -> ApiError:
        """What it means that there was no answer."""


class KubeConnection:
    """The API of one cluster; implements `containerscope.resource.KubeApi`."""

    def __init__(
        self,
        name: str,
        door: Door,
        clock: ServerClock,
        calls: Counter[str],
        impersonate: str = "",
    ) -> None:
        self.name = name
        self._door = door
        self._clock = clock
        self._calls = calls
        self._impersonate = impersonate
        self._client: Any = None
        self._opening = asyncio.Lock()

    async def get(self, path: str, /, accept: str = "application/json", **query: str) -> bytes:
        """The body of an answer; raises `KubeError` with the status of a refusal."""
        async with self._response(path, query, accept, _ANSWER, _ANSWER) as response:
            try:
                body: bytes = await response.read()
            except Exception as error:
                raise await self._lost(error, _operation(path, query)) from error
        return without_values(body) if is_secret(path) else body

    async def stream(
        self, path: str, /, idle: float = 300.0, **query: str
    ) -> AsyncIterator[list[bytes]]:
        """The lines of an answer as they arrive, those of one packet together, until it ends.

        The first are none: the server has accepted, and may have nothing to say yet. A half-written
        last line is left out. Silence of `idle` seconds, like a connection that breaks, raises
        `KubeError`.
        """
        secret = is_secret(path)
        async with self._response(path, query, "application/json", None, idle) as response:
            rest = b""
            yield []
            while True:
                try:
                    chunk: bytes = await response.content.readany()
                except Exception as error:
                    raise broken(error, _operation(path, query)) from error
                if not chunk:
                    return
                *lines, rest = (rest + chunk).split(b"\n")
                if lines:
                    yield [without_values(line) for line in lines] if secret else lines

    async def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    @asynccontextmanager
    async def _response(
        self,
        path: str,
        query: Mapping[str, str],
        accept: str,
        total: float | None,
        idle: float,
    ) -> AsyncIterator[Any]:
        refused = refuse("GET", path)
        if refused is not None:
            raise RefusedError(refused)
        operation = _operation(path, query)
        response = await self._signed_in(path, query, accept, total, idle, operation)
        try:
            if response.status >= 400:
                body = await response.read()
                status = status_of(body)
                wait = retry_after(response.headers, status)
                raise refusal(response.status, status, operation, wait)
            yield response
        finally:
            response.close()

    async def _signed_in(
        self,
        path: str,
        query: Mapping[str, str],
        accept: str,
        total: float | None,
        idle: float,
        operation: str,
    ) -> Any:
        """An answer that is not 401; a token that has just ended is renewed once."""
        again = False
        while True:
            response = await self._send(path, query, accept, total, idle, operation)
            if response.status != 401:
                return response
            status = status_of(await response.read())
            response.close()
            error = await self._door.turned_away(status, operation, again=again)
            if error is not None:
                raise error
            again = True

    async def _send(
        self,
        path: str,
        query: Mapping[str, str],
        accept: str,
        total: float | None,
        idle: float,
        operation: str,
    ) -> Any:
        import aiohttp
        from yarl import URL

        client = await self._opened()
        headers = {
            "Accept": accept,
            "Accept-Encoding": "gzip",
            "User-Agent": f"containerscope/{__version__}",
        }
        authorization = await self._door.authorization()
        if authorization:
            headers["Authorization"] = authorization
        if self._impersonate:
            headers["Impersonate-User"] = self._impersonate
        url = client.configuration.host.rstrip("/") + path
        if query:
            url += "?" + urlencode(query)
        timeout = aiohttp.ClientTimeout(total, sock_connect=_CONNECT, sock_read=idle)
        sent = time.monotonic()
        self._calls[operation] += 1
        try:
            told = await client.call_api(
                "GET", URL(url, encoded=True), headers, _request_timeout=timeout
            )
        except Exception as error:
            raise await self._lost(error, operation) from error
        date = parse_date(told.response.headers.get("Date"))
        if date is not None:
            self._clock.learn(date, time.monotonic() - sent)
        return told.response

    async def signed(self, operation: str) -> tuple[Any, dict[str, str]]:
        """The SDK's client and the headers that sign a request, for `kube_stream`; counted."""
        client = await self._opened()
        headers = {"User-Agent": f"containerscope/{__version__}"}
        authorization = await self._door.authorization()
        if authorization:
            headers["Authorization"] = authorization
        if self._impersonate:
            headers["Impersonate-User"] = self._impersonate
        self._calls[operation] += 1
        return client, headers

    async def turned_away(
        self, error: KubeError, operation: str, *, again: bool
    ) -> ApiError | None:
        """After a 401: None when another try makes sense, else what to say."""
        status = Status(message=error.problem.message)
        return await self._door.turned_away(status, operation, again=again)

    async def lost(self, error: Exception, operation: str) -> ApiError:
        """What it means that there was no answer."""
        return await self._lost(error, operation)

    async def _lost(self, error: Exception, operation: str) -> ApiError:
        if isinstance(error, ApiError):
            return error
        return await self._door.unreachable(error, operation)

    async def _opened(self) -> Any:
        async with self._opening:
            if self._client is None:
                configuration = await self._door.configuration()
                make = await asyncio.to_thread(_client_class)
                try:
                    self._client = make(configuration)
                except (OSError, ValueError) as error:
                    raise await self._door.unreachable(error, "kubernetes:connect") from error
            return self._client


def _client_class() -> Callable[[Any], Any]:
    # Loading the SDK takes half a second: whoever looks at ECS alone does not wait for it.
    from kubernetes.aio.client import ApiClient

    make: Callable[[Any], Any] = ApiClient
    return make


def _operation(path: str, query: Mapping[str, str]) -> str:
    """What a request is called in problems and counts: `kubernetes:list pods`."""
    parts = path.strip("/").split("/")
    parts = parts[2:] if parts[0] == "api" else parts[3:] if parts[0] == "apis" else parts
    if len(parts) > 2 and parts[0] == "namespaces":
        parts = parts[2:]
    if not parts:
        return f"kubernetes:get {path}"
    if len(parts) > 2:
        return f"kubernetes:get {parts[0]}/{parts[2]}"
    verb = "get" if len(parts) == 2 else "watch" if "watch" in query else "list"
    return f"kubernetes:{verb} {parts[0]}"


__all__ = ["Door", "KubeConnection", "KubeError"]
