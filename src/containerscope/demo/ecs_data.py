"""The cluster `data`: EC2 behind a capacity provider, and a service it is too small for."""

from __future__ import annotations

from containerscope.demo.ecs_build import Builder
from containerscope.demo.ecs_definitions import define
from containerscope.demo.ecs_recipe import DAY, HOUR, MINUTE, Recipe
from containerscope.demo.ecs_state import CapacityProvider, Cluster, Exit, Instance, Service
from containerscope.demo.ids import hexes
from containerscope.demo.world import World

_ASG = "data-asg"
_CPU, _MEMORY = 8192, 31561
"""What an m6i.2xlarge registers."""

RECIPES = (
    Recipe(
        "warehouse-loader",
        5,
        14,
        "3.0.1",
        2048,
        16384,
        port=0,
        compute="EC2",
        owner="data",
        secrets=("warehouse-dsn",),
        deployed=3 * HOUR,
        command=("load", "--all"),
    ),
    Recipe(
        "etl-worker",
        12,
        57,
        "2.14.0",
        1024,
        4096,
        port=0,
        compute=_ASG,
        network="bridge",
        owner="data",
        efs="/opt/pipelines",
        deployed=5 * DAY,
        secrets=("etl-kafka", "warehouse-dsn"),
    ),
    Recipe(
        "kafka-connect",
        6,
        23,
        "7.6.1",
        1024,
        6144,
        8083,
        compute=_ASG,
        owner="streaming",
        health="curl -fs http://localhost:8083/connectors || exit 1",
        deployed=19 * DAY,
        environment={"CONNECT_GROUP_ID": "connect", "CONNECT_SASL_PASSWORD": "demo-s3cr3t-pw"},
    ),
    Recipe(
        "feature-store",
        8,
        36,
        "1.8.2",
        512,
        3072,
        6566,
        compute=_ASG,
        owner="ml",
        efs="/var/features",
        deployed=DAY,
        sidecars=(),
    ),
    Recipe(
        "clickhouse-proxy",
        4,
        6,
        "23.8.1",
        512,
        4096,
        8123,
        compute=_ASG,
        network="bridge",
        owner="data",
        path="/sql/*",
        deployed=28 * DAY,
        sidecars=(),
    ),
    Recipe(
        "airflow-scheduler",
        6,
        19,
        "2.10.3",
        512,
        2048,
        port=0,
        compute=_ASG,
        owner="data",
        efs="/opt/airflow/dags",
        deployed=6 * DAY,
        tags={"propriétaire": "Éloïse"},
    ),
)


def build(world: World) -> Cluster:
    """The cluster with nine instances and six services."""
    group = (
        f"autoScalingGroup:{hexes(8, _ASG)}-8c1d-4f6a-b0e2-{hexes(12, _ASG)}"
        ":autoScalingGroupName/ecs-data"
    )
    body = {
        "cluster": "data",
        "type": "EC2_AUTOSCALING",
        "autoScalingGroupProvider": {
            "autoScalingGroupArn": world.arn("autoscaling", group),
            "managedScaling": {
                "status": "ENABLED",
                "targetCapacity": 90,
                "minimumScalingStepSize": 1,
                "maximumScalingStepSize": 4,
                "instanceWarmupPeriod": 120,
            },
            "managedTerminationProtection": "DISABLED",
            "managedDraining": "ENABLED",
        },
        "updateStatus": "UPDATE_COMPLETE",
    }
    world.capacity_providers[_ASG] = CapacityProvider(_ASG, "data", body, {"team": "data"})
    cluster = Cluster(
        "data",
        insights="enabled",
        providers=[_ASG],
        strategy=[{"capacityProvider": _ASG, "weight": 1, "base": 0}],
        tags={"environment": "production", "team": "data"},
    )
    world.add_cluster(cluster)
    _add_instances(world, cluster)
    builder = Builder(world, cluster)
    services = {each.name: builder.service(each) for each in RECIPES}
    _starve(builder, services["warehouse-loader"])
    _crash_etl(builder, services["etl-worker"])
    _backfill(builder)
    return cluster


def _add_instances(world: World, cluster: Cluster) -> None:
    for index in range(9):
        instance = Instance(
            hexes(32, "instance", world.seed, cluster.name, index),
            f"i-0{hexes(16, 'ec2', cluster.name, index)}",
            "m6i.2xlarge",
            "abc"[index % 3],
            _CPU,
            _MEMORY,
            world.now() - (12 + index) * DAY,
            capacity_provider=_ASG,
            agent_version="1.98.0" if index else "1.89.2",
            tags={"Name": "ecs-data"},
        )
        cluster.instances[instance.id] = instance


def _starve(builder: Builder, service: Service) -> None:
    """Eight are wanted, and no instance has 16 GiB left for the last three."""
    service.desired = service.deployments[0].desired = 8
    deployment = service.deployments[0]
    deployment.rollout = deployment.status = "IN_PROGRESS"
    deployment.finished_at = 0.0
    deployment.reason = f"ECS deployment {deployment.id} in progress."
    deployment.stage = "SCALE_UP"
    deployment.threshold = 4
    service.events = [
        each
        for each in service.events
        if "steady" not in each.message and "completed" not in each.message
    ]
    closest = max(builder.cluster.instances.values(), key=builder.room)
    for step in range(18):
        builder.event(
            service,
            (1.2 + 9.7 * step) * MINUTE,
            "was unable to place a task because no container instance met all of its requirements."
            f" The closest matching (container-instance {closest.id}) has insufficient memory "
            "available. For more information, see the Troubleshooting section of the Amazon ECS "
            "Developer Guide.",
        )


def _crash_etl(builder: Builder, service: Service) -> None:
    """A worker that ended with an error, and one that was killed from outside."""
    deployment = service.deployments[0]
    reason = "Essential container in task exited"
    for ago, code in ((47, 1), (9, 139)):
        builder.stopped(
            service,
            deployment,
            ago * MINUTE,
            "EssentialContainerExited",
            reason,
            {service.name: Exit(code), "log-router": Exit(0)},
            ran=3 * HOUR,
        )
        newest = list(service.tasks)[ago % 12]
        builder.event(service, ago * MINUTE - 4, f"has started 1 tasks: (task {newest}).")


def _backfill(builder: Builder) -> None:
    """A task that someone runs by hand, with overrides."""
    recipe = Recipe(
        "backfill",
        0,
        3,
        "2.14.0",
        1024,
        2048,
        port=0,
        compute="EC2",
        sidecars=(),
        owner="data",
        command=("backfill",),
    )
    definition = define(builder.world, "data", recipe, 3, "2.14.0", builder.now - 40 * DAY)
    task = builder.standalone(definition, 2 * HOUR, "olena")
    task.overrides = {
        "containerOverrides": [
            {
                "name": "backfill",
                "command": ["backfill", "--from", "2026-01-01"],
                "environment": [{"name": "DRY_RUN", "value": "false"}],
            }
        ],
        "inferenceAcceleratorOverrides": [],
    }
