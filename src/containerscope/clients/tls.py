"""How connections to AWS are made safe: one verified TLS context per CA bundle."""

from __future__ import annotations

import contextlib
import functools
import ssl
import threading
from typing import Any

import aiohttp
from aiobotocore.config import AioConfig
from aiobotocore.httpsession import AIOHTTPSession
from aiobotocore.session import AioSession
from botocore.httpsession import get_cert_path

_ONE_AT_A_TIME = threading.Lock()


def verified_context(ca_bundle: str) -> ssl.SSLContext:
    """A context that trusts this bundle's authorities and checks host names."""
    with _ONE_AT_A_TIME:
        return _read(ca_bundle)


@functools.cache
def _read(ca_bundle: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_bundle)


def read_bundle(core: AioSession) -> None:
    """Begin to read the session's bundle beside the event loop, which would stand still for it."""
    bundle = str(core.get_config_variable("ca_bundle") or "")
    threading.Thread(target=_read_early, args=(bundle,), name="ca-bundle", daemon=True).start()


def _read_early(bundle: str) -> None:
    # A bundle that cannot be read is told of by the first call that needs it.
    with contextlib.suppress(OSError):
        context_of(bundle)


class VerifiedSession(AIOHTTPSession):  # type: ignore[misc]
    """An HTTP session that checks certificate and host name, behind a proxy as well.

    aiobotocore 2.25 checks no host name, and behind a proxy without a bundle of its own no
    certificate either. What goes over plain HTTP waits for no bundle to be read.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._plain = AIOHTTPSession(**(options | {"verify": False}))

    async def send(self, request: Any) -> Any:
        """Send the prepared request; redirects are not followed."""
        url = request.url
        if url.startswith("http:") and self._proxy_config.proxy_url_for(url) is None:
            return await self._plain.send(request)
        return await super().send(request)

    async def __aexit__(self, *error: Any) -> None:
        await self._plain.__aexit__(*error)
        await super().__aexit__(*error)

    def _create_connector(self, proxy_url: str | None) -> aiohttp.TCPConnector:
        context: ssl.SSLContext | bool = False
        if self._verify:
            context = verified_context(get_cert_path(self._verify))
            if self._cert_file:
                context = ssl.create_default_context(cafile=get_cert_path(self._verify))
                context.load_cert_chain(self._cert_file, self._key_file)
        return aiohttp.TCPConnector(
            limit=self._max_pool_connections, ssl=context, **self._connector_args
        )


class ClientConfig(AioConfig):  # type: ignore[misc]
    """The configuration of every client, kept whole when botocore merges its own into it."""

    def __init__(self, connector_args: Any = None, **options: Any) -> None:
        options["http_session_cls"] = VerifiedSession
        super().__init__(connector_args, **options)

    def merge(self, other_config: AioConfig) -> ClientConfig:
        """This configuration with what the other one was given on top."""
        options = {**self._user_provided_options, **other_config._user_provided_options}
        return ClientConfig(self.connector_args, **options)


def context_of(ca_bundle: str) -> ssl.SSLContext:
    """The context for a configured bundle, or for botocore's own where none is."""
    return verified_context(get_cert_path(ca_bundle or True))
