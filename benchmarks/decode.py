"""CPU of reading 50,000 tasks: our decoding of raw bodies against botocore's default parser."""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import Callable
from typing import Any

import botocore.session
import msgspec
from aiobotocore.parsers import AioResponseParserFactory

from benchmarks.report import Row
from containerscope.clients.decode import ParserFactory, page_of, wants_raw
from containerscope.model.ecs_task import Task

NAME = "decode"
TASKS = 50_000
BATCH = 100
BAR = 0.4
_ROUNDS = 3


def _container(number: int, name: str) -> dict[str, Any]:
    account = "arn:aws:ecs:eu-west-1:111122223333"
    return {
        "containerArn": f"{account}:container/prod/{number:032x}/{name}",
        "taskArn": f"{account}:task/prod/{number:032x}",
        "name": name,
        "image": f"111122223333.dkr.ecr.eu-west-1.amazonaws.com/{name}:1.{number % 90}",
        "imageDigest": f"sha256:{number:064x}",
        "runtimeId": f"{number:032x}-{number % 9999}",
        "lastStatus": "RUNNING",
        "healthStatus": "HEALTHY",
        "cpu": "256",
        "memory": "512",
        "networkBindings": [],
        "networkInterfaces": [
            {"attachmentId": f"{number:032x}", "privateIpv4Address": f"10.0.{number % 250}.7"}
        ],
    }


def task(number: int) -> dict[str, Any]:
    """A task as DescribeTasks answers it for one on Fargate with two containers."""
    account, born = "arn:aws:ecs:eu-west-1:111122223333", 1_772_625_600.123 + number
    return {
        "taskArn": f"{account}:task/prod/{number:032x}",
        "clusterArn": f"{account}:cluster/prod",
        "taskDefinitionArn": f"{account}:task-definition/web:{number % 90}",
        "attachments": [
            {
                "id": f"{number:032x}",
                "type": "ElasticNetworkInterface",
                "status": "ATTACHED",
                "details": [
                    {"name": "subnetId", "value": "subnet-0a1b2c3d4e5f60718"},
                    {"name": "networkInterfaceId", "value": f"eni-{number:017x}"},
                    {"name": "macAddress", "value": "0a:58:a9:fe:ac:02"},
                    {"name": "privateIPv4Address", "value": f"10.0.{number % 250}.7"},
                ],
            }
        ],
        "attributes": [{"name": "ecs.cpu-architecture", "value": "x86_64"}],
        "availabilityZone": "eu-west-1a",
        "capacityProviderName": "FARGATE",
        "connectivity": "CONNECTED",
        "connectivityAt": born,
        "containers": [_container(number, name) for name in ("app", "envoy")],
        "cpu": "512",
        "memory": "1024",
        "createdAt": born,
        "startedAt": born + 31.5,
        "pullStartedAt": born + 8,
        "pullStoppedAt": born + 21,
        "desiredStatus": "RUNNING",
        "lastStatus": "RUNNING",
        "healthStatus": "HEALTHY",
        "enableExecuteCommand": False,
        "group": f"service:web-{number % 40}",
        "launchType": "FARGATE",
        "overrides": {"containerOverrides": [{"name": "app"}, {"name": "envoy"}]},
        "platformFamily": "Linux",
        "platformVersion": "1.4.0",
        "startedBy": f"ecs-svc/{number:019d}",
        "tags": [{"key": "team", "value": "shop"}],
        "version": 4,
        "ephemeralStorage": {"sizeInGiB": 20},
    }


def bodies() -> list[bytes]:
    """The answers of as many DescribeTasks as it takes."""
    return [
        json.dumps({"tasks": [task(n) for n in range(at, at + BATCH)], "failures": []}).encode()
        for at in range(0, TASKS, BATCH)
    ]


def _shape() -> Any:
    model = botocore.session.Session().get_service_model("ecs")
    return model.operation_model("DescribeTasks").output_shape


def _response(body: bytes) -> dict[str, Any]:
    return {"status_code": 200, "headers": {}, "body": body, "context": {}}


async def ours(answers: list[bytes]) -> int:
    """Read the answers as `AwsClients.read` does."""
    shape, factory, count = _shape(), ParserFactory(), 0
    wants_raw.set(True)
    for body in answers:
        answer = await factory.create_parser("json").parse(_response(body), shape)
        count += len(page_of(answer, "ecs:DescribeTasks", "tasks", Task).items)
    return count


async def botocores(answers: list[bytes]) -> int:
    """Read the answers to the same values by botocore's parser."""
    shape, factory, count = _shape(), AioResponseParserFactory(), 0
    for body in answers:
        answer = await factory.create_parser("json").parse(_response(body), shape)
        count += len(msgspec.convert(answer["tasks"], list[Task], strict=False))
    return count


def _cpu(read: Callable[[list[bytes]], Any], answers: list[bytes]) -> float:
    best = float("inf")
    for _ in range(_ROUNDS):
        gc.collect()
        before = time.process_time()
        assert asyncio.run(read(answers)) == TASKS
        best = min(best, time.process_time() - before)
    return best


def run() -> list[Row]:
    """The table's rows."""
    answers = bodies()
    theirs, own = _cpu(botocores, answers), _cpu(ours, answers)
    ratio = own / theirs
    return [
        Row(
            f"CPU of reading {TASKS:,} tasks, over botocore's own parser",
            f"{own:.2f} s / {theirs:.2f} s = {ratio:.2f}×",
            f"≤ {BAR}×",
            ratio <= BAR,
        )
    ]
