"""Asking the demo account in-process, as strictly as the wire would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from containerscope.demo.calls import Call
from containerscope.demo.clock import StillClock
from containerscope.demo.operations import OPERATIONS
from containerscope.demo.protocol_models import Models
from containerscope.demo.world import World
from tests.demo.samples import misfits

MODELS = Models()


def ask(world: World, service: str, operation: str, /, **params: Any) -> Mapping[str, Any]:
    """The answer, after a strict look at every value in it."""
    result = OPERATIONS[service][operation](Call(world, params))
    shape = MODELS.service(service).operation_model(operation).output_shape
    assert misfits(shape, result, operation) == []
    return result


def later(world: World, seconds: float) -> None:
    """Let so much time pass in the world."""
    assert isinstance(world.clock, StillClock)
    world.clock.advance(seconds)
    world.advance(world.clock.now())
