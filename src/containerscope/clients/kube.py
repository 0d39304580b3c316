"""Every request to the Kubernetes API of one cluster: guarded, signed in, its errors mapped."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from containerscope import __version__
from containerscope.clients.kube_errors import broken, refusal, retry_after, status_of
from containerscope.clients.kube_guard import is_secret, refuse, without_values
from containerscope.clients.kube_writes import refuse_write
from containerscope.clients.server_clock import ServerClock, parse_date
from containerscope.model.kube import KubeError, Status
from containerscope.model.kube_access import KubeAccess
from containerscope.model.listing import ApiError, RefusedError
from containerscope.plan import METHODS, KubeRequest
from containerscope.resource import Sent

if TYPE_CHECKING:
    from multidict import CIMultiDict

    Headers = CIMultiDict[str]

_CONNECT = 5.0
"""Seconds for a connection: a private endpoint does not refuse, it says nothing."""
_ANSWER = 30.0
"""Seconds for the whole of an answer that is no stream."""
_MANAGER = "containerscope"
"""Who we are in `metadata.managedFields` and in the server's logs."""


@dataclass(frozen=True)
class _Call:
    """One HTTP request."""

    path: str
    query: Mapping[str, str]
    operation: str
    accept: str = "application/json"
    total: float | None = _ANSWER
    idle: float = _ANSWER
    method: str = "GET"
    media: str = ""
    body: Any = field(default=None, repr=False)


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
    """The API of one cluster; implements `containerscope.door.KubeApi`."""

    def __init__(
        self,
        name: str,
        door: Door,
        clock: ServerClock,
        calls: Counter[str],
        access: KubeAccess = KubeAccess(),  # noqa: B008
        read_only: Callable[[], bool] = lambda: True,
    ) -> None:
        self.name = name
        self._door = door
        self._clock = clock
        self._calls = calls
        self._access = access
        self._read_only = read_only
        self._client: Any = None
        self._opening = asyncio.Lock()

    async def get(self, path: str, /, accept: str = "application/json", **query: str) -> bytes:
        """The body of an answer; raises `KubeError` with the status of a refusal."""
        call = _Call(path, query, _operation(path, query), accept)
        async with self._read(call) as response:
            body = await self._body(response, call)
        return without_values(body) if is_secret(path) else body

    async def send(self, request: KubeRequest, /, *, dry: bool = False) -> Sent:
        """Make a change, or have the server only try it, in full, with `dryRun=All`.

        It is refused before anything is opened in read-only, and where it is none of ours.
        """
        method, path = METHODS[request.verb], request.path
        refused = refuse_write(method, path, read_only=self._read_only())
        if refused is not None:
            raise RefusedError(refused)
        query = {"fieldManager": _MANAGER} if request.verb != "delete" else {}
        call = _Call(
            path,
            {**query, **({"dryRun": "All"} if dry else {})},
            request.name,
            method=method,
            media=request.media,
            body=request.body,
        )
        async with self._response(call) as response:
            body = await self._body(response, call)
            made = str(response.headers.get("Audit-Id", ""))
        return Sent(without_values(body) if is_secret(path) else body, made)

    async def _body(self, response: Any, call: _Call) -> bytes:
        try:
            body: bytes = await response.read()
        except Exception as error:
            raise await self._lost(error, call.operation) from error
        return body

    async def stream(
        self, path: str, /, idle: float = 300.0, accept: str = "application/json", **query: str
    ) -> AsyncIterator[list[bytes]]:
        """The lines of an answer as they arrive, those of one packet together, until it ends.

        The first are none: the server has accepted, and may have nothing to say yet. A half-written
        last line is left out. Silence of `idle` seconds, like a connection that breaks, raises
        `KubeError`.
        """
        secret = is_secret(path)
        call = _Call(path, query, _operation(path, query), accept, total=None, idle=idle)
        async with self._read(call) as response:
            rest = b""
            yield []
            while True:
                try:
                    chunk: bytes = await response.content.readany()
                except Exception as error:
                    raise broken(error, call.operation) from error
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
    async def _read(self, call: _Call) -> AsyncIterator[Any]:
        refused = refuse(call.method, call.path)
        if refused is not None:
            raise RefusedError(refused)
        async with self._response(call) as response:
            yield response

    @asynccontextmanager
    async def _response(self, call: _Call) -> AsyncIterator[Any]:
        response = await self._signed_in(call)
        try:
            if response.status >= 400:
                body = await response.read()
                status = status_of(body)
                wait = retry_after(response.headers, status)
                raise refusal(response.status, status, call.operation, wait)
            yield response
        finally:
            response.close()

    async def _signed_in(self, call: _Call) -> Any:
        """An answer that is not 401; a token that has just ended is renewed once."""
        again = False
        while True:
            response = await self._send(call)
            if response.status != 401:
                return response
            status = status_of(await response.read())
            response.close()
            error = await self._door.turned_away(status, call.operation, again=again)
            if error is not None:
                raise error
            again = True

    async def _send(self, call: _Call) -> Any:
        import aiohttp
        from yarl import URL

        client = await self._opened()
        headers = await self._headers()
        headers.update({"Accept": call.accept, "Accept-Encoding": "gzip"})
        if call.body is not None:
            headers["Content-Type"] = call.media
        url = client.configuration.host.rstrip("/") + call.path
        if call.query:
            url += "?" + urlencode(call.query)
        timeout = aiohttp.ClientTimeout(call.total, sock_connect=_CONNECT, sock_read=call.idle)
        sent = time.monotonic()
        self._calls[call.operation] += 1
        try:
            told = await client.call_api(
                call.method,
                URL(url, encoded=True),
                headers,
                call.body,
                _request_timeout=timeout,
            )
        except Exception as error:
            raise await self._lost(error, call.operation) from error
        date = parse_date(told.response.headers.get("Date"))
        if date is not None:
            self._clock.learn(date, time.monotonic() - sent)
        return told.response

    async def signed(self, operation: str) -> tuple[Any, Headers]:
        """The SDK's client and the headers that sign a request, for `kube_stream`; counted."""
        client = await self._opened()
        headers = await self._headers()
        self._calls[operation] += 1
        return client, headers

    async def _headers(self) -> Headers:
        """Who asks, and whom the server is to take that for."""
        from multidict import CIMultiDict

        headers = CIMultiDict({"User-Agent": f"{_MANAGER}/{__version__}"})
        authorization = await self._door.authorization()
        if authorization:
            headers["Authorization"] = authorization
        if self._access.impersonate:
            headers["Impersonate-User"] = self._access.impersonate
            for group in self._access.groups:
                headers.add("Impersonate-Group", group)
        return headers

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
