"""Clusters of a kubeconfig: tokens, exec plugins, and being taken for somebody else."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from containerscope.clients.aws import AwsClients, connect
from containerscope.model.kube_access import KubeAccess
from containerscope.model.listing import ApiError, Why
from containerscope.resource import Scope, Target
from tests.demo.kube_wire import token
from tests.kube.cluster import NAME, Cluster, names_in
from tests.kube.test_resources import all_of
from tests.resources.wire import REGION, Nobody, clients_of

PATH = "/api/v1/namespaces/scratch/configmaps"
Open = Callable[..., AbstractAsyncContextManager[AwsClients]]


def write(file: Path, cluster: Cluster, user: dict[str, Any]) -> None:
    """A kubeconfig whose context `home` is the cluster; JSON is YAML as well."""
    world = cluster.account.world
    authority = base64.b64encode(world.kube_authority.encode()).decode()
    server = {"server": f"{world.kube_url}/{NAME}", "certificate-authority-data": authority}
    body = {
        "current-context": "home",
        "clusters": [{"name": "c", "cluster": server}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "home", "context": {"cluster": "c", "user": "u"}}],
    }
    file.write_text(json.dumps(body), encoding="utf-8")


@pytest.fixture
def opened(cluster: Cluster, tmp_path: Path) -> Open:
    """`async with opened(user)` are clients that know the context `home`."""

    @asynccontextmanager
    async def running(user: dict[str, Any], impersonate: str = "") -> AsyncIterator[AwsClients]:
        file = tmp_path / "kubeconfig"
        write(file, cluster, user)
        target = Target(
            region=REGION,
            endpoint_url=cluster.account.url,
            access_key="AKIADEMO",
            secret_key="demo",
        )
        clients = await connect(
            target,
            read_only=True,
            rate_share=0,
            sign_in=Nobody(),
            kube=KubeAccess(file, ("home",), impersonate),
        )
        yield clients
        await clients.close()

    return running


def plugin(tmp_path: Path, told: str, code: int = 0) -> dict[str, Any]:
    """A user whose token comes from a program that counts how often it ran."""
    script = tmp_path / "plugin.py"
    script.write_text(
        f"import os, sys\nopen({str(tmp_path / 'ran')!r}, 'a').write('x')\n"
        f"assert os.environ['KUBERNETES_EXEC_INFO'] and os.environ['EXTRA'] == '1'\n"
        f"print({told!r}) if {code} == 0 else print('login has ended', file=sys.stderr)\n"
        f"sys.exit({code})\n",
        encoding="utf-8",
    )
    return {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": sys.executable,
            "args": [str(script)],
            "env": [{"name": "EXTRA", "value": "1"}],
        }
    }


def credential(made: str) -> str:
    return json.dumps({"kind": "ExecCredential", "status": {"token": made}})


async def test_a_token_of_the_kubeconfig_opens_its_cluster(cluster: Cluster, opened: Open) -> None:
    async with opened({"token": token(cluster.account.url, NAME)}) as clients:
        assert names_in(await clients.kube("home").get(PATH)) == ["a", "b", "c"]
        assert clients.calls == {"kubernetes:list configmaps": 1}


async def test_an_exec_plugin_is_asked_once_and_again_when_its_token_ends(
    cluster: Cluster, opened: Open, tmp_path: Path
) -> None:
    user = plugin(tmp_path, credential(token(cluster.account.url, NAME)))
    async with opened(user) as clients:
        await clients.kube("home").get(PATH)
        await clients.kube("home").get(PATH)
        assert (tmp_path / "ran").read_text() == "x"
        cluster.spoil("unauthorized", times=1)
        assert names_in(await clients.kube("home").get(PATH)) == ["a", "b", "c"]
        assert (tmp_path / "ran").read_text() == "xx"


async def test_a_plugin_that_fails_is_quoted(opened: Open, tmp_path: Path) -> None:
    async with opened(plugin(tmp_path, "", code=1)) as clients:
        with pytest.raises(ApiError) as raised:
            await clients.kube("home").get(PATH)
    assert raised.value.problem.why is Why.EXPIRED
    assert "login has ended" in raised.value.problem.message


async def test_what_a_plugin_prints_instead_of_a_credential_is_not_repeated(
    opened: Open, tmp_path: Path
) -> None:
    async with opened(plugin(tmp_path, "token: s3cr3t")) as clients:
        with pytest.raises(ApiError) as raised:
            await clients.kube("home").get(PATH)
    assert "s3cr3t" not in str(raised.value.problem)


async def test_a_login_that_ended_says_so(opened: Open) -> None:
    async with opened({"token": "worn-out"}) as clients:
        with pytest.raises(ApiError) as raised:
            await clients.kube("home").get(PATH)
    assert raised.value.problem.why is Why.EXPIRED
    assert "context home" in raised.value.problem.remedy


async def test_a_context_is_a_cluster_among_those_of_eks(cluster: Cluster, opened: Open) -> None:
    async with opened({"token": token(cluster.account.url, NAME)}) as clients:
        listing = await all_of("namespaces", clients, Scope(region=REGION))
    assert {"home", NAME} <= {item.cluster for item in listing.items}


async def test_whoever_is_taken_for_somebody_else_sees_what_that_one_may_see(
    cluster: Cluster, opened: Open
) -> None:
    user = {"token": token(cluster.account.url, NAME)}
    async with opened(user, impersonate="nobody@example.com") as clients:
        with pytest.raises(ApiError) as raised:
            await clients.kube("home").get("/api/v1/pods")
    problem = raised.value.problem
    assert problem.why is Why.DENIED
    assert 'User "nobody@example.com" cannot list' in problem.message
    assert "namespace=NAME" in problem.remedy


async def test_a_group_brings_its_rights(cluster: Cluster) -> None:
    path = "/apis/apps/v1/namespaces/shop/deployments"
    for groups, allowed in ((), False), (("readers", "deployers"), True):
        access = KubeAccess(impersonate="kim@example.com", groups=groups)
        clients = await clients_of(cluster.account, kube=access)
        try:
            with nullcontext() if allowed else pytest.raises(ApiError, match="kim@"):
                assert b"recommender" in await clients.kube(NAME).get(path)
        finally:
            await clients.close()
