"""Editing the object of a row: the editor has the terminal, then the preview asks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import SuspendNotSupported

from containerscope.acting import Order, Seen, problem_words
from containerscope.insight.kube_object_actions import EditError
from containerscope.model.listing import ApiError
from containerscope.resources._kube_object_actions import edited as edited_action
from containerscope.ui.editing import Edited, edited

if TYPE_CHECKING:
    from containerscope.ui.act import ActScreen
    from containerscope.ui.action_dialog import Confirmed


async def by_hand(screen: ActScreen, session: Any, order: Order, seen: Seen) -> None:
    """Have what was seen edited, and show what that would do; says why where it cannot be."""
    title = order.title
    if seen.problem is not None:
        screen.say(f"{title}: {problem_words(seen.problem)}", wrong=True)
        return
    try:
        with screen.app.suspend():
            # Nothing else may paint while the terminal is the editor's.
            found = edited(seen.state, read_only=session.clients.read_only)
    except SuspendNotSupported:
        screen.say(f"{title}: this terminal cannot be lent to an editor", wrong=True)
        return
    except EditError as error:
        screen.say(f"{title}: {error}", wrong=True, seconds=15)
        return
    except ApiError as error:
        screen.say(f"{title}: {problem_words(error.problem)}", wrong=True)
        return
    screen.app.refresh(layout=True)
    if not found.steps:
        found.forget()
        screen.say(f"{title}: nothing was changed")
        return
    action = edited_action(order.action, seen.state, found.steps, found.becomes)
    wanted = Order(order.resource, action, order.scope, order.items)
    screen.ask(session, wanted, partial(_decided, screen, session, wanted, found))


def _decided(
    screen: ActScreen, session: Any, order: Order, found: Edited, confirmed: Confirmed | None
) -> None:
    if confirmed is None:
        screen.say(f"{order.title}: not sent; what you wrote is in {found.file}", seconds=15)
        return
    screen.confirmed(session, order, confirmed, found.forget)
