"""The detail pane of an ECS cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator

from containerscope.insight.fleet import kind_of, row_verdict
from containerscope.model import arn
from containerscope.model.ecs import Cluster
from containerscope.model.fleet import ClusterRow
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Item, Missing
from containerscope.resource import Block, Clients, PairsBlock, Scope, TextBlock
from containerscope.resources import _blocks

INCLUDE = ["ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS"]
"""All that DescribeClusters can tell."""
_COUNTERS = (
    ("Running on Fargate", "runningFargateTasksCount"),
    ("Running on EC2", "runningEC2TasksCount"),
    ("Pending on Fargate", "pendingFargateTasksCount"),
    ("Pending on EC2", "pendingEC2TasksCount"),
    ("Services on Fargate", "activeFargateServiceCount"),
    ("Services on EC2", "activeEC2ServiceCount"),
    ("Draining on Fargate", "drainingFargateServiceCount"),
    ("Draining on EC2", "drainingEC2ServiceCount"),
)


async def overview(
    clients: Clients, scope: Scope, item: Item[ClusterRow]
) -> AsyncIterator[tuple[Block, ...]]:
    """What is wrong, then counts, capacity and settings; ECS Exec once it is read."""
    row = item.value
    if isinstance(row, Missing) or row.ecs is None:
        yield (_blocks.missing_block(row),) if isinstance(row, Missing) else ()
        return
    blocks = _blocks_of(row, row.ecs)
    yield blocks
    try:
        page = await clients.read(
            "ecs", "DescribeClusters", "clusters", Cluster, clusters=[item.key], include=INCLUDE
        )
    except ApiError as error:
        yield (*blocks, TextBlock(error.problem.message, "Configuration", Level.WARNING))
        return
    for cluster in page.items[:1]:
        yield (*_blocks_of(row, cluster), *_attached(cluster), *_configured(cluster))


async def capacity(
    clients: Clients, scope: Scope, item: Item[ClusterRow]
) -> AsyncIterator[tuple[Block, ...]]:
    """Where its tasks can run, how much room there is, and what they run on."""
    # Imported here: the names of the clusters stand before anybody looks into one.
    from containerscope.resources import _cluster_capacity

    async for blocks in _cluster_capacity.capacity(clients, scope, item):
        yield blocks


def _blocks_of(row: ClusterRow, cluster: Cluster) -> tuple[Block, ...]:
    defaults = cluster.service_connect_defaults
    namespace = arn.name_of(defaults.namespace) if defaults and defaults.namespace else None
    strategy = _blocks.strategy_words(cluster.default_capacity_provider_strategy)
    return (
        *_blocks.verdict_block(row_verdict(row)),
        _blocks.pairs(
            "Cluster",
            ("Kind", kind_of(row)),
            ("Status", cluster.status),
            ("Services", cluster.active_services_count),
            ("Running tasks", cluster.running_tasks_count),
            ("Pending tasks", cluster.pending_tasks_count),
            ("Container instances", cluster.registered_container_instances_count),
            ("Container Insights", cluster.setting("containerInsights")),
            ("Service Connect namespace", namespace),
        ),
        _blocks.pairs(
            "Capacity",
            ("Capacity providers", cluster.capacity_providers),
            ("Default strategy", strategy),
            *((label, cluster.statistic(name) or None) for label, name in _COUNTERS),
        ),
        *_blocks.tags_block(cluster.tags),
    )


def _attached(cluster: Cluster) -> tuple[PairsBlock, ...]:
    found = cluster.attachments or ()
    if not found and not cluster.attachments_status:
        return ()
    return (
        _blocks.pairs(
            "Attachments",
            ("Status", (cluster.attachments_status or "").lower().replace("_", " ")),
            *((each.type or "attachment", (each.status or "").lower()) for each in found),
        ),
    )


def _configured(cluster: Cluster) -> tuple[Block, ...]:
    configuration = cluster.configuration
    run = configuration.execute_command_configuration if configuration else None
    storage = configuration.managed_storage_configuration if configuration else None
    logs = run.log_configuration if run else None
    return (
        _blocks.pairs(
            "ECS Exec",
            ("Sessions are logged", (run.logging or "default").lower() if run else "default"),
            ("Log group", logs.cloud_watch_log_group_name if logs else None),
            ("Log bucket", logs.s3_bucket_name if logs else None),
            ("Log prefix", logs.s3_key_prefix if logs else None),
            ("KMS key", run.kms_key_id if run else None),
        ),
        *(
            (
                _blocks.pairs(
                    "Managed storage",
                    ("KMS key", storage.kms_key_id),
                    ("Fargate storage key", storage.fargate_ephemeral_storage_kms_key_id),
                ),
            )
            if storage
            else ()
        ),
    )
