"""The detail pane: the tabs of a resource, and the whole item raw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Item
from containerscope.model.text import cut, visible
from containerscope.redact import redact
from containerscope.resource import Block, Clients, Detail, Resource, Scope, TextBlock
from containerscope.ui import blocks, raw
from containerscope.ui.bar import Bar
from containerscope.ui.chrome import problem_words
from containerscope.ui.lines import LinesView
from containerscope.ui.spans import Role, Span, Spans, fit, width_of

RAW = "Raw"
_DIGITS = 9
"""Tabs with a key of their own; the last is at 0, the others beside them."""


@dataclass(frozen=True)
class Subject:
    """What a detail pane is about."""

    clients: Clients
    resource: Resource[Any]
    scope: Scope
    item: Item[Any]

    @property
    def details(self) -> tuple[Detail[Any], ...]:
        """Its tabs but the last."""
        return self.resource.details_of(self.item)

    @property
    def tabs(self) -> tuple[str, ...]:
        """The titles of its tabs."""
        return (*(detail.title for detail in self.details), RAW)


def tab_line(name: str, tabs: tuple[str, ...], chosen: int, form: raw.Form, width: int) -> Spans:
    """The name of the item and its numbered tabs; those far from the chosen one give way."""
    head = (Span(f" {cut(visible(name), max(8, width // 3))} ", "strong"),)
    parts: list[Spans] = []
    for number, tab in enumerate(tabs):
        title = form.upper() if tab == RAW else tab
        role: Role = "title" if number == chosen else "plain"
        key = "0" if number == len(tabs) - 1 else str(number + 1) if number < _DIGITS else ""
        parts.append((Span(f"  {key} " if key else "  ", "accent"), Span(title, role)))
    first, last, left, right = 0, len(parts), Span("  ‹", "accent"), Span("  ›", "accent")

    def shown(first: int, last: int) -> Spans:
        before = (left,) if first else ()
        after = (right,) if last < len(parts) else ()
        return (*head, *before, *sum(parts[first:last], ()), *after)

    while first < chosen and width_of(shown(first, min(chosen + 1, len(parts)))) > width:
        first += 1
    while last > chosen + 1 and width_of(shown(first, last)) > width:
        last -= 1
    return fit(shown(first, last), width)


_RENEWED = 1.0
"""Seconds between two looks at whether the tab is due."""


class DetailPane(Vertical):
    """Shows one item; each tab loads when it is looked at, when the item changed, and in time.

    What is loaded again is shown once it is whole, so that nothing on screen comes and goes.
    """

    class Changed(Message):
        """Another tab, line or text: other keys work."""

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self.subject: Subject | None = None
        self.chosen = 0
        self._left, self._left_raw = "", False
        """The resource that it was last about, and whether raw text was shown of it."""
        self.form: raw.Form = "json"
        self._blocks: tuple[Block, ...] = ()
        self._read: tuple[Block, ...] = ()
        """The blocks without what a later refusal has added."""
        self._loading: object | None = None
        """What stands for the load under way."""
        self._again = False
        """The item changed while its tab was loading."""
        self._loaded_at = 0.0
        """On the monotonic clock of the clients."""
        self._document: Any = None
        self._text = ""
        self._revealed: frozenset[str] = frozenset()
        self.view = LinesView(id="text")
        self._tabs = Bar(id="tabs")

    def compose(self) -> ComposeResult:
        """One line of tabs above the text."""
        yield self._tabs
        yield self.view

    def on_mount(self) -> None:
        """Keep the tab young while it is looked at."""
        self.set_interval(_RENEWED, self._renew)

    @property
    def is_raw(self) -> bool:
        """Whether JSON or YAML is shown."""
        return self.subject is not None and self.subject.tabs[self.chosen] == RAW

    @property
    def raw_text(self) -> str:
        """The whole JSON or YAML; empty while something else is shown."""
        return self._text if self.is_raw else ""

    def show(self, subject: Subject) -> None:
        """Be about this; the chosen tab stays where the resource has it."""
        old, self.subject = self.subject, subject
        anew = old is None or old.item.key != subject.item.key
        if not anew and old is not None and old.item == subject.item:
            return
        if old is None and self._left not in ("", subject.resource.name):
            # What was shown of another resource says nothing about this one, but for raw text.
            self.chosen = len(subject.tabs) - 1 if self._left_raw else 0
        if old is not None and (old.resource.name, old.tabs) != (
            subject.resource.name,
            subject.tabs,
        ):
            title = old.tabs[min(self.chosen, len(old.tabs) - 1)]
            kept = old.resource.name == subject.resource.name or title == RAW
            self.chosen = subject.tabs.index(title) if kept and title in subject.tabs else 0
        self.chosen = min(self.chosen, len(subject.tabs) - 1)
        if anew:
            self._revealed = frozenset()
        self._load(anew=anew)

    def clear(self) -> None:
        """Be about nothing."""
        if self.subject is not None:
            self._left, self._left_raw = self.subject.resource.name, self.is_raw
        self.subject = None
        self.workers.cancel_node(self)
        self._blocks, self._read, self._document, self._text = (), (), None, ""
        self._loading, self._again = None, False
        self.view.show((), anew=True)
        self._tabs.show(())

    def choose(self, tab: int) -> None:
        """Another tab by its place; -1 is the last."""
        if self.subject is None:
            return
        count = len(self.subject.tabs)
        chosen = count - 1 if tab < 0 else min(tab, count - 1)
        if chosen != self.chosen:
            self.chosen = chosen
            self.view.wanted = ""
            self._load(anew=True)

    def turn(self, by: int) -> None:
        """The tab beside the chosen one, around the ends."""
        if self.subject is not None:
            self.choose((self.chosen + by) % len(self.subject.tabs))

    def toggle_raw(self) -> None:
        """To JSON, and from there to YAML and back."""
        if self.is_raw:
            self.form = "yaml" if self.form == "json" else "json"
            self._paint(anew=True)
        else:
            self.choose(-1)

    def reveal(self) -> None:
        """Show the value that is masked on the line under the cursor."""
        secret = self.view.line.secret
        if secret and self.subject is not None and not self.subject.clients.read_only:
            self._revealed |= {secret}
            self._paint()

    def renew(self) -> None:
        """Load what is shown again, now."""
        if self.subject is not None:
            self._load(anew=False)

    def _load(self, *, anew: bool) -> None:
        if anew:
            self._blocks, self._read, self._document = (), (), None
            self._again = False
            self._paint(anew=True)
        elif self._loading is not None:
            self._again = True
            return
        self._fetch(anew=anew)

    def _renew(self) -> None:
        """Load the tab again when it is due; not while nobody looks, nor raw documents."""
        subject = self.subject
        if subject is None or self._loading is not None or self.is_raw or not self.app.app_focus:
            return
        seconds = subject.details[self.chosen].seconds
        if subject.clients.clock.monotonic() - self._loaded_at >= seconds:
            self._fetch(anew=False)

    @work(exclusive=True, group="detail")
    async def _fetch(self, *, anew: bool) -> None:
        subject = self.subject
        assert subject is not None
        mine = self._loading = object()
        try:
            if self.is_raw:
                whole = await subject.resource.read(subject.clients, subject.scope, subject.item)
                self._document = redact(whole)
            else:
                await self._fill(subject, subject.details[self.chosen], anew=anew)
        except ApiError as error:
            words = problem_words(error.problem)
            self._blocks = (*self._read, TextBlock(words, level=Level.WARNING))
        finally:
            # Another load may have taken the place of this one.
            if self._loading is mine:
                self._loading = None
                self._loaded_at = subject.clients.clock.monotonic()
                if self._again:
                    self._again = False
                    self.call_later(self._load, anew=False)
        self._paint()

    async def _fill(self, subject: Subject, detail: Detail[Any], *, anew: bool) -> None:
        """Show the blocks as they come; of a tab that is shown already, all at the end."""
        found = self._read
        async for found in detail.blocks(subject.clients, subject.scope, subject.item):
            if anew:
                self._blocks = self._read = found
                self._paint()
        self._blocks = self._read = found

    def _paint(self, *, anew: bool = False) -> None:
        subject, view, tabs = self.subject, self.view, self._tabs
        if subject is None or not view.is_attached:
            return
        tabs.show(
            tab_line(subject.item.name, subject.tabs, self.chosen, self.form, tabs.size.width)
        )
        # A text that grows gets a bar, which must not cover the ends of its lines; how wide what is
        # beside it will be is known only after the next layout.
        room = view.outer_size.width - view.gutter.width - view.styles.scrollbar_size_vertical
        view.show(self._lines(subject, max(20, room)), anew=anew)
        self.post_message(self.Changed())

    def _lines(self, subject: Subject, width: int) -> tuple[blocks.Line, ...]:
        now = subject.clients.clock.now()
        if self.is_raw and self._document is not None:
            self._text = raw.text_of(self._document, self.form)
            return raw.lines(self._text, width)
        if not self._blocks:
            return (blocks.Line((Span("Loading…", "dim"),)),)
        return blocks.lines(
            self._blocks, width, now, self._revealed, reveals=not subject.clients.read_only
        )

    def on_resize(self) -> None:
        """Lay out anew for the width."""
        self._paint()
