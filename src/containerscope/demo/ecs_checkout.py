"""The cluster `checkout`: a shop on Fargate, with a deployment that fails and one under way."""

from __future__ import annotations

from containerscope.demo.ecs_build import Builder, end
from containerscope.demo.ecs_definitions import define
from containerscope.demo.ecs_recipe import DAY, HOUR, MINUTE, Recipe
from containerscope.demo.ecs_state import Cluster, Deployment, Exit, Revision, Service, Task
from containerscope.demo.fate import Fate
from containerscope.demo.ids import digits, hexes
from containerscope.demo.world import World

_CURL = "curl -fs http://localhost:8080/health || exit 1"

RECIPES = (
    Recipe(
        "web",
        8,
        203,
        "4.18.2",
        1024,
        2048,
        path="/",
        health=_CURL,
        sidecars=("log-router", "envoy"),
        connect=True,
        deployed=6 * HOUR,
        owner="storefront",
        environment={"CATALOG_URL": "http://catalog:8080", "FEATURE_X": "on"},
        secrets=("web-session-key",),
        tags={"owner": "Zoë Müller"},
    ),
    Recipe(
        "cart",
        20,
        41,
        "2.7.1",
        512,
        1024,
        path="/cart/*",
        health=_CURL,
        connect=True,
        deployed=2 * DAY,
        owner="storefront",
        environment={"REDIS_URL": "redis://cart.cache.internal:6379/0"},
        secrets=("cart-redis-auth",),
        tags={"max-tasks": "20"},
    ),
    Recipe(
        "catalog",
        6,
        17,
        "1.17.0",
        512,
        2048,
        path="/catalog/*",
        health=_CURL,
        connect=True,
        deployed=11 * DAY,
        architecture="ARM64",
        owner="catalog",
    ),
    Recipe(
        "payments",
        4,
        87,
        "2.30.4",
        1024,
        2048,
        path="/pay/*",
        health=_CURL,
        sidecars=("log-router", "envoy"),
        deployed=5 * DAY,
        owner="payments",
        # What a careless team leaves behind: the program must mask it.
        environment={
            "PSP_ENDPOINT": "https://psp.example.com/v2",
            "PSP_API_KEY": "sk_live_51H8example0000demo0000key",
            "DB_URL": "postgres://payments:hunter2-demo@db.internal:5432/payments",
        },
        secrets=("payments-db", "/payments/psp/webhook_secret"),
        exec_enabled=True,
        tags={"team-ja": "支払い", "pci": "yes"},
    ),
    Recipe("search", 12, 64, "3.2.0", 2048, 4096, path="/search/*", health=_CURL, owner="catalog"),
    Recipe("recommendations", 10, 29, "0.29.3", 1024, 4096, deployed=3 * DAY, owner="ml"),
    Recipe("pricing", 6, 51, "5.1.0", 512, 1024, connect=True, deployed=8 * DAY, owner="catalog"),
    Recipe("inventory", 8, 33, "1.9.6", 512, 1024, connect=True, deployed=DAY, owner="warehouse"),
    Recipe(
        "orders",
        12,
        118,
        "6.0.2",
        1024,
        2048,
        path="/orders/*",
        health=_CURL,
        connect=True,
        deployed=4 * DAY,
        owner="orders",
        secrets=("orders-db", "orders-kafka-sasl"),
    ),
    Recipe(
        "checkout-api",
        12,
        75,
        "3.11.4",
        1024,
        2048,
        path="/checkout/*",
        health=_CURL,
        sidecars=("log-router", "envoy"),
        connect=True,
        deployed=7 * DAY,
        owner="orders",
        secrets=("checkout-signing-key",),
    ),
    Recipe("notifications", 6, 22, "1.4.0", 256, 512, port=0, deployed=15 * DAY, owner="orders"),
    Recipe(
        "accounts",
        8,
        44,
        "2.2.9",
        512,
        1024,
        path="/account/*",
        health=_CURL,
        deployed=9 * DAY,
        owner="identity",
        secrets=("accounts-oidc-client",),
    ),
    Recipe(
        "thumbnails",
        6,
        12,
        "1.2.0",
        512,
        1024,
        port=0,
        efs="/mnt/media",
        sidecars=(),
        deployed=2 * HOUR,
        owner="media",
        command=("worker", "--queue", "thumbnails", "--concurrency", "8"),
    ),
    Recipe(
        "feature-flags", 2, 9, "1.0.3", 256, 512, sidecars=(), deployed=26 * DAY, owner="platform"
    ),
)

_MIGRATE = Recipe(
    "db-migrate",
    0,
    31,
    "6.0.2",
    512,
    1024,
    port=0,
    sidecars=(),
    owner="orders",
    command=("bin/migrate", "up"),
    secrets=("orders-db",),
)
_REPORT = Recipe(
    "nightly-report",
    0,
    8,
    "2.1.0",
    1024,
    4096,
    port=0,
    sidecars=(),
    owner="finance",
    command=("report", "--since", "yesterday"),
    tags={"währung": "€"},
)


def build(world: World) -> Cluster:
    """The cluster with its fourteen services."""
    key = world.arn("kms", f"key/{hexes(8, 'kms')}-1f2e-4d3c-9b8a-{hexes(12, 'kms')}")
    cluster = Cluster(
        "checkout",
        insights="enhanced",
        providers=["FARGATE", "FARGATE_SPOT"],
        strategy=[{"capacityProvider": "FARGATE", "weight": 1, "base": 0}],
        configuration={
            "executeCommandConfiguration": {
                "kmsKeyId": key,
                "logging": "OVERRIDE",
                "logConfiguration": {
                    "cloudWatchLogGroupName": "/ecs/checkout/exec",
                    "cloudWatchEncryptionEnabled": True,
                },
            }
        },
        namespace="ns-shopinternal0001",
        tags={"environment": "production", "cost-center": "4711", "owner": "Team Überall"},
    )
    world.add_cluster(cluster)
    builder = Builder(world, cluster)
    services = {each.name: builder.service(each) for each in RECIPES}
    _fail_payments(builder, services["payments"])
    _roll_checkout_api(builder, services["checkout-api"])
    _kill_thumbnails(builder, services["thumbnails"])
    _say_cart_is_full(builder, services["cart"])
    _shift_orders(builder, services["orders"])
    _run_jobs(builder)
    return cluster


def _next(builder: Builder, service: Service, tag: str, ago: float) -> Revision:
    recipe = next(each for each in RECIPES if each.name == service.name)
    at = builder.now - ago
    number = service.definition.revision + 1
    definition = define(builder.world, builder.cluster.name, recipe, number, tag, at - 45)
    revision = Revision(digits(19, definition.arn), definition, at)
    service.revisions.append(revision)
    return revision


def _fail_payments(builder: Builder, service: Service) -> None:
    """Six of ten allowed failures: an image that nobody pushed; two old tasks were lost since."""
    old = service.deployments[0]
    new = builder.deploy(
        service, _next(builder, service, "2.31.0", 10.5 * MINUTE), 10.5 * MINUTE, 4
    )
    service.failures_allowed = 10
    service.streak, service.retry_at = 3, builder.now + 45
    new.failed, new.threshold, old.desired = 6, 10, 4
    image = new.revision.definition.containers[0]["image"]
    reason = (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to "
        f"resolve ref {image}: {image}: not found"
    )
    builder.world.fates[new.revision.definition.arn] = Fate(pull_error=reason)
    for ago in (9.5, 8.2, 6.9, 5.3, 3.8, 1.6):
        exits = {service.name: Exit(None, reason)}
        task = builder.stopped(service, new, ago * MINUTE, "TaskFailedToStart", reason, exits)
        builder.event(service, ago * MINUTE + 40, f"has started 1 tasks: (task {task.id}).")
    for task, ago in zip(list(service.tasks.values())[:2], (8.6, 6.1), strict=True):
        _fail_checks(builder, service, task, ago * MINUTE)
    builder.waiting(service, new, 2, "PENDING", 25)
    builder.event(
        service,
        3.5 * MINUTE,
        "is unable to consistently start tasks successfully. For "
        "more information, see the Troubleshooting section.",
    )
    _tell_begin(builder, service, new)


def _fail_checks(builder: Builder, service: Service, task: Task, ago: float) -> None:
    """A task that answered its health checks no more."""
    group = builder.target_group(service.name)
    exits = {each["name"]: Exit(143) for each in task.definition.containers}
    reason = f"Task failed ELB health checks in (target-group {group})"
    end(task, builder.now - ago, "ServiceSchedulerInitiated", reason, exits)
    task.health = "UNHEALTHY"
    builder.event(
        service,
        ago + 20,
        f"(task {task.id}) (port 8080) is unhealthy in (target-group {group}) due to "
        "(reason Health checks failed with these codes: [503]).",
    )
    builder.event(service, ago + 12, f"has stopped 1 running tasks: (task {task.id}).")


def _tell_begin(builder: Builder, service: Service, new: Deployment) -> None:
    ago = builder.now - new.created_at
    builder.event(service, ago, f"(deployment {new.id}) deployment in progress.")


def _roll_checkout_api(builder: Builder, service: Service) -> None:
    """A deployment under way: four new tasks run, four are on their way, four old ones are gone."""
    old = service.deployments[0]
    new = builder.deploy(service, _next(builder, service, "3.12.0", 3 * MINUTE), 3 * MINUTE, 12)
    new.threshold = 6
    for task in list(service.tasks.values())[:4]:
        exits = {each["name"]: Exit(143) for each in task.definition.containers}
        reason = f"Scaling activity initiated by (deployment {old.id})"
        end(task, builder.now - 50, "ServiceSchedulerInitiated", reason, exits)
    old.desired = 8
    started = builder.run(service, new, 4, builder.now - 2.5 * MINUTE)
    builder.waiting(service, new, 4, "ACTIVATING", 35)
    named = " ".join(f"(task {each.id})" for each in started)
    builder.event(service, 2.5 * MINUTE, f"has started 4 tasks: {named}.")
    group = builder.target_group(service.name)
    builder.event(service, 1.5 * MINUTE, f"registered 4 targets in (target-group {group})")
    builder.event(service, 1.2 * MINUTE, "has begun draining connections on 4 tasks.")
    _tell_begin(builder, service, new)


def _kill_thumbnails(builder: Builder, service: Service) -> None:
    """Workers that outgrow their memory every few minutes and are started again."""
    limit = service.definition.containers[0]["memory"]
    reason = "OutOfMemoryError: Container killed due to memory usage"
    builder.world.fates[f"checkout/{service.name}"] = Fate(
        exits_after=66 * MINUTE, exit_code=137, exit_reason=reason
    )
    deployment = service.deployments[0]
    for ago in (52, 38, 27, 16, 4):
        exits = {service.name: Exit(137, reason)}
        task = builder.stopped(
            service,
            deployment,
            ago * MINUTE,
            "EssentialContainerExited",
            "Essential container in task exited",
            exits,
            ran=11 * MINUTE,
        )
        task.tags = {**task.tags, "memory-limit": f"{limit}"}
        newer = list(service.tasks.values())[ago % 6]
        newer.created_at = max(newer.created_at, builder.now - ago * MINUTE + 3)
        builder.event(service, ago * MINUTE - 3, f"has started 1 tasks: (task {newer.id}).")
    for each in service.tasks.values():
        if each.status == "RUNNING" and each.started_at < each.created_at:
            each.pull_started_at = each.created_at + 10
            each.pull_stopped_at = each.created_at + 22
            each.started_at = each.created_at + 25


def _say_cart_is_full(builder: Builder, service: Service) -> None:
    """Service auto scaling has raised the count to its maximum."""
    tasks = list(service.tasks.values())[-4:]
    for at, each in enumerate(tasks):
        each.created_at = builder.now - 31 * MINUTE + 3 * at
        each.pull_started_at = each.created_at + 9
        each.pull_stopped_at = each.created_at + 20
        each.started_at = each.created_at + 24
    named = " ".join(f"(task {each.id})" for each in tasks)
    builder.event(service, 31 * MINUTE, f"has started 4 tasks: {named}.")
    builder.event(service, 30 * MINUTE, "has reached a steady state.")


def _shift_orders(builder: Builder, service: Service) -> None:
    """One task that a person stopped, replaced since."""
    exits = {each["name"]: Exit(143) for each in service.definition.containers}
    reason = "Task stopped by user: heap dump taken, see OPS-1821"
    stopped = builder.stopped(
        service, service.deployments[0], 22 * MINUTE, "UserInitiated", reason, exits, ran=4 * DAY
    )
    builder.event(service, 21 * MINUTE, f"has started 1 tasks: (task {next(iter(service.tasks))}).")
    stopped.health = "UNKNOWN"


def _run_jobs(builder: Builder) -> None:
    """Tasks without a service: a migration that failed and a report that runs."""
    at = builder.now - 20 * DAY
    migrate = define(builder.world, "checkout", _MIGRATE, 31, "6.0.2", at)
    reports = define(builder.world, "checkout", _REPORT, 8, "2.1.0", at)
    job = builder.standalone(migrate, 41 * MINUTE, "ci/deploy-orders-118")
    end(
        job,
        builder.now - 39 * MINUTE,
        "EssentialContainerExited",
        "Essential container in task exited",
        {"db-migrate": Exit(1)},
    )
    done = builder.standalone(migrate, 34 * MINUTE, "ci/deploy-orders-119")
    end(
        done,
        builder.now - 33 * MINUTE,
        "EssentialContainerExited",
        "Essential container in task exited",
        {"db-migrate": Exit(0)},
    )
    running = builder.standalone(reports, 6 * MINUTE, "events-rule/nightly-report")
    running.tags = {**running.tags, "währung": "€"}
