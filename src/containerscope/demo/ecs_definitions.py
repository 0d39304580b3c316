"""Task definitions as teams write them: a main container, its sidecars, secrets and volumes."""

from __future__ import annotations

from typing import Any

from containerscope.demo.ecs_recipe import DAY, Recipe
from containerscope.demo.ecs_state import TaskDefinition
from containerscope.demo.ids import hexes
from containerscope.demo.world import World

Container = dict[str, Any]


def image(world: World, repository: str, tag: str) -> str:
    """An image of the account's own registry."""
    host = f"{world.account}.dkr.ecr.{world.region}.amazonaws.com"
    return f"{host}/{repository}:{tag}"


def define(
    world: World, cluster: str, recipe: Recipe, revision: int, tag: str, registered_at: float
) -> TaskDefinition:
    """One revision of the service's task definition, added to the world."""
    body: dict[str, Any] = {
        "taskDefinitionArn": world.arn("ecs", f"task-definition/{recipe.name}:{revision}"),
        "containerDefinitions": _containers(world, cluster, recipe, tag),
        "family": recipe.name,
        "taskRoleArn": world.global_arn("iam", f"role/{recipe.name}-task"),
        "executionRoleArn": world.global_arn("iam", f"role/{cluster}-execution"),
        "networkMode": recipe.network,
        "revision": revision,
        "volumes": _volumes(world, recipe),
        "status": "ACTIVE",
        "requiresAttributes": _requires(recipe),
        "placementConstraints": [],
        "compatibilities": ["EC2", "FARGATE"] if recipe.network == "awsvpc" else ["EC2"],
        "runtimePlatform": {
            "cpuArchitecture": recipe.architecture,
            "operatingSystemFamily": "LINUX",
        },
        "requiresCompatibilities": ["EC2" if _on_ec2(recipe) else "FARGATE"],
        "cpu": str(recipe.cpu),
        "memory": str(recipe.memory),
        "registeredAt": registered_at,
        "registeredBy": world.global_arn("iam", "role/ci-deploy"),
        "enableFaultInjection": False,
    }
    if recipe.efs:
        body["ephemeralStorage"] = {"sizeInGiB": 40}
    tags = {"team": recipe.owner, "managed-by": "terraform"}
    return world.add_definition(TaskDefinition(recipe.name, revision, body, tags))


def _on_ec2(recipe: Recipe) -> bool:
    return recipe.compute == "EC2" or recipe.network != "awsvpc" or recipe.compute.endswith("-asg")


def _requires(recipe: Recipe) -> list[dict[str, str]]:
    names = [
        "com.amazonaws.ecs.capability.docker-remote-api.1.29",
        "com.amazonaws.ecs.capability.logging-driver.awslogs",
        "com.amazonaws.ecs.capability.task-iam-role",
        "ecs.capability.execution-role-ecr-pull",
    ]
    if recipe.secrets:
        names.append("ecs.capability.secrets.asm.environment-variables")
    if recipe.efs:
        names.append("ecs.capability.efsAuth")
    if recipe.network == "awsvpc":
        names.append("ecs.capability.task-eni")
    return [{"name": name} for name in names]


def _volumes(world: World, recipe: Recipe) -> list[dict[str, Any]]:
    if not recipe.efs:
        return []
    return [
        {
            "name": "shared",
            "efsVolumeConfiguration": {
                "fileSystemId": f"fs-0{hexes(16, 'efs', recipe.owner)}",
                "rootDirectory": "/",
                "transitEncryption": "ENABLED",
                "authorizationConfig": {
                    "accessPointId": f"fsap-0{hexes(16, 'access point', recipe.name)}",
                    "iam": "ENABLED",
                },
            },
        },
        {"name": "scratch", "host": {}},
    ]


def _containers(world: World, cluster: str, recipe: Recipe, tag: str) -> list[Container]:
    sidecars = []
    if "log-router" in recipe.sidecars:
        sidecars.append(_log_router(world, cluster, recipe))
    if "envoy" in recipe.sidecars:
        sidecars.append(_envoy(world, cluster, recipe))
    return [_main(world, cluster, recipe, tag), *sidecars]


def _main(world: World, cluster: str, recipe: Recipe, tag: str) -> Container:
    rest = 128 * len(recipe.sidecars)
    container: Container = {
        "name": recipe.name,
        "image": image(world, recipe.name, tag),
        "cpu": max(recipe.cpu - rest, 64),
        "memory": max(recipe.memory - rest, 128),
        "memoryReservation": max((recipe.memory - rest) // 2, 128),
        "portMappings": _ports(recipe),
        "essential": True,
        "environment": _environment(world, recipe, tag),
        "mountPoints": _mounts(recipe),
        "volumesFrom": [],
        "secrets": [_secret(world, recipe, name) for name in recipe.secrets],
        "user": "1000:1000",
        "readonlyRootFilesystem": not (recipe.efs or recipe.exec_enabled),
        "stopTimeout": 60,
        "ulimits": [{"name": "nofile", "softLimit": 65536, "hardLimit": 65536}],
        "dockerLabels": {"org.opencontainers.image.version": tag, "team": recipe.owner},
        "linuxParameters": {"initProcessEnabled": True},
        "logConfiguration": _logs(world, cluster, recipe),
        "systemControls": [],
    }
    if recipe.command:
        container["command"] = list(recipe.command)
    if recipe.health:
        container["healthCheck"] = {
            "command": ["CMD-SHELL", recipe.health],
            "interval": 15,
            "timeout": 5,
            "retries": 3,
            "startPeriod": 30,
        }
    if recipe.sidecars:
        container["dependsOn"] = [
            {"containerName": each, "condition": "HEALTHY" if each == "envoy" else "START"}
            for each in recipe.sidecars
        ]
    return {**container, **recipe.extra}


def _ports(recipe: Recipe) -> list[dict[str, Any]]:
    if not recipe.port:
        return []
    host = {"awsvpc": recipe.port, "host": recipe.port, "bridge": 0}[recipe.network]
    port = {"containerPort": recipe.port, "hostPort": host, "protocol": "tcp"}
    return [{**port, "name": "http", "appProtocol": "http"}]


def _environment(world: World, recipe: Recipe, tag: str) -> list[dict[str, str]]:
    values = {
        "APP_VERSION": tag,
        "AWS_REGION": world.region,
        "LOG_LEVEL": "info",
        "OTEL_SERVICE_NAME": recipe.name,
        **recipe.environment,
    }
    return [{"name": name, "value": value} for name, value in values.items()]


def _secret(world: World, recipe: Recipe, name: str) -> dict[str, str]:
    if name.startswith("/"):
        arn = world.arn("ssm", f"parameter{name}")
        return {"name": name.rpartition("/")[2].upper(), "valueFrom": arn}
    arn = world.arn("secretsmanager", f"secret:{recipe.owner}/{name}-{hexes(6, name)}")
    return {"name": name.upper().replace("-", "_"), "valueFrom": f"{arn}:value::"}


def _mounts(recipe: Recipe) -> list[dict[str, Any]]:
    if not recipe.efs:
        return []
    return [
        {"sourceVolume": "shared", "containerPath": recipe.efs, "readOnly": False},
        {"sourceVolume": "scratch", "containerPath": "/tmp/scratch", "readOnly": False},
    ]


def _logs(world: World, cluster: str, recipe: Recipe) -> dict[str, Any]:
    if "log-router" in recipe.sidecars:
        options = {
            "Name": "cloudwatch_logs",
            "region": world.region,
            "log_group_name": _group(cluster, recipe),
            "log_stream_prefix": f"{recipe.name}/",
        }
        return {"logDriver": "awsfirelens", "options": options}
    return _awslogs(world, cluster, recipe, recipe.name)


def _group(cluster: str, recipe: Recipe) -> str:
    return f"/ecs/{cluster}/{recipe.name}"


def _awslogs(world: World, cluster: str, recipe: Recipe, prefix: str) -> dict[str, Any]:
    options = {
        "awslogs-group": _group(cluster, recipe),
        "awslogs-region": world.region,
        "awslogs-stream-prefix": prefix,
        "mode": "non-blocking",
    }
    return {"logDriver": "awslogs", "options": options}


def _log_router(world: World, cluster: str, recipe: Recipe) -> Container:
    return {
        "name": "log-router",
        "image": "public.ecr.aws/aws-observability/aws-for-fluent-bit:2.34.0",
        "cpu": 64,
        "memory": 128,
        "memoryReservation": 64,
        "portMappings": [],
        "essential": True,
        "environment": [],
        "mountPoints": [],
        "volumesFrom": [],
        "user": "0",
        "logConfiguration": _awslogs(world, cluster, recipe, "firelens"),
        "systemControls": [],
        "firelensConfiguration": {
            "type": "fluentbit",
            "options": {"enable-ecs-log-metadata": "true"},
        },
    }


def _envoy(world: World, cluster: str, recipe: Recipe) -> Container:
    return {
        "name": "envoy",
        "image": "public.ecr.aws/appmesh/aws-appmesh-envoy:v1.29.12.1-prod",
        "cpu": 64,
        "memory": 128,
        "portMappings": [{"containerPort": 9901, "hostPort": 9901, "protocol": "tcp"}],
        "essential": False,
        "restartPolicy": {"enabled": True, "ignoredExitCodes": [0], "restartAttemptPeriod": 60},
        "environment": [{"name": "ENVOY_LOG_LEVEL", "value": "warning"}],
        "mountPoints": [],
        "volumesFrom": [],
        "user": "1337",
        "logConfiguration": _awslogs(world, cluster, recipe, "envoy"),
        "healthCheck": {
            "command": ["CMD-SHELL", "curl -s http://localhost:9901/ready | grep LIVE"],
            "interval": 5,
            "timeout": 2,
            "retries": 3,
        },
        "systemControls": [],
    }


def history(
    world: World, cluster: str, recipe: Recipe, tags: tuple[str, ...], now: float
) -> list[TaskDefinition]:
    """The newest revisions of a service, oldest first; the oldest is no longer active."""
    first = max(recipe.revision - len(tags) + 1, 1)
    newest = now - recipe.deployed - 40
    count = recipe.revision - first + 1
    made = [
        define(world, cluster, recipe, first + step, tag, newest - 9 * DAY * (count - 1 - step))
        for step, tag in enumerate(tags[-count:])
    ]
    if len(made) > 2:
        made[0].body["status"] = "INACTIVE"
        made[0].body["deregisteredAt"] = made[-1].body["registeredAt"] + 3600
    return made
