"""The tabs of a service's detail pane; each asks only when it is looked at."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from containerscope.model.ecs_service import Service
from containerscope.model.listing import Item, Missing
from containerscope.model.scaling import ServiceScaling
from containerscope.resource import Block, Clients, Demand, Detail, Scope, TextBlock
from containerscope.resources import _around, _blocks, _ecs, _task_table, images, scaling
from containerscope.resources._group_levels import instances
from containerscope.resources._listed import listed_blocks, problem_blocks, within
from containerscope.resources._scaling_details import whole
from containerscope.resources._service_definition import definition_tab
from containerscope.resources._service_deploying import deployments
from containerscope.resources._service_details import events, overview
from containerscope.resources._service_logs import logs
from containerscope.resources._service_metrics import metrics
from containerscope.resources._service_roles import roles
from containerscope.resources._service_storage import storage
from containerscope.resources._service_targets import targets

Blocks = Callable[[Clients, Scope, Item[Service]], AsyncIterator[tuple[Block, ...]]]
_IMAGES = (
    "repository", "tag", "runs", "current", "arch", "registry", "size", "pushed", "findings",
)  # fmt: skip


async def scaling_tab(
    clients: Clients, scope: Scope, item: Item[Service]
) -> AsyncIterator[tuple[Block, ...]]:
    """The scaling of the service as its own resource shows it, with the instances below."""
    service = item.value
    if isinstance(service, Missing):
        yield (_blocks.missing_block(service),)
        return
    here = within(scope, item)
    found: ServiceScaling | None = None
    notes: tuple[Block, ...] = ()
    async for listing in scaling.scaling(clients, here, Demand()):
        notes = problem_blocks(listing.problems)
        known = [each.value for each in listing.items if not isinstance(each.value, Missing)]
        found = known[0] if known else None
    if found is None:
        words = f"Nothing scales it: the desired count stays {service.desired_count or 0}."
        first = notes or (TextBlock(words),)
        yield first
        yield (*first, *await instances(clients, here.cluster, service))
        return
    async for blocks in whole(clients, here.cluster, found, service):
        yield (*blocks, *notes)


async def images_tab(
    clients: Clients, scope: Scope, item: Item[Service]
) -> AsyncIterator[tuple[Block, ...]]:
    """What its running tasks are made of, and whether the tags are still that."""
    async for blocks in listed_blocks(
        "Images", images.RESOURCE, _IMAGES, clients, within(scope, item)
    ):
        yield blocks


async def tasks_tab(
    clients: Clients, scope: Scope, item: Item[Service]
) -> AsyncIterator[tuple[Block, ...]]:
    """Its running and recently stopped tasks, with whether each gets traffic."""
    async for blocks in _task_table.tasks_of(clients, within(scope, item), item.value):
        yield blocks


def _known(blocks: Blocks) -> Blocks:
    """The tab, for which the service itself need not be asked for again."""

    async def shown(
        clients: Clients, scope: Scope, item: Item[Service]
    ) -> AsyncIterator[tuple[Block, ...]]:
        if not isinstance(item.value, Missing):
            await _around.keep_service(clients, _ecs.cluster_of(scope, item), item.value)
        async for each in blocks(clients, scope, item):
            yield each

    return shown


_TABS: tuple[tuple[str, Blocks], ...] = (
    ("Overview", overview),
    ("Deployments", deployments),
    ("Tasks", tasks_tab),
    ("Scaling", scaling_tab),
    ("Targets", targets),
    ("Storage", storage),
    ("Roles", roles),
    ("Logs", logs),
    ("Definition", definition_tab),
    ("Events", events),
    ("Metrics", metrics),
    ("Images", images_tab),
)

_SELDOM = {"Metrics": 60.0}
"""CloudWatch charges for each metric, and has a new point a minute."""

DETAILS: tuple[Detail[Service], ...] = tuple(
    Detail(title, _known(tab), seconds=_SELDOM.get(title, 15.0)) for title, tab in _TABS
)
