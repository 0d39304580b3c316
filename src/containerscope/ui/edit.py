"""Editing the object of a row: the editor has the terminal, then the preview asks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from containerscope.acting import Order, Seen, problem_words
from containerscope.insight.kube_object_actions import EditError
from containerscope.model.listing import ApiError
from containerscope.resources._kube_object_actions import edited as edited_action
from containerscope.ui.editing import Edited, edited

if TYPE_CHECKING:
    from containerscope.ui.action_dialog import Confirmed
    from containerscope.ui.enter import EnterScreen


async def by_hand(screen: EnterScreen, session: Any, order: Order, seen: Seen) -> None:
    """Have what was seen edited, and show what that would do; says why where it cannot be."""
    title = order.title
    if seen.problem is not None:
        screen.say(f"{title}: {problem_words(seen.problem)}", wrong=True)
        return
    read_only = session.clients.read_only
    try:
        found = await screen.lend(lambda: edited(seen.state, read_only=read_only))
    except EditError as error:
        screen.say(f"{title}: {error}", wrong=True, seconds=15)
        return
    except ApiError as error:
        screen.say(f"{title}: {problem_words(error.problem)}", wrong=True)
        return
    if found is None:
        return
    if not found.steps:
        found.forget()
        screen.say(f"{title}: nothing was changed")
        return
    action = edited_action(order.action, seen.state, found.steps, found.becomes)
    wanted = Order(order.resource, action, order.scope, order.items)
    screen.ask(session, wanted, partial(_decided, screen, session, wanted, found))


def _decided(
    screen: EnterScreen, session: Any, order: Order, found: Edited, confirmed: Confirmed | None
) -> None:
    if confirmed is None:
        screen.say(f"{order.title}: not sent; what you wrote is in {found.file}", seconds=15)
        return
    screen.confirmed(session, order, confirmed, found.forget)
