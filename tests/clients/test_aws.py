"""The door as a whole, against the demo account and small servers of a test's own."""

from __future__ import annotations

import asyncio
import os
import urllib.request
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from moto.server import ThreadedMotoServer

from containerscope.clients.aws import AwsClients, connect
from containerscope.demo.server import RunningServer
from containerscope.model import ecs, eks
from containerscope.model.listing import ApiError, Why
from containerscope.resource import Clients, Target
from tests.clients.counting import Knocks, counting_server
from tests.clients.people import Person


async def connected(url: str, *, read_only: bool = True, share: float = 0) -> AwsClients:
    target = Target(
        region="eu-west-1", endpoint_url=url, access_key="AKIAEXAMPLE", secret_key="secret"
    )
    return await connect(target, read_only=read_only, rate_share=share, sign_in=Person())


@pytest.fixture
async def clients(account: RunningServer) -> AsyncIterator[AwsClients]:
    """Clients of the demo account."""
    clients = await connected(account.url)
    yield clients
    await clients.close()


async def test_the_clients_are_what_resources_expect(clients: AwsClients) -> None:
    seam: Clients = clients
    assert (seam.region, seam.partition, seam.read_only) == ("eu-west-1", "aws", True)


async def test_a_list_is_read_with_its_token_and_date(clients: AwsClients) -> None:
    page = await clients.read("ecs", "ListClusters", "clusterArns", str, maxResults=1)
    assert len(page.items) == 1
    assert page.token
    assert page.date is not None
    more = await clients.read(
        "ecs", "ListClusters", "clusterArns", str, maxResults=1, nextToken=page.token
    )
    assert more.items != page.items


async def test_failures_of_a_batch_come_with_the_page(clients: AwsClients) -> None:
    page = await clients.read(
        "ecs", "DescribeClusters", "clusters", ecs.Cluster, clusters=["no-such-cluster"]
    )
    assert page.items == ()
    assert [failure.reason for failure in page.failures] == ["MISSING"]


async def test_one_structure_is_one_item(clients: AwsClients) -> None:
    names = await clients.read("eks", "ListClusters", "clusters", str)
    page = await clients.read("eks", "DescribeCluster", "cluster", eks.Cluster, name=names.items[0])
    assert [cluster.name for cluster in page.items] == [names.items[0]]


async def test_an_error_of_the_service_is_a_problem(clients: AwsClients) -> None:
    with pytest.raises(ApiError) as raised:
        await clients.call("eks", "DescribeCluster", name="no-such-cluster")
    assert raised.value.problem.operation == "eks:DescribeCluster"
    assert "ResourceNotFound" in raised.value.problem.message


async def test_the_identity_is_asked_once(clients: AwsClients) -> None:
    first, second = await asyncio.gather(clients.identity(), clients.identity())
    assert first is second is await clients.identity()
    assert len(first.account) == 12
    assert clients.calls["sts:GetCallerIdentity"] == 1


async def test_ages_count_from_the_servers_date(
    account: RunningServer, clients: AwsClients
) -> None:
    page = await clients.read("ecs", "ListClusters", "clusterArns", str)
    assert page.date is not None
    assert abs(clients.clock.now() - page.date) < timedelta(seconds=5)


async def test_identical_calls_under_way_are_sent_once(clients: AwsClients) -> None:
    reads = [clients.read("ecs", "ListClusters", "clusterArns", str) for _ in range(20)]
    pages = await asyncio.gather(*reads)
    assert clients.calls["ecs:ListClusters"] == 1
    assert all(page is pages[0] for page in pages)
    await clients.read("ecs", "ListClusters", "clusterArns", str)
    assert clients.calls["ecs:ListClusters"] == 2


async def test_one_who_leaves_does_not_end_the_call_of_the_others() -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slowly(_: web.BaseRequest) -> web.Response:
        asked.set()
        await answer.wait()
        return web.json_response({"clusterArns": ["a"]})

    async with counting_server(slowly) as server:
        clients = await connected(server.url)
        leaving, staying = (
            asyncio.create_task(clients.read("ecs", "ListClusters", "clusterArns", str))
            for _ in range(2)
        )
        await asked.wait()
        leaving.cancel()
        await asyncio.wait([leaving])
        answer.set()
        assert (await staying).items == ("a",)
        assert server.requests == ["ListClusters"]
        await clients.close()


async def test_closing_ends_what_is_under_way() -> None:
    asked = asyncio.Event()

    async def never(_: web.BaseRequest) -> web.Response:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with counting_server(never) as server:
        clients = await connected(server.url)
        call = asyncio.create_task(clients.call("ecs", "ListClusters"))
        await asked.wait()
        await clients.close()
        await asyncio.wait([call])
        assert call.cancelled() or call.exception()


async def test_throttling_is_tried_again_and_shown() -> None:
    async def throttled_once(_: web.BaseRequest) -> web.Response:
        if len(server.requests) > 1:
            return web.json_response({"clusterArns": []})
        body = {"__type": "ThrottlingException", "message": "Rate exceeded"}
        return web.json_response(body, status=400)

    server: Knocks
    async with counting_server(throttled_once) as server:
        clients = await connected(server.url, share=100)
        page = await clients.read("ecs", "ListClusters", "clusterArns", str)
        assert page.items == ()
        assert clients.calls["ecs:ListClusters"] == 2
        assert clients.budget.throttled == ("ecs cluster read",)
        await clients.close()


async def test_an_endpoint_that_is_not_there_is_unreachable() -> None:
    async with counting_server() as server:
        url = server.url
    clients = await connected(url)
    with pytest.raises(ApiError) as raised:
        await clients.call("ecs", "ListClusters")
    assert raised.value.problem.why is Why.UNREACHABLE
    assert raised.value.problem.remedy
    await clients.close()


async def test_what_was_fetched_is_kept_for_its_time(clients: AwsClients) -> None:
    fetched: list[int] = []

    async def fetch() -> int:
        fetched.append(1)
        return len(fetched)

    assert await clients.cached("a", 60, fetch) == 1
    assert await clients.cached("a", 60, fetch) == 1
    assert await clients.cached("a", 0, fetch) == 2


async def test_a_failed_fetch_is_not_remembered(clients: AwsClients) -> None:
    async def fails() -> int:
        await clients.call("eks", "DescribeCluster", name="none")
        return 1

    async def works() -> int:
        return 2

    with pytest.raises(ApiError):
        await clients.cached("b", 60, fails)
    assert await clients.cached("b", 60, works) == 2


async def test_explicit_credentials_read_nothing_of_the_users(
    account: RunningServer, monkeypatch: pytest.MonkeyPatch, own_environment: Path
) -> None:
    (own_environment / "config").write_text("[not a valid file")
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-the-environment")
    monkeypatch.setenv("AWS_CA_BUNDLE", "/no/such/bundle")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    clients = await connected(account.url)
    assert (await clients.identity()).account
    await clients.close()


async def test_a_missing_region_says_how_to_set_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ApiError) as raised:
        await connect(Target(), read_only=True, rate_share=0, sign_in=Person())
    assert "AWS_REGION" in raised.value.problem.remedy
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    clients = await connect(Target(), read_only=True, rate_share=0, sign_in=Person())
    assert clients.region == "eu-west-3"
    await clients.close()


async def test_a_profile_that_does_not_exist_is_named() -> None:
    with pytest.raises(ApiError, match="no-such-profile"):
        await connect(
            Target(profile="no-such-profile"), read_only=True, rate_share=0, sign_in=Person()
        )


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")],
)
async def test_the_partition_follows_from_the_region(region: str, partition: str) -> None:
    target = Target(region=region, access_key="a", secret_key="b")
    clients = await connect(target, read_only=True, rate_share=0, sign_in=Person())
    assert clients.partition == partition
    await clients.close()


async def test_a_profile_of_the_users_is_followed_to_its_endpoint(
    account: RunningServer, own_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_environment / "config").write_text(
        "[profile dev]\nregion = eu-west-1\naws_access_key_id = A\naws_secret_access_key = B\n"
        f"endpoint_url = {account.url}\n"
    )
    monkeypatch.setenv("AWS_PROFILE", "dev")
    clients = await connect(Target(), read_only=True, rate_share=0, sign_in=Person())
    assert (await clients.identity()).region == "eu-west-1"
    await clients.close()


async def test_a_credential_process_is_run_by_the_users_own_configuration(
    account: RunningServer, own_environment: Path
) -> None:
    helper = own_environment / "helper.sh"
    helper.write_text(
        """#!/bin/sh\necho '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"B"}'\n"""
    )
    helper.chmod(0o700)
    (own_environment / "config").write_text(
        f"[profile tool]\nregion = eu-west-1\ncredential_process = {helper}\n"
        f"endpoint_url = {account.url}\n"
    )
    clients = await connect(Target(profile="tool"), read_only=True, rate_share=0, sign_in=Person())
    assert (await clients.identity()).account
    await clients.close()
    assert os.access(helper, os.X_OK)


async def test_a_second_backend_agrees() -> None:
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    # Its state is the process's: a server that an earlier test ended has left its own.
    forget = urllib.request.Request(f"http://{host}:{port}/moto-api/reset", method="POST")
    (await asyncio.to_thread(urllib.request.urlopen, forget)).close()
    clients = await connected(f"http://{host}:{port}", read_only=False)
    try:
        assert (await clients.identity()).account == "123456789012"
        await clients.call("ecs", "CreateCluster", clusterName="one")
        page = await clients.read(
            "ecs", "DescribeClusters", "clusters", ecs.Cluster, clusters=["one", "two"]
        )
        assert [cluster.cluster_name for cluster in page.items] == ["one"]
        assert len(page.failures) == 1
        for number in range(3):
            await clients.call(
                "eks",
                "CreateCluster",
                name=f"c{number}",
                roleArn="arn:aws:iam::123456789012:role/r",
                resourcesVpcConfig={},
            )
        first = await clients.read("eks", "ListClusters", "clusters", str, maxResults=2)
        assert len(first.items) == 2
        rest = await clients.read(
            "eks", "ListClusters", "clusters", str, maxResults=2, nextToken=first.token
        )
        assert (rest.items, rest.token) == (("c2",), None)
    finally:
        await clients.close()
        moto.stop()
