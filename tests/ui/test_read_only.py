"""Which profiles nobody changes anything with, while the program goes from one to another."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from containerscope.action_log import ActionLog
from containerscope.cli.session import Session
from containerscope.demo.server import RunningServer
from containerscope.model.listing import RefusedError
from containerscope.resource import Target
from containerscope.settings import Settings
from containerscope.ui.app import ContainerScopeApp
from tests.clients.people import Person
from tests.ui.test_actions import at_service, attentive, sent
from tests.waiting import screen_text, wait_for, wait_for_text, wait_until_gone

PROFILES = """
[profile dev]
region = eu-west-1
aws_access_key_id = AKIADEV
aws_secret_access_key = demo

[profile prod-eu]
region = eu-west-1
aws_access_key_id = AKIAPROD
aws_secret_access_key = demo
"""


@pytest.fixture
def profiles(own_environment: Path) -> None:
    (own_environment / "config").write_text(PROFILES)


@pytest.mark.usefixtures("profiles")
async def test_a_profile_that_a_pattern_names_cannot_change_what_the_one_before_it_could(
    account: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", account.url)
    settings = Settings(
        state_dir=tmp_path, animation=False, rate_share=0.0, refresh=1.0, cluster="checkout",
        read_only_profiles=("prod-*",), profile="dev",
    )  # fmt: skip
    session = Session(settings)
    opened: list[Any] = []

    async def connect(target: Target, sign_in: Any) -> Any:
        opened.append(await session.connect(target, sign_in))
        return opened[-1]

    app = ContainerScopeApp(settings, connect, session.target)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await at_service(pilot, "orders")
        await pilot.press("S")
        await wait_for_text(pilot, "desired  12 → 12")
        await pilot.press(*"13", "enter")
        await attentive(pilot)
        await pilot.press("y")
        await wait_for(pilot, lambda: len(sent(account, "UpdateService")) == 1, "sent it")
        assert "READ-ONLY" not in screen_text(app)

        await pilot.press("colon", *"profile prod-eu", "enter")
        await wait_for_text(pilot, "READ-ONLY")
        await wait_for_text(pilot, "services (1/14)", "complete")
        # What was followed with the profile before is so no more, and that is written down.
        await wait_for(pilot, lambda: len(ActionLog(tmp_path).read()) == 3, "ended it")
        last = ActionLog(tmp_path).read()[-1]
        assert (last.phase, last.result) == ("ended", "warning")
        assert last.message.startswith("not followed any more: ")
        for key, said in (("S", "Scale"), ("R", "Redeploy"), ("z", "Scale")):
            await pilot.press(key)
            await wait_for_text(pilot, f"{said} service orders: read-only")
        await pilot.press("a")
        await wait_for_text(pilot, "Scale: set the desired count", "read-only")
        await pilot.press("escape")
        arrived = len(account.requests)
        with pytest.raises(RefusedError):
            await opened[-1].send("ecs", "UpdateService", cluster="checkout", service="orders")
        changes = account.requests[arrived:]
        assert "UpdateService" not in [each.operation for each in changes]

        await pilot.press("colon", *"profile dev", "enter")
        await wait_until_gone(pilot, "READ-ONLY")
        await wait_for_text(pilot, "services (1/14)", "complete")
        await pilot.press("R")
        await wait_for_text(pilot, "Redeploy service orders", "y confirms")
    assert len(sent(account, "UpdateService")) == 1
    session.close()


@pytest.mark.usefixtures("profiles")
@pytest.mark.parametrize(
    ("changes", "profile", "named", "read_only"),
    [
        ({}, "prod-eu", "", False),
        ({"read_only_profiles": ("prod-*",)}, "prod-eu", "", True),
        ({"read_only_profiles": ("prod-*",)}, "dev", "", False),
        ({"read_only_profiles": ("prod-*",)}, "", "prod-eu", True),
        ({"read_only_profiles": ("prod-*",)}, "dev", "prod-eu", False),
        ({"read_only_profiles": ("default",)}, "", "", True),
        ({"read_only": True, "read_only_profiles": ("prod-*",)}, "dev", "", True),
        ({"read_only_accounts": ("999*",)}, "dev", "", True),
    ],
)
def test_what_the_settings_say_of_a_profile_holds_for_whoever_asks(
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    profile: str,
    named: str,
    read_only: bool,
) -> None:
    if named:
        monkeypatch.setenv("AWS_PROFILE", named)
    session = Session(Settings(**changes))

    async def connected() -> bool:
        clients = await session.connect(Target(profile=profile, region="eu-west-1"), Person())
        try:
            return bool(clients.read_only)
        finally:
            await clients.close()

    # An account that nobody has asked for yet is taken for one that is not to be changed.
    assert asyncio.run(connected()) is read_only
    session.close()
