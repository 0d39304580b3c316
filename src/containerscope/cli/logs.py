"""`containerscope logs`: the lines of a service, a task or a container, printed."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from containerscope.block import LogLine
from containerscope.cli.chosen import nowhere, only, resource_named
from containerscope.cli.completion import ResourceName
from containerscope.cli.exact import json_text
from containerscope.cli.exits import Exit, exit_for
from containerscope.cli.invocation import Command, invocation
from containerscope.cli.say import Progress, say, say_problems
from containerscope.cli.session import connected, scope_of
from containerscope.cli.sign_in import sign_in
from containerscope.insight.log_time import moment_of
from containerscope.logs.follow import Wanted, read
from containerscope.logs.line import line_of
from containerscope.logs.ring import LogFilter
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Item, Problem
from containerscope.model.log_source import Sources
from containerscope.model.text import visible
from containerscope.poller import Poller
from containerscope.resource import Clients, Demand, Resource, Scope
from containerscope.rows.format import utc
from containerscope.settings import Settings

_LEVELS = {"all": Level.NONE, "warn": Level.WARNING, "error": Level.FAILED}
_COLOURS = ("cyan", "green", "magenta", "blue", "yellow")


@dataclass(frozen=True)
class Wish:
    """What `logs` was asked for."""

    resource: Resource[Any]
    name: str
    follow: bool
    since: str
    until: str
    keep: LogFilter
    output: str


class _Printer:
    """Prints lines as they come; each source has a colour of its own."""

    def __init__(self, output: str, *, color: bool) -> None:
        self._output, self._color = output, color
        self._colours: dict[str, str] = {}

    def show(self, line: LogLine) -> None:
        """One line."""
        at = "" if line.at is None else utc(line.at).isoformat(timespec="milliseconds")
        at = at.replace("+00:00", "Z")
        if self._output == "json":
            document = {"at": at, "source": line.source, "text": line.text}
            click.echo(json_text(document, lines=True))
            return
        source, text = visible(line.source), visible(line.text)
        if self._color:
            colour = self._colours.setdefault(
                line.source, _COLOURS[len(self._colours) % len(_COLOURS)]
            )
            source = click.style(source, fg=colour)
            if line.level in (Level.FAILED, Level.WARNING):
                loud = "red" if line.level is Level.FAILED else "yellow"
                text = click.style(text, fg=loud)
        click.echo(f"{at} {source} {text}", color=self._color)


async def _logs(wish: Wish, settings: Settings) -> int:
    async with connected(settings, sign_in()) as clients:
        scope, problems = await scope_of(clients, settings)
        item, problems = await _item(wish, clients, scope, settings, problems)
        if item is None:
            say_problems(problems)
            say(nowhere(wish.resource, wish.name, scope, problems))
            return exit_for(problems) or Exit.FAILED
        find = wish.resource.logs
        assert find is not None

        async def sources() -> Sources:
            return await find(clients, scope, item)

        wanted = _wanted(wish, clients.clock.now(), settings, item)
        said: list[Problem] = []
        found = Sources("")
        printer = _Printer(wish.output, color=settings.color and sys.stdout.isatty())
        async with aclosing(read(clients, sources, wanted)) as batches:
            async for batch in batches:
                if batch.sources is not None:
                    found = batch.sources
                    for each in found.elsewhere:
                        say(f"{each.label}: {each.words}")
                    said += found.problems
                if batch.problem is not None and batch.problem not in said:
                    said.append(batch.problem)
                    say_problems((batch.problem,))
                for event in batch.events:
                    line = line_of(event, found)
                    if wish.keep.keeps(line):
                        printer.show(line)
                sys.stdout.flush()
        say_problems(found.problems)
        return exit_for(tuple(said))


async def _item(
    wish: Wish,
    clients: Clients,
    scope: Scope,
    settings: Settings,
    problems: Sequence[Problem],
) -> tuple[Item[Any] | None, tuple[Problem, ...]]:
    progress = Progress(wish.resource.name)
    try:
        listing = await Poller(clients, settings.refresh).once(
            wish.resource, scope, Demand(everything=True), progress.show
        )
    finally:
        progress.done()
    found = only(listing, wish.name).items
    if len({item.cluster for item in found}) > 1:
        names = ", ".join(sorted(visible(item.cluster) for item in found))
        raise click.UsageError(f"{wish.name} is in several clusters ({names}): pass --cluster")
    return (found[0] if found else None), (listing.problems or tuple(problems))


def _wanted(wish: Wish, now: datetime, settings: Settings, item: Item[Any]) -> Wanted:
    """The time asked for; of what has ended, its last two minutes unless told otherwise."""
    ended = getattr(item.value, "stopped_at", None)
    try:
        until = moment_of(wish.until, now) if wish.until else None
        if not wish.since and isinstance(ended, datetime):
            since = ended.timestamp() - 120
        else:
            since = moment_of(wish.since or "15m", now).timestamp()
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    return Wanted(
        int(since * 1000),
        int(until.timestamp() * 1000) if until else None,
        follow=wish.follow,
        live=settings.live_tail,
    )


def _pattern(text: str) -> tuple[re.Pattern[str], ...]:
    if not text:
        return ()
    try:
        return (re.compile(text, re.IGNORECASE),)
    except (re.error, OverflowError, RecursionError) as error:
        raise click.UsageError(f"{text!r} is no regular expression: {error}") from None


@click.command("logs", cls=Command)
@click.argument("resource", type=ResourceName())
@click.argument("name")
@click.option("--follow", "-f", is_flag=True, help="Go on with what is written, until ctrl+c.")
@click.option("--since", default="", metavar="T", help="10m, 2h, 1d or a time. [default: 15m]")
@click.option("--until", default="", metavar="T", help="The same; without it up to now.")
@click.option("--grep", default="", metavar="RE", help="Only lines that match, in any case.")
@click.option("--exclude", default="", metavar="RE", help="No lines that match.")
@click.option("--level", type=click.Choice(tuple(_LEVELS)), default="all", help="The least level.")
@click.option(
    "-o", "--output", type=click.Choice(("text", "json")), default="text", show_default=True,
    help="Form of the output: json is an object a line.",
)  # fmt: skip
@click.pass_context
def logs(
    context: click.Context,
    resource: str,
    name: str,
    follow: bool,
    since: str,
    until: str,
    grep: str,
    exclude: str,
    level: str,
    output: str,
) -> int:
    """Print the logs of one service, task or container, all its containers merged by time.

    Of a task that has stopped it prints the last two minutes. Where a container does not write to
    CloudWatch Logs, stderr says where its lines go instead.
    """
    settings = invocation(context).settings
    found = resource_named(resource)
    if found.logs is None:
        raise click.UsageError(f"{found.name} have no logs")
    if follow and until:
        raise click.UsageError("--until ends what --follow would go on with: pass one of them")
    keep = LogFilter(_pattern(grep), _pattern(exclude), _LEVELS[level])
    wish = Wish(found, name, follow, since, until, keep, output)
    try:
        return asyncio.run(_logs(wish, settings))
    except ApiError as error:
        say_problems((error.problem,))
        return exit_for((error.problem,)) or Exit.FAILED


COMMAND = logs
