"""Expired SSO sessions and MFA codes are dealt with from inside, once for all who wait."""

from __future__ import annotations

import asyncio
import hashlib
import json
import stat
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from containerscope.clients.aws import AwsClients, connect
from containerscope.model.listing import ApiError, Why
from containerscope.resource import Target
from tests.clients.people import Person
from tests.clients.signing_in import PENDING, Center, QuickClock, center

SESSION = """
[profile dev]
region = eu-west-1
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Viewer

[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-central-1
sso_registration_scopes = sso:account:access
"""
LEGACY = """
[profile dev]
region = eu-west-1
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-central-1
sso_account_id = 111122223333
sso_role_name = Viewer
"""
ROLE = """
[profile dev]
region = eu-west-1
role_arn = arn:aws:iam::111122223333:role/r
source_profile = base
mfa_serial = arn:aws:iam::111122223333:mfa/me

[profile base]
aws_access_key_id = BASE
aws_secret_access_key = secret
"""


@pytest.fixture
async def sso(monkeypatch: pytest.MonkeyPatch, own_environment: Path) -> AsyncIterator[Center]:
    async with center(monkeypatch, str(own_environment)) as made:
        yield made


async def dev(person: Person, clock: QuickClock | None = None) -> AwsClients:
    return await connect(
        Target(profile="dev"),
        read_only=True,
        rate_share=0,
        sign_in=person,
        clock=clock or QuickClock(),
    )


@pytest.mark.parametrize(
    ("config", "named"),
    [(SESSION, "corp"), (LEGACY, "https://corp.awsapps.com/start")],
    ids=["sso-session", "legacy"],
)
async def test_a_missing_sso_token_is_got_by_device_code(
    sso: Center, own_environment: Path, config: str, named: str
) -> None:
    (own_environment / "config").write_text(config)
    person = Person()
    clients = await dev(person)
    pages = await asyncio.gather(
        *(clients.call("ecs", "ListClusters", maxResults=n) for n in range(1, 8))
    )
    assert all(page["clusterArns"] == ["a"] for page in pages)
    assert person.shown == [("https://device.sso.example/?user_code=ABCD-EFGH", "ABCD-EFGH")]
    assert person.done == [""]
    assert sso.polls == PENDING + 1
    name = hashlib.sha1(named.encode()).hexdigest()
    file = own_environment / ".aws" / "sso" / "cache" / f"{name}.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    token = json.loads(file.read_text())
    assert token["accessToken"] == "token-1"
    assert token["startUrl"] == "https://corp.awsapps.com/start"
    assert token["expiresAt"].endswith("Z")
    await clients.close()
    again = Person()
    clients = await dev(again)
    await clients.call("ecs", "ListClusters")
    assert not again.shown
    await clients.close()


async def test_a_token_that_the_centre_no_longer_knows_is_renewed(
    sso: Center, own_environment: Path
) -> None:
    (own_environment / "config").write_text(LEGACY)
    first = await dev(Person())
    await first.call("ecs", "ListClusters")
    await first.close()
    sso.token = "token-2"
    person = Person()
    clients = await dev(person)
    await clients.call("ecs", "ListClusters")
    assert len(person.shown) == 1
    await clients.close()


async def test_a_sign_in_nobody_confirms_is_told_once_and_not_asked_again_at_once(
    sso: Center, own_environment: Path
) -> None:
    (own_environment / "config").write_text(SESSION)
    sso.confirmed = False
    person = Person()
    clients = await dev(person)
    calls = [clients.call("ecs", "ListClusters", maxResults=n) for n in range(1, 4)]
    for result in await asyncio.gather(*calls, return_exceptions=True):
        assert isinstance(result, ApiError)
        assert result.problem.why is Why.EXPIRED
        assert result.problem.remedy
    assert len(person.shown) == 1
    assert len(person.done) == 1
    assert person.done[0]
    sso.confirmed = True
    clients.sign_in_again()
    assert (await clients.call("ecs", "ListClusters"))["clusterArns"] == ["a"]
    await clients.close()


async def test_an_mfa_code_is_asked_for_once(sso: Center, own_environment: Path) -> None:
    (own_environment / "config").write_text(ROLE)
    person = Person("123456")
    clients = await dev(person)
    calls = [clients.call("ecs", "ListClusters", maxResults=n) for n in range(1, 6)]
    await asyncio.gather(*calls)
    assert person.asked == ["arn:aws:iam::111122223333:mfa/me"]
    assert sso.codes_given == ["123456"]
    await clients.close()
    again = Person()
    clients = await dev(again)
    await clients.call("ecs", "ListClusters")
    assert not again.asked, "the AWS CLI's cache of roles is used"
    await clients.close()


async def test_a_wrong_mfa_code_is_asked_for_again(sso: Center, own_environment: Path) -> None:
    (own_environment / "config").write_text(ROLE)
    person = Person("000000", "123456")
    clients = await dev(person)
    await clients.call("ecs", "ListClusters")
    assert sso.codes_given == ["000000", "123456"]
    await clients.close()


async def test_without_a_code_the_call_is_expired(sso: Center, own_environment: Path) -> None:
    (own_environment / "config").write_text(ROLE)
    person = Person()
    clients = await dev(person)
    for _ in range(3):
        with pytest.raises(ApiError) as raised:
            await clients.call("ecs", "ListClusters")
        assert raised.value.problem.why is Why.EXPIRED
    assert len(person.asked) == 1
    await clients.close()


async def test_a_role_that_ran_out_asks_for_a_new_code(sso: Center, own_environment: Path) -> None:
    (own_environment / "config").write_text(ROLE)
    sso.role_lasts = timedelta(minutes=5)
    person = Person("123456", "123456")
    clients = await dev(person)
    await clients.call("ecs", "ListClusters")
    await clients.call("ecs", "ListClusters")
    assert len(person.asked) == 2
    await clients.close()


async def test_credentials_renewed_by_another_tool_are_taken_up(
    sso: Center, own_environment: Path
) -> None:
    (own_environment / "config").write_text("[profile dev]\nregion = eu-west-1\n")
    clock = QuickClock()
    clients = await dev(Person(), clock)
    with pytest.raises(ApiError) as raised:
        await clients.call("ecs", "ListClusters")
    assert raised.value.problem.why is Why.EXPIRED
    (own_environment / "credentials").write_text(
        "[dev]\naws_access_key_id = A\naws_secret_access_key = B\n"
    )
    clock.passed = 6
    assert (await clients.call("ecs", "ListClusters"))["clusterArns"] == ["a"]
    await clients.close()
