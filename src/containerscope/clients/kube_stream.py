"""Connections into pods over websockets: exec, attach, port-forward; and debug containers.

Source: KEP-4006 and `k8s.io/apimachinery/pkg/util/remotecommand`: one byte says the channel, the
rest is data. `v5.channel.k8s.io` adds channel 255, whose byte names a channel that ends.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

import msgspec

from containerscope.clients.kube import KubeConnection
from containerscope.clients.kube_errors import refusal, retry_after, status_of
from containerscope.model.kube import KubeError
from containerscope.model.listing import ApiError, Problem, RefusedError, Why

if TYPE_CHECKING:
    from containerscope.clients.kube import Headers

STDIN, STDOUT, STDERR, ERROR, RESIZE, CLOSE = 0, 1, 2, 3, 4, 255
"""The channels of exec and attach."""
V4, V5 = "v4.channel.k8s.io", "v5.channel.k8s.io"
_CONNECT = 30.0
"""Seconds for the whole of opening, the start of a node's streaming server included."""
_HEARTBEAT = 20.0
"""Seconds between pings: load balancers close what is silent for a minute."""
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
_STREAM = re.compile(rf"/api/v1/namespaces/{_NAME}/pods/{_NAME}/(?P<what>exec|attach|portforward)")
_DEBUG = re.compile(rf"/api/v1/namespaces/{_NAME}/pods/{_NAME}/ephemeralcontainers")


def refuse(method: str, path: str, *, read_only: bool) -> Problem | None:
    """Why this is not sent: it is not one of the ways into a pod, or nothing may be changed."""
    allowed = {"GET": _STREAM, "PATCH": _DEBUG}.get(method)
    name = f"kubernetes:{method} {path}"
    if allowed is None or not allowed.fullmatch(path):
        return Problem(Why.DENIED, name, f"{method} {path} is no way into a pod")
    if read_only:
        message = f"read-only refuses to {path.rpartition('/')[2]} to a pod"
        remedy = "start without --read-only to allow changes"
        return Problem(Why.DENIED, name, message, remedy=remedy)
    return None


class Message(NamedTuple):
    """What came on a channel."""

    channel: int
    data: bytes


class Channels:
    """An open connection into a pod."""

    def __init__(self, socket: Any, protocol: str) -> None:
        self._socket = socket
        self.protocol = protocol

    async def send(self, channel: int, data: bytes) -> None:
        """Send data on a channel; raises `KubeError` once the connection is gone."""
        try:
            await self._socket.send_bytes(bytes((channel,)) + data)
        except Exception as error:
            raise _broken(error) from error

    async def end(self, channel: int) -> bool:
        """Say that a channel has ended; whether the protocol can say that."""
        if self.protocol != V5:
            return False
        await self.send(CLOSE, bytes((channel,)))
        return True

    async def receive(self) -> Message | None:
        """What comes next; None at the end. Raises `KubeError` for a connection that broke."""
        from aiohttp import WSMsgType

        while True:
            found = await self._socket.receive()
            if found.type is WSMsgType.BINARY and found.data:
                return Message(found.data[0], found.data[1:])
            if found.type is WSMsgType.TEXT and found.data:
                raw = found.data.encode()
                return Message(raw[0], raw[1:])
            if found.type is WSMsgType.ERROR:
                raise _broken(found.data or self._socket.exception())
            if found.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED):
                return None

    async def close(self) -> None:
        """Close the connection."""
        await self._socket.close()


class KubeStreams:
    """The ways into the pods of one cluster."""

    def __init__(self, connection: KubeConnection, *, read_only: bool) -> None:
        self._connection = connection
        self._read_only = read_only

    @asynccontextmanager
    async def open(
        self, path: str, query: Sequence[tuple[str, str]], protocols: Sequence[str] = (V5, V4)
    ) -> AsyncIterator[Channels]:
        """A connection, closed at the end; raises `KubeError` with why it was refused."""
        self._check("GET", path)
        found = _STREAM.fullmatch(path)
        operation = f"kubernetes:{found['what'] if found else 'connect'} pods"
        socket = await self._opened(f"{path}?{urlencode(query)}", protocols, operation)
        try:
            yield Channels(socket, socket.protocol or V4)
        finally:
            await socket.close()

    async def patch(self, path: str, body: Any) -> bytes:
        """Add an ephemeral container by a strategic merge; the pod as it is then."""
        self._check("PATCH", path)
        import aiohttp
        from yarl import URL

        operation = "kubernetes:patch pods/ephemeralcontainers"
        client, headers = await self._connection.signed(operation)
        headers["Content-Type"] = "application/strategic-merge-patch+json"
        url = URL(client.configuration.host.rstrip("/") + path, encoded=True)
        timeout = aiohttp.ClientTimeout(_CONNECT)
        try:
            told = await client.call_api("PATCH", url, headers, body=body, _request_timeout=timeout)
            answer: bytes = await told.response.read()
        except Exception as error:
            raise await self._connection.lost(error, operation) from error
        if told.response.status >= 400:
            status = status_of(answer)
            raise refusal(told.response.status, status, operation)
        return answer

    def _check(self, method: str, path: str) -> None:
        problem = refuse(method, path, read_only=self._read_only)
        if problem is not None:
            raise RefusedError(problem)

    async def _opened(self, path: str, protocols: Sequence[str], operation: str) -> Any:
        """The socket; a token that has just ended is renewed once."""
        import aiohttp

        again = False
        while True:
            client, headers = await self._connection.signed(operation)
            rest = client.rest_client
            if rest.pool_manager is None:
                rest.pool_manager = rest._create_pool_manager()
            options: dict[str, Any] = {"heartbeat": _HEARTBEAT, "max_msg_size": 0}
            if rest.proxy:
                options |= {"proxy": rest.proxy, "proxy_headers": rest.proxy_headers}
            if client.configuration.tls_server_name:
                options["server_hostname"] = client.configuration.tls_server_name
            url = client.configuration.host.rstrip("/") + path
            try:
                return await asyncio.wait_for(
                    rest.pool_manager.ws_connect(
                        _websocket(url), headers=headers, protocols=protocols, **options
                    ),
                    _CONNECT,
                )
            except aiohttp.WSServerHandshakeError as error:
                refused = await self._refused(client, headers, url, error, operation)
                if error.status != 401:
                    raise refused from error
                problem = await self._connection.turned_away(refused, operation, again=again)
                if problem is not None:
                    raise problem from error
                again = True
            except Exception as error:
                raise await self._connection.lost(error, operation) from error

    async def _refused(
        self, client: Any, headers: Headers, url: str, error: Any, operation: str
    ) -> KubeError:
        """Why: the same without the upgrade, which opens nothing, is answered with the reason."""
        from yarl import URL

        try:
            told = await client.call_api(
                "GET", URL(url, encoded=True), headers.copy(), _request_timeout=_CONNECT
            )
            status = status_of(await told.response.read())
            told.response.close()
        except Exception:
            # The status of the handshake is all that is known, then.
            return KubeError(
                Problem(Why.FAILED, operation, f"the upgrade was refused with {error.status}"),
                error.status,
            )
        if told.response.status == error.status:
            return refusal(error.status, status, operation, retry_after(headers, status))
        message = f"the upgrade to a websocket was refused with {error.status}"
        remedy = "a proxy between here and the API server may not let websockets through"
        return KubeError(Problem(Why.FAILED, operation, message, remedy=remedy), error.status)


class _Cause(msgspec.Struct, frozen=True):
    reason: str | None = None
    message: str | None = None


class _Details(msgspec.Struct, frozen=True):
    causes: tuple[_Cause, ...] | None = None


class _End(msgspec.Struct, frozen=True):
    status: str | None = None
    message: str | None = None
    reason: str | None = None
    details: _Details | None = None


class Ended(NamedTuple):
    """How a command ended: its exit code where that is known, else why not."""

    code: int | None
    words: str = ""


def ended(data: bytes) -> Ended:
    """What the error channel says at the end."""
    try:
        told = msgspec.json.decode(data, type=_End)
    except msgspec.DecodeError:
        return Ended(None, data.decode("utf-8", "replace").strip())
    if told.status == "Success":
        return Ended(0)
    for cause in (told.details and told.details.causes) or ():
        if cause.reason == "ExitCode" and (cause.message or "").isdecimal():
            return Ended(int(cause.message or ""))
    return Ended(None, told.message or told.reason or "it failed and does not say why")


def _websocket(url: str) -> Any:
    from yarl import URL

    return URL(re.sub(r"^http", "ws", url), encoded=True)


def _broken(error: BaseException | None) -> ApiError:
    said = str(error) if error is not None and str(error) else "the connection broke"
    return KubeError(Problem(Why.UNREACHABLE, "kubernetes:stream", said))
