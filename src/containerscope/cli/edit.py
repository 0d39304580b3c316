"""Editing an object from the command line: the editor first, then the preview of what it sends."""

from __future__ import annotations

from dataclasses import dataclass

from containerscope.acting import Order, Seen, problem_words
from containerscope.cli.say import say
from containerscope.insight.kube_object_actions import EditError
from containerscope.model.listing import ApiError
from containerscope.resources._kube_object_actions import edited as edited_action
from containerscope.ui.editing import Edited, edited


@dataclass(frozen=True)
class Edit:
    """What somebody made of an object, as an order to send it."""

    order: Order
    made: Edited

    def settle(self, *, sent: bool) -> None:
        """Remove the file once it has served its purpose, else say where it is."""
        if sent:
            self.made.forget()
        else:
            say(f"what you wrote is in {self.made.file}")


async def edited_order(order: Order, seen: Seen, *, read_only: bool) -> Edit | None:
    """Have the object edited; None, and said, where there is nothing to send."""
    if seen.problem is not None:
        say(f"{order.title}: {problem_words(seen.problem)}")
        return None
    try:
        made = await edited(seen.state, read_only=read_only)
    except EditError as error:
        say(f"{order.title}: {error}")
        return None
    except ApiError as error:
        say(f"{order.title}: {problem_words(error.problem)}")
        return None
    if not made.steps:
        made.forget()
        say(f"{order.title}: nothing was changed")
        return None
    action = edited_action(order.action, seen.state, made.steps, made.becomes)
    return Edit(Order(order.resource, action, order.scope, order.items), made)
