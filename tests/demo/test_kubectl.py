"""A stock kubectl works on the demo's clusters."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from containerscope.demo.clock import StillClock
from containerscope.demo.server import RunningServer
from tests.demo.kube_wire import token

KUBECTL = shutil.which("kubectl")
pytestmark = pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")

Kubectl = Callable[..., Awaitable[str]]


class Failed(Exception):  # noqa: N818
    """What kubectl said before it ended with an error."""


def config(server: RunningServer, cluster: str) -> dict[str, Any]:
    authority = base64.b64encode(server.world.kube_authority.encode()).decode()
    about = {
        "server": f"{server.world.kube_url}/{cluster}",
        "certificate-authority-data": authority,
    }
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": cluster,
        "clusters": [{"name": cluster, "cluster": about}],
        "users": [{"name": cluster, "user": {"token": token(server.url, cluster)}}],
        "contexts": [{"name": cluster, "context": {"cluster": cluster, "user": cluster}}],
    }


@pytest.fixture
async def kubectl(
    account: RunningServer, own_environment: Path, still_clock: StillClock
) -> AsyncIterator[Kubectl]:
    """`await kubectl("get", "pods")`, while time passes ten times as fast as it does."""
    files = {}
    for cluster in ("platform", "sandbox"):
        files[cluster] = own_environment / f"{cluster}.kubeconfig"
        files[cluster].write_text(json.dumps(config(account, cluster)), encoding="utf-8")

    async def run(*words: str, cluster: str = "sandbox", stdin: str = "") -> str:
        assert KUBECTL is not None
        process = await asyncio.create_subprocess_exec(
            KUBECTL, f"--kubeconfig={files[cluster]}", *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        out, _ = await process.communicate(stdin.encode())
        if process.returncode:
            raise Failed(out.decode())
        return out.decode()

    async def hurry() -> None:
        while True:
            await asyncio.sleep(0.1)
            still_clock.advance(1)

    hurrying = asyncio.ensure_future(hurry())
    yield run
    hurrying.cancel()


SPACE = ("-n", "experiments")
CHAT = "deployment/chat-api"


async def test_it_lists_and_describes(kubectl: Kubectl) -> None:
    listed = await kubectl("get", "pods", *SPACE, "-o", "wide")
    assert re.search(r"agent-\S+ +0/1 +(ImagePullBackOff|ErrImagePull) ", listed)
    assert re.search(r"chat-api-\S+ +1/1 +Running +0 .* i-0", listed)
    told = await kubectl("describe", "pods", *SPACE, "-l", "app.kubernetes.io/name=agent")
    assert re.search(r"Warning +Failed .* kubelet", told)
    node = (await kubectl("get", "nodes", "-o", "name")).splitlines()[0]
    told = await kubectl("describe", node)
    assert re.search(r"cpu +\d+m \(\d+%\)", told), "requested against allocatable"
    assert "nodeclaims" in await kubectl("api-resources")
    claims = await kubectl("get", "nodeclaims")
    assert re.search(r"general-purpose-\w+ .*i-0\w+ +True", claims)
    assert "AGENT" not in await kubectl("get", "all", "-A")
    whole = json.loads(await kubectl("get", "deploy", *SPACE, "-o", "json"))
    assert {each["kind"] for each in whole["items"]} == {"Deployment"}


async def test_it_knows_who_one_is_and_what_one_may(kubectl: Kubectl) -> None:
    assert (await kubectl("auth", "can-i", "delete", "pods", *SPACE)).strip() == "yes"
    with pytest.raises(Failed, match="no"):
        await kubectl("auth", "can-i", "delete", "nodes", "--as=jane")
    assert "assumed-role/OpsRole/demo" in await kubectl("auth", "whoami")
    with pytest.raises(Failed, match='User "jane" cannot list resource "pods"'):
        await kubectl("get", "pods", *SPACE, "--as=jane")


async def test_it_scales_and_rolls_and_undoes(kubectl: Kubectl) -> None:
    await kubectl("scale", *SPACE, CHAT, "--replicas=3")
    await kubectl("delete", "hpa", "chat-api", *SPACE)
    assert "successfully rolled out" in await kubectl("rollout", "status", *SPACE, CHAT)
    await kubectl("rollout", "restart", *SPACE, CHAT)
    assert "successfully rolled out" in await kubectl("rollout", "status", *SPACE, CHAT)
    await kubectl("set", "image", *SPACE, CHAT, "chat-api=example.com/chat:2")
    await kubectl("rollout", "status", *SPACE, CHAT)
    image = "jsonpath={.spec.template.spec.containers[0].image}"
    assert await kubectl("get", *SPACE, CHAT, "-o", image) == "example.com/chat:2"
    await kubectl("rollout", "undo", *SPACE, CHAT)
    assert "successfully rolled out" in await kubectl("rollout", "status", *SPACE, CHAT)
    assert (await kubectl("get", *SPACE, CHAT, "-o", image)).endswith("experiments/chat-api:0.2.0")


async def test_it_deletes_cordons_and_drains(kubectl: Kubectl) -> None:
    pod = (await kubectl("get", "pods", *SPACE, "-o", "name")).splitlines()[-1]
    assert "deleted" in await kubectl("delete", *SPACE, pod)
    node = (await kubectl("get", "nodes", "-o", "name")).splitlines()[0]
    await kubectl("cordon", node)
    assert "SchedulingDisabled" in await kubectl("get", node)
    told = await kubectl("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--force")
    assert "drained" in told
    name = node.removeprefix("node/")
    field = f"--field-selector=spec.nodeName={name}"
    assert "No resources found" in await kubectl("get", "pods", "-A", field)


async def test_it_reads_logs_and_runs_commands(kubectl: Kubectl) -> None:
    lines = (await kubectl("logs", *SPACE, CHAT, "--tail=5")).splitlines()
    assert len([each for each in lines if each.startswith("{")]) == 5
    pod = (await kubectl("get", "pods", *SPACE, "-o", "name")).splitlines()[-1]
    assert await kubectl("exec", *SPACE, pod, "--", "echo", "hello") == "hello\n"
    assert await kubectl("exec", "-i", *SPACE, pod, "--", "cat", stdin="typed\n") == "typed\n"
    with pytest.raises(Failed, match="exit code 7"):
        await kubectl("exec", *SPACE, pod, "--", "sh", "-c", "exit 7")


async def test_it_shows_usage_where_there_are_metrics(kubectl: Kubectl) -> None:
    assert re.search(r"\d+m +\d+% +\d+Mi", await kubectl("top", "nodes", cluster="platform"))
    assert "storefront-" in await kubectl("top", "pods", "-n", "shop", cluster="platform")
    with pytest.raises(Failed, match="Metrics API not available"):
        await kubectl("top", "nodes")


async def test_it_creates_waits_and_watches(kubectl: Kubectl) -> None:
    labels = {"app": "web"}
    spec = {"containers": [{"name": "main", "image": "nginx:1.29"}]}
    web = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }
    # Without validation, because the demo has no OpenAPI document to validate by.
    await kubectl("create", "-f", "-", "--validate=false", *SPACE, stdin=json.dumps(web))
    told = await kubectl(
        "wait", "--for=condition=Available", "deployment/web", *SPACE, "--timeout=60s"
    )
    assert "condition met" in told
    watching = asyncio.ensure_future(
        kubectl("get", "pods", *SPACE, "--watch", "--request-timeout=8s")
    )
    await asyncio.sleep(0)
    await kubectl("delete", "deployment", "web", *SPACE)
    with pytest.raises(Failed):
        # kubectl ends a watch that runs out of its time with an error.
        await kubectl("get", "deployment", "web", *SPACE)
    try:
        seen = await watching
    except Failed as failed:
        seen = str(failed)
    assert re.search(r"web-\S+ +1/1 +(Running|Terminating)", seen)
