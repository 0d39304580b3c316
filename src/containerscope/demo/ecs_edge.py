"""The cluster `edge`: Fargate, Fargate Spot and EC2 side by side, in good health."""

from __future__ import annotations

from containerscope.demo.ecs_build import Builder
from containerscope.demo.ecs_recipe import DAY, HOUR, MINUTE, Recipe
from containerscope.demo.ecs_state import Cluster, Exit, Instance
from containerscope.demo.ids import hexes
from containerscope.demo.world import World

RECIPES = (
    Recipe(
        "ingress",
        6,
        88,
        "1.31.0",
        1024,
        2048,
        compute="spot",
        path="/",
        owner="edge",
        sidecars=("envoy",),
        deployed=12 * HOUR,
    ),
    Recipe(
        "image-resizer",
        6,
        45,
        "0.45.2",
        2048,
        4096,
        compute="all-spot",
        owner="media",
        architecture="ARM64",
        deployed=3 * DAY,
    ),
    Recipe(
        "geo-lookup",
        4,
        11,
        "2024.11.2",
        256,
        512,
        owner="edge",
        sidecars=(),
        health="wget -qO- http://localhost:8080/ready || exit 1",
        deployed=22 * DAY,
    ),
    Recipe(
        "log-shipper",
        3,
        27,
        "2.34.0",
        128,
        256,
        port=0,
        compute="EC2",
        network="host",
        sidecars=(),
        daemon=True,
        owner="platform",
        deployed=14 * DAY,
    ),
    Recipe(
        "rtmp-relay",
        1,
        5,
        "1.5.0",
        1024,
        2048,
        1935,
        compute="EC2",
        network="bridge",
        sidecars=(),
        owner="media",
        deployed=29 * DAY,
        tags={"señal": "en vivo"},
    ),
)


def build(world: World) -> Cluster:
    """The cluster with three instances and five services."""
    cluster = Cluster(
        "edge",
        insights="disabled",
        providers=["FARGATE", "FARGATE_SPOT"],
        tags={"environment": "production", "team": "edge"},
    )
    world.add_cluster(cluster)
    for index, zone in enumerate("abc"):
        instance = Instance(
            hexes(32, "instance", world.seed, cluster.name, index),
            f"i-0{hexes(16, 'ec2', cluster.name, index)}",
            "c7g.xlarge",
            zone,
            4096,
            7678,
            world.now() - 33 * DAY,
            tags={"Name": f"edge-{zone}"},
        )
        cluster.instances[instance.id] = instance
    builder = Builder(world, cluster)
    services = {each.name: builder.service(each) for each in RECIPES}
    resizer = services["image-resizer"]
    exits = {each["name"]: Exit(143) for each in resizer.definition.containers}
    builder.stopped(
        resizer,
        resizer.deployments[0],
        18 * MINUTE,
        "SpotInterruption",
        "Your Spot Task was interrupted.",
        exits,
        ran=9 * HOUR,
    )
    replacement = list(resizer.tasks)[5]
    builder.event(resizer, 17 * MINUTE, f"has started 1 tasks: (task {replacement}).")
    return cluster
