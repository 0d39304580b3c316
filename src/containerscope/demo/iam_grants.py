"""What the roles of services are granted: read off the task definitions that name them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from containerscope.demo.ecs_recipe import DAY, HOUR, MINUTE
from containerscope.demo.ecs_state import TaskDefinition
from containerscope.demo.iam_documents import allow, document, service_trust
from containerscope.demo.iam_state import Document, Role
from containerscope.demo.ids import hexes, number
from containerscope.demo.world import World

FORGOTTEN = "accounts-oidc-client"
"""The secret that the execution role of its cluster may no longer read.

Running tasks have had it since they started; it fails the next one.
"""
_BOUNDED = ("payments-task",)
_CARELESS = ("recommendations-task",)
_EXEC = (
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)


def _trust(world: World) -> Document:
    """Tasks of this account alone: the guard against a confused deputy."""
    return service_trust(
        "ecs-tasks",
        condition={
            "StringEquals": {"aws:SourceAccount": world.account},
            "ArnLike": {"aws:SourceArn": world.arn("ecs", "*")},
        },
    )


def task_role(world: World, name: str, definition: TaskDefinition) -> Role:
    """What the containers of a task definition may do."""
    service = name.removesuffix("-task")
    careless = name in _CARELESS
    role = Role(
        name,
        service_trust("ecs-tasks") if careless else _trust(world),
        world.now() - (60 + number(300, "role age", name)) * DAY,
        description=f"Task role of {service}",
        attached=[world.global_arn("iam", "policy/telemetry-write")],
        used_at=world.now() - MINUTE - number(1800, "used", name),
        tags={**definition.tags},
    )
    if careless:
        role.attached.append("arn:aws:iam::aws:policy/AmazonS3FullAccess")
        role.inline["everything"] = document(allow(("dynamodb:*", "sqs:*"), ("*",)))
    else:
        role.inline["data"] = _data(world, service)
    if name in _BOUNDED:
        role.boundary = world.global_arn("iam", "policy/workload-boundary")
        key = world.arn("kms", f"key/{hexes(8, 'kms')}-1f2e-4d3c-9b8a-{hexes(12, 'kms')}")
        role.inline["exec"] = document(
            allow(_EXEC, ("*",), "EcsExec"), allow(("kms:Decrypt",), (key,), "EcsExecKey")
        )
        # More than the boundary lets through.
        role.inline["rotate-keys"] = document(allow(("iam:CreateAccessKey",), ("*",), "Rotate"))
    if mounts := list(_mounts(world, definition)):
        role.inline["shared-files"] = document(*mounts)
    return role


def _data(world: World, service: str) -> Document:
    key = world.arn("kms", f"key/{hexes(8, 'kms')}-1f2e-4d3c-9b8a-{hexes(12, 'kms')}")
    via = f"s3.{world.region}.amazonaws.com"
    bucket = f"arn:{world.partition}:s3:::shop-{service}"
    return document(
        allow(("s3:GetObject", "s3:PutObject"), (f"{bucket}/*",), "Objects"),
        allow(("s3:ListBucket",), (bucket,), "Bucket"),
        allow(
            ("sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"),
            (world.arn("sqs", f"{service}-*"),),
            "Queues",
        ),
        allow(
            ("kms:Decrypt", "kms:GenerateDataKey"),
            (key,),
            "Keys",
            Condition={"StringEquals": {"kms:ViaService": via}},
        ),
    )


def _mounts(world: World, definition: TaskDefinition) -> Iterator[dict[str, Any]]:
    for volume in definition.body.get("volumes", ()):
        config = volume.get("efsVolumeConfiguration")
        if config is not None:
            arn = world.arn("elasticfilesystem", f"file-system/{config['fileSystemId']}")
            point = config.get("authorizationConfig", {}).get("accessPointId", "*")
            where = world.arn("elasticfilesystem", f"access-point/{point}")
            yield allow(
                ("elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"),
                (arn,),
                "Mount",
                Condition={"StringEquals": {"elasticfilesystem:AccessPointArn": where}},
            )


def execution_role(world: World, name: str) -> Role:
    """What the agent may do to start the tasks of a cluster: pull, log, and read their secrets."""
    secrets = sorted(
        {
            secret_arn(each)
            for definition in world.access.users.get(name, ())
            for container in definition.containers
            for each in (one["valueFrom"] for one in container.get("secrets", ()))
        }
    )
    kept = [each for each in secrets if FORGOTTEN not in each]
    role = Role(
        name,
        _trust(world),
        world.now() - 380 * DAY,
        description=f"Execution role of the tasks of {name.removesuffix('-execution')}",
        attached=["arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"],
        used_at=world.now() - number(int(HOUR), "used", name),
        tags={"managed-by": "terraform"},
    )
    stored = [each for each in kept if ":secretsmanager:" in each]
    parameters = [each for each in kept if ":ssm:" in each]
    found = []
    if stored:
        found.append(allow(("secretsmanager:GetSecretValue",), stored, "Secrets"))
    if parameters:
        found.append(allow(("ssm:GetParameters",), parameters, "Parameters"))
    if found:
        role.inline["secrets"] = document(*found)
    return role


def secret_arn(value_from: str) -> str:
    """The ARN of the secret itself, without the JSON key and version that may stand behind it."""
    parts = value_from.split(":")
    return ":".join(parts[:7]) if ":secretsmanager:" in value_from else value_from
