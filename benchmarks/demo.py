"""How fast the demo account is made and answers, so that it is never what a benchmark measures."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.report import Row
from containerscope.demo.account import demo_world
from containerscope.demo.calls import Call
from containerscope.demo.clock import StillClock
from containerscope.demo.operations import OPERATIONS
from containerscope.demo.protocol_models import Models
from containerscope.demo.protocol_response import ResponseWriter
from containerscope.demo.scale import Scale
from containerscope.demo.world import World

NAME = "demo"
_SCALE = "200,5000,50000"
_START = 5.0
_BATCH = 0.010
_CLUSTER = "scale-100"
_HEADERS = {
    "X-Amz-Target": "AmazonEC2ContainerServiceV20141113.ListClusters",
    "Authorization": "AWS4-HMAC-SHA256 Credential=demo/20261124/eu-west-1/ecs/aws4_request",
}
_PROGRAM = f"""
from containerscope.demo.server import Setup, main
main(Setup(scale="{_SCALE}", until_stdin_closes=True), lambda url: print(url, flush=True))
"""


def run() -> list[Row]:
    """The rows for `make bench`."""
    started = _best(3, _start)
    world = demo_world(StillClock(), Scale.parse(_SCALE))
    answer = _answering(world)
    tasks = OPERATIONS["ecs"]["ListTasks"](Call(world, {"cluster": _CLUSTER}))["taskArns"]
    params = {"cluster": _CLUSTER, "tasks": tasks, "include": ["TAGS"]}
    described = _best(20, lambda: answer("DescribeTasks", params), time.process_time)
    busy = OPERATIONS["ecs"]["ListTasks"](Call(world, {"cluster": "checkout"}))["taskArns"]
    rich = {"cluster": "checkout", "tasks": busy, "include": ["TAGS"]}
    sidecars = _best(20, lambda: answer("DescribeTasks", rich), time.process_time)
    moved = _best(5, lambda: _move(world), time.process_time)
    return [
        Row("first answer with 50,000 tasks", f"{started:.2f} s", f"{_START} s", started <= _START),
        _batch_row("DescribeTasks of 100, CPU", described),
        _batch_row("DescribeTasks of 100 with sidecars, CPU", sidecars),
        Row("a minute of life with 50,000 tasks, CPU", f"{moved * 1000:.0f} ms", "", True),
    ]


def _batch_row(what: str, seconds: float) -> Row:
    return Row(what, f"{seconds * 1000:.1f} ms", f"{_BATCH * 1000:.0f} ms", seconds <= _BATCH)


def _answering(world: World) -> Callable[[str, Mapping[str, Any]], None]:
    service = Models().service("ecs")
    writer = ResponseWriter()

    def answer(name: str, params: Mapping[str, Any]) -> None:
        result = OPERATIONS["ecs"][name](Call(world, params))
        writer.write(service, service.operation_model(name), result, "id")

    return answer


def _move(world: World) -> None:
    """Let a minute pass."""
    clock = world.clock
    if isinstance(clock, StillClock):
        clock.advance(60)
    world.advance(clock.now())


def _start() -> None:
    """From the start of the process to its first answer."""
    child = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    if child.stdin is None or child.stdout is None:
        raise RuntimeError("the server has no pipes")
    with child.stdin, child.stdout:
        url = child.stdout.readline().decode().strip()
        if not url:
            raise RuntimeError("the server did not start")
        request = urllib.request.Request(url, b"{}", _HEADERS)
        with urllib.request.urlopen(request, timeout=30) as answer:
            answer.read()
    child.wait()


def _best(
    times: int, work: Callable[[], object], clock: Callable[[], float] = time.perf_counter
) -> float:
    taken = []
    for _ in range(times):
        before = clock()
        work()
        taken.append(clock() - before)
    return min(taken)
