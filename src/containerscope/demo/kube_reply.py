"""Answers on the wire."""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass, field

import msgspec
from aiohttp import web

from containerscope.demo.kube_status import Body, KubeError

_GZIP_FROM = 128 * 1024
"""Bytes from which on an answer is compressed. Source: the API server."""
_GZIP_LEVEL = 1


@dataclass(frozen=True)
class Reply:
    """An answer that is not a stream."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def json_reply(body: Body, status: int = 200) -> Reply:
    """An object as an answer."""
    return Reply(status, msgspec.json.encode(body) + b"\n")


def text_reply(text: str, status: int = 200) -> Reply:
    """Plain text as an answer."""
    return Reply(status, text.encode(), "text/plain; charset=utf-8")


NOWHERE = text_reply("404 page not found\n", 404)
"""What a path that nobody serves is answered with: no Status object."""


def error_reply(error: KubeError) -> Reply:
    """A failure as an answer."""
    reply = json_reply(error.body(), error.code)
    return Reply(reply.status, reply.body, headers=error.headers)


async def written(reply: Reply, accept_encoding: str, headers: dict[str, str]) -> web.Response:
    """The HTTP response, compressed where that is asked for and worth it."""
    body, extra = reply.body, {**headers, **reply.headers, "Content-Type": reply.content_type}
    if len(body) > _GZIP_FROM and "gzip" in accept_encoding:
        body = await asyncio.to_thread(_gzip, body)
        extra |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return web.Response(status=reply.status, body=body, headers=extra)


def _gzip(body: bytes) -> bytes:
    packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()
