"""The one screen, as far as it says something: its parts and the lines around the table."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Static

from containerscope.model.clock import SystemClock
from containerscope.model.health import Level
from containerscope.model.listing import Item, Listing, Missing, Phase, Problem
from containerscope.model.text import visible
from containerscope.poller import Poller
from containerscope.resource import Child, Demand, Identity, Resource, Scope, Target
from containerscope.resources import all_resources, find
from containerscope.rows import Rows
from containerscope.settings import Settings
from containerscope.ui import chrome, keys
from containerscope.ui.bar import Bar
from containerscope.ui.block_lines import GLYPH
from containerscope.ui.commands import Candidate, completions
from containerscope.ui.detail import DetailPane
from containerscope.ui.header import Pulse, header
from containerscope.ui.location import History
from containerscope.ui.logs import ended_at, has_previous
from containerscope.ui.memory import Memory
from containerscope.ui.prompt import Mode, Prompt
from containerscope.ui.spans import OF_LEVEL, Span, Spans, fit, width_of
from containerscope.ui.table import ResourceTable

_MANY = 5_000
"""Rows that are sorted and filtered beside the event loop, so that keys never wait."""
_WIDE, _HIGH = 160, 30
"""From this width the detail stands beside the table, from this height below it."""
_PAIR = 2
_SETTLE = 0.12
"""Seconds the cursor rests on a row before its detail is read."""


@dataclass
class Session:
    """One connection: clients, who we are through them, and what polls with them."""

    target: Target
    clients: Any
    identity: Identity
    poller: Poller


class FrameScreen(Screen[None]):
    """What every part of the screen reads, and the lines that say it."""

    def __init__(self, settings: Settings, memory: Memory, history: History) -> None:
        super().__init__()
        self.settings = settings
        self.memory = memory
        self.history = history
        self.session: Session | None = None
        self.listing: Listing[Any] | None = None
        self.rows: Rows | None = None
        self.folded: frozenset[str] = frozenset()
        """The rows of trees that are folded."""
        self._news = asyncio.Event()
        """Set when the rows are shown as they were asked for."""
        self.demand = Demand()
        self._connecting = ""
        self._trouble: Problem | None = None
        self._sought = ""
        self.table = ResourceTable(id="table")
        self.detail = DetailPane(id="detail")
        self.prompt = Prompt(self._complete, self.entered, self.left, id="prompt")
        self.body = Container(self.table, self.detail, id="body")
        self._header_bar, self._title_bar = Bar(id="header"), Bar(id="title")
        self._doing_bar = Bar(id="doing")
        self._status_bar, self._keys_bar = Bar(id="status"), Bar(id="keys")

    def compose(self) -> ComposeResult:
        """Two lines, the table and its detail, the status and the keys."""
        yield self._header_bar
        yield self._title_bar
        yield self.body
        yield Static("", id="notice", markup=False)
        yield self._doing_bar
        yield self._status_bar
        yield self._keys_bar
        yield self.prompt

    def on_mount(self) -> None:
        """Take the keyboard and let ages pass."""
        for bar in self.query(Bar):
            bar.ascii = self.settings.ascii
        self.detail.view.ascii = self.table.ascii = self.settings.ascii
        self.set_focus(self.table)
        self.set_interval(1.0, self.paint)
        self.paint()

    @property
    def resource(self) -> Resource[Any]:
        """What is listed here."""
        resource = find(self.history.here.resource)
        assert resource is not None, self.history.here.resource
        return resource if self.listing is None else resource.of(self.listing)

    @property
    def item(self) -> Item[Any] | None:
        """The item under the cursor."""
        key = self.table.cursor_key
        return None if key is None else self.item_of(key)

    @property
    def in_text(self) -> bool:
        """Whether the detail has the keyboard, as is so before its widget has heard of it."""
        return self.focused is self.detail.view

    def item_of(self, key: str) -> Item[Any] | None:
        """The item of a row of this place; None for one of a place before."""
        if self.rows is None or self.rows.resource is not self.resource:
            return None
        try:
            return self.rows.item(key)
        except KeyError:
            return None

    @property
    def sought(self) -> str:
        """The filter in force, or the last one that was typed."""
        return self.history.here.filter or self._sought

    def now(self) -> Any:
        """The server's time, or ours before we know it."""
        clock = self.session.clients.clock if self.session is not None else SystemClock()
        return clock.now()

    # The lines

    def paint(self) -> None:
        """Bring every line up to date; what did not change is not sent."""
        if not self.is_attached or not self.is_running:
            return
        width = self.size.width or self.app.size.width
        self._header_bar.show(self._header(width))
        self._title_bar.show(self._title(width))
        doing = self.doing_line()
        self._doing_bar.display = bool(doing)
        self._doing_bar.show(fit(doing, width))
        self._status_bar.show(self._status(width))
        foot = self._keys_bar
        foot.display = not self.prompt.is_open
        foot.show(chrome.footer(keys.footer(self.context(), self.settings), width))

    def doing_line(self) -> Spans:
        """What is being changed, and how far it has come."""
        return ()

    def acting_keys(self) -> dict[str, str]:
        """The ids of the keys that change something here."""
        return {}

    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return False

    def _header(self, width: int) -> Spans:
        session = self.session
        budget = getattr(session.clients, "budget", None) if session else None
        problem = self._trouble.why if self._trouble else None
        if self.listing is not None and self.listing.stale_since and self.listing.problems:
            problem = self.listing.problems[0].why
        pulse = Pulse(
            calls=budget.used if budget else 0,
            throttled=bool(budget and budget.throttled),
            problem=problem,
            live=self.listing is not None and self.listing.phase is not Phase.NAMES,
        )
        read_only = session.clients.read_only if session else self.settings.read_only
        identity = session.identity if session else None
        groups = ", ".join(self.settings.as_group)
        as_user = self.settings.as_user + (f" in {groups}" if groups else "")
        return header(identity, self._connecting, read_only, pulse, width, as_user)

    def _title(self, width: int) -> Spans:
        rows, here = self.rows, self.history.here
        return chrome.title(
            here,
            rows.counts if rows else {},
            len(rows.keys) if rows else 0,
            rows.total if rows else 0,
            self._state(),
            here.sort,
            width,
            len(self.table.marks),
            known=self.listing is not None,
        )

    def _state(self) -> chrome.State:
        if self.listing is None and self._trouble is not None:
            return chrome.State(self._trouble.why.label, Level.FAILED)
        detailed = self.rows.detailed if self.rows else 0
        return chrome.state_of(self.listing, self.now(), detailed)

    def _status(self, width: int) -> Spans:
        if self.rows is not None and self.rows.error:
            return (Span(" ✗ ", "failed"), Span(self.rows.error, "failed"))
        trouble = fit(chrome.trouble(self.listing, self.now()), width)
        row = self._row_words()
        if trouble and row and width_of((*trouble, *row)) + 3 <= width:
            return (*trouble, Span("  ·  ", "dim"), *row)
        return trouble or fit((Span(" "), *row), width)

    def _row_words(self) -> Spans:
        """What is wrong with the row under the cursor, or what is missing from it and why."""
        item, rows = self.item, self.rows
        if item is None or rows is None:
            return ()
        if not isinstance(item.value, Missing):
            health = self.resource.health(item.value)
            if health.words and health.level > Level.FINE:
                glyph = GLYPH.get(health.level, "")
                role = OF_LEVEL[health.level]
                words = visible(f"{item.name}: {health.words}")
                return (Span(f"{glyph} {words}", role),)
        for heading, cell in zip(rows.headings, rows.cells(item.key), strict=True):
            if cell.why and not cell.why.startswith(("not applicable", "loading")):
                return (Span(f"{heading.title}: {cell.why}", "dim"),)
        return ()

    def context(self) -> keys.Context:
        """What the keys depend on."""
        item, detail = self.item, self.detail
        child = self.child_of(item)
        own = self.own(item) if item is not None else None
        known = item is not None and not isinstance(item.value, Missing)
        text = self.in_text
        return keys.Context(
            pane="detail" if text else "table",
            row=item is not None,
            child=child.resource if child else self._led_to(item),
            events=self.events_of(item) is not None,
            logs=known and self.resource.logs is not None,
            ended=known
            and item is not None
            and (ended_at(item.value) is not None or has_previous(item.value)),
            pair=len(self.table.marks) == _PAIR and self.resource.compare is not None,
            used=own is not None and self._has_users(own[0], own[2]),
            owner=own is not None and own[0].owner is not None and own[0].owner.when(own[2]),
            tree=self.child_to("tree") is not None,
            folds=self.resource.tree is not None,
            console=known and self.resource.console is not None,
            detail=detail.has_class("open"),
            raw=detail.is_raw,
            matches=detail.view.matches > 0 if text else bool(self.sought),
            secret=bool(text and detail.view.line.secret),
            root=self.history.at_root and not self.history.here.filter,
            marks=bool(self.table.marks),
            actions=self.acting_keys(),
            undo=self.can_undo(),
        )

    def _has_users(self, resource: Resource[Any], item: Item[Any]) -> bool:
        users = resource.users
        return resource.used_by is not None or (users is not None and users.when(item))

    def own(self, item: Item[Any]) -> tuple[Resource[Any], Scope, Item[Any]]:
        """The row that is meant: itself, or the one of another list that it stands for."""
        here, itself = self.history.here.scope, self.resource.itself
        found = itself(here, item) if itself is not None else None
        return (self.resource, here, item) if found is None else found

    def child_of(self, item: Item[Any] | None) -> Child[Any] | None:
        """What `enter` opens below a row; nothing where it stands for one elsewhere."""
        if item is None or self._led_to(item):
            return None
        return next((child for child in self.resource.children if child.when(item)), None)

    def child_to(self, resource: str) -> Child[Any] | None:
        """The way down from the row to a list of this resource."""
        item = self.item
        found = (each for each in self.resource.children if each.resource == resource)
        return next((each for each in found if item is not None and each.when(item)), None)

    def _led_to(self, item: Item[Any] | None) -> str:
        """The resource in which a row is that stands for one elsewhere."""
        leads = self.resource.leads
        place = leads(self.history.here.scope, item) if leads and item is not None else None
        return place[0] if place else ""

    def events_of(self, item: Item[Any] | None) -> Child[Any] | int | None:
        """Where the events of a row are: a list below it, or a tab of its detail."""
        if item is None:
            return None
        for child in self.resource.children:
            if child.resource.endswith("events") and child.when(item):
                return child
        titles = [detail.title for detail in self.resource.details_of(item)]
        return titles.index("Events") if "Events" in titles else None

    def entered(self, mode: Mode, text: str) -> None:
        """A line was finished."""

    def left(self, mode: Mode, before: str) -> None:
        """A line was given up; this stood in it."""

    def _complete(self, text: str) -> tuple[Candidate, ...]:
        return completions(text, all_resources().values(), self.choices())

    def choices(self) -> dict[str, tuple[str, ...]]:
        """What can follow a word of a command."""
        clusters: dict[str, None] = {}
        if self.listing is not None:
            listed = self.listing.items
            named = (item.cluster or item.name for item in listed[:_MANY])
            clusters = dict.fromkeys(sorted(named))
        themes = tuple(sorted(self.app.available_themes))
        fields = tuple(heading.field for heading in self.rows.headings) if self.rows else ()
        return {
            "cluster": tuple(clusters),
            "theme": themes,
            "sort": fields,
            "export": ("csv", "json"),
        }
