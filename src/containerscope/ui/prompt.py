"""The line at the bottom that `:` and `/` open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from rich.text import Text
from textual import events, on
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from containerscope.model.text import visible
from containerscope.ui.commands import Candidate

_SURE = 0.7
"""The share of a word's letters that must be typed, in order, to mean it unseen."""
Mode = Literal[":", "/", "?"]
"""A command, a filter of the rows, or a search in a text."""


class Prompt(Vertical):
    """Takes one line; commands are completed, filters work while they are typed."""

    @dataclass
    class Typed(Message):
        """The text changed."""

        mode: Mode
        text: str

    def __init__(
        self,
        complete: Callable[[str], tuple[Candidate, ...]],
        entered: Callable[[Mode, str], None],
        left: Callable[[Mode, str], None],
        *,
        id: str,  # noqa: A002
    ) -> None:
        """`entered` gets the finished line, `left` what stood in it before it was given up.

        Both close the line and give the keyboard away at once, unless something is wrong with it.
        """
        super().__init__(id=id)
        self._complete, self._entered, self._left = complete, entered, left
        self._candidates: tuple[Candidate, ...] = ()
        self._before = self._suggested = self._wrong = ""
        self.mode: Mode = ":"
        self.display = False

    def _make(self) -> None:
        """Make the completion list and the line, which nobody needs before the first rows."""
        if self.children:
            return
        line = Line(self, id="line", compact=True, select_on_focus=False)
        line.cursor_blink = False
        entry = Horizontal(id="entry")
        self.mount(
            OptionList(id="completions", markup=False, compact=True),
            Static("", id="fault", markup=False),
            entry,
        )
        entry.mount(Static(":", id="sign", markup=False), line)

    @property
    def line(self) -> Line:
        """Where one types."""
        return self.query_one(Line)

    @property
    def is_open(self) -> bool:
        """Whether it has the keyboard."""
        return bool(self.display)

    def stands(self, typed: Typed) -> bool:
        """Whether it still says this: what is typed is told later than it is entered."""
        return self.is_open and (self.mode, self.line.value) == (typed.mode, typed.text)

    def open(self, mode: Mode, text: str = "", hint: str = "") -> None:
        """Show the line, with what can be typed if that is not usual, and give it the keyboard."""
        self._make()
        self.mode, self._before = mode, text
        self.display = True
        self.query_one("#fault", Static).display = False
        self.query_one("#sign", Static).update("/" if mode == "?" else mode)
        line = self.line
        line.placeholder = (
            hint
            or {
                ":": "command or resource, tab completes",
                "/": "words, !not, field:value, cpu>80, age<1h",
                "?": "search in this text",
            }[mode]
        )
        line.value = text
        line.cursor_position = len(text)
        # At once, not when the loop comes to it: the next key may have been typed already.
        self.screen.set_focus(line)
        self._suggest(text)

    def close(self) -> None:
        """Hide the line."""
        self.display = False
        self._candidates = ()

    def fault(self, words: str) -> None:
        """Say what is wrong with the line as it is; it stays open."""
        self._wrong = self.line.value if words else ""
        static = self.query_one("#fault", Static)
        static.update(Text(visible(words)))
        static.display = bool(words)

    def complete(self) -> None:
        """Take the highlighted completion."""
        self._suggest(self.line.value, keep=True)
        options = self.query_one(OptionList)
        if self._candidates:
            chosen = self._candidates[options.highlighted or 0]
            self.line.value = chosen.text
            self.line.cursor_position = len(chosen.text)

    def choose(self, by: int) -> None:
        """Highlight another completion."""
        options = self.query_one(OptionList)
        if self._candidates:
            count = len(self._candidates)
            options.highlighted = ((options.highlighted or 0) + by) % count

    def leave(self) -> None:
        """Give the line up."""
        self._left(self.mode, self._before)

    def _suggest(self, text: str, *, keep: bool = False) -> None:
        # What is typed is told later than enter is: then the list may be of a text before.
        options = self.query_one(OptionList)
        if keep and text == self._suggested:
            return
        self._suggested = text
        self._candidates = self._complete(text) if self.mode == ":" else ()
        options.display = bool(self._candidates)
        options.clear_options()
        wide = max((len(c.text) for c in self._candidates), default=0)
        for candidate in self._candidates:
            line = Text(f"{visible(candidate.text):<{wide}}  ", no_wrap=True, overflow="ellipsis")
            line.append(visible(candidate.hint), "dim")
            options.add_option(Option(line))
        if self._candidates:
            options.highlighted = 0

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        # What has changed again since may have been typed into the line before this one.
        if self.is_open and event.value == self.line.value:
            if event.value != self._wrong:
                self.fault("")
            self._suggest(event.value)
            self.post_message(self.Typed(self.mode, event.value))

    def enter(self) -> None:
        """Finish the line."""
        text = self.line.value
        # A word that is only begun means its best completion.
        if self.mode == ":" and text.strip() and " " not in text.strip():
            self._suggest(text, keep=True)
            if self._candidates:
                at = self.query_one(OptionList).highlighted or 0
                chosen = self._candidates[at]
                words = {chosen.text.strip(), *chosen.hint.split()}
                # A few letters here and there are a guess, which only who chose it can mean.
                if text.strip() not in words and (at or chosen.score >= _SURE):
                    text = chosen.text
        self._entered(self.mode, text)

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._entered(self.mode, self._candidates[event.option_index].text)


class Line(Input):
    """Where one types."""

    def __init__(self, prompt: Prompt, **options: Any) -> None:
        super().__init__(**options)
        self._acts = {"enter": prompt.enter, "escape": prompt.leave, "tab": prompt.complete}

    async def take(self, event: events.Key | events.Paste) -> None:
        """Do at once what is typed here, in place of handing it on through queues."""
        if isinstance(event, events.Paste):
            with self._context():
                self._on_paste(event)
        elif event.is_printable or event.key in self._acts:
            with self._context():
                await self._on_key(event)
        else:
            await self.app._check_bindings(event.key)

    async def _on_key(self, event: events.Key) -> None:
        if event.key not in self._acts:
            await super()._on_key(event)
            return
        self._acts[event.key]()
        event.stop()
        event.prevent_default()
