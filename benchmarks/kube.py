"""Reading 5,000 pods of a Kubernetes API: first rows, all rows, the longest stall, memory."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import resource
import statistics
import sys
import time
from contextlib import aclosing
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

import aiohttp
import msgspec

from benchmarks.report import Row
from containerscope.clients.aws import AwsClients, connect
from containerscope.model.kube import RawEvent
from containerscope.model.kube_pod import Pod
from containerscope.model.listing import Phase
from containerscope.resource import Demand, Scope, Target
from containerscope.resources import find

NAME = "kube"
PODS = 5_000
CLUSTER = "platform"
_ROUNDS = 5
_FIRST, _TIMES, _STALL, _GROWTH = 0.150, 1.5, 0.020, 60.0


class Nobody:
    """A person who is never asked."""

    async def mfa_code(self, serial: str) -> str | None:
        return None

    async def device_code(self, url: str, code: str, expires_in: float) -> None:
        return None

    async def device_done(self, message: str) -> None:
        return None


def _serve(pipe: Connection) -> None:
    """The demo account with so many pods, in a process of its own until told to end."""
    asyncio.run(_served(pipe))


async def _served(pipe: Connection) -> None:
    from containerscope.demo.account import demo_world
    from containerscope.demo.clock import StillClock
    from containerscope.demo.server import serve

    world = demo_world(StillClock())
    cast("Any", world.kube).pods[CLUSTER] = PODS
    server = await serve(world)
    assert world.kube[CLUSTER].name == CLUSTER  # made now, not at the first request
    pipe.send(server.url)
    await asyncio.to_thread(pipe.recv)
    await server.close()


def _memory() -> float:
    """MiB that this process holds now; where that is not told, the most it has held."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize() / 1024**2
    scale = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale


async def _longest_stall(stop: asyncio.Event) -> float:
    longest, last = 0.0, time.perf_counter()
    while not stop.is_set():
        await asyncio.sleep(0)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    return longest


async def _ours(clients: AwsClients) -> tuple[float, float, float, int]:
    """Seconds to the first rows and to all, the longest stall, and how many rows."""
    pods = find("pods")
    assert pods is not None
    stop, first, count = asyncio.Event(), 0.0, 0
    beat = asyncio.create_task(_longest_stall(stop))
    await asyncio.sleep(0)
    start = time.perf_counter()
    lister = cast("Any", pods.lister(clients, Scope(cluster=CLUSTER), Demand()))
    async with aclosing(lister) as listings:
        async for listing in listings:
            first = first or time.perf_counter() - start
            count = len(listing.items)
            if listing.phase is Phase.DONE:
                break
    whole = time.perf_counter() - start
    stop.set()
    return first, whole, await beat, count


async def _bare(clients: AwsClients) -> float:
    """Seconds of a reader that does nothing but decode the lines of the same stream."""
    connection = clients.kube(CLUSTER)
    client = await connection._opened()
    headers = {
        "Authorization": await connection._door.authorization(),
        "Accept-Encoding": "gzip",
    }
    query = (
        "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
        "&allowWatchBookmarks=true&timeoutSeconds=300"
    )
    events, pods = msgspec.json.Decoder(RawEvent), msgspec.json.Decoder(Pod)
    url = f"{client.configuration.host}/api/v1/pods{query}"
    start = time.perf_counter()
    context = client.rest_client.ssl_context
    async with (
        aiohttp.ClientSession(read_bufsize=2**21) as session,
        session.get(url, headers=headers, ssl=context) as response,
    ):
        rest, found = b"", []
        while True:
            *lines, rest = (rest + await response.content.readany()).split(b"\n")
            for line in lines:
                event = events.decode(line)
                if event.type == "BOOKMARK":
                    return time.perf_counter() - start
                found.append(pods.decode(event.object))


async def _measured(url: str) -> list[Row]:
    target = Target(region="eu-west-1", endpoint_url=url, access_key="demo", secret_key="demo")
    clients = await connect(target, read_only=True, rate_share=0, sign_in=Nobody())
    await clients.kube(CLUSTER).get("/version")
    gc.collect()
    gc.disable()
    before = _memory()
    ours = [await _ours(clients)]
    growth = _memory() - before
    ours += [await _ours(clients) for _ in range(_ROUNDS - 1)]
    bare = statistics.median([await _bare(clients) for _ in range(_ROUNDS)])
    gc.enable()
    await clients.close()
    first, whole, stall = (statistics.median(each[at] for each in ours) for at in range(3))
    count = ours[0][3]
    return [
        Row(f"{count} pods, first rows", f"{first * 1000:.0f} ms", "≤ 150 ms", first <= _FIRST),
        Row(
            f"{count} pods, all, by the time of a bare reader",
            f"{whole:.2f} s, {whole / bare:.2f} times",
            "≤ 1.5 times",
            whole <= bare * _TIMES,
        ),
        Row("longest stall of the loop", f"{stall * 1000:.1f} ms", "≤ 20 ms", stall <= _STALL),
        Row("growth of memory", f"{growth:.0f} MiB", "≤ 60 MiB", growth <= _GROWTH),
    ]


def run() -> list[Row]:
    """Measure against a server in a process of its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    server = context.Process(target=_serve, args=(there,), daemon=True)
    server.start()
    try:
        return asyncio.run(_measured(here.recv()))
    finally:
        here.send(None)
        server.join(10)
