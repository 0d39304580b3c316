"""Dialogs: a choice from a list, an MFA code. None of them is needed to go on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from containerscope.model.text import cut, visible
from containerscope.ui.commands import score

_MOST = 80
"""Cells of one text from outside."""
_LEAVE: list[BindingType] = [Binding("escape", "dismiss(None)", show=False)]


@dataclass(frozen=True)
class Choice:
    """One line of a list to choose from."""

    value: str
    label: str
    hint: str = ""
    key: str = ""
    """The key that does the same without the list."""
    refused: str = ""
    """Why it cannot be chosen; empty if it can."""


class Chooser(ModalScreen[str | None]):
    """A list with a line to narrow it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *_LEAVE,
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
    ]

    def __init__(self, heading: str, choices: Sequence[Choice], *, present: str = "") -> None:
        super().__init__()
        self._heading = heading
        self._all = tuple(choices)
        self._shown = self._all
        self._present = present

    def compose(self) -> ComposeResult:
        """Heading, line and list."""
        with Vertical(classes="dialog"):
            yield Static(Text(cut(visible(self._heading), _MOST)), classes="heading")
            line = Input(compact=True, placeholder="type to narrow")
            line.cursor_blink = False
            yield line
            yield OptionList(markup=False, compact=True)

    def on_mount(self) -> None:
        """Fill the list."""
        self._fill()

    def _fill(self) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        labels = [cut(visible(choice.label), _MOST) for choice in self._shown]
        wide = max(map(len, labels), default=0)
        for choice, label in zip(self._shown, labels, strict=True):
            line = Text(no_wrap=True, overflow="ellipsis")
            if any(each.key for each in self._all):
                line.append(f"{choice.key:>6}  ", "bold")
            line.append(f"{label:<{wide}}", "dim" if choice.refused else "")
            line.append(f"  {visible(choice.refused or choice.hint)}", "dim")
            options.add_option(Option(line, disabled=bool(choice.refused)))
        values = [choice.value for choice in self._shown]
        if values:
            options.highlighted = values.index(self._present) if self._present in values else 0

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        typed = event.value
        self._shown = tuple(
            choice for choice in self._all if score(typed, f"{choice.label} {choice.hint}") > 0.1
        ) if typed else self._all  # fmt: skip
        self._fill()

    @on(Input.Submitted)
    def _enter(self) -> None:
        at = self.query_one(OptionList).highlighted
        if at is not None and at < len(self._shown) and not self._shown[at].refused:
            self.dismiss(self._shown[at].value)

    @on(OptionList.OptionSelected)
    def _pick(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._shown[event.option_index].value)

    def action_move(self, by: int) -> None:
        """Highlight another line while typing."""
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()


class CodeDialog(ModalScreen[str | None]):
    """Asks for the code of an MFA device."""

    BINDINGS: ClassVar[list[BindingType]] = [*_LEAVE]

    def __init__(self, serial: str) -> None:
        super().__init__()
        self._serial = serial

    def compose(self) -> ComposeResult:
        """The device, the line and what the keys do."""
        with Vertical(classes="dialog"):
            yield Static(Text("Sign in: code of your MFA device"), classes="heading")
            yield Static(Text(cut(visible(self._serial), _MOST)))
            line = Input(compact=True, placeholder="123456", max_length=12)
            line.cursor_blink = False
            yield line
            yield Static(Text("enter sends it   esc gives up", "dim"))

    @on(Input.Submitted)
    def _enter(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(event.value.strip())


class Asker(Protocol):
    """What a sign-in needs of the app."""

    async def ask(self, dialog: ModalScreen[str | None]) -> str | None:
        """Show the dialog and return what it was left with."""

    def tell(self, words: str) -> None:
        """Show a panel that does not take the keyboard; empty takes it away."""

    def offer(self, text: str) -> None:
        """Put a text on the clipboard."""


class DialogSignIn:
    """Signing in through dialogs; implements `containerscope.resource.SignIn`."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._one = asyncio.Lock()

    async def mfa_code(self, serial: str) -> str | None:
        """Ask for the code of this device; one dialog at a time."""
        async with self._one:
            return await self._asker.ask(CodeDialog(serial))

    async def device_code(self, url: str, code: str, expires_in: float) -> None:
        """Show where to confirm the login, and have the address ready to be pasted."""
        minutes = max(1, round(expires_in / 60))
        self._asker.offer(url)
        self._asker.tell(
            f"Sign in: open {visible(url)} (copied) and confirm the code {visible(code)}"
            f" within {minutes} min. Everything goes on by itself."
        )

    async def device_done(self, message: str) -> None:
        """Take the panel away, or say why it did not work."""
        self._asker.tell(f"Sign-in failed: {visible(message)}" if message else "")
