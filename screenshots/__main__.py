"""Draws the pictures of the README and of each story from the demo account at a fixed clock.

With names it draws these only: `python -m screenshots scaling target-502`.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from screenshots.stories import STORIES, Story
from textual.pilot import Pilot

from containerscope.clients.aws import connect
from containerscope.demo.account import demo_world
from containerscope.demo.clock import StillClock
from containerscope.demo.server import serve
from containerscope.demo.world import World
from containerscope.resource import SignIn, Target
from containerscope.settings import Settings
from containerscope.ui.app import ContainerScopeApp

_HERE = Path(__file__).parent
_MOST = 1000
"""Tries of 20 ms each until a picture's words are on the screen."""


@dataclass(frozen=True)
class Picture:
    """A view of the demo account: how to come there, and what is on it then."""

    name: str
    keys: Sequence[str]
    words: str
    size: tuple[int, int] = (120, 30)
    theme: str = "midnight"
    cluster: str = ""
    """The cluster that the program is opened with."""


_CART = ("enter", "slash", *"cart", "enter")
_STORE = ("colon", *"svc cluster=data", "enter", "slash", *"feature", "enter")
PICTURES = (
    Picture("home", (), "node group spot-b degraded", (120, 20)),
    Picture("services", ("enter", "d"), "Newest stopped task", (170, 44)),
    Picture("stopped-task", ("enter", "enter", "d"), "What to do", (120, 36)),
    Picture("scaling", (*_CART, "4"), "Activities", (200, 64)),
    Picture("targets", (*_CART, "5"), "Rules that lead here", (180, 44)),
    Picture("storage", (*_STORE, "6"), "security group sg-", (150, 40)),
    Picture("roles", (*_CART, "7"), "Execution role", (220, 44)),
    Picture("logs", (*_CART, "8"), "request completed", (130, 44)),
    Picture("narrow", ("enter",), "payments", (80, 24), "terminal"),
    Picture("light", ("enter",), "payments", (120, 24), "paper"),
)


def _of(story: Story) -> Picture:
    return Picture(
        f"scenarios/{story.name}", story.keys, story.words[0], story.size, cluster=story.cluster
    )


def _text(app: ContainerScopeApp) -> str:
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line) for line in lines)


def _is_whole(text: str) -> bool:
    """Whether nothing on the screen is still being asked for, the account's name included."""
    return "(1234-5678-9012)" in text and not re.search(r"\s…\s", text)


async def _until(pilot: Pilot[int], app: ContainerScopeApp, seen: Callable[[str], bool]) -> None:
    for _ in range(_MOST):
        if seen(_text(app)):
            return
        await pilot.pause()
    raise SystemExit(f"the screen never showed what was to be drawn:\n{_text(app)}")


async def _draw(url: str, picture: Picture, folder: Path) -> None:
    settings = Settings(
        state_dir=folder,
        animation=False,
        rate_share=0.0,
        remember=False,
        theme=picture.theme,
        cluster=picture.cluster,
    )

    async def to_demo(target: Target, sign_in: SignIn) -> Any:
        demo = Target(region="eu-west-1", endpoint_url=url, access_key="demo", secret_key="demo")
        return await connect(demo, read_only=True, rate_share=0.0, sign_in=sign_in)

    app = ContainerScopeApp(settings, to_demo, Target(region="eu-west-1"))
    async with app.run_test(size=picture.size) as pilot:
        first = picture.cluster or "checkout"
        await _until(pilot, app, lambda text: "complete" in text and first in text)
        for key in picture.keys:
            await pilot.press(key)
            await _until(pilot, app, lambda text: "complete" in text)
        await _until(pilot, app, lambda text: picture.words in text and _is_whole(text))
        svg = app.export_screenshot(title="ContainerScope")
    (_HERE / f"{picture.name}.svg").write_text(svg, encoding="utf-8")


@asynccontextmanager
async def _served(world: World) -> AsyncIterator[str]:
    server = await serve(world, record=False)
    try:
        yield server.url
    finally:
        await server.close()


async def main(names: Sequence[str]) -> None:
    """Draw the pictures of these names, or all; each story has an account of its own."""
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    with tempfile.TemporaryDirectory() as folder:
        async with _served(demo_world(StillClock())) as url:
            for picture in PICTURES:
                if not names or picture.name in names:
                    await _draw(url, picture, Path(folder))
        for story in STORIES:
            if names and story.name not in names:
                continue
            clock = StillClock()
            world = demo_world(clock)
            story.tell(world, clock)
            async with _served(world) as url:
                await _draw(url, _of(story), Path(folder))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
