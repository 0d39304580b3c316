"""What the screen says when AWS says no, or nothing at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from containerscope.clients.aws import AwsClients, connect
from containerscope.demo.faults import Fault
from containerscope.demo.server import RunningServer
from containerscope.model.listing import ApiError, Problem, Why
from containerscope.resource import SignIn, Target
from containerscope.settings import Settings
from containerscope.ui.app import ContainerScopeApp
from tests.ui.conftest import Start
from tests.waiting import wait_for, wait_for_text, wait_until_gone


async def test_a_denied_list_names_the_permission_in_place_of_the_table(
    start: Start, account: RunningServer
) -> None:
    account.faults.replace([Fault(kind="denied", operation="ListServices")])
    async with start(cluster="checkout") as pilot:
        await wait_for_text(pilot, "You may not list services here", "ecs:ListServices", "denied")


async def test_a_denied_detail_keeps_the_names_and_says_what_is_missing(
    start: Start, account: RunningServer
) -> None:
    account.faults.replace([Fault(kind="denied", operation="DescribeServices")])
    async with start(cluster="checkout") as pilot:
        await wait_for_text(pilot, "thumbnails", "⊘", "partial", "ecs:DescribeServices")


async def test_rows_stay_when_the_connection_breaks_and_recover_by_themselves(
    start: Start, account: RunningServer
) -> None:
    async with start(cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete")
        account.faults.replace([Fault(kind="dropped")])
        await pilot.press("ctrl+r")
        text = await wait_for_text(pilot, "stale", "thumbnails")
        assert "▲" in text.splitlines()[0]
        account.faults.replace([])
        await pilot.press("ctrl+r")
        await wait_until_gone(pilot, "stale")
        await wait_for_text(pilot, "complete", "thumbnails")


async def test_no_connection_is_said_and_tried_again(start: Start, account: RunningServer) -> None:
    account.faults.replace([Fault(kind="dropped", operation="GetCallerIdentity")])
    async with start() as pilot:
        await wait_for_text(pilot, "connecting")
        header, title, *_ = (await wait_for_text(pilot, "tried again by itself")).splitlines()
        assert "▲ unreachable" in header
        assert title.split() == ["clusters", "unreachable"]
        account.faults.replace([])
        await pilot.press("ctrl+r")
        await wait_for_text(pilot, "clusters (5)", "1234-5678-9012")


class GivenUp:
    """Clients whose owner closed the sign-in dialog; they ask again only when told to."""

    def __init__(self, clients: Any) -> None:
        self._clients = clients
        self.again = False
        self.tries = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._clients, name)

    def sign_in_again(self) -> None:
        self.again = True

    async def identity(self) -> Any:
        self.tries += 1
        if not self.again:
            raise ApiError(Problem(Why.EXPIRED, "sts:AssumeRole", "a code is needed"))
        return await self._clients.identity()


async def test_a_sign_in_that_was_given_up_comes_back_when_it_is_asked_for(
    account: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("containerscope.ui.app._FIRST_TRY", 0.05)
    made: list[GivenUp] = []

    async def to_demo(target: Target, sign_in: SignIn) -> Any:
        aimed = replace(target, endpoint_url=account.url, access_key="AKIADEMO", secret_key="demo")
        made.append(GivenUp(await connect(aimed, read_only=True, rate_share=0.0, sign_in=sign_in)))
        return made[-1]

    app = ContainerScopeApp(Settings(state_dir=tmp_path), to_demo, Target(region="eu-west-1"))
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: bool(made) and made[0].tries > 2, "tried again by itself")
        assert not made[0].again
        await pilot.press("ctrl+r")
        await wait_for_text(pilot, "clusters (5)", "1234-5678-9012")
        assert len(made) == 1


async def test_refresh_now_lets_a_given_up_sign_in_ask_again(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[AwsClients] = []
    monkeypatch.setattr(AwsClients, "sign_in_again", lambda clients: asked.append(clients))
    async with start() as pilot:
        await wait_for_text(pilot, "clusters (5)", "complete")
        await pilot.press("ctrl+r")
        await wait_for(pilot, lambda: len(asked) == 1, "asked")


async def test_markup_and_escapes_in_names_are_shown_as_they_are(
    start: Start, account: RunningServer
) -> None:
    cluster = next(iter(account.world.clusters.values()))
    service = next(iter(cluster.services.values()))
    hostile = "[/]\x1b]52;c;x\x07[b]\u202eabc"
    service.tags = {"owner": hostile}
    async with start(cluster=cluster.name) as pilot:
        await wait_for_text(pilot, service.name, "complete")
        await pilot.press("slash", *service.name, "enter", "y")
        await wait_for_text(pilot, '"serviceName"')
        await pilot.press("slash", *"owner", "enter")
        text = await wait_for_text(pilot, '"owner"', "[/]")
        assert "\x1b" not in text
        assert "\u202e" not in text
