"""What an action writes down of itself, before and after."""

from __future__ import annotations

from containerscope.acting.order import Order
from containerscope.action_log import Entry, log_of
from containerscope.plan import Step
from containerscope.resource import Clients


async def entry_of(clients: Clients, order: Order, step: Step, name: str) -> Entry:
    """The entry of a step that begins; raises `ApiError`."""
    who = await clients.identity()
    assert step.request is not None
    return Entry(
        id=name,
        time=clients.clock.now(),
        phase="begun",
        verb=order.action.id,
        resource=order.resource.noun,
        target=step.key,
        name=step.target,
        cluster=step.where,
        identity=who.arn,
        account=who.account,
        region=clients.region,
        before=step.before,
        after=step.after,
        call=step.request.words,
    )


def write(clients: Clients, entry: Entry) -> None:
    """Write it down, where there is a log; raises `OSError`."""
    log = log_of(clients)
    if log is not None:
        log.write(entry)
