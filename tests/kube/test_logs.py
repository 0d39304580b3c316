"""Logs of Kubernetes containers, in the same batches as those of CloudWatch."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from containerscope.clients.aws import AwsClients
from containerscope.demo.clock import StillClock
from containerscope.logs.event import LogEvent
from containerscope.logs.follow import Wanted
from containerscope.logs.kube import event_of, read
from containerscope.model.log_source import LogSource
from containerscope.resources import _kube_logs, find
from tests.kube.cluster import HERE, Cluster, value
from tests.kube.test_resources import all_of, cell

SOURCE = LogSource("platform", "shop/web-0/web", "web")


@pytest.mark.parametrize(
    ("line", "at", "text"),
    [
        (b"2026-11-24T12:00:00.123456789Z hello", 1795521600123, "hello"),
        (b"2026-11-24T12:00:00Z hello  there", 1795521600000, "hello  there"),
        (b"2026-11-24T12:00:00.5Z ", 1795521600500, ""),
        (b"no time at all", 0, "no time at all"),
    ],
)
def test_a_line_has_the_time_that_the_kubelet_gave_it(line: bytes, at: int, text: str) -> None:
    assert event_of(line, SOURCE) == LogEvent(at, "platform", "shop/web-0/web", text)


def test_an_empty_line_is_none() -> None:
    assert event_of(b"", SOURCE) is None


async def test_lines_of_all_pods_of_a_deployment_come_in_order_then_are_followed(
    cluster: Cluster, clients: AwsClients
) -> None:
    resource = find("deployments")
    assert resource is not None
    assert resource.logs is not None
    listing = await all_of("deployments", clients)
    item = next(each for each in listing.items if each.name == "storefront")
    find_logs = resource.logs
    told: list[LogEvent] = []
    async with aclosing(read(clients, lambda: find_logs(clients, HERE, item), Wanted(0))) as feed:
        async for batch in feed:
            assert batch.problem is None
            told += batch.events
            if batch.mode:
                assert batch.mode == "streamed"
                break
    assert len({event.stream.split("/")[1] for event in told}) > 1
    assert [event.at for event in told] == sorted(event.at for event in told)


async def test_of_many_pods_the_newest_are_read_and_the_others_named(
    cluster: Cluster, clients: AwsClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_kube_logs, "_MOST_PODS", 2)
    deployments = await all_of("deployments", clients)
    item = next(each for each in deployments.items if each.name == "catalog")
    find_logs = _kube_logs.of_selected("deployment", lambda w: w.spec.selector)
    told = await find_logs(clients, HERE, item)
    assert len({source.stream.split("/")[1] for source in told.found}) == 2
    pods = cluster.kube.store.all(("", "pods"), "shop")
    made = {
        pod.name: pod.object()["metadata"]["creationTimestamp"]
        for pod in pods
        if pod.name.startswith("catalog-")
    }
    newest = sorted(made, key=lambda name: (made[name], name))[-2:]
    assert {source.stream.split("/")[1] for source in told.found} == set(newest)
    [left] = told.elsewhere
    assert left.label == f"{len(made) - 2} older pods"


async def test_the_lines_before_a_restart_are_those_of_the_container_that_died(
    cluster: Cluster, clients: AwsClients
) -> None:
    resource = find("pods")
    assert resource is not None
    assert resource.logs is not None
    listing = await all_of("pods", clients)
    item = next(
        each for each in listing.items if cell("pods", each, "health") == "CrashLoopBackOff"
    )
    assert value(item).restarted
    find_logs = resource.logs
    wanted = Wanted(0, follow=False, previous=True)
    feed = read(clients, lambda: find_logs(clients, HERE, item), wanted)
    batches = [each async for each in feed]
    assert any(batch.events for batch in batches)
    assert batches[-1].caught_up or batches[-1].problem


async def _pass(clock: StillClock) -> None:
    while True:
        clock.advance(1.0)
        await asyncio.sleep(0.01)


async def test_a_container_whose_stream_is_lost_is_asked_again_and_tells_no_line_twice(
    cluster: Cluster, clients: AwsClients
) -> None:
    listing = await all_of("pods", clients, HERE.within(namespace="shop"))
    resource = find("pods")
    assert resource is not None
    assert resource.logs is not None
    item = next(each for each in listing.items if each.name.startswith("storefront"))
    find_logs = resource.logs
    clock = cluster.account.world.clock
    assert isinstance(clock, StillClock)
    lines: list[tuple[int, str, str]] = []
    async with aclosing(read(clients, lambda: find_logs(clients, HERE, item), Wanted(0))) as feed:
        async for batch in feed:
            lines += [(event.at, event.stream, event.text) for event in batch.events]
            if batch.mode:
                cluster.spoil("unavailable", resource="pods/log", times=1)
                passing = asyncio.create_task(_pass(clock))
            if clients.calls["kubernetes:get pods/log"] > 4 and batch.events:
                break
    passing.cancel()
    assert len(lines) == len(set(lines))
    for name in {stream for _, stream, _ in lines}:
        times = [at for at, stream, _ in lines if stream == name]
        assert times == sorted(times)
