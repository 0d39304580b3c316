"""Parameters to ask each operation of the demo account with, from its own state.

A module here is named after a service, with `_` for `-`, and has `SAMPLES`: the operation -> what
makes its parameters. The same world answers, so a sample may first bring about what it asks for.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from containerscope.demo.calls import Call
from containerscope.demo.operations import OPERATIONS
from containerscope.demo.world import World

Params = dict[str, Any]


@dataclass(frozen=True)
class Asker:
    """Asks a world's own operations for names and ARNs to go on with."""

    world: World
    service: str

    def __call__(self, operation: str, /, **params: Any) -> Mapping[str, Any]:
        """The answer of an operation of the same service."""
        return OPERATIONS[self.service][operation](Call(self.world, params))

    def later(self, seconds: float) -> None:
        """Let that much time pass."""
        clock: Any = self.world.clock
        clock.advance(seconds)
        self.world.advance(clock.now())


Sample = Callable[[Asker], Params]


def plainly(**params: Any) -> Sample:
    """A sample that needs nothing of the world."""
    return lambda _: params


def samples() -> dict[tuple[str, str], Sample]:
    """Service and operation -> sample."""
    found: dict[tuple[str, str], Sample] = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        service = info.name.replace("_", "-")
        found |= {(service, operation): each for operation, each in module.SAMPLES.items()}
    return found
