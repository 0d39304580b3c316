"""How fast the demo account is made and answers, so that it is never what a benchmark measures."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.report import Row
from containerscope.demo.account import demo_world
from containerscope.demo.calls import Call
from containerscope.demo.operations import OPERATIONS
from containerscope.demo.protocol_models import Models
from containerscope.demo.protocol_response import ResponseWriter
from containerscope.demo.scale import Scale
from containerscope.demo.world import World
from containerscope.model.clock import SystemClock

NAME = "demo"
_SCALE = "200,5000,50000"
_START = 5.0
_BATCH = 0.010
_CLUSTER = "scale-100"
_PROGRAM = f"""
from containerscope.demo.server import Setup, main
main(Setup(scale="{_SCALE}", until_stdin_closes=True), lambda url: print(url, flush=True))
"""


def run() -> list[Row]:
    """The rows for `make bench`."""
    started = _best(3, _start)
    world = demo_world(SystemClock(), Scale.parse(_SCALE))
    answer = _answering(world)
    tasks = OPERATIONS["ecs"]["ListTasks"](Call(world, {"cluster": _CLUSTER}))["taskArns"]
    params = {"cluster": _CLUSTER, "tasks": tasks, "include": ["TAGS"]}
    described = _best(20, lambda: answer("DescribeTasks", params), time.process_time)
    busy = OPERATIONS["ecs"]["ListTasks"](Call(world, {"cluster": "checkout"}))["taskArns"]
    rich = {"cluster": "checkout", "tasks": busy, "include": ["TAGS"]}
    sidecars = _best(20, lambda: answer("DescribeTasks", rich), time.process_time)
    return [
        Row("server with 50,000 tasks up", f"{started:.2f} s", f"{_START} s", started <= _START),
        _batch_row("DescribeTasks of 100, CPU", described),
        _batch_row("DescribeTasks of 100 with sidecars, CPU", sidecars),
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


def _start() -> None:
    """From the start of the process to the first word of the server."""
    child = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    if child.stdin is None or child.stdout is None:
        raise RuntimeError("the server has no pipes")
    with child.stdin, child.stdout:
        if not child.stdout.readline():
            raise RuntimeError("the server did not start")
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
