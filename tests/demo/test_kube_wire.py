"""The demo's Kubernetes API on the wire: who gets in, watches and their faults, logs, shells."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import ssl
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from containerscope.demo.clock import StillClock
from containerscope.demo.kube_faults import KubeFault
from containerscope.demo.kube_fleet import Fleet
from containerscope.demo.server import RunningServer
from tests.demo.conftest import Connect
from tests.demo.kube_wire import KubeWire, kube_wire, role_token, token, trust

EXPERIMENTS = "/api/v1/namespaces/experiments"


@pytest.fixture
async def wire(account: RunningServer) -> AsyncIterator[KubeWire]:
    """Requests to `sandbox` as its administrator."""
    async with kube_wire(account, "sandbox") as found:
        yield found


def fleet(account: RunningServer) -> Fleet:
    found = account.world.kube
    assert isinstance(found, Fleet)
    return found


async def events(answer: aiohttp.ClientResponse, count: int) -> list[Any]:
    """The next events of a watch."""
    return [json.loads(await answer.content.readline()) for _ in range(count)]


async def collect(answer: aiohttp.ClientResponse, into: list[bytes]) -> None:
    """Everything until the clean end of the stream."""
    while part := await answer.content.readany():
        into.append(part)


async def version(wire: KubeWire, path: str) -> str:
    return str((await wire("GET", path)).body["metadata"]["resourceVersion"])


async def test_the_endpoint_and_the_authority_that_eks_names_are_enough_to_get_in(
    account: RunningServer, connect: Connect
) -> None:
    eks = await connect(account, "eks")
    cluster = (await eks.describe_cluster(name="sandbox"))["cluster"]
    authority = base64.b64decode(cluster["certificateAuthority"]["data"]).decode()
    context = ssl.create_default_context(cadata=authority)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    headers = {"Authorization": f"Bearer {token(account.url, 'sandbox')}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        answer = await session.get(f"{cluster['endpoint']}/api/v1/nodes", ssl=context)
        assert answer.status == 200
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await session.get(f"{cluster['endpoint']}/api/v1/nodes")


async def test_a_token_opens_the_cluster_it_was_made_for_and_no_other(
    account: RunningServer, wire: KubeWire
) -> None:
    assert (await wire("GET", "/api")).status == 200
    for false in (
        token(account.url, "platform"),
        token(account.url, "sandbox", secret_key="guessed"),
        token(account.url, "sandbox", seconds=900),
        "k8s-aws-v1.nonsense",
        "k8s-aws-v1." + base64.urlsafe_b64encode(b"https://sts/?Action=Other").decode(),
        "eyJhbGciOiJSUzI1NiJ9.e30.x",
    ):
        wire.token = false
        told = await wire("GET", "/api")
        assert (told.status, told.body["reason"]) == (401, "Unauthorized")


async def test_a_token_ends_after_a_quarter_of_an_hour(
    account: RunningServer, wire: KubeWire, still_clock: StillClock
) -> None:
    still_clock.advance(14 * 60)
    assert (await wire("GET", "/api")).status == 200
    still_clock.advance(14 * 60)
    assert (await wire("GET", "/api")).status == 200
    still_clock.advance(2 * 60)
    assert (await wire("GET", "/api")).status == 401


async def test_access_entries_decide_who_comes_in_and_what_they_may(
    account: RunningServer, wire: KubeWire
) -> None:
    wire.token = await role_token(account.url, "sandbox", "auditors")
    assert (await wire("GET", "/api")).status == 401, "auditors have no entry here"
    wire.token = await role_token(account.url, "sandbox", "developers")
    assert (await wire("GET", f"{EXPERIMENTS}/pods")).status == 200
    told = await wire("GET", "/api/v1/nodes")
    assert told.status == 403
    assert told.body["message"] == (
        'nodes is forbidden: User "arn:aws:sts::123456789012:assumed-role/developers/ana" cannot '
        'list resource "nodes" in API group "" at the cluster scope'
    )
    spec = {"resourceAttributes": {"verb": "delete", "resource": "pods", "namespace": "playground"}}
    asked = {"spec": spec}
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    assert (await wire("POST", path, asked)).body["status"] == {"allowed": True}
    spec["resourceAttributes"] = {"verb": "delete", "resource": "nodes"}
    assert (await wire("POST", path, asked)).body["status"] == {"allowed": False}


async def test_an_administrator_sees_with_the_eyes_of_others(wire: KubeWire) -> None:
    told = await wire("GET", f"{EXPERIMENTS}/pods", Impersonate_User="jane")
    assert told.status == 403
    assert 'User "jane" cannot list' in told.body["message"]
    told = await wire(
        "GET", f"{EXPERIMENTS}/pods", Impersonate_User="jane", Impersonate_Group="deployers"
    )
    assert told.status == 200
    account = "system:serviceaccount:experiments:default"
    told = await wire("GET", f"{EXPERIMENTS}/pods", Impersonate_User=account)
    assert f'User "{account}" cannot list' in told.body["message"]


async def test_metrics_are_there_or_not(account: RunningServer, wire: KubeWire) -> None:
    told = await wire("GET", "/apis/metrics.k8s.io/v1beta1/nodes")
    assert (told.status, told.text) == (404, "404 page not found\n")
    assert told.headers["Content-Type"].startswith("text/plain")
    async with kube_wire(account, "platform") as other:
        nodes = (await other("GET", "/apis/metrics.k8s.io/v1beta1/nodes")).body["items"]
        listed = (await other("GET", "/api/v1/nodes")).body["items"]
        ready = {
            each["metadata"]["name"]
            for each in listed
            for about in each["status"]["conditions"]
            if about["type"] == "Ready" and about["status"] == "True"
        }
        assert {each["metadata"]["name"] for each in nodes} == ready
        assert all(each["usage"]["cpu"].endswith("n") for each in nodes)
        path = "/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods"
        pods = (await other("GET", path)).body["items"]
        assert {"storefront", "aws-otel-collector"} <= {
            part["name"] for each in pods for part in each["containers"]
        }


async def test_what_is_large_is_compressed_where_that_is_asked_for(account: RunningServer) -> None:
    async with kube_wire(account, "platform") as wire:
        wire.session._auto_decompress = False
        for encoding, compressed in (("gzip", True), ("identity", False)):
            headers = {"Accept-Encoding": encoding, "Authorization": f"Bearer {wire.token}"}
            async with wire.session.get(wire.url + "/api/v1/pods", headers=headers) as answer:
                body = await answer.read()
                assert ("Content-Encoding" in answer.headers) is compressed
                assert json.loads(gzip.decompress(body) if compressed else body)["items"]
            async with wire.session.get(wire.url + "/api/v1/nodes?limit=1", headers=headers) as few:
                assert "Content-Encoding" not in few.headers


async def test_a_watch_tells_of_a_change_the_moment_it_is_made(wire: KubeWire) -> None:
    path = f"{EXPERIMENTS}/configmaps"
    since = await version(wire, path)
    async with wire.stream(f"{path}?watch=1&resourceVersion={since}") as answer:
        await wire("POST", path, {"metadata": {"name": "fresh"}})
        await wire("DELETE", f"{path}/fresh")
        told = await events(answer, 2)
    assert [each["type"] for each in told] == ["ADDED", "DELETED"]
    assert told[1]["object"]["metadata"]["name"] == "fresh"
    assert int(told[1]["object"]["metadata"]["resourceVersion"]) > int(
        told[0]["object"]["metadata"]["resourceVersion"]
    )


async def test_a_watch_tells_of_what_the_cluster_does_by_itself(
    account: RunningServer, wire: KubeWire, still_clock: StillClock
) -> None:
    since = await version(wire, f"{EXPERIMENTS}/pods")
    async with wire.stream(f"{EXPERIMENTS}/pods?watch=1&resourceVersion={since}") as answer:
        path = "/apis/apps/v1/namespaces/experiments/deployments/agent/scale"
        await wire("PATCH", path, {"spec": {"replicas": 2}}, "application/merge-patch+json")
        still_clock.advance(30)
        added = next(each for each in await events(answer, 1))
        assert added["type"] == "ADDED"
        async with asyncio.timeout(10):
            while "ErrImagePull" not in str(await events(answer, 1)):
                pass


async def test_bookmarks_come_between_events(account: RunningServer, wire: KubeWire) -> None:
    path = f"{EXPERIMENTS}/pods?watch=1&allowWatchBookmarks=true&timeoutSeconds=2"
    since = await version(wire, f"{EXPERIMENTS}/pods")
    cluster = account.world.kube["sandbox"]
    cluster.settings = type(cluster.settings)(bookmark_seconds=0.1, metrics=False)
    async with wire.stream(f"{path}&resourceVersion={since}") as answer:
        [first] = await events(answer, 1)
    assert first["type"] == "BOOKMARK"
    assert first["object"]["spec"] == {"containers": None}
    assert first["object"]["metadata"]["resourceVersion"] >= since


FAULTS: list[tuple[str, int, str]] = [
    ("throttled", 429, "TooManyRequests"),
    ("broken", 500, "InternalError"),
    ("unavailable", 503, "ServiceUnavailable"),
    ("unauthorized", 401, "Unauthorized"),
    ("expired", 410, "Expired"),
]


@pytest.mark.parametrize(("kind", "status", "reason"), FAULTS)
async def test_a_fault_hits_as_often_as_it_is_told_to(
    account: RunningServer, wire: KubeWire, kind: Any, status: int, reason: str
) -> None:
    fault = KubeFault(kind=kind, resource="pods", verb="list", times=1, seconds=7)
    fleet(account).faults.put(fault)
    assert (await wire("GET", "/api/v1/nodes")).status == 200
    told = await wire("GET", "/api/v1/pods")
    assert (told.status, told.body["reason"]) == (status, reason)
    assert told.headers.get("Retry-After") == ("7" if status == 429 else None)
    assert (await wire("GET", "/api/v1/pods")).status == 200


async def test_faults_are_set_from_another_process(account: RunningServer, wire: KubeWire) -> None:
    url = f"{account.url}/_demo/kube-faults"
    async with aiohttp.ClientSession() as session:
        rules = [{"kind": "skewed", "seconds": 3600}]
        answer = await session.post(url, json=rules)
        assert (await answer.json())[0]["kind"] == "skewed"
        told = await wire("GET", "/version")
        assert told.headers["Date"] == "Tue, 24 Nov 2026 15:12:30 GMT"
        assert (await session.post(url, json=[{"kind": "magic"}])).status == 400
        await session.post(url, json=[])
    assert (await wire("GET", "/version")).headers["Date"] == "Tue, 24 Nov 2026 14:12:30 GMT"


async def test_a_connection_can_be_dropped_instead_of_an_answer(
    account: RunningServer, wire: KubeWire
) -> None:
    fleet(account).faults.put(KubeFault(kind="dropped", times=2))
    with pytest.raises(aiohttp.ClientError):
        await wire("GET", "/api/v1/nodes")


@pytest.mark.parametrize("kind", ["cut", "half-line"])
async def test_a_watch_breaks_off(account: RunningServer, wire: KubeWire, kind: Any) -> None:
    path = f"{EXPERIMENTS}/configmaps"
    since = await version(wire, path)
    async with wire.stream(f"{path}?watch=1&resourceVersion={since}") as answer:
        fleet(account).faults.put(KubeFault(kind=kind, times=1))
        await wire("POST", path, {"metadata": {"name": "fresh"}})
        got: list[bytes] = []
        with pytest.raises(aiohttp.ClientError):
            await collect(answer, got)
    told = b"".join(got)
    assert told.startswith(b'{"type":"ADDED"') is (kind == "half-line")
    assert not told.endswith(b"\n")


async def test_a_watch_ends_with_an_error_event_or_cleanly(
    account: RunningServer, wire: KubeWire
) -> None:
    path = f"{EXPERIMENTS}/configmaps"
    since = await version(wire, path)
    for kind, told in (("gone", ["ERROR"]), ("ended", [])):
        async with wire.stream(f"{path}?watch=1&resourceVersion={since}") as answer:
            fleet(account).faults.put(KubeFault(kind=kind, times=1))  # type: ignore[arg-type]
            lines = (await answer.text()).splitlines()
        assert [json.loads(line)["type"] for line in lines] == told


async def test_a_stalled_watch_says_nothing_more(account: RunningServer, wire: KubeWire) -> None:
    path = f"{EXPERIMENTS}/configmaps"
    since = await version(wire, path)
    async with wire.stream(f"{path}?watch=1&resourceVersion={since}") as answer:
        fleet(account).faults.put(KubeFault(kind="stalled"))
        await wire("POST", path, {"metadata": {"name": "fresh"}})
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await answer.content.readline()


async def test_history_can_be_forgotten(account: RunningServer, wire: KubeWire) -> None:
    path = f"{EXPERIMENTS}/configmaps"
    since = await version(wire, path)
    await wire("POST", path, {"metadata": {"name": "fresh"}})
    fleet(account).faults.put(KubeFault(kind="compacted", times=1))
    async with wire.stream(f"{path}?watch=1&resourceVersion={since}") as answer:
        [told] = await events(answer, 1)
    assert (told["type"], told["object"]["code"]) == ("ERROR", 410)


@pytest.mark.parametrize(("kind", "status"), [("no-watch-list", 422), ("broken-watch-list", 200)])
async def test_streamed_lists_are_refused_as_old_servers_do(
    account: RunningServer, wire: KubeWire, kind: Any, status: int
) -> None:
    fleet(account).faults.put(KubeFault(kind=kind))
    path = (
        "/api/v1/pods?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
        "&allowWatchBookmarks=true&timeoutSeconds=5"
    )
    told = await wire("GET", path)
    assert told.status == status
    assert (told.body["object"]["code"] if status == 200 else told.body["code"]) in (422, 500)


async def pod(wire: KubeWire, workload: str) -> str:
    path = f"{EXPERIMENTS}/pods?labelSelector=app.kubernetes.io/name%3D{workload}"
    return (await wire.names(path))[0]


async def test_a_log_has_its_last_lines_and_goes_on_while_it_is_followed(
    wire: KubeWire, still_clock: StillClock
) -> None:
    path = f"{EXPERIMENTS}/pods/{await pod(wire, 'chat-api')}/log"
    whole = (await wire("GET", f"{path}?tailLines=50")).text.splitlines()
    assert len(whole) == 50
    assert (await wire("GET", f"{path}?tailLines=3")).text.splitlines() == whole[-3:]
    stamped = (await wire("GET", f"{path}?tailLines=1&timestamps=true")).text
    assert stamped.startswith("2026-11-24T14:12:")
    assert stamped.split(" ", 1)[1].strip() == whole[-1]
    recent = (await wire("GET", f"{path}?sinceSeconds=10")).text.splitlines()
    assert recent == whole[-len(recent) :]
    assert 5 <= len(recent) < 20
    assert len((await wire("GET", f"{path}?tailLines=50&limitBytes=100")).text) == 100
    async with wire.stream(f"{path}?follow=true&tailLines=1") as answer:
        assert (await answer.content.readline()).decode().strip() == whole[-1]
        still_clock.advance(5)
        fresh = (await answer.content.readline()).decode().strip()
        assert json.loads(fresh)["time"] > json.loads(whole[-1])["time"]
        assert fresh not in whole


async def test_a_followed_log_ends_with_its_container(
    wire: KubeWire, still_clock: StillClock
) -> None:
    name = await pod(wire, "chat-api")
    async with wire.stream(f"{EXPERIMENTS}/pods/{name}/log?follow=true&tailLines=1") as answer:
        await wire("DELETE", f"{EXPERIMENTS}/pods/{name}")
        await wire("GET", "/version")
        still_clock.advance(10)
        async with asyncio.timeout(10):
            await answer.read()


async def test_a_container_that_waits_has_no_log(wire: KubeWire) -> None:
    name = await pod(wire, "agent")
    told = await wire("GET", f"{EXPERIMENTS}/pods/{name}/log")
    assert told.status == 400
    assert told.body["message"] == (
        f'container "agent" in pod "{name}" is waiting to start: trying and failing to pull image'
    )
    told = await wire("GET", f"{EXPERIMENTS}/pods/{name}/log?previous=true")
    assert told.body["message"] == (
        f'previous terminated container "agent" in pod "{name}" not found'
    )


async def test_a_crashed_container_has_the_log_of_its_last_moment(account: RunningServer) -> None:
    async with kube_wire(account, "platform") as wire:
        path = "/api/v1/namespaces/shop/pods"
        listed = (await wire("GET", path)).body["items"]
        name = next(
            each["metadata"]["name"]
            for each in listed
            if each["status"]["containerStatuses"][0].get("lastState")
        )
        told = await wire("GET", f"{path}/{name}/log?container=checkout&previous=true&tailLines=6")
        assert told.text.startswith("panic: configuration:")
        told = await wire("GET", f"{path}/{name}/log")
        assert "choose one of: [checkout aws-otel-collector]" in told.body["message"]


async def connected(wire: KubeWire, path: str, protocol: str) -> aiohttp.ClientWebSocketResponse:
    headers = {"Authorization": f"Bearer {wire.token}"}
    return await wire.session.ws_connect(wire.url + path, headers=headers, protocols=[protocol])


async def spoken(socket: aiohttp.ClientWebSocketResponse) -> tuple[str, str, Any]:
    """What came on standard output and error, and how it ended."""
    out = {1: b"", 2: b"", 3: b""}
    async for message in socket:
        out[message.data[0]] += message.data[1:]
    return out[1].decode(), out[2].decode(), json.loads(out[3])


@pytest.mark.parametrize("protocol", ["v4.channel.k8s.io", "v5.channel.k8s.io"])
async def test_a_command_runs_in_a_container(wire: KubeWire, protocol: str) -> None:
    path = f"{EXPERIMENTS}/pods/{await pod(wire, 'chat-api')}/exec?stdout=1&stderr=1&command="
    socket = await connected(wire, f"{path}echo&command=hello", protocol)
    assert socket.protocol == protocol
    out, error, status = await spoken(socket)
    assert (out, error, status["status"]) == ("hello\n", "", "Success")
    out, error, status = await spoken(await connected(wire, f"{path}nothing", protocol))
    assert (out, error) == ("", "sh: nothing: not found\n")
    assert status["reason"] == "NonZeroExitCode"
    assert status["details"]["causes"] == [{"reason": "ExitCode", "message": "127"}]


async def test_a_shell_answers_line_by_line(wire: KubeWire) -> None:
    name = await pod(wire, "chat-api")
    path = f"{EXPERIMENTS}/pods/{name}/exec?stdin=1&stdout=1&tty=1&command=sh"
    socket = await connected(wire, path, "v5.channel.k8s.io")
    await socket.send_bytes(b"\x04" + b'{"Width":80,"Height":24}')
    await socket.send_bytes(b"\x00" + b"echo hi; hostnamx\x7fe\r")
    await socket.send_bytes(b"\x00" + b"exit 3\r")
    out, _, status = await spoken(socket)
    assert out.startswith(f"{name}:/# echo hi")
    assert f"\r\nhi\r\n{name}\r\n" in out
    assert status["details"]["causes"][0]["message"] == "3"


async def test_standard_input_ends_where_the_client_says_so(wire: KubeWire) -> None:
    path = f"{EXPERIMENTS}/pods/{await pod(wire, 'chat-api')}/exec?stdin=1&stdout=1&command=cat"
    socket = await connected(wire, path, "v5.channel.k8s.io")
    await socket.send_bytes(b"\x00" + b"one\n")
    await socket.send_bytes(b"\x00" + b"two\n")
    await socket.send_bytes(b"\xff\x00")
    assert (await spoken(socket))[0] == "one\ntwo\n"


async def test_attach_sends_what_is_written_from_now_on(
    wire: KubeWire, still_clock: StillClock
) -> None:
    path = f"{EXPERIMENTS}/pods/{await pod(wire, 'chat-api')}/attach?stdout=1"
    socket = await connected(wire, path, "v4.channel.k8s.io")
    still_clock.advance(5)
    message = await socket.receive_bytes()
    assert message[0] == 1
    # A line is written within its period, whose beginning is before the time of the clock.
    assert json.loads(message[1:])["time"] > "2026-11-24T14:12:29"
    await socket.close()


async def test_a_forwarded_port_answers(wire: KubeWire) -> None:
    path = f"{EXPERIMENTS}/pods/{await pod(wire, 'chat-api')}/portforward?ports=8080,9090"
    socket = await connected(wire, path, "v4.channel.k8s.io")
    opened = [await socket.receive_bytes() for _ in range(4)]
    assert [(each[0], int.from_bytes(each[1:], "little")) for each in opened] == [
        (0, 8080), (1, 8080), (2, 9090), (3, 9090),
    ]  # fmt: skip
    await socket.send_bytes(b"\x02GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    answer = await socket.receive_bytes()
    assert answer.startswith(b"\x02HTTP/1.1 200 OK")
    await socket.close()


async def test_without_a_websocket_there_is_no_shell(wire: KubeWire) -> None:
    path = f"{EXPERIMENTS}/pods/{await pod(wire, 'chat-api')}/exec?command=sh"
    told = await wire("POST", path)
    assert (told.status, told.body["reason"]) == (400, "BadRequest")


async def test_requests_are_recorded(account: RunningServer, wire: KubeWire) -> None:
    await wire("GET", f"{EXPERIMENTS}/pods?limit=1")
    [request] = account.world.kube["sandbox"].requests
    assert (request.verb, request.resource, request.query) == ("list", "pods", {"limit": "1"})
    assert request.path == f"{EXPERIMENTS}/pods"
    assert request.user.endswith(":assumed-role/OpsRole/demo")


async def test_a_cluster_that_is_not_there_answers_like_any_unknown_path(
    account: RunningServer,
) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust(account))) as session:
        answer = await session.get(f"{account.world.kube_url}/nobody/api")
        assert answer.status == 404
