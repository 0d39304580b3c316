"""Contexts that sign in with a client certificate, in the kubeconfig or from an exec plugin."""

from __future__ import annotations

import base64
import json
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from containerscope.clients.aws import connect
from containerscope.demo.kube_certificate import Identity, identity
from containerscope.model.kube_access import KubeAccess
from containerscope.model.listing import ApiError, Why
from containerscope.resource import Demand, Scope, Target
from containerscope.resources import find
from tests.resources.wire import Nobody

VERSION = {"major": "1", "minor": "31", "gitVersion": "v1.31.4", "platform": "linux/arm64"}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[str]:
    """An API server that lets nobody in without a certificate of its authority."""
    made = identity()
    context = made.context()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=made.authority)

    async def answer(request: web.Request) -> web.Response:
        assert "Authorization" not in request.headers
        assert request.transport is not None
        assert request.transport.get_extra_info("peercert")
        if request.path == "/version":
            return web.json_response(VERSION)
        body = {"metadata": {"resourceVersion": "1"}, "items": [{"metadata": {"name": "default"}}]}
        return web.json_response(body)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    port = runner.addresses[0][1]
    yield f"https://127.0.0.1:{port}"
    await runner.cleanup()


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def kubeconfig(folder: Path, server: str, user: dict[str, Any]) -> Path:
    authority = encoded(identity().authority)
    body = {
        "clusters": [
            {"name": "c", "cluster": {"server": server, "certificate-authority-data": authority}}
        ],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "edge", "context": {"cluster": "c", "user": "u"}}],
    }
    file = folder / "kubeconfig"
    file.write_text(json.dumps(body), encoding="utf-8")
    return file


def in_data(made: Identity, folder: Path) -> dict[str, Any]:
    return {
        "client-certificate-data": encoded(made.certificate),
        "client-key-data": encoded(made.key),
    }


def in_files(made: Identity, folder: Path) -> dict[str, Any]:
    (folder / "client.pem").write_text(made.certificate, encoding="utf-8")
    (folder / "client.key").write_text(made.key, encoding="utf-8")
    return {
        "client-certificate": str(folder / "client.pem"),
        "client-key": str(folder / "client.key"),
    }


def from_a_plugin(made: Identity, folder: Path) -> dict[str, Any]:
    status = {"clientCertificateData": made.certificate, "clientKeyData": made.key}
    told = folder / "told.json"
    told.write_text(json.dumps({"kind": "ExecCredential", "status": status}), encoding="utf-8")
    return {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": sys.executable,
            "args": ["-c", f"print(open({str(told)!r}).read())"],
        }
    }


@pytest.mark.parametrize("user", [in_data, in_files, from_a_plugin])
async def test_a_certificate_opens_a_cluster_without_any_aws_account(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: Any
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    file = kubeconfig(tmp_path, server, user(identity(), tmp_path))
    clients = await connect(
        Target(),
        read_only=True,
        rate_share=0,
        sign_in=Nobody(),
        kube=KubeAccess(file, ("edge",)),
    )
    try:
        assert (await clients.identity()).account == ""
        for name in ("namespaces", "clusters", "workloads"):
            resource = find(name)
            assert resource is not None
            told = [
                each async for each in resource.lister(clients, Scope(), Demand(everything=True))
            ]
            assert told[-1].complete, (name, told[-1].problems)
            assert {item.cluster for item in told[-1].items} == {"edge"}
        assert not [name for name in clients.calls if not name.startswith("kubernetes:")]
    finally:
        await clients.close()


async def test_without_a_certificate_the_door_stays_shut(server: str, tmp_path: Path) -> None:
    target = Target(region="eu-west-1", access_key="AKIADEMO", secret_key="demo")
    access = KubeAccess(kubeconfig(tmp_path, server, {}), ("edge",))
    clients = await connect(target, read_only=True, rate_share=0, sign_in=Nobody(), kube=access)
    try:
        with pytest.raises(ApiError) as raised:
            await clients.kube("edge").get("/api/v1/namespaces")
        assert raised.value.problem.why is Why.UNREACHABLE
        assert raised.value.problem.where == "edge"
    finally:
        await clients.close()


async def test_no_account_and_no_context_is_told_before_anything_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(ApiError, match="No AWS region is set"):
        await connect(Target(), read_only=True, rate_share=0, sign_in=Nobody())
