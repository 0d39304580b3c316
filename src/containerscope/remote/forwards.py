"""Ports forwarded from here, several at once: begun, kept up, counted and stopped."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec.structs import replace

from containerscope.model.forward import Forward
from containerscope.model.listing import ApiError, Problem, Why
from containerscope.plan import Step
from containerscope.remote.allowed import check
from containerscope.remote.ended import End

Changed = Callable[[Forward], None]
Again = Callable[[], Awaitable[Step]]
"""The step as it is now: of a service perhaps another task."""

_FIRST, _LONGEST = 1.0, 30.0
"""Seconds before a forward that broke is begun anew, doubling."""


class Running:
    """A forward and what it is doing."""

    def __init__(self, forward: Forward, step: Step, changed: Changed) -> None:
        self.forward = forward
        self.step = step
        self._changed = changed
        self.task: asyncio.Task[Any] | None = None
        self.listened = False
        """Whether it has ever worked."""

    def tell(self, **changes: Any) -> None:
        """Something about it is different."""
        self.forward = replace(self.forward, **changes)
        self.listened = self.listened or self.forward.status == "listening"
        self._changed(self.forward)

    def count(self, *, sent: int = 0, received: int = 0) -> None:
        """Bytes have gone through it; they are looked at and not told of."""
        forward = self.forward
        self.forward = replace(
            forward, sent=forward.sent + sent, received=forward.received + received
        )


class Forwards:
    """The forwards of one run, by their ids."""

    def __init__(self) -> None:
        self._running: dict[str, Running] = {}
        self._numbers = itertools.count(1)

    def all(self) -> tuple[Forward, ...]:
        """Those that are there, the oldest first; those that failed stay until they are stopped."""
        return tuple(each.forward for each in self._running.values())

    @property
    def open(self) -> int:
        """How many have not ended."""
        return sum(not each.forward.over for each in self._running.values())

    async def run(
        self,
        clients: Any,
        step: Step,
        again: Again,
        changed: Changed = lambda _: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> End:
        """Forward a port until it is stopped or cannot be kept up; raises `ApiError` for that."""
        check(clients, step)
        forward = _forward(str(next(self._numbers)), clients, step)
        running = Running(forward, step, changed)
        port = running.forward.local_port
        running.tell(local_port=free_port(port))
        self._running[running.forward.id] = running
        running.task = asyncio.ensure_future(_kept_up(clients, running, again, sleep))
        try:
            await asyncio.wait((running.task,))
        finally:
            running.task.cancel()
            await asyncio.gather(running.task, return_exceptions=True)
            if running.forward.status != "failed":
                self._running.pop(running.forward.id, None)
            changed(running.forward)
        if running.task.cancelled():
            return End(None, _summary(running.forward))
        running.task.result()
        return End(None, _summary(running.forward))

    def stop(self, name: str) -> None:
        """End one; what failed is forgotten."""
        running = self._running.get(name)
        if running is None:
            return
        if running.task is not None and not running.task.done():
            running.tell(status="stopped")
            running.task.cancel()
        else:
            del self._running[name]

    async def close(self) -> None:
        """End all of them."""
        tasks = [each.task for each in self._running.values() if each.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def forwards_of(clients: Any) -> Forwards | None:
    """The forwards of the run that these clients belong to; None where there are none."""
    found = getattr(clients, "forwards", None)
    return found if isinstance(found, Forwards) else None


def _forward(name: str, clients: Any, step: Step) -> Forward:
    request = step.opened
    changes = request.changes
    if request.service == "kubernetes":
        local, remote = changes["local"], str(changes["port"])
    else:
        given = changes["Parameters"]
        local, remote = int(given["localPortNumber"][0]), given["portNumber"][0]
        remote = f"{given['host'][0]}:{remote}" if "host" in given else remote
    return Forward(
        name,
        step.target,
        step.where,
        request.service,
        local,
        remote,
        since=clients.clock.now(),
        connections=0 if request.service == "kubernetes" else None,
    )


def free_port(wanted: int) -> int:
    """The port, if nobody has it; one that is free for 0. Raises `ApiError`."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", wanted))
        except OSError as error:
            message = f"port {wanted} cannot be opened here: {error.strerror}"
            remedy = "choose another one: LOCAL:REMOTE"
            raise ApiError(Problem(Why.FAILED, "forward", message, remedy=remedy)) from None
        port: int = trial.getsockname()[1]
        return port


def _summary(forward: Forward) -> str:
    words = f"stopped; {forward.opened} connection{'s' * (forward.opened != 1)}"
    if forward.way == "kubernetes":
        words += f", {forward.sent} bytes sent, {forward.received} received"
    return words


async def _kept_up(
    clients: Any, running: Running, again: Again, sleep: Callable[[float], Awaitable[None]]
) -> None:
    """Begin it again and again, more slowly each time, unless that makes no sense."""
    from containerscope.remote import forward_pods, forward_ssm

    carry = forward_pods.carry if running.forward.way == "kubernetes" else forward_ssm.carry
    loop = asyncio.get_running_loop()
    pause = _FIRST
    while True:
        begun = loop.time()
        try:
            await carry(clients, running)
            message = "the session ended"
        except ApiError as error:
            first = not running.listened and error.problem.why is not Why.THROTTLED
            if first or error.problem.why is Why.DENIED:
                # What has never worked is not kept up.
                running.tell(status="failed", message=error.problem.message)
                raise
            message = error.problem.message
        if loop.time() - begun > _LONGEST:
            pause = _FIRST
        while True:
            restarts = running.forward.restarts + 1
            running.tell(status="reconnecting", message=message, restarts=restarts)
            await sleep(pause)
            pause = min(_LONGEST, pause * 2)
            try:
                running.step = await again()
                break
            except ApiError as error:
                message = error.problem.message
                if _is_over(error):
                    running.tell(status="failed", message=message)
                    raise


def _is_over(error: ApiError) -> bool:
    """Whether what it leads to is gone for good."""
    return error.problem.why is Why.DENIED or getattr(error, "status", None) == 404
