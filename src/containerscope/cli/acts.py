"""The commands that change something, one way for all: scale, stop, restart, rollback."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from containerscope import acting
from containerscope.acting import Order, Outcome, Preview, Seen
from containerscope.cli.chosen import nowhere, only
from containerscope.cli.exits import Exit
from containerscope.cli.invocation import Command, invocation
from containerscope.cli.say import say, say_problems
from containerscope.cli.session import connected, scope_of
from containerscope.cli.sign_in import sign_in
from containerscope.model import arn
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Item
from containerscope.model.text import visible
from containerscope.plan import Confirm, Stage
from containerscope.poller import Poller
from containerscope.resource import Action, Demand, Resource, Scope
from containerscope.resources import all_resources, find
from containerscope.settings import Settings


@dataclass(frozen=True)
class Wish:
    """What the command line asks for."""

    resource: Resource[Any]
    action: Action[Any]
    names: tuple[str, ...]
    answer: str | None
    """None takes the one that the action begins with."""
    yes: bool
    wait: bool
    dry_run: bool


def _wish(action: str, noun: str, names: Sequence[str], answer: str | None, **flags: bool) -> Wish:
    resource = find(noun) or find(noun.replace("-", " ").replace("nodegroup", "node group"))
    found = None
    if resource is not None:
        found = next((each for each in resource.actions if each.id == action), None)
    if resource is None or found is None:
        takes = [
            each.noun for each in all_resources().values()
            if any(one.id == action for one in each.actions)
        ]  # fmt: skip
        raise click.UsageError(f"{action} takes {' or '.join(takes)}, not {noun!r}")
    if len(names) > 1 and not found.bulk:
        raise click.UsageError(f"{action} takes one {resource.noun}")
    return Wish(resource, found, tuple(names), answer, **flags)


def _run(wish: Wish, settings: Settings) -> int:
    if not (wish.yes or wish.dry_run or (sys.stdin.isatty() and sys.stderr.isatty())):
        raise click.UsageError("without a terminal to confirm on, --yes is needed")
    try:
        return asyncio.run(_act(wish, settings))
    except ApiError as error:
        say_problems((error.problem,))
        return Exit.FAILED


async def _act(wish: Wish, settings: Settings) -> int:
    async with connected(settings, sign_in()) as clients:
        return await _with(clients, wish, settings)


async def _with(clients: Any, wish: Wish, settings: Settings) -> int:
    if settings.read_only:
        say(f"refused: {wish.action.id}: read-only")
        return Exit.FAILED
    scope, problems = await scope_of(clients, settings)
    if problems:
        say_problems(problems)
        return Exit.FAILED
    if clients.read_only:
        say(f"refused: {wish.action.id}: this account is read-only by the settings")
        return Exit.FAILED
    items = await _items(clients, wish, scope, settings)
    if items is None:
        return Exit.FAILED
    order = Order(wish.resource, wish.action, scope, items)
    seen = await acting.look(clients, order)
    answer = _answer(wish, seen)
    found = acting.preview(order, seen, answer)
    _show(order, found)
    if not found.ready:
        return Exit.FAILED
    if wish.dry_run:
        _show_calls(found)
        return Exit.DONE
    if not wish.yes and not await asyncio.to_thread(_confirmed, order, found):
        say("not confirmed: nothing was sent")
        return Exit.FAILED
    outcomes = await acting.run(clients, order, found, answer, _say_outcome)
    good = len(outcomes) == len(items) and all(each.result == "sent" for each in outcomes)
    if wish.wait:
        ends = await asyncio.gather(*(_follow(clients, order, each) for each in outcomes))
        good = good and all(end.level is Level.FINE for end in ends)
    return Exit.DONE if good else Exit.FAILED


async def _items(
    clients: Any, wish: Wish, scope: Scope, settings: Settings
) -> tuple[Item[Any], ...] | None:
    """The things that were named; None, and said, where one of them is not there."""
    found: list[Item[Any]] = []
    for name in wish.names:
        cluster = arn.cluster_of(name) if name.startswith("arn:") else scope.cluster
        if cluster:
            found.append(Item(name, arn.name_of(name), cluster=cluster))
            continue
        within = scope.within(service=name) if wish.resource.name == "services" else scope
        poller = Poller(clients, settings.refresh)
        listing = await poller.once(wish.resource, within, Demand(), lambda _: None)
        named = only(listing, name).items
        if len(named) > 1:
            where = ", ".join(sorted(item.cluster for item in named))
            raise click.UsageError(f"{name} is in {where}: choose with --cluster")
        if not named:
            say_problems(listing.problems)
            say(nowhere(wish.resource, name, scope, listing.problems))
            return None
        found.append(named[0])
    return tuple(found)


def _answer(wish: Wish, seen: Sequence[Seen]) -> str:
    state = next((each.state for each in seen if each.problem is None), None)
    if state is None or wish.action.asks is None:
        return wish.answer or ""
    if wish.answer is None:
        return wish.action.answer(state)
    if wish.action.asks.kind == "number":
        return wish.answer
    options = wish.action.options(state)
    for option in options:
        words = option.label.split()
        if wish.answer in (option.value, arn.name_of(option.value), words[0]):
            return option.value
    known = ", ".join(each.label.split()[0] for each in options if each.value != "running")
    raise click.UsageError(
        f"there is no {wish.answer!r} to go back to; there are {known or 'none'}"
    )


def _show(order: Order, found: Preview) -> None:
    """The preview, on stderr."""
    say(order.title)
    for step in found.steps:
        for change in step.changes:
            say(f"  {step.target}: {change.words}")
        for note in step.notes:
            say(f"  {step.target}: {note.words}")
        if step.refused:
            say(f"  {step.target}: {step.refused}")


def _show_calls(found: Preview) -> None:
    """Each call as it would be sent, a JSON object on a line."""
    for step in found.ready:
        request = step.request
        assert request is not None
        click.echo(json.dumps({"call": request.name, "parameters": dict(request.params)}))


def _confirmed(order: Order, found: Preview) -> bool:
    if found.confirm is Confirm.YES:
        return click.confirm("Go on?", default=False, err=True)
    word = visible(order.word)
    typed = click.prompt(f"Type {word} to confirm", default="", show_default=False, err=True)
    return str(typed).strip() == order.word


def _say_outcome(outcome: Outcome) -> None:
    say(f"{outcome.step.target}: {outcome.result}: {outcome.words}")


async def _follow(clients: Any, order: Order, outcome: Outcome) -> Stage:
    if outcome.result != "sent":
        return Stage(outcome.words, True, Level.FAILED)
    last = ""

    def told(stage: Stage) -> None:
        nonlocal last
        if stage.words != last:
            last = stage.words
            say(f"{outcome.step.target}: {stage.words}")

    return await acting.follow(clients, order, outcome, told)


def _flags(command: Any) -> Any:
    """The options that all of them take."""
    for name, about in (
        ("--dry-run", "Print the calls as JSON and send nothing."),
        ("--wait", "Follow it to its end; exits with 1 if that is not a good one."),
        ("--yes", "Do not ask for confirmation."),
    ):
        command = click.option(name, is_flag=True, help=about)(command)
    return command


@click.command("scale", cls=Command)
@click.argument("kind")
@click.argument("name")
@click.argument("count", type=click.IntRange(min=0))
@_flags
@click.pass_context
def scale(context: click.Context, /, kind: str, name: str, count: int, **flags: bool) -> int:
    """Set the desired number: `scale service NAME COUNT`, `scale nodegroup NAME COUNT`.

    Only the number is sent. What has changed since it was read is reported and not overwritten.
    """
    return _run(_wish("scale", kind, (name,), str(count), **flags), invocation(context).settings)


@click.command("stop", cls=Command)
@click.argument("kind")
@click.argument("names", nargs=-1, required=True)
@_flags
@click.pass_context
def stop(context: click.Context, /, kind: str, names: tuple[str, ...], **flags: bool) -> int:
    """Stop tasks: `stop task ID…`; each has a result of its own."""
    return _run(_wish("stop", kind, names, None, **flags), invocation(context).settings)


@click.command("restart", cls=Command)
@click.argument("kind")
@click.argument("names", nargs=-1, required=True)
@_flags
@click.pass_context
def restart(context: click.Context, /, kind: str, names: tuple[str, ...], **flags: bool) -> int:
    """Replace every task of services by new ones: `restart service NAME…`."""
    return _run(_wish("restart", kind, names, None, **flags), invocation(context).settings)


@click.command("rollback", cls=Command)
@click.argument("kind")
@click.argument("name")
@click.option("--to", metavar="REVISION", help="Task definition or service revision to go back to.")
@_flags
@click.pass_context
def rollback(context: click.Context, /, kind: str, name: str, to: str | None, **flags: bool) -> int:
    """Stop the running deployment of a service and roll it back: `rollback service NAME`.

    Where none is under way, or with --to, the task definition of an earlier revision is deployed.
    """
    return _run(_wish("rollback", kind, (name,), to, **flags), invocation(context).settings)


COMMANDS = {"scale": scale, "stop": stop, "restart": restart, "rollback": rollback}
