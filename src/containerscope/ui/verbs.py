"""What each command does that is not the name of a resource."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from containerscope.model.listing import ApiError
from containerscope.resource import Target
from containerscope.resources import find
from containerscope.ui.chrome import problem_words
from containerscope.ui.commands import CommandError, Do
from containerscope.ui.dialogs import Choice, Chooser
from containerscope.ui.header import account_number
from containerscope.ui.location import HOME, Location, at

if TYPE_CHECKING:
    from containerscope.ui.browse import BrowseScreen


def _profile(screen: BrowseScreen, order: Do) -> None:
    if screen.settings.demo:
        raise CommandError("the demo account has no profiles")
    if order.words:
        screen.scope_app.connect_to(Target(profile=order.words[0]))
    else:
        screen.run_worker(_choose_profile(screen), group="choose", exclusive=True)


async def _choose_profile(screen: BrowseScreen) -> None:
    from containerscope.clients.profiles import profiles  # loads the SDKs

    try:
        known = await asyncio.to_thread(profiles)
    except ApiError as error:
        screen.say(problem_words(error.problem), wrong=True)
        return
    choices = [
        Choice(each.name, each.name, f"{account_number(each.account)}  {each.region}  {each.kind}")
        for each in known
    ]
    target = screen.scope_app.target

    def chosen(name: str | None) -> None:
        if name is not None:
            screen.scope_app.connect_to(Target(profile=name))

    screen.app.push_screen(Chooser("Profile", choices, present=target.profile), chosen)


def _region(screen: BrowseScreen, order: Do) -> None:
    if order.words:
        _to_region(screen, order.words[0])
    else:
        screen.run_worker(_choose_region(screen), group="choose", exclusive=True)


def _to_region(screen: BrowseScreen, name: str | None) -> None:
    if name is not None:
        app = screen.scope_app
        app.connect_to(Target(profile=app.target.profile, region=name))


async def _choose_region(screen: BrowseScreen) -> None:
    from containerscope.clients.profiles import regions  # loads the SDKs

    session = screen.session
    partition = session.clients.partition if session else "aws"
    choices = [Choice(name, name) for name in await asyncio.to_thread(regions, partition)]
    present = session.clients.region if session else ""
    dialog = Chooser("Region", choices, present=present)
    screen.app.push_screen(dialog, lambda name: _to_region(screen, name))


def _cluster(screen: BrowseScreen, order: Do) -> None:
    here = screen.history.here
    name = "" if order.words[0] == "all" else order.words[0]
    resource = "services" if here.resource == HOME and name else here.resource
    scope = here.scope.within(cluster=name, service="", parent="")
    found = find(resource)
    if found is not None and (reason := found.unlistable(scope)):
        raise CommandError(reason)
    screen.go(at(resource, scope))


def _find(screen: BrowseScreen, order: Do) -> None:
    here = screen.history.here.scope
    scope = here.within(cluster="", service="", parent=order.rest)
    screen.go(Location(resource="found", scope=scope, trail=("find", order.rest)))


def _can(screen: BrowseScreen, order: Do) -> None:
    screen.run_worker(_say_whether(screen, *order.words[:3]), group="can", exclusive=True)


async def _say_whether(screen: BrowseScreen, role: str, action: str, resource: str = "*") -> None:
    from containerscope.resources._can import answer, sentence

    if screen.session is None:
        return
    try:
        decision = await answer(screen.session.clients, role, action, resource)
    except ApiError as error:
        screen.say(problem_words(error.problem), wrong=True)
        return
    screen.say(sentence(role, action, resource, decision), seconds=30)


def _filter(screen: BrowseScreen, order: Do) -> None:
    screen.adjust(filter=order.rest)


def _sort(screen: BrowseScreen, order: Do) -> None:
    screen.adjust(sort=order.words[0].lower())
    screen.memory.remember(screen.history.here)


def _export(screen: BrowseScreen, order: Do) -> None:
    form, path = order.words[0].lower(), Path(" ".join(order.words[1:])).expanduser()
    if form not in ("csv", "json"):
        raise CommandError("export writes csv or json")
    if screen.rows is None:
        raise CommandError("there is nothing to export yet")
    from containerscope.rows.export import to_csv, to_json

    text = to_csv(screen.rows) if form == "csv" else to_json(screen.rows)
    screen.run_worker(screen.write(path, text), group="export")


def _theme(screen: BrowseScreen, order: Do) -> None:
    app = screen.scope_app
    names = app.theme_names()
    if order.words:
        if order.words[0] not in names:
            raise CommandError(f"themes are {', '.join(names)}")
        app.choose_theme(order.words[0])
        return

    def chosen(name: str | None) -> None:
        if name is not None:
            app.choose_theme(name)

    choices = [Choice(name, name) for name in names]
    app.push_screen(Chooser("Theme", choices, present=app.theme), chosen)


VERB_ACTIONS: Mapping[str, Callable[[BrowseScreen, Do], None]] = {
    "profile": _profile,
    "region": _region,
    "cluster": _cluster,
    "find": _find,
    "can": _can,
    "filter": _filter,
    "sort": _sort,
    "wide": lambda screen, _: screen.action_wide(),
    "problems": lambda screen, _: screen.action_problems(),
    "export": _export,
    "theme": _theme,
    "refresh": lambda screen, _: screen.action_refresh_now(),
    "home": lambda screen, _: screen.go(screen.home()),
    "help": lambda screen, _: screen.action_help(),
    "quit": lambda screen, _: screen.app.exit(0),
}
