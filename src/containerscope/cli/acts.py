"""The commands that change something, one way for all of them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from containerscope import acting
from containerscope.acting import Order, Outcome, Preview, Seen
from containerscope.cli.chosen import check_scope, narrowed, nowhere, only
from containerscope.cli.exits import Exit
from containerscope.cli.invocation import Command, invocation
from containerscope.cli.say import say, say_problems
from containerscope.cli.session import connected, scope_of
from containerscope.cli.sign_in import sign_in
from containerscope.cli.verbs import VERBS, Verb
from containerscope.model import arn
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Item
from containerscope.model.text import visible
from containerscope.plan import Confirm, KubeRequest, Stage
from containerscope.poller import Poller
from containerscope.redact import MASK
from containerscope.resource import Action, Demand, Platform, Resource, Scope
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


def _kind(noun: str) -> Resource[Any] | None:
    """The resource of a name, alias or noun, be it written as one word or with a dash."""
    alike = noun.casefold().replace("-", "")
    return find(noun) or next(
        (
            each for each in all_resources().values()
            if alike in (each.noun.replace(" ", ""), each.name.removesuffix("s").replace("-", ""))
        ),
        None,
    )  # fmt: skip


def _wish(verb: Verb, noun: str, names: Sequence[str], answer: str | None, **flags: bool) -> Wish:
    action, resource = verb.name, _kind(noun)
    found = None
    if resource is not None:
        found = next((each for each in resource.actions if each.id == action), None)
    if resource is None or found is None:
        takes = [
            each.noun.replace(" ", "-") for each in all_resources().values()
            if any(one.id == action for one in each.actions)
        ]  # fmt: skip
        raise click.UsageError(f"{action} takes {' or '.join(takes)}, not {noun!r}")
    if found.asks is None and answer is not None:
        raise click.UsageError(f"{action} {noun} takes no {verb.option or verb.answer}")
    if verb.answer == "COUNT" and answer is not None and not answer.rstrip("%").isdigit():
        raise click.UsageError(f"{answer!r} is no number")
    if len(names) > 1 and not found.bulk:
        raise click.UsageError(f"{action} takes one {resource.noun}")
    return Wish(resource, found, tuple(dict.fromkeys(names)), answer, **flags)


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
    if not wish.action.edits:
        return await _go(clients, wish, order, seen)
    from containerscope.cli.edit import edited_order  # loads what reads YAML

    edit = await edited_order(order, seen[0], read_only=clients.read_only)
    if edit is None:
        return Exit.FAILED
    code = await _go(clients, wish, edit.order, seen)
    edit.settle(sent=code == Exit.DONE)
    return code


async def _go(clients: Any, wish: Wish, order: Order, seen: Sequence[Seen]) -> int:
    """Preview, confirmation, sending, and the end of it where that is wanted."""
    answer = _answer(wish, seen)
    found = await acting.rehearse(clients, order, acting.preview(order, seen, answer))
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
    good = len(outcomes) == len(order.items) and all(each.result == "sent" for each in outcomes)
    if wish.wait or order.action.carries:
        halt = _stoppable() if order.action.carries else None
        ends = await asyncio.gather(*(_follow(clients, order, each, halt) for each in outcomes))
        good = good and all(end.level is Level.FINE for end in ends)
    return Exit.DONE if good else Exit.FAILED


def _stoppable() -> asyncio.Event:
    """Set by ctrl+c, which then stops between two steps, so that the log says how far it came."""
    halt = asyncio.Event()
    with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, halt.set)
    return halt


async def _items(
    clients: Any, wish: Wish, scope: Scope, settings: Settings
) -> tuple[Item[Any], ...] | None:
    """The things that were named; None, and said, where one of them is not there."""
    found: list[Item[Any]] = []
    for name in wish.names:
        if name.startswith("arn:") or wish.resource.by_name(scope, name):
            cluster = arn.cluster_of(name) if name.startswith("arn:") else scope.cluster
            found.append(Item(name, arn.name_of(name), cluster=cluster))
            continue
        within = scope.within(service=name) if wish.resource.name == "services" else scope
        check_scope(wish.resource, within)
        within = narrowed(wish.resource, within, name)
        poller = Poller(clients, settings.refresh)
        # One that is kept up by a stream ends only where everything is asked for.
        demand = Demand(everything=wish.resource.live)
        listing = await poller.once(wish.resource, within, demand, lambda _: None)
        named = only(listing, name).items
        if len(named) > 1:
            where = ", ".join(sorted({_place(item) for item in named}))
            raise click.UsageError(f"{name} is in {where}: choose with {_choice(wish.resource)}")
        if not named:
            say_problems(listing.problems)
            say(nowhere(wish.resource, name, scope, listing.problems))
            return None
        found.append(named[0])
    return tuple(found)


def _place(item: Item[Any]) -> str:
    """The cluster of an item, and the namespace where it has one."""
    meta = getattr(item.value, "metadata", None)
    space = getattr(meta, "namespace", None)
    return f"{space} of {item.cluster}" if space else item.cluster


def _choice(resource: Resource[Any]) -> str:
    kubernetes = resource.platform is Platform.KUBERNETES
    return "--cluster or --namespace" if kubernetes else "--cluster"


def _answer(wish: Wish, seen: Sequence[Seen]) -> str:
    state = next((each.state for each in seen if each.problem is None), None)
    if state is None or wish.action.asks is None:
        return wish.answer or ""
    if wish.answer is None:
        return wish.action.answer(state)
    if wish.action.asks.kind == "line":
        return wish.answer
    options = wish.action.options(state)
    for option in options:
        words = option.label.split()
        if wish.answer in (option.value, arn.name_of(option.value), words[0]):
            return option.value
    known = ", ".join(each.label.split()[0] for each in options if each.value != "running")
    asked = wish.action.asks.label
    raise click.UsageError(f"{asked} {wish.answer!r}: there is none; there are {known or 'none'}")


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
    for note in found.notes:
        say(f"  {note.words}")


def _show_calls(found: Preview) -> None:
    """Each call as it would be sent, a JSON object on a line."""
    for step in found.ready:
        request = step.request
        assert request is not None
        parameters = dict(request.params)
        if isinstance(request, KubeRequest) and request.about == "secrets" and request.body:
            parameters["body"] = MASK
        click.echo(json.dumps({"call": request.name, "parameters": parameters}))


def _confirmed(order: Order, found: Preview) -> bool:
    if found.confirm is Confirm.YES:
        return click.confirm("Go on?", default=False, err=True)
    word = visible(order.word)
    typed = click.prompt(f"Type {word} to confirm", default="", show_default=False, err=True)
    return str(typed).strip() == order.word


def _say_outcome(outcome: Outcome) -> None:
    say(f"{outcome.step.target}: {outcome.result}: {outcome.words}")


async def _follow(
    clients: Any, order: Order, outcome: Outcome, halt: asyncio.Event | None
) -> Stage:
    if outcome.result != "sent":
        return Stage(outcome.words, True, Level.FAILED)
    last = ""

    def told(stage: Stage) -> None:
        nonlocal last
        if stage.words != last:
            last = stage.words
            say(f"{outcome.step.target}: {stage.words}")

    return await acting.follow(clients, order, outcome, told, halt=halt)


def _flags(command: Any) -> Any:
    """The options that all of them take."""
    for name, about in (
        ("--dry-run", "Print the calls as JSON and send nothing."),
        ("--wait", "Follow it to its end; exits with 1 if that is not a good one."),
        ("--yes", "Do not ask for confirmation."),
    ):
        command = click.option(name, is_flag=True, help=about)(command)
    return command


def _command(verb: Verb) -> click.Command:
    """The command of a verb."""

    @click.pass_context
    def run(context: click.Context, /, kind: str, **given: Any) -> int:
        name, answer = given.pop("name"), given.pop("answer", None)
        names = name if isinstance(name, tuple) else (name,)
        return _run(_wish(verb, kind, names, answer, **given), invocation(context).settings)

    command = _flags(run)
    if verb.option:
        command = click.option(verb.option, "answer", metavar="VALUE", help=verb.option_about)(
            command
        )
    if verb.answer:
        command = click.argument("answer", metavar=verb.answer)(command)
    name = click.argument("name", nargs=-1, required=True) if verb.many else click.argument("name")
    command = click.argument("kind")(name(command))
    return click.command(verb.name, cls=Command, help=verb.about)(command)


COMMANDS = {verb.name: _command(verb) for verb in VERBS}
