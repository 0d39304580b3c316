"""`containerscope logs`: the lines of a service, a task or a container, printed."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import click

from containerscope.block import LogLine
from containerscope.cli.chosen import check_scope, narrowed, nowhere, only, resource_named
from containerscope.cli.completion import ResourceName
from containerscope.cli.exact import json_text
from containerscope.cli.exits import Exit, exit_for
from containerscope.cli.invocation import Command, invocation
from containerscope.cli.say import Progress, say, say_problems
from containerscope.cli.session import connected, scope_of
from containerscope.cli.sign_in import sign_in
from containerscope.insight.log_time import moment_of
from containerscope.logs.follow import Wanted
from containerscope.logs.line import line_of
from containerscope.logs.reading import read
from containerscope.logs.ring import LogFilter
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Item, Problem
from containerscope.model.log_source import Sources
from containerscope.model.text import visible
from containerscope.poller import Poller
from containerscope.resource import Clients, Demand, Platform, Resource, Scope
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
    previous: bool = False
    containers: tuple[str, ...] = ()
    """Only these; empty for all."""


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
            return _chosen(wish, await find(clients, scope, item))

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


def _chosen(wish: Wish, sources: Sources) -> Sources:
    """The sources of the containers that were asked for; a usage error where there are none."""
    if not wish.containers:
        return sources
    names = tuple(dict.fromkeys(each.label.rpartition("/")[2] for each in sources.found))
    if not set(wish.containers) & set(names):
        there = f": there are {', '.join(map(visible, names))}" if names else ""
        raise click.UsageError(f"no container is called {' or '.join(wish.containers)}{there}")
    found = (each for each in sources.found if each.label.rpartition("/")[2] in wish.containers)
    return replace(sources, found=tuple(found))


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
            wish.resource,
            narrowed(wish.resource, scope, wish.name),
            Demand(everything=True),
            progress.show,
        )
    finally:
        progress.done()
    found = only(listing, wish.name).items
    if len({item.cluster for item in found}) > 1:
        names = ", ".join(sorted(visible(item.cluster) for item in found))
        raise click.UsageError(f"{wish.name} is in several clusters ({names}): pass --cluster")
    spaces = {
        meta.namespace or "" for item in found if (meta := getattr(item.value, "metadata", None))
    }
    if len(spaces) > 1:
        names = ", ".join(sorted(map(visible, spaces)))
        raise click.UsageError(f"{wish.name} is in several namespaces ({names}): pass --namespace")
    return (found[0] if found else None), (listing.problems or tuple(problems))


def _wanted(wish: Wish, now: datetime, settings: Settings, item: Item[Any]) -> Wanted:
    """The time asked for; of what has ended, its last two minutes unless told otherwise."""
    ended = getattr(item.value, "stopped_at", None)
    try:
        until = moment_of(wish.until, now) if wish.until else None
        if not wish.since and isinstance(ended, datetime):
            since = ended.timestamp() - 120
        elif not wish.since and wish.previous:
            since = 0.0
        else:
            since = moment_of(wish.since or "15m", now).timestamp()
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    return Wanted(
        int(since * 1000),
        int(until.timestamp() * 1000) if until else None,
        follow=wish.follow,
        live=settings.live_tail,
        previous=wish.previous,
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
@click.argument("name", default="")
@click.option("--follow", "-f", is_flag=True, help="Go on with what is written, until ctrl+c.")
@click.option("--since", default="", metavar="T", help="10m, 2h, 1d or a time. [default: 15m]")
@click.option("--until", default="", metavar="T", help="The same; without it up to now.")
@click.option(
    "--container",
    "-c",
    "containers",
    multiple=True,
    metavar="C",
    help="Only this container; may be given again.",
)
@click.option(
    "--previous", "-p", is_flag=True, help="The containers before the last restart, of Kubernetes."
)
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
    containers: tuple[str, ...],
    previous: bool,
    grep: str,
    exclude: str,
    level: str,
    output: str,
) -> int:
    """Print the logs of one service, task, pod or workload, all its containers merged by time.

    `deployment NAME` may be written `deployment/NAME`. Of a task that has stopped it prints the
    last two minutes. Where a container does not write to CloudWatch Logs, stderr says where its
    lines go instead; of a workload with more than 50 pods it reads the newest and says so.
    """
    settings = invocation(context).settings
    if not name:
        resource, slash, name = resource.partition("/")
        if not slash or not name:
            raise click.UsageError("logs takes a resource and a name: `logs deployment web`")
    found = resource_named(resource)
    if found.logs is None:
        raise click.UsageError(f"{found.name} have no logs")
    if follow and until:
        raise click.UsageError("--until ends what --follow would go on with: pass one of them")
    if previous and (follow or until):
        raise click.UsageError("--previous has ended: it takes neither --follow nor --until")
    if previous and found.platform is not Platform.KUBERNETES:
        raise click.UsageError(f"--previous is of pods and workloads, not of {found.name}")
    check_scope(
        found,
        Scope(cluster=settings.cluster, service=settings.service, namespace=settings.namespace),
    )
    keep = LogFilter(_pattern(grep), _pattern(exclude), _LEVELS[level])
    wish = Wish(found, name, follow, since, until, keep, output, previous, containers)
    try:
        return asyncio.run(_logs(wish, settings))
    except ApiError as error:
        say_problems((error.problem,))
        return exit_for((error.problem,)) or Exit.FAILED


COMMAND = logs
