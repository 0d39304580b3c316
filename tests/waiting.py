"""The one place where tests of the interface wait: for a condition, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.pilot import Pilot

_MOST = 20.0


def screen_text(app: App[Any]) -> str:
    """What is on the terminal now, line by line, as a person sees it."""
    width, height = app.size
    lines = app.screen._compositor.render_strips()
    text = ["".join(segment.text for segment in line).rstrip() for line in lines[:height]]
    assert all(len(line) <= width for line in text)
    return "\n".join(text)


async def wait_for(
    pilot: Pilot[Any], condition: Callable[[], bool], description: str, most: float = _MOST
) -> None:
    """Let the app work until the condition holds; the failure shows the screen."""
    end = time.monotonic() + most
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"never {description}; the screen:\n{screen_text(pilot.app)}")
        await pilot.pause(0.01)


async def wait_for_text(pilot: Pilot[Any], *wanted: str) -> str:
    """Wait until all of this is on the screen, and return the screen."""

    def there() -> bool:
        text = screen_text(pilot.app)
        return all(part in text for part in wanted)

    await wait_for(pilot, there, f"showed {' and '.join(map(repr, wanted))}")
    return screen_text(pilot.app)


async def wait_until_gone(pilot: Pilot[Any], unwanted: str) -> str:
    """Wait until this is not on the screen."""
    await wait_for(
        pilot, lambda: unwanted not in screen_text(pilot.app), f"stopped showing {unwanted!r}"
    )
    return screen_text(pilot.app)
