"""What can be done to a service deployment that is under way."""

from __future__ import annotations

from collections.abc import Callable

from containerscope.insight import deployment_actions as plans
from containerscope.model.ecs_deployment import ServiceDeployment
from containerscope.model.listing import ApiError, Item, Missing
from containerscope.plan import Stage, Step
from containerscope.resource import Action, Clients, Scope
from containerscope.resources import _ecs


async def deployment_now(clients: Clients, key: str) -> ServiceDeployment:
    """The deployment of this ARN as it is now."""
    page = await clients.read(
        "ecs", "DescribeServiceDeployments", "serviceDeployments", ServiceDeployment,
        serviceDeploymentArns=[key],
    )  # fmt: skip
    if page.items:
        return page.items[0]
    raise ApiError(_ecs.gone("DescribeServiceDeployments", ()))


async def _live(clients: Clients, scope: Scope, item: Item[ServiceDeployment]) -> ServiceDeployment:
    return await deployment_now(clients, item.key)


async def _ended(clients: Clients, step: Step) -> Stage:
    return plans.ended(await deployment_now(clients, step.key), step)


def _when(of: Callable[[ServiceDeployment], str]) -> Callable[[Item[ServiceDeployment]], str]:
    def when(item: Item[ServiceDeployment]) -> str:
        if not item.key.startswith("arn:"):
            return "the newer deployment API is denied here"
        return "" if isinstance(item.value, Missing) else of(item.value)

    return when


ACTIONS: tuple[Action[ServiceDeployment], ...] = (
    Action(
        "rollback",
        "Stop and roll back",
        "Stop it and roll the service back",
        _live,
        plans.plan_stop,
        ("ecs:StopServiceDeployment",),
        when=_when(plans.why_not_stopped),
        key="rollback",
        progress=_ended,
    ),
    Action(
        "continue",
        "Continue",
        "Continue: let it pass the hook at which it waits",
        _live,
        lambda live, _: plans.plan_answer(live, "CONTINUE"),
        ("ecs:ContinueServiceDeployment",),
        when=_when(plans.why_not_answered),
        progress=_ended,
    ),
    Action(
        "reject",
        "Reject",
        "Reject: roll back from the hook where it waits",
        _live,
        lambda live, _: plans.plan_answer(live, "ROLLBACK"),
        ("ecs:ContinueServiceDeployment",),
        when=_when(plans.why_not_answered),
        progress=_ended,
    ),
)
