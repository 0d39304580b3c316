"""The app on the demo account, in a terminal that isn't there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from containerscope.clients.aws import connect
from containerscope.demo.server import RunningServer
from containerscope.resource import SignIn, Target
from containerscope.settings import Settings
from containerscope.ui.app import ContainerScopeApp

Start = Callable[..., AbstractAsyncContextManager[Pilot[int]]]


@pytest.fixture
def start(account: RunningServer, tmp_path: Path) -> Start:
    """`async with start(width, height, **settings) as pilot`: the running app.

    Passing remarks are shown with `remarks` only: they cover rows.
    """

    @asynccontextmanager
    async def running(
        width: int = 120, height: int = 40, *, remarks: bool = False, **chosen: Any
    ) -> AsyncIterator[Pilot[int]]:
        wanted: dict[str, Any] = {
            "state_dir": tmp_path, "animation": False, "rate_share": 0.0, "refresh": 1.0, **chosen,
        }  # fmt: skip
        settings = Settings(**wanted)

        async def to_demo(target: Target, sign_in: SignIn) -> Any:
            aimed = Target(
                profile=target.profile,
                region=target.region or "eu-west-1",
                endpoint_url=account.url,
                access_key="AKIADEMO",
                secret_key="demo",
            )
            return await connect(
                aimed, read_only=settings.read_only, rate_share=settings.rate_share, sign_in=sign_in
            )

        app = ContainerScopeApp(settings, to_demo, Target(region="eu-west-1"))
        async with app.run_test(size=(width, height), notifications=remarks) as pilot:
            yield pilot

    return running
