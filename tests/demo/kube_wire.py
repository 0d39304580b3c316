"""Tokens and requests for tests of the demo's Kubernetes API."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aioboto3
import aiohttp
import boto3
from botocore.signers import RequestSigner

from containerscope.demo.server import RunningServer

REGION = "eu-west-1"


def token(
    url: str,
    cluster: str,
    access_key: str = "demo",
    secret_key: str = "demo",
    session_token: str | None = None,
    seconds: int = 60,
) -> str:
    """A token as `aws eks get-token` makes it."""
    session = boto3.Session(access_key, secret_key, session_token, region_name=REGION)
    client = session.client("sts", endpoint_url=url)
    signer = RequestSigner(
        client.meta.service_model.service_id,
        REGION,
        "sts",
        "v4",
        session.get_credentials(),
        session.events,
    )
    request = {
        "method": "GET",
        "url": f"{url}/?Action=GetCallerIdentity&Version=2011-06-15",
        "body": {},
        "headers": {"x-k8s-aws-id": cluster},
        "context": {},
    }
    signed = signer.generate_presigned_url(
        request, region_name=REGION, expires_in=seconds, operation_name=""
    )
    return "k8s-aws-v1." + base64.urlsafe_b64encode(signed.encode()).decode().rstrip("=")


async def role_token(url: str, cluster: str, role: str) -> str:
    """A token of whoever takes on a role."""
    session = aioboto3.Session()
    async with session.client(
        "sts",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="demo",
        aws_secret_access_key="demo",
    ) as sts:
        arn = f"arn:aws:iam::123456789012:role/{role}"
        keys = (await sts.assume_role(RoleArn=arn, RoleSessionName="ana"))["Credentials"]
    return token(url, cluster, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


@dataclass(frozen=True)
class Told:
    """An answer of the API."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        """As JSON."""
        return json.loads(self.text)


@dataclass
class KubeWire:
    """Requests to one cluster of the demo account."""

    session: aiohttp.ClientSession
    url: str
    token: str

    async def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        media: str = "application/json",
        **headers: str,
    ) -> Told:
        """`await wire("GET", "/api/v1/nodes")`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            sent["Content-Type"] = media
        data = None if body is None else json.dumps(body)
        async with self.session.request(method, self.url + path, data=data, headers=sent) as answer:
            return Told(answer.status, dict(answer.headers), await answer.text())

    async def names(self, path: str) -> list[str]:
        """The names in a list."""
        told = await self("GET", path)
        assert told.status == 200, told.text
        return [each["metadata"]["name"] for each in told.body["items"]]

    @asynccontextmanager
    async def stream(self, path: str) -> AsyncIterator[aiohttp.ClientResponse]:
        """A watch, or a log that is followed."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.session.get(self.url + path, headers=headers) as answer:
            yield answer


def trust(server: RunningServer) -> ssl.SSLContext:
    """A client's side of TLS that believes the demo's authority alone."""
    return ssl.create_default_context(cadata=server.world.kube_authority)


@asynccontextmanager
async def kube_wire(server: RunningServer, cluster: str = "platform") -> AsyncIterator[KubeWire]:
    """Requests to a cluster as its administrator."""
    connector = aiohttp.TCPConnector(ssl=trust(server))
    async with aiohttp.ClientSession(connector=connector) as session:
        url = f"{server.world.kube_url}/{cluster}"
        yield KubeWire(session, url, token(server.url, cluster))
