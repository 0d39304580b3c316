"""Forwarded ports really move bytes, come back after a break, and end when they are told to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import psutil
import pytest

from containerscope.acting import Order, enter, look, preview
from containerscope.model.forward import Forward
from containerscope.model.listing import ApiError, Item
from containerscope.plan import Step
from containerscope.remote.forwards import Forwards, free_port
from containerscope.resource import Demand, Scope
from containerscope.resources import find
from tests.plugin import Stub, stub_plugin
from tests.remote.scene import Remote, remote

__all__ = ["remote", "stub_plugin"]


class Watched:
    """A forward under way and what it tells."""

    def __init__(self) -> None:
        self.now: Forward | None = None
        self._news = asyncio.Event()

    def tell(self, forward: Forward) -> None:
        self.now = forward
        self._news.set()

    async def until(self, condition: Callable[[Forward], bool]) -> Forward:
        async with asyncio.timeout(20):
            while self.now is None or not condition(self.now):
                self._news.clear()
                await self._news.wait()
            return self.now


@contextlib.asynccontextmanager
async def forwarded(remote: Remote, order: Order, ports: str) -> AsyncIterator[Watched]:
    """A port, until the block is left."""
    watched = Watched()
    step = await remote.step(order, ports)

    async def soon(_: float) -> None:
        await asyncio.sleep(0.01)

    async def deed(fresh: Step) -> str:
        end = await remote.clients.forwards.run(
            remote.clients, fresh, lambda: remote.anew(order, ports), watched.tell, soon
        )
        return str(end.sentence)

    running = asyncio.ensure_future(enter(remote.clients, order, step, ports, deed))
    try:
        await watched.until(lambda forward: forward.status == "listening")
        yield watched
    finally:
        if watched.now is not None:
            remote.clients.forwards.stop(watched.now.id)
        await asyncio.wait_for(running, 20)


async def said(port: int, text: bytes) -> bytes:
    """What comes back from the other side."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(text)
    found = await asyncio.wait_for(reader.read(4096), 10)
    writer.close()
    return found


REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def test_a_port_of_a_pod_moves_bytes_for_several_at_once(remote: Remote) -> None:
    order = remote.order("pods", "forward", remote.pod())
    async with forwarded(remote, order, "0:8080") as watched:
        assert watched.now is not None
        port = watched.now.local_port
        blob = bytes(range(256)) * 400
        _, answer, echoed = await asyncio.gather(
            said(port, b"ping"), said(port, REQUEST), _echoed(port, blob)
        )
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert echoed == blob
        seen = await watched.until(lambda forward: forward.connections == 0)
        assert seen.opened == 3
        (listed,) = remote.clients.forwards.all()
        assert listed.sent == len(blob) + len(REQUEST) + 4
    assert remote.clients.forwards.all() == ()
    begun, done = remote.clients.actions.read()  # type: ignore[union-attr]
    assert (begun.verb, done.result) == ("forward", "sent")
    assert done.message.startswith("stopped; 3 connections, ")


async def _echoed(port: int, blob: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(blob)
    found = await asyncio.wait_for(reader.readexactly(len(blob)), 10)
    writer.close()
    return found


async def test_a_pod_that_is_gone_ends_its_forward_and_says_so(remote: Remote) -> None:
    name = remote.pod()
    order = remote.order("pods", "forward", name)
    store = remote.account.world.kube["sandbox"].store
    async with forwarded(remote, order, "0:8080") as watched:
        entry = store.find(("", "pods"), "experiments", name)
        assert entry is not None
        assert watched.now is not None
        store.remove(("", "pods"), entry)
        assert await said(watched.now.local_port, REQUEST) == b""
        failed = await watched.until(lambda forward: forward.status == "failed")
        assert "not found" in failed.message
        assert remote.clients.forwards.open == 0


async def test_a_port_of_a_task_comes_back_after_the_plugin_was_killed(
    remote: Remote, stub_plugin: Stub
) -> None:
    order = remote.order("services", "forward", "payments")
    async with forwarded(remote, order, "0:8080") as watched:
        assert watched.now is not None
        port = watched.now.local_port
        assert (await said(port, REQUEST)).startswith(b"HTTP/1.1 200 OK")
        (process,) = _plugins()
        process.kill()
        await watched.until(lambda forward: forward.restarts == 1)
        again = await watched.until(lambda forward: forward.status == "listening")
        assert again.local_port == port
        assert (await said(port, REQUEST)).startswith(b"HTTP/1.1 200 OK")
    assert _plugins() == []
    first, second = stub_plugin.calls()
    assert first["answer"] != second["answer"]
    asked = [each.params for each in remote.account.requests if each.operation == "StartSession"]
    assert len(asked) == 2
    assert asked[0]["DocumentName"] == "AWS-StartPortForwardingSession"
    assert asked[0]["Parameters"] == {"portNumber": ["8080"], "localPortNumber": [str(port)]}
    assert asked[0]["Target"].startswith("ecs:checkout_")


def _plugins() -> list[psutil.Process]:
    children = psutil.Process().children(recursive=True)
    return [
        each
        for each in children
        if each.status() != psutil.STATUS_ZOMBIE
        and any("plugin/session-manager-plugin" in part for part in each.cmdline()[1:2])
    ]


async def test_another_host_is_reached_from_a_task_and_none_from_a_pod(remote: Remote) -> None:
    remote.clients.plugin = ("/bin/true",)
    order = remote.order("services", "forward", "payments")
    step = await remote.step(order, "5432:db.internal:5432")
    assert step.request is not None
    assert step.opened.where["DocumentName"] == "AWS-StartPortForwardingSessionToRemoteHost"
    assert step.opened.changes["Parameters"]["host"] == ["db.internal"]
    pods = remote.order("pods", "forward", remote.pod())
    (step,) = preview(pods, await look(remote.clients, pods), "1:db:5432").steps
    assert "ports alone are forwarded" in step.refused
    (step,) = preview(pods, await look(remote.clients, pods), "x").steps
    assert "give [LOCAL:][HOST:]PORT" in step.refused


async def test_a_port_that_is_taken_is_named(remote: Remote) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    taken = server.sockets[0].getsockname()[1]
    with pytest.raises(ApiError, match=f"port {taken} cannot be opened here"):
        free_port(taken)
    server.close()


async def test_several_are_listed_and_stopped_one_by_one(remote: Remote) -> None:
    order = remote.order("pods", "forward", remote.pod())
    resource = find("pf")
    assert resource is not None
    async with forwarded(remote, order, "0:8080"), forwarded(remote, order, "0:9090") as second:
        lister = resource.lister(remote.clients, Scope(), Demand())
        (listing,) = [each async for each in lister]
        values: list[Any] = [item.value for item in listing.items]
        assert [value.remote for value in values] == ["8080", "9090"]
        assert second.now is not None
        item: Item[Forward] = listing.items[1]
        (stop,) = resource.actions
        assert stop.plan(await stop.look(remote.clients, Scope(), item), "").key == second.now.id
        remote.clients.forwards.stop(second.now.id)
        await second.until(lambda forward: forward.status == "stopped")
        assert remote.clients.forwards.open == 1


async def test_all_end_with_the_clients(remote: Remote) -> None:
    order = remote.order("pods", "forward", remote.pod())
    async with forwarded(remote, order, "0:8080") as watched:
        assert watched.now is not None
        await remote.clients.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", watched.now.local_port)


async def test_read_only_forwards_nothing(remote: Remote) -> None:
    step = await remote.step(remote.order("pods", "forward", remote.pod()), "0:8080")
    remote.clients._read_only = True
    before = len(remote.account.requests)
    with pytest.raises(ApiError, match="read-only refuses"):
        await Forwards().run(remote.clients, step, lambda: remote.anew(None, ""))  # type: ignore[arg-type]
    assert len(remote.account.requests) == before
