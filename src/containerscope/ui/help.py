"""The help: every key, command and resource, laid out for the width there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from containerscope.model.text import visible
from containerscope.settings import Settings
from containerscope.ui.blocks import Line
from containerscope.ui.commands import VERBS
from containerscope.ui.grid import wrapped
from containerscope.ui.keys import DIFFERENCES, KEYS, Key, groups
from containerscope.ui.lines import LinesView
from containerscope.ui.spans import Role, Span

_KEYS, _COMMANDS, _RESOURCES = 18, 28, 25
"""Cells of the left columns."""
_LEAST = 24
"""What a text needs to stand beside its left column; with less it stands below."""


class Help(ModalScreen[None]):
    """Every key and command."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss(None)", show=False),
        Binding("j,down", "move(1)", show=False),
        Binding("k,up", "move(-1)", show=False),
        Binding("pagedown,space", "move(15)", show=False),
        Binding("pageup", "move(-15)", show=False),
        Binding("g,home", "jump(-1)", show=False),
        Binding("G,end", "jump(1)", show=False),
    ]

    def __init__(
        self,
        settings: Settings,
        resources: Sequence[tuple[str, str]],
        keys: Sequence[Key] = (),
    ) -> None:
        super().__init__()
        self._settings = settings
        self._resources = resources
        self._keys = keys

    def compose(self) -> ComposeResult:
        """One text."""
        with Vertical(classes="dialog tall"):
            yield LinesView()

    def on_mount(self) -> None:
        """Take the keyboard."""
        view = self.query_one(LinesView)
        view.ascii = self._settings.ascii
        view.focus()
        self.call_after_refresh(self._lay_out)

    def on_resize(self) -> None:
        """Lay the text out for another width."""
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        view = self.query_one(LinesView)
        if self._keys:
            view.show(key_lines(self._settings, view.room, self._keys))
        else:
            view.show(help_lines(self._settings, self._resources, view.room))

    def action_move(self, by: int) -> None:
        """Scroll."""
        self.query_one(LinesView).move(by)

    def action_jump(self, direction: int) -> None:
        """To the first or the last line."""
        self.query_one(LinesView).jump(direction)


def _entry(left: str, text: str, column: int, width: int, role: Role = "plain") -> list[Line]:
    """What stands at the left, and its text beside it, or below where there is no room."""
    head = f"  {left:<{column}} "
    beside = len(left) <= column and width - len(head) >= _LEAST
    indent = len(head) if beside else 4
    parts = wrapped(text, max(8, width - indent))
    if not beside:
        head, parts = head.rstrip(), ["", *parts]
    return [
        Line((Span(" " * indent if number else head, "accent"), Span(part, role)))
        for number, part in enumerate(parts)
    ]


def _title(text: str) -> list[Line]:
    return [Line(), Line((Span(text, "title"),))]


def key_lines(settings: Settings, width: int, table: Sequence[Key] = KEYS) -> tuple[Line, ...]:
    """A table of keys by group, in at most `width` cells."""
    lines = [Line((Span("Keys and commands", "strong"), Span("   esc closes", "dim")))]
    for name, keys in groups(table):
        lines += _title(name)
        for key in keys:
            shown = "1-9 0" if key.id == "tab" else key.shown(settings)
            lines += _entry(shown, key.help, _KEYS, width)
    return tuple(lines)


def help_lines(
    settings: Settings, resources: Sequence[tuple[str, str]], width: int
) -> tuple[Line, ...]:
    """The help, made from the tables of keys, commands and resources."""
    lines = list(key_lines(settings, width))
    lines += _title("Commands")
    for verb in VERBS:
        lines += _entry(f":{verb.name} {verb.usage}".rstrip(), verb.help, _COMMANDS, width)
    lines += _title("Resources")
    lines += _entry(":NAME", "cluster=NAME service=NAME, then words of a filter", _RESOURCES, width)
    for name, hint in resources:
        lines += _entry(f":{name}", visible(hint), _RESOURCES, width, "dim")
    lines += _title("For hands that know k9s")
    for text in DIFFERENCES:
        lines += [
            Line((Span(f"{'    ' if number else '  '}{part}"),))
            for number, part in enumerate(wrapped(text.replace("`", ""), max(8, width - 4)))
        ]
    return tuple(lines)
