"""The one screen, as far as it follows: the connection, the feed and the place of the detail."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import Any

from textual import on, work
from textual.timer import Timer
from textual.widgets import Static

from containerscope.model.health import Level
from containerscope.model.listing import Listing, Phase, Problem
from containerscope.resource import Demand
from containerscope.rows import Needs, Rows, View, build, needs_of, shown_fields
from containerscope.ui import chrome
from containerscope.ui.detail import DetailPane, Subject
from containerscope.ui.frame import FrameScreen, Session
from containerscope.ui.lines import LinesView
from containerscope.ui.location import at
from containerscope.ui.table import ResourceTable

_MANY = 2_000
"""Rows that are sorted and filtered beside the event loop, so that keys never wait."""
_WIDE, _HIGH = 160, 30
"""From this width the detail stands beside the table, from this height below it."""
_HEADINGS = 2
"""Lines of a table beside its rows: the headings, and one to breathe."""
_LATEST = 2.0
"""Seconds that a key waits for the rows it is meant for."""
_SETTLE = 0.12
"""Seconds the cursor rests on a row before its detail is read."""
_BY_FIELD = re.compile("[:<>=]")
"""A filter that looks at more than what a list shows at once."""


_RETRIED = "It is tried again by itself, ctrl+r tries now, `:profile` takes another account."


class ViewScreen(FrameScreen):
    """Shows a location: follows its listing, and reads the detail of the row under the cursor."""

    _settle: Timer | None = None
    _unsure: str | None = None
    """The cluster that the flags name: of ECS, until its first listing says otherwise."""

    # The connection

    def disconnect(self, words: str) -> None:
        """The rows of the account before are gone at once; the new one is not known yet."""
        self.session = None
        self._connecting, self._trouble = words, None
        self.workers.cancel_group(self, "feed")
        self._forget()

    def unconnected(self, problem: Problem) -> None:
        """Say why there is no connection."""
        self._trouble = problem
        words = f"{chrome.problem_words(problem)}. {_RETRIED}"
        self.table.show_message(words, Level.FAILED)
        self.paint()

    def connected(self, session: Session) -> None:
        """Follow the present location in this account."""
        self.session, self._trouble = session, None
        # Those before it, too: one goes back to them in the account that is looked at now.
        self.history.belong(session.identity.account, session.identity.region)
        self._unsure = self.settings.cluster or None
        self.begin()

    def notice(self, words: str) -> None:
        """A panel that takes no keyboard; empty takes it away."""
        panel = self.query_one("#notice", Static)
        panel.update(words)
        panel.display = bool(words)

    # The feed

    _settled = False
    """The list has been shown whole once."""
    _wanted: View | None = None
    """How a person has asked for the rows, until they are shown so."""

    def _forget(self) -> None:
        self.listing = self.rows = self._wanted = None
        self._news.set()
        self._settled = False
        self.table.reset(self.history.here.cursor or None)
        self.detail.clear()
        self.table.show_message(f"Loading {self.history.here.resource}…")
        self.paint()

    def begin(self) -> None:
        """Show the present location from its beginning."""
        self._forget()
        needs = self._needs()
        self.demand = Demand(joins=needs.shown, whole=needs.whole, details=self._needs_details())
        if self.session is not None:
            self._follow(self.session)

    def _needs(self) -> Needs:
        """The joins of the columns on screen, and those that the order or the filter asks for."""
        here = self.history.here
        shown = self.table.shown_fields or shown_fields(self.resource, wide=here.wide)
        return needs_of(self.resource, here.filter, here.sort, shown, self.now())

    def _look(self) -> None:
        """Let the feed know what is looked at, and say what that costs if it is everything."""
        needs, before = self._needs(), self.demand.whole
        self.demand.look(
            visible=self.table.visible_keys,
            joins=needs.shown,
            whole=needs.whole,
            details=self._needs_details(),
        )
        new = [join for join in self.resource.joins if join.name in needs.whole - before]
        count = len(self.listing.items) if self.listing is not None else 0
        calls = sum(join.cost(count) for join in new)
        if calls > 1:
            titles = {column.needs: column.title for column in self.resource.columns}
            names = " and ".join(titles.get(join.name, join.name) for join in new)
            self.notify(f"reading {names} for all {count} rows: {calls} calls", markup=False)

    def _needs_details(self) -> bool:
        """Whether rows out of sight must be read too, since the view picks or ranks by them."""
        here = self.history.here
        by_value = here.sort.removeprefix("-") not in ("", "name", "cluster")
        return by_value or here.problems_only or bool(_BY_FIELD.search(here.filter))

    @work(exclusive=True, group="feed")
    async def _follow(self, session: Session) -> None:
        here = self.history.here
        async for listing in session.poller.follow(self.resource, here.scope, self.demand):
            self.listing = listing
            if here.resource == "services" and here.scope.cluster == self._unsure:
                place = await self._placed(session, listing)
                if place:
                    self.history.stay(at(place, here.scope))
                    self.begin()
                    return
            await self._build()

    async def _placed(self, session: Session, listing: Listing[Any]) -> str:
        """Where the cluster of the flags is opened, if it turns out to be none of ECS."""
        if listing.complete:
            self._unsure = None
            return ""
        from containerscope.resources._whereabouts import elsewhere, lacks

        if listing.phase is not Phase.DONE or not lacks(listing):
            return ""
        cluster, self._unsure = self._unsure, None
        return await elsewhere(session.clients, cluster or "")

    def adjust(self, **changes: Any) -> None:
        """Look at the same listing in another way."""
        here = self.history.here
        self.history.stay(here.but(**changes))
        self._look()
        # A join that the lister itself brings comes with the next refresh.
        brought = self.demand.joins - {join.name for join in self.resource.joins}
        if "wide" in changes and self.session is not None and brought:
            self.session.poller.poke()
        self._rebuild()

    def _rebuild(self) -> None:
        self._wanted = self._view() if self.listing is not None else None
        self._build_soon()

    @work(exclusive=True, group="build")
    async def _build_soon(self) -> None:
        await self._build()

    async def caught_up(self) -> None:
        """Return when the rows are those that were asked for last, or take too long to come.

        What is typed right after a filter is meant for the rows that it keeps.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LATEST):
                while self._wanted is not None:
                    self._news.clear()
                    await self._news.wait()

    def _view(self) -> View:
        here = self.history.here
        return View(
            here.filter,
            here.sort,
            here.wide,
            here.problems_only,
            self.settings.ascii,
            here.scope,
            self.folded,
        )

    def fold(self, keys: frozenset[str]) -> None:
        """Fold these rows of a tree and no others."""
        self.folded = keys
        self._rebuild()

    async def _build(self) -> None:
        listing, view = self.listing, self._view()
        if not self.is_attached or not self.table.is_attached:
            return
        if listing is None:
            self.paint()
            return
        previous = self.rows
        now = self.now()
        if len(listing.items) > _MANY:
            rows = await asyncio.to_thread(build, listing, self.resource, view, now, previous)
            if listing is not self.listing or view != self._view():
                return
        else:
            rows = build(listing, self.resource, view, now, previous)
        self.rows = rows
        self._show(listing, rows)
        if view == self._wanted:
            self._wanted = None
            self._news.set()

    def _show(self, listing: Listing[Any], rows: Rows) -> None:
        table = self.table
        table.dimmed = listing.stale_since is not None
        words, remedy = chrome.emptiness(self.resource, self.history.here, listing, rows.total)
        level = Level.FAILED if listing.problems and not listing.items else Level.NONE
        table.show_message(f"{words} – {remedy}" if remedy else words, level)
        # The first whole listing may still re-sort the rows below a cursor nobody has moved.
        table.show(rows, arriving=not self._settled)
        self._settled = self._settled or listing.phase is Phase.DONE
        self._fit()
        self._look()
        self._describe_soon(now=True)
        self.paint()

    # The detail

    def on_resize(self) -> None:
        """Put the detail where there is room for it."""
        self._place()
        self.paint()

    def _place(self) -> None:
        size = self.app.size
        body = self.body
        body.set_class(size.width >= _WIDE, "beside")
        body.set_class(size.width < _WIDE and size.height < _HIGH, "full")
        self._fit()

    def _fit(self) -> None:
        """A short list leaves the rest of the height to the detail below it."""
        below = self.body.has_class("detailed") and not self.body.has_class("beside")
        count = len(self.rows.keys) if self.rows is not None else 0
        self.table.styles.max_height = count + _HEADINGS if below and count else None

    @on(ResourceTable.Highlighted)
    def _highlighted(self) -> None:
        self._describe_soon()
        self.paint()

    @on(ResourceTable.VisibleChanged)
    def _visible(self) -> None:
        self._look()

    @on(ResourceTable.MarksChanged)
    @on(DetailPane.Changed)
    @on(LinesView.Moved)
    def _other_keys(self) -> None:
        self.paint()

    def on_descendant_focus(self) -> None:
        """Other keys work in another pane."""
        self.paint()

    def _describe_soon(self, *, now: bool = False) -> None:
        if not self.detail.has_class("open"):
            return
        if self._settle is not None:
            self._settle.stop()
            self._settle = None
        if now:
            self._describe()
        else:
            self._settle = self.set_timer(_SETTLE, self._describe)

    def _describe(self) -> None:
        item, session = self.item, self.session
        if item is None or session is None:
            if self.rows is not None and not self.rows.keys:
                self.detail.clear()
            return
        here = self.history.here
        self.detail.show(Subject(session.clients, self.resource, here.scope, item))
