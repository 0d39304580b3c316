"""The demo account as clients meet it on the wire."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from botocore.exceptions import ClientError, HTTPClientError

from containerscope.demo.clock import StillClock
from containerscope.demo.faults import Fault
from containerscope.demo.server import RunningServer, serve
from containerscope.demo.world import World
from tests.demo.conftest import Connect


async def error_of(call: Any) -> ClientError:
    with pytest.raises(ClientError) as caught:
        await call
    return caught.value


async def test_the_caller_is_known_by_account_and_alias(
    account: RunningServer, connect: Connect
) -> None:
    sts, iam = await connect(account, "sts"), await connect(account, "iam")
    identity = await sts.get_caller_identity()
    assert identity["Account"] == "123456789012"
    assert identity["Arn"] == "arn:aws:sts::123456789012:assumed-role/OpsRole/demo"
    assert (await iam.list_account_aliases())["AccountAliases"] == ["demo"]


async def test_an_assumed_role_is_the_caller_from_then_on(
    account: RunningServer, connect: Connect
) -> None:
    sts = await connect(account, "sts")
    role = "arn:aws:iam::123456789012:role/audit"
    keys = (await sts.assume_role(RoleArn=role, RoleSessionName="ana"))["Credentials"]
    assert keys["Expiration"] > datetime(2026, 11, 24, 15, tzinfo=UTC)
    scope = f"{keys['AccessKeyId']}/20261124/eu-west-1/sts/aws4_request"
    async with aiohttp.ClientSession() as session:
        answer = await session.post(
            account.url,
            data={"Action": "GetCallerIdentity", "Version": "2011-06-15"},
            headers={"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host"},
        )
        assert "assumed-role/audit/ana" in await answer.text()


async def test_a_device_code_has_to_be_confirmed_before_there_is_a_token(
    account: RunningServer, connect: Connect
) -> None:
    account.world.unconfirmed = 1
    oidc, sso = await connect(account, "sso-oidc"), await connect(account, "sso")
    client = await oidc.register_client(clientName="containerscope", clientType="public")
    keys = {"clientId": client["clientId"], "clientSecret": client["clientSecret"]}
    device = await oidc.start_device_authorization(**keys, startUrl="https://demo.example/start")
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    asked = {**keys, "grantType": grant, "deviceCode": device["deviceCode"]}
    with pytest.raises(oidc.exceptions.AuthorizationPendingException):
        await oidc.create_token(**asked)
    token = (await oidc.create_token(**asked))["accessToken"]
    role = {"roleName": "Ops", "accountId": "123456789012"}
    found = await sso.get_role_credentials(**role, accessToken=token)
    assert found["roleCredentials"]["accessKeyId"].startswith("ASIA")
    with pytest.raises(sso.exceptions.UnauthorizedException):
        await sso.get_role_credentials(**role, accessToken="stale")


async def test_every_answer_has_an_id_and_the_time_of_the_world(ecs: Any) -> None:
    first = (await ecs.list_clusters())["ResponseMetadata"]
    second = (await ecs.list_clusters())["ResponseMetadata"]
    assert first["RequestId"] != second["RequestId"]
    assert first["HTTPHeaders"]["date"] == "Tue, 24 Nov 2026 14:12:30 GMT"


async def test_requests_are_recorded_with_their_parameters(
    account: RunningServer, ecs: Any
) -> None:
    await ecs.list_services(cluster="edge", maxResults=100)
    [request] = account.requests
    assert (request.service, request.operation) == ("ecs", "ListServices")
    assert request.params == {"cluster": "edge", "maxResults": 100}
    assert account.calls == {"ecs:ListServices": 1}


async def test_another_region_of_the_account_is_empty(
    account: RunningServer, connect: Connect
) -> None:
    ecs = await connect(account, "ecs", "us-west-2")
    assert (await ecs.list_clusters())["clusterArns"] == []
    eks = await connect(account, "eks", "us-west-2")
    assert (await eks.list_clusters())["clusters"] == []


async def test_an_operation_that_is_not_there_is_an_error_of_its_protocol(
    account: RunningServer, connect: Connect
) -> None:
    cases: tuple[tuple[str, Callable[[Any], Any], str], ...] = (
        (
            "ecs",
            lambda c: c.discover_poll_endpoint(),
            "UnknownOperationException",
        ),
        ("eks", lambda c: c.delete_cluster(name="x"), "UnknownOperationException"),
        ("iam", lambda c: c.list_groups(), "InvalidAction"),
        ("ec2", lambda c: c.describe_addresses(), "InvalidAction"),
        ("s3", lambda c: c.list_buckets(), "UnknownOperationException"),
        ("athena", lambda c: c.list_work_groups(), "UnknownOperationException"),
    )
    for name, call, code in cases:
        error = await error_of(call(await connect(account, name)))
        assert error.response["Error"]["Code"] == code
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.parametrize(
    ("headers", "data", "status"),
    [
        ({}, b"", 404),
        ({"X-Amz-Target": "Nobody_2020.Nothing"}, b"{}", 404),
        ({"X-Amz-Target": "AmazonEC2ContainerServiceV20141113.Nothing"}, b"{}", 400),
        ({"X-Amz-Target": "AmazonEC2ContainerServiceV20141113.ListClusters"}, b"{}", 403),
        ({"X-Amz-Target": "AmazonEC2ContainerServiceV20141113.DescribeTaskSets"}, b"{}", 400),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"Action=Dance", 404),
        (
            {"Authorization": "AWS4-HMAC-SHA256 Credential=a/20261124/r/x/aws4_request"},
            b"\xff",
            404,
        ),
    ],
)
async def test_odd_requests_get_an_error_and_not_a_crash(
    account: RunningServer, headers: dict[str, str], data: bytes, status: int
) -> None:
    async with aiohttp.ClientSession() as session:
        answer = await session.post(account.url + "/%00/..%2f", data=data, headers=headers)
        assert answer.status == status
        said = await answer.text() + answer.headers.get("x-amzn-ErrorType", "")
        assert "Exception" in said or "<Error>" in said


async def test_things_that_are_not_there_are_aws_errors(ecs: Any, eks: Any) -> None:
    with pytest.raises(ecs.exceptions.ClusterNotFoundException, match="Cluster not found"):
        await ecs.list_services(cluster="nothing")
    with pytest.raises(ecs.exceptions.ClientException, match="Unable to describe"):
        await ecs.describe_task_definition(taskDefinition="nothing:1")
    with pytest.raises(eks.exceptions.ResourceNotFoundException) as caught:
        await eks.describe_cluster(name="nothing")
    assert caught.value.response["clusterName"] == "nothing"
    with pytest.raises(eks.exceptions.ResourceNotFoundException, match="No node group found"):
        await eks.describe_nodegroup(clusterName="platform", nodegroupName="nothing")


@pytest.mark.parametrize(
    ("kind", "ecs_code", "sts_code"),
    [
        ("denied", "AccessDeniedException", "AccessDenied"),
        ("throttled", "ThrottlingException", "Throttling"),
        ("broken", "ServerException", "InternalFailure"),
        ("expired", "ExpiredTokenException", "ExpiredToken"),
    ],
)
async def test_faults_are_errors_in_the_words_of_the_service(
    account: RunningServer, connect: Connect, kind: Any, ecs_code: str, sts_code: str
) -> None:
    account.faults.append(Fault(kind=kind))
    ecs, sts = await connect(account, "ecs"), await connect(account, "sts")
    error = await error_of(ecs.list_clusters())
    assert error.response["Error"]["Code"] == ecs_code
    error = await error_of(sts.get_caller_identity())
    assert error.response["Error"]["Code"] == sts_code
    account.faults.clear()
    assert (await ecs.list_clusters())["clusterArns"]


async def test_a_fault_hits_only_what_it_names_and_only_so_often(
    account: RunningServer, ecs: Any
) -> None:
    rule = Fault(kind="denied", operation="ListServices", where={"cluster": "edge"}, times=1)
    account.faults.append(rule)
    assert (await ecs.list_services(cluster="data"))["serviceArns"]
    error = await error_of(ecs.list_services(cluster="edge"))
    assert "not authorized to perform: ecs:ListServices" in error.response["Error"]["Message"]
    assert (await ecs.list_services(cluster="edge"))["serviceArns"]


async def test_a_dropped_connection_has_no_answer(account: RunningServer, ecs: Any) -> None:
    account.faults.append(Fault(kind="dropped", times=1))
    with pytest.raises(HTTPClientError):
        await ecs.list_clusters()
    assert (await ecs.list_clusters())["clusterArns"]


async def test_a_slow_call_does_not_hold_up_the_others(account: RunningServer, ecs: Any) -> None:
    account.faults.append(Fault(kind="slow", operation="ListClusters", seconds=60))
    slow = asyncio.ensure_future(ecs.list_clusters())
    assert (await ecs.list_services(cluster="edge"))["serviceArns"]
    assert not slow.done()
    slow.cancel()
    await asyncio.gather(slow, return_exceptions=True)


async def test_faults_can_be_set_from_another_process(account: RunningServer, ecs: Any) -> None:
    url = f"{account.url}/_demo/faults"
    async with aiohttp.ClientSession() as session:
        answer = await session.post(url, json=[{"kind": "throttled", "service": "ecs"}])
        assert answer.status == 200
        error = await error_of(ecs.list_clusters())
        assert error.response["Error"]["Message"] == "Rate exceeded"
        assert (await session.post(url, json=[{"kind": "nonsense"}])).status == 400
        await session.post(url, json=[])
        assert await (await session.get(url)).json() == []
    assert (await ecs.list_clusters())["clusterArns"]


async def test_a_throttled_account_refuses_calls_beyond_its_bucket(
    world: World, still_clock: StillClock, connect: Connect
) -> None:
    server = await serve(world, throttle=True)
    ecs = await connect(server, "ecs")
    for _ in range(50):
        await ecs.list_clusters()
    error = await error_of(ecs.list_clusters())
    assert error.response["Error"]["Code"] == "ThrottlingException"
    still_clock.advance(1)
    assert await ecs.list_clusters()
    await server.close()


_PROGRAM = """
import json, sys
from containerscope.demo.server import Setup, main
main(
    Setup(scale="4,30,200", until_stdin_closes=sys.argv[1] == "stdin"),
    lambda url: print(json.dumps(url), flush=True),
)
"""


@pytest.mark.parametrize("ends_by", ["stdin", "interrupt"])
def test_the_server_runs_until_its_parent_is_gone_or_it_is_interrupted(ends_by: str) -> None:
    if ends_by == "interrupt" and os.name == "nt":
        pytest.skip("an interrupt would hit the whole console on Windows")
    child = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, ends_by], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdin is not None
    assert child.stdout is not None
    assert json.loads(child.stdout.readline()).startswith("http://127.0.0.1:")
    if ends_by == "stdin":
        child.stdin.close()
    else:
        child.send_signal(signal.SIGINT)
    assert child.wait(timeout=30) == 0
    child.stdout.close()
    child.stdin.close()
