"""What `exec`, `forward` and `copy` share: from a command line to a step that may be opened."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import click

from containerscope import acting
from containerscope.acting import Order, Outcome
from containerscope.cli.chosen import nowhere, only
from containerscope.cli.exits import Exit
from containerscope.cli.say import say, say_problems
from containerscope.cli.session import connected, scope_of
from containerscope.cli.sign_in import sign_in
from containerscope.model import arn
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Item
from containerscope.plan import Step
from containerscope.poller import Poller
from containerscope.resource import Action, Demand, Platform, Resource, Scope
from containerscope.resources import all_resources, find
from containerscope.settings import Settings

_GLYPH = {Level.FINE: "✓", Level.NONE: "–", Level.WARNING: "▲", Level.FAILED: "✗"}


@dataclass(frozen=True)
class Wanted:
    """What a command line asks to be opened."""

    resource: Resource[Any]
    action: Action[Any]
    name: str
    answers: tuple[str, ...] = ("",)
    """What the action is told; opened once for each, side by side."""
    check: bool = False
    dry_run: bool = False


def wanted(verb: str, kind: str, name: str, part: str, **more: Any) -> Wanted:
    """The action of this id of things of this kind; a usage error where there is none."""
    resource = find(kind) or find(f"{kind}s")
    action = None
    if resource is not None:
        action = next((each for each in resource.actions if each.id == verb), None)
    if resource is None or action is None:
        takes = dict.fromkeys(
            each.noun for each in all_resources().values()
            if any(one.id == verb for one in each.actions)
        )  # fmt: skip
        raise click.UsageError(f"{verb} takes {', '.join(takes)}, not {kind!r}")
    if part and action.of_part is None:
        raise click.UsageError(f"a {resource.noun} has no containers to choose from")
    if part and action.of_part is not None:
        # Of a service it is a container of the newest task.
        action = action.of_part(f" {part}" if resource.name == "services" else part)
    return Wanted(resource, action, name, **more)


Again = Callable[[], Awaitable[Step]]
"""The step planned anew."""
Open = Callable[[Any, Step, Again], Awaitable[int]]
"""Opens a step and returns the exit code."""


def run(wish: Wanted, settings: Settings, opening: Open) -> int:
    """Find the thing, look at it, and open it; the exit code."""
    try:
        return asyncio.run(_until_ended(_with_clients(wish, settings, opening)))
    except ApiError as error:
        say_problems((error.problem,))
        return Exit.FAILED


async def _until_ended(work: Awaitable[int]) -> int:
    """Let SIGTERM and SIGHUP end it as ctrl+c does, so that the terminal is put in order."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    ended_by = 0

    def end(number: int) -> None:
        nonlocal ended_by
        ended_by = number
        task.cancel()

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None:
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(number, end, number)
    try:
        return await task
    except asyncio.CancelledError:
        if ended_by:
            return 128 + ended_by
        raise


async def _with_clients(wish: Wanted, settings: Settings, opening: Open) -> int:
    if settings.read_only and not wish.check:
        say(f"refused: {wish.action.id}: read-only")
        return Exit.FAILED
    async with connected(settings, sign_in()) as clients:
        scope, problems = await scope_of(clients, settings)
        if problems:
            say_problems(problems)
            return Exit.FAILED
        if clients.read_only and not wish.check:
            say(f"refused: {wish.action.id}: this account is read-only by the settings")
            return Exit.FAILED
        item = await _item(clients, wish, scope, settings)
        if item is None:
            return Exit.FAILED
        order = Order(wish.resource, wish.action, scope, (item,))
        seen = await acting.look(clients, order)
        steps = [(each, acting.preview(order, seen, each).steps[0]) for each in wish.answers]
        if any(step.request is None for _, step in steps):
            # Where one of several cannot be opened, the others are not what was meant.
            steps = [each for each in steps if each[1].request is None][:1]
        codes = await asyncio.gather(
            *(_taken(clients, wish, order, answer, step, opening) for answer, step in steps)
        )
        return max(codes)


async def _taken(
    clients: Any, wish: Wanted, order: Order, answer: str, step: Step, opening: Open
) -> int:
    if wish.check:
        return _checked(step)
    if step.request is None:
        say(f"{step.target}: {step.refused}")
        return Exit.FAILED
    for note in step.notes:
        if note.level > Level.FINE:
            say(f"{step.target}: {note.words}")
    if wish.dry_run:
        request = step.request
        click.echo(json.dumps({"call": request.name, "parameters": dict(request.params)}))
        return Exit.DONE
    code: int = Exit.FAILED

    async def deed(fresh: Step) -> str:
        nonlocal code
        code = await opening(clients, fresh, lambda: acting.again(clients, order, answer))
        return f"ended with {code}"

    outcome: Outcome = await acting.enter(clients, order, step, answer, deed)
    if outcome.result != "sent":
        say(f"{step.target}: {outcome.result}: {outcome.words}")
        return Exit.FAILED
    return code


def _checked(step: Step) -> int:
    """Each thing that must be so, a line each; 1 where one of them is not."""
    for note in step.notes:
        click.echo(f"{_GLYPH.get(note.level, '–')} {note.words}")
    if step.refused:
        click.echo(f"{_GLYPH[Level.FAILED]} {step.refused}")
    failed = step.refused or any(note.level >= Level.WARNING for note in step.notes)
    return Exit.FAILED if failed else Exit.DONE


async def _item(clients: Any, wish: Wanted, scope: Scope, settings: Settings) -> Item[Any] | None:
    """The thing that was named; None, and said, where it is not there."""
    name, resource = wish.name, wish.resource
    cluster = arn.cluster_of(name) if name.startswith("arn:") else scope.cluster
    whole = cluster and resource.name in ("tasks", "services")
    if whole or (cluster and resource.name == "pods" and scope.namespace):
        return Item(name, arn.name_of(name), cluster=cluster)
    if resource.platform is Platform.KUBERNETES and not cluster:
        raise click.UsageError(f"a {resource.noun} is looked for in one cluster: --cluster NAME")
    within = scope.within(service=name) if resource.name == "services" else scope
    poller = Poller(clients, settings.refresh)
    listing = await poller.once(resource, within, Demand(everything=True), lambda _: None)
    named = only(listing, name).items
    if len(named) > 1:
        where = ", ".join(sorted({item.cluster for item in named}))
        raise click.UsageError(f"{name} is there more than once, in {where}: choose by scope")
    if not named:
        say_problems(listing.problems)
        say(nowhere(resource, name, scope))
        return None
    return named[0]
