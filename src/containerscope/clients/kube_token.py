"""The bearer token of EKS: a call of STS signed beforehand, which is never sent by us."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import Any

_HEADER = "x-k8s-aws-id"
_URL_SECONDS = 60
_FRESH = 600.0
"""Seconds after which another one is made; STS takes the signature for fifteen minutes."""


def _take_out(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    if _HEADER in params:
        context[_HEADER] = params.pop(_HEADER)


def _put_in(request: Any, **_: Any) -> None:
    if _HEADER in request.context:
        request.headers[_HEADER] = request.context[_HEADER]


class EksToken:
    """Makes and keeps the token for one cluster. For its lifetime it *is* the caller: no log."""

    def __init__(
        self,
        sts: Callable[[], Awaitable[Any]],
        cluster: str,
        monotonic: Callable[[], float],
    ) -> None:
        self._sts = sts
        self._cluster = cluster
        self._monotonic = monotonic
        self._token = ""
        self._made = 0.0

    async def bearer(self) -> str:
        """The token; made anew, without a call, once the one before is ten minutes old."""
        if not self._token or self._monotonic() - self._made > _FRESH:
            self._token = await self._make()
            self._made = self._monotonic()
        return self._token

    def forget(self) -> None:
        """Make another one the next time."""
        self._token = ""

    async def _make(self) -> str:
        sts = await self._sts()
        events = sts.meta.events
        name = "sts.GetCallerIdentity"
        events.register(f"provide-client-params.{name}", _take_out, unique_id="kube-take-out")
        events.register(f"before-sign.{name}", _put_in, unique_id="kube-put-in")
        url: str = await sts.generate_presigned_url(
            "get_caller_identity",
            Params={_HEADER: self._cluster},
            ExpiresIn=_URL_SECONDS,
            HttpMethod="GET",
        )
        return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")

    def __repr__(self) -> str:
        return f"EksToken({self._cluster!r})"
