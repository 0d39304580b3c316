"""The way to steer the demo account from another process: its faults, stories and time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import msgspec
from aiohttp import web

from containerscope.demo import scenarios
from containerscope.demo.faults import Fault, Faults, parse
from containerscope.demo.operations import OPERATIONS
from containerscope.demo.world import World

PREFIX = "/_demo/"
Control = Callable[[web.Request], Awaitable[web.Response]]


class Steered(Protocol):
    """What is steered: an account with its world."""

    @property
    def world(self) -> World:
        """The world."""

    @property
    def faults(self) -> Faults:
        """The rules in force."""


def add_routes(router: web.UrlDispatcher, account: Steered) -> None:
    """`/_demo/faults`, `/_demo/scenarios` and `/_demo/clock`: GET tells, POST changes."""
    for name, control in (("faults", _faults), ("scenarios", _scenarios), ("clock", _clock)):
        router.add_route("*", f"{PREFIX}{name}", control(account))


def _faults(account: Steered) -> Control:
    async def control(request: web.Request) -> web.Response:
        if request.method == "POST":
            try:
                given = msgspec.json.decode(await request.read(), type=list[Any])
                account.faults.replace([_fault(each) for each in given])
            except (msgspec.MsgspecError, ValueError) as error:
                return _refused(str(error))
        return _json(list(account.faults))

    return control


def _fault(given: Any) -> Fault:
    """A rule as an object, or in the words of the command line."""
    return parse(given, OPERATIONS) if isinstance(given, str) else msgspec.convert(given, Fault)


def _scenarios(account: Steered) -> Control:
    async def control(request: web.Request) -> web.Response:
        if request.method == "POST":
            try:
                wish = msgspec.json.decode(await request.read(), type=dict[str, str])
                for verb, name in wish.items():
                    if verb not in ("start", "stop"):
                        raise ValueError('allowed are {"start": NAME} and {"stop": NAME}')
                    steer = scenarios.start if verb == "start" else scenarios.stop
                    steer(account.world, name)
            except (msgspec.MsgspecError, ValueError) as error:
                return _refused(str(error))
        running = account.world.running_scenarios
        return _json(
            [
                {
                    "name": each.name,
                    "summary": each.summary,
                    "running": each.name in running,
                    "since": running.get(each.name),
                }
                for each in scenarios.SCENARIOS.values()
            ]
        )

    return control


def _clock(account: Steered) -> Control:
    async def control(request: web.Request) -> web.Response:
        clock: Any = account.world.clock
        if request.method == "POST":
            try:
                wish = msgspec.json.decode(await request.read(), type=dict[str, float])
                _move(clock, wish)
            except (msgspec.MsgspecError, ValueError) as error:
                return _refused(str(error))
            account.world.advance(clock.now())
        speed = getattr(clock, "speed", None)
        return _json({"now": clock.now().isoformat(), "speed": speed})

    return control


def _move(clock: Any, wish: Mapping[str, float]) -> None:
    if not wish or not wish.keys() <= {"advance", "speed"}:
        raise ValueError('allowed are {"advance": SECONDS} and {"speed": FACTOR}')
    for verb, value in wish.items():
        if not 0 <= value < float("inf"):
            raise ValueError(f"{verb} must be 0 or more, but was {value:g}")
        if not hasattr(clock, verb):
            raise ValueError("this world goes by a clock that can only be read")
        if verb == "speed":
            clock.speed = value
        else:
            clock.advance(value)


def _refused(why: str) -> web.Response:
    return web.Response(status=400, text=f"{why}\n")


def _json(value: Any) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")
