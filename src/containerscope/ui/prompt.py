"""The line at the bottom that `:` and `/` open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from containerscope.model.text import visible
from containerscope.ui.commands import Candidate

Mode = Literal[":", "/", "?"]
"""A command, a filter of the rows, or a search in a text."""


class Prompt(Vertical):
    """Takes one line; commands are completed, filters work while they are typed."""

    @dataclass
    class Typed(Message):
        """The text changed."""

        mode: Mode
        text: str

    @dataclass
    class Entered(Message):
        """The line is finished."""

        mode: Mode
        text: str

    @dataclass
    class Left(Message):
        """The line was given up; `before` stood in it when it was opened."""

        mode: Mode
        before: str

    def __init__(self, complete: Callable[[str], tuple[Candidate, ...]], *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._complete = complete
        self._candidates: tuple[Candidate, ...] = ()
        self._before = ""
        self.mode: Mode = ":"
        self.display = False

    def compose(self) -> ComposeResult:
        """The completion list above the line."""
        yield OptionList(id="completions", markup=False, compact=True)
        yield Static("", id="fault", markup=False)
        line = Input(id="line", compact=True, select_on_focus=False)
        line.cursor_blink = False
        with Horizontal(id="entry"):
            yield Static(":", id="sign", markup=False)
            yield line

    @property
    def line(self) -> Input:
        """Where one types."""
        return self.query_one(Input)

    @property
    def is_open(self) -> bool:
        """Whether it has the keyboard."""
        return bool(self.display)

    def open(self, mode: Mode, text: str = "", hint: str = "") -> None:
        """Show the line, with what can be typed if that is not usual, and give it the keyboard."""
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
        """Say what is wrong with the line; it stays open."""
        static = self.query_one("#fault", Static)
        static.update(Text(visible(words)))
        static.display = bool(words)

    def complete(self) -> None:
        """Take the highlighted completion."""
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
        self.close()
        self.post_message(self.Left(self.mode, self._before))

    def _suggest(self, text: str) -> None:
        options = self.query_one(OptionList)
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
        if self.is_open:
            self.fault("")
            self._suggest(event.value)
            self.post_message(self.Typed(self.mode, event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value
        # A word that is only begun means its best completion.
        if self._candidates and " " not in text.strip() and text.strip():
            chosen = self._candidates[self.query_one(OptionList).highlighted or 0]
            words = {chosen.text.strip(), *chosen.hint.split()}
            if text.strip() not in words:
                text = chosen.text
        self.post_message(self.Entered(self.mode, text))

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        chosen = self._candidates[event.option_index]
        self.post_message(self.Entered(self.mode, chosen.text))
