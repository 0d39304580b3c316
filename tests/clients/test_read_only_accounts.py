"""Which accounts nobody changes, by patterns of their ids and aliases."""

from __future__ import annotations

import pytest

from containerscope.clients.aws import AwsClients, connect
from containerscope.demo.faults import Fault
from containerscope.demo.server import RunningServer
from containerscope.model.listing import RefusedError
from containerscope.resource import Target
from tests.resources.wire import REGION, Nobody


async def clients_with(
    account: RunningServer, *patterns: str, read_only: bool = False
) -> AwsClients:
    """Clients of the account 123456789012, whose alias is `demo`."""
    target = Target(region=REGION, endpoint_url=account.url, access_key="AKIADEMO", secret_key="x")
    return await connect(
        target, read_only=read_only, rate_share=0, sign_in=Nobody(), read_only_accounts=patterns
    )


async def restart(clients: AwsClients) -> None:
    """A change that ECS would make."""
    await clients.send(
        "ecs", "UpdateService", cluster="checkout", service="cart", forceNewDeployment=True
    )


@pytest.mark.parametrize("pattern", ["123456789012", "1234*", "demo", "d*"])
async def test_an_account_that_a_pattern_names_is_read_only(
    account: RunningServer, pattern: str
) -> None:
    clients = await clients_with(account, "prod-*", pattern)
    await clients.identity()
    assert clients.read_only
    with pytest.raises(RefusedError):
        await restart(clients)
    assert "UpdateService" not in [each.operation for each in account.requests]
    await clients.close()


async def test_nothing_is_changed_before_the_account_is_known(account: RunningServer) -> None:
    clients = await clients_with(account, "999999999999")
    with pytest.raises(RefusedError):
        await restart(clients)
    await clients.identity()
    assert not clients.read_only
    await restart(clients)
    assert account.requests[-1].operation == "UpdateService"
    await clients.close()


async def test_an_alias_that_cannot_be_read_keeps_the_account_read_only(
    account: RunningServer,
) -> None:
    account.faults.append(Fault(kind="denied", operation="ListAccountAliases"))
    clients = await clients_with(account, "prod-*")
    await clients.identity()
    assert clients.read_only
    await clients.close()


async def test_no_pattern_lifts_what_the_settings_say(account: RunningServer) -> None:
    clients = await clients_with(account, "999999999999", read_only=True)
    await clients.identity()
    assert clients.read_only
    await clients.close()
