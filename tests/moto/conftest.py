"""The demo account and moto's server side by side, behind the same client."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer

from containerscope.demo.account import demo_world
from containerscope.demo.clock import StillClock
from containerscope.demo.protocol_models import extras_path
from containerscope.demo.server import RunningServer
from tests.threaded import threaded_account

Client = Callable[[str], Any]


@dataclass(frozen=True)
class Both:
    """Makes clients: `both.demo("ecs")` of the demo account, `both.moto("ecs")` of moto."""

    demo: Client
    moto: Client


def _clients(url: str) -> Client:
    made: dict[str, Any] = {}
    session = boto3.Session()
    session._loader.search_paths.append(str(extras_path()))

    def client(name: str) -> Any:
        if name not in made:
            made[name] = session.client(
                name, region_name="eu-west-1", endpoint_url=url,
                aws_access_key_id="AKIADEMO", aws_secret_access_key="demo",
                config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
            )  # fmt: skip
        return made[name]

    return client


@pytest.fixture(scope="module")
def moto_url() -> Iterator[str]:
    """Where moto answers."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def demo_server() -> Iterator[RunningServer]:
    """The demo account in a thread."""
    with threaded_account() as server:
        yield server


@pytest.fixture(scope="module")
def clients(demo_server: RunningServer, moto_url: str) -> Both:
    """The clients of both, each made once: loading the models takes longer than the calls."""
    return Both(_clients(demo_server.url), _clients(moto_url))


@pytest.fixture
def both(demo_server: RunningServer, moto_url: str, clients: Both) -> Both:
    """Two accounts: the demo's as it always is, and moto's, emptied."""
    demo_server.account.world = demo_world(StillClock())
    request = urllib.request.Request(f"{moto_url}/moto-api/reset", method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200
    return clients
