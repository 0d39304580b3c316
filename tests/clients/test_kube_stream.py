"""The ways into a pod: which there are, and how what was run in it has ended."""

from __future__ import annotations

import json
from typing import Any

import pytest

from containerscope.clients.aws import connect
from containerscope.clients.kube_stream import Ended, ended, refuse
from containerscope.model.listing import RefusedError
from containerscope.resource import Target
from tests.clients.counting import counting_server
from tests.resources.wire import REGION, Nobody

POD = "/api/v1/namespaces/shop/pods/web-0"
WAYS = [
    ("GET", "exec"),
    ("GET", "attach"),
    ("GET", "portforward"),
    ("PATCH", "ephemeralcontainers"),
]


@pytest.mark.parametrize(("method", "what"), WAYS)
def test_only_the_ways_into_pods_are_let_through_and_none_in_read_only(
    method: str, what: str
) -> None:
    assert refuse(method, f"{POD}/{what}", read_only=False) is None
    problem = refuse(method, f"{POD}/{what}", read_only=True)
    assert problem is not None
    assert f"read-only refuses to {what}" in problem.message
    assert refuse("POST", f"{POD}/{what}", read_only=False) is not None


@pytest.mark.parametrize(
    "path",
    [POD, f"{POD}/proxy", f"{POD}/log", f"{POD}/exec/x", "/api/v1/nodes/n/proxy",
     "/api/v1/namespaces/shop/pods/../exec", f"{POD}/exec?command=rm"],
)  # fmt: skip
def test_nothing_else_is_a_way_in(path: str) -> None:
    assert refuse("GET", path, read_only=False) is not None
    assert refuse("PATCH", path, read_only=False) is not None


@pytest.mark.parametrize(("method", "what"), WAYS)
async def test_read_only_opens_no_connection(method: str, what: str) -> None:
    async with counting_server() as knocks:
        target = Target(
            region=REGION, endpoint_url=knocks.url, access_key="AKIADEMO", secret_key="x"
        )
        clients = await connect(target, read_only=True, rate_share=0, sign_in=Nobody())
        streams = clients.kube_streams("any")

        async def opened() -> None:
            if method == "PATCH":
                await streams.patch(f"{POD}/{what}", {})
            async with streams.open(f"{POD}/{what}", []):
                pass

        with pytest.raises(RefusedError, match="read-only"):
            await opened()
        await clients.close()
        assert knocks.connections == 0


STATUSES: list[tuple[dict[str, Any], Ended]] = [
    ({"status": "Success"}, Ended(0)),
    (
        {"status": "Failure", "reason": "NonZeroExitCode",
         "details": {"causes": [{"reason": "ExitCode", "message": "137"}]}},
        Ended(137),
    ),
    ({"status": "Failure", "message": "container not found"}, Ended(None, "container not found")),
    ({"status": "Failure", "details": None}, Ended(None, "it failed and does not say why")),
]  # fmt: skip


@pytest.mark.parametrize(("status", "end"), STATUSES)
def test_the_error_channel_tells_the_exit_code(status: dict[str, Any], end: Ended) -> None:
    assert ended(json.dumps(status).encode()) == end


def test_what_is_no_status_is_told_as_it_is() -> None:
    assert ended(b"broken pipe\n") == Ended(None, "broken pipe")
