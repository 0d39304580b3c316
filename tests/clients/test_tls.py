"""Certificates and host names are checked, behind a proxy as well."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from containerscope.clients.aws import AwsClients, connect
from containerscope.model.listing import ApiError, Why
from containerscope.resource import Target
from tests.clients.people import Person

OTHER = x509.DNSName("other.example")
OURS = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))


def certificate(folder: Path, name: x509.GeneralName) -> Path:
    """A file with a key and a self-signed certificate for that name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    pem = serialization.Encoding.PEM
    file.write_bytes(
        made.public_bytes(pem)
        + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


@asynccontextmanager
async def secure_server(file: Path) -> AsyncIterator[str]:
    """A server with that certificate; yields its URL."""

    async def answer(_: web.BaseRequest) -> web.Response:
        return web.json_response({"clusterArns": ["a"]})

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server = web.Server(answer)
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(server, "127.0.0.1", 0, ssl=context)
    try:
        yield f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()
        await server.shutdown(1)
        await listening.wait_closed()


@asynccontextmanager
async def proxy() -> AsyncIterator[tuple[str, list[str]]]:
    """A proxy that tunnels; yields its URL and what it was asked for."""
    asked: list[str] = []

    async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        sink.close()

    async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = (await reader.readuntil(b"\r\n\r\n")).decode().split()
        asked.append(" ".join(first[:2]))
        host, _, port = first[1].rpartition(":")
        there = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(copy(reader, there[1]), copy(there[0], writer))

    server = await asyncio.start_server(tunnel, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
    finally:
        server.close()


async def connected(url: str) -> AwsClients:
    return await connect(
        Target(region="eu-west-1", endpoint_url=url),
        read_only=True,
        rate_share=0,
        sign_in=Person(),
    )


@pytest.fixture(autouse=True)
def credentials(own_environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "A")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "B")


@pytest.mark.parametrize("proxied", [False, True])
async def test_the_bundle_of_the_user_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxied: bool
) -> None:
    file = certificate(tmp_path, OURS)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(file))
    async with secure_server(file) as url, proxy() as (by, asked):
        if proxied:
            monkeypatch.setenv("https_proxy", by)
        clients = await connected(url)
        assert (await clients.call("ecs", "ListClusters"))["clusterArns"] == ["a"]
        await clients.close()
        assert asked == ([f"CONNECT {url.removeprefix('https://')}"] if proxied else [])


@pytest.mark.parametrize("proxied", [False, True])
@pytest.mark.parametrize("fault", ["other host", "unknown authority"])
async def test_a_certificate_that_proves_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxied: bool, fault: str
) -> None:
    file = certificate(tmp_path, OTHER if fault == "other host" else OURS)
    if fault == "other host":
        monkeypatch.setenv("AWS_CA_BUNDLE", str(file))
    async with secure_server(file) as url, proxy() as (by, _):
        if proxied:
            monkeypatch.setenv("https_proxy", by)
        clients = await connected(url)
        with pytest.raises(ApiError) as raised:
            await clients.call("ecs", "ListClusters")
        assert raised.value.problem.why is Why.UNREACHABLE
        assert "certificate" in raised.value.problem.message.lower()
        await clients.close()
