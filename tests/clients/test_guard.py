"""Read-only lets nothing through that nobody listed, and does not even open a socket for it."""

from __future__ import annotations

from pathlib import Path

import aioboto3
import pytest
from aiohttp import web
from botocore import xform_name

from containerscope.clients.aws import connect
from containerscope.clients.guard import ALLOWED, refuse
from containerscope.clients.session import open_session
from containerscope.model.listing import RefusedError, Why
from containerscope.resource import Target
from tests.clients.counting import counting_server
from tests.clients.people import Person

GOLDEN = Path(__file__).parent / "golden_allowed.txt"
TARGET = Target(region="eu-west-1", access_key="key", secret_key="secret")
CHANGING = ("Create", "Delete", "Update", "Put", "Run", "Stop", "Terminate", "Modify", "Attach")
HARMLESS = {"logs:StopQuery", "sso-oidc:CreateToken"}


def at(url: str) -> Target:
    return Target(region="eu-west-1", endpoint_url=url, access_key="key", secret_key="secret")


def test_the_list_is_the_one_that_was_reviewed() -> None:
    lines = [f"{service}:{name}" for service in ALLOWED for name in ALLOWED[service]]
    assert "\n".join(sorted(lines)) + "\n" == GOLDEN.read_text()


def test_nothing_on_the_list_sounds_like_a_change() -> None:
    for service, names in ALLOWED.items():
        for name in names:
            assert not name.startswith(CHANGING) or f"{service}:{name}" in HARMLESS


@pytest.mark.parametrize("service", sorted({*ALLOWED, "kms", "s3"}))
async def test_every_unlisted_operation_is_refused_before_a_socket_opens(service: str) -> None:
    async with counting_server() as server:
        session = aioboto3.Session(botocore_session=open_session(TARGET, read_only=True))
        async with session.client(
            service, region_name="eu-west-1", endpoint_url=server.url
        ) as client:
            for operation in client.meta.service_model.operation_names:
                if operation in ALLOWED.get(service, frozenset()):
                    continue
                with pytest.raises(RefusedError) as refused:
                    await getattr(client, xform_name(operation))()
                assert refused.value.problem.why is Why.DENIED
        assert server.connections == 0


@pytest.mark.parametrize("service", sorted(ALLOWED))
async def test_every_listed_operation_exists(service: str) -> None:
    core = open_session(TARGET, read_only=True)
    model = await core.get_service_model(service)
    assert set(model.operation_names) >= ALLOWED[service]


async def test_a_presigned_url_of_a_change_is_refused_too() -> None:
    session = aioboto3.Session(botocore_session=open_session(TARGET, read_only=True))
    async with session.client("sts", region_name="eu-west-1") as client:
        assert await client.generate_presigned_url("get_caller_identity")
        with pytest.raises(RefusedError):
            await client.generate_presigned_url("get_federation_token", Params={"Name": "me"})


@pytest.mark.parametrize(
    ("params", "allowed"),
    [
        ({"Name": "/aws/service/eks/optimized-ami/1.33/recommended"}, True),
        ({"Names": ["/aws/service/a", "/aws/service/b"]}, True),
        ({"Path": "/aws/service/ecs"}, True),
        ({"Name": "arn:aws:ssm:eu-west-1::parameter/aws/service/x"}, True),
        ({"Name": "/prod/database/password"}, False),
        ({"Names": ["/aws/service/a", "/prod/password"]}, False),
        ({"Name": "/aws/service/../../prod/password"}, False),
        ({"Name": "/aws/services-of-ours"}, False),
        ({"Name": "arn:aws:ssm:eu-west-1:111122223333:parameter/aws/service/x"}, False),
        ({}, False),
    ],
)
def test_only_parameters_of_aws_itself_are_read(params: dict[str, object], allowed: bool) -> None:
    operation = "GetParametersByPath" if "Path" in params else "GetParameter"
    assert (refuse("ssm", operation, params) is None) == allowed


async def test_the_door_refuses_before_it_looks_for_credentials() -> None:
    async with counting_server() as server:
        clients = await connect(at(server.url), read_only=True, rate_share=0, sign_in=Person())
        with pytest.raises(RefusedError, match="read-only refuses ecs:StopTask"):
            await clients.call("ecs", "StopTask", task="t")
        assert server.connections == 0
        assert not clients.calls
        await clients.close()


async def test_without_read_only_a_change_is_sent() -> None:
    async def stopped(_: web.BaseRequest) -> web.Response:
        return web.json_response({"task": {"taskArn": "t"}})

    async with counting_server(stopped) as server:
        clients = await connect(at(server.url), read_only=False, rate_share=0, sign_in=Person())
        answer = await clients.call("ecs", "StopTask", task="t")
        assert answer == {"task": {"taskArn": "t"}}
        assert server.requests == ["StopTask"]
        await clients.close()
