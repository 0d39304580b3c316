"""The preview of an action: what is so now, what will be, what is sent, and the confirmation."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from containerscope.acting import Order, Preview, Seen, preview
from containerscope.model.health import Level
from containerscope.model.text import cut, visible
from containerscope.plan import Confirm, Note, Step
from containerscope.ui.block_lines import GLYPH

_DEAF = 0.3
"""Seconds in which nothing confirms: the key may have been meant for what was there before."""
_YES = ("y", "enter", "f8")
"""The keys that may say yes; it is the first that has not opened the dialog."""
_LONGEST = 1000
"""Cells of a sentence of our own with names from outside in it."""
_MOST = 200
"""Cells of one text from outside."""
_FRAME = 5
"""Rows of the border, of the spaces around what happens, and one beside the dialog."""
_LEAST = 3
_STEPS = 8
"""Things whose change is told one by one."""


@dataclass(frozen=True)
class Confirmed:
    """What a person has said yes to."""

    preview: Preview
    answer: str


class TypedInput(Input):
    """A line that takes what is typed and not what is pasted."""

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.refuse()

    def action_paste(self) -> None:
        """Neither from the program's own clipboard."""
        self.refuse()

    def refuse(self) -> None:
        """Say why nothing came of it."""
        self.placeholder = "type it: a paste does not count"


class ActionDialog(ModalScreen[Confirmed | None]):
    """Shows what an action would do to the things it was called for, whatever the list does."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", show=False),
        Binding("n", "dismiss(None)", show=False),
        Binding("j", "choose(1)", show=False),
        Binding("k", "choose(-1)", show=False),
        Binding("pagedown", "turn(1)", show=False, priority=True),
        Binding("pageup", "turn(-1)", show=False, priority=True),
    ]

    def __init__(
        self,
        order: Order,
        place: str,
        look: Callable[[], Awaitable[tuple[Seen, ...]]],
        *,
        tried: Callable[[Preview], Awaitable[Preview]] | None = None,
        answer: str | None = None,
        opened_by: Collection[str] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.order = order
        self._place, self._look, self._tried = place, look, tried
        self._given = answer
        self._yes_key = next(key for key in _YES if key not in opened_by)
        """Never a key that opened the dialog, which may still be held down."""
        self._monotonic = monotonic
        self._since = monotonic()
        """Since when what is to be confirmed is on the screen."""
        self._seen: tuple[Seen, ...] = ()
        self._read_at = 0.0
        self._preview: Preview | None = None
        self._answer = answer or ""
        self._values: list[str] = []
        self._make_parts()

    def _make_parts(self) -> None:
        # What is read may come when the dialog is being taken down, its parts one by one: they are
        # held here and not looked for.
        asks = self.order.action.asks
        self._box = Vertical(classes="dialog act")
        self._line = _still(
            Input(
                compact=True,
                id="answer",
                restrict=asks.characters if asks is not None else None,
                max_length=asks.longest if asks is not None else 0,
            )
        )
        self._choices = OptionList(markup=False, compact=True, id="options")
        self._effects = VerticalScroll(id="effects", can_focus=False)
        self._plan_text = Static(Text("reading it again…", "dim"), id="plan", markup=False)
        self._typing = Horizontal(classes="field", id="typed")
        self._word = _still(TypedInput(compact=True, id="word"))
        self._hint_line = Static("", id="hint", markup=False)

    @property
    def attentive(self) -> bool:
        """Whether what is to be confirmed has been there long enough to be."""
        return self._preview is not None and self._monotonic() - self._since >= _DEAF

    def compose(self) -> ComposeResult:
        """Heading, place, the answer, what happens, and the confirmation."""
        asks = self.order.action.asks
        with self._box:
            yield Static(Text(_fit(self.order.title)), classes="heading")
            yield Static(Text(_fit(self._place), "dim"))
            if identity := self._identity():
                yield Static(Text(_fit(identity), "dim"))
            if asks is not None and asks.kind == "line":
                with Horizontal(classes="field"):
                    yield Static(Text(f"{asks.label}  "), id="label")
                    yield self._line
            elif asks is not None:
                yield self._choices
            with self._effects:
                yield self._plan_text
            with self._typing:
                yield Static(Text(f"type {_fit(self.order.word)} to confirm  "), id="wanted")
                yield self._word
            yield self._hint_line

    def _identity(self) -> str:
        """By what it is known, where that is more than its name."""
        key = self.order.items[0].key
        return key if len(self.order.items) == 1 and key.startswith("arn:") else ""

    def on_mount(self) -> None:
        """Read the live state, and let its age be seen."""
        self._typing.display = False
        asks = self.order.action.asks
        if asks is not None:
            self.set_focus(self._line if asks.kind == "line" else self._choices)
        self._read()
        self.set_interval(1.0, self._show)

    @work(exclusive=True, group="look")
    async def _read(self) -> None:
        seen = await self._look()
        self._seen = seen
        self._since = self._read_at = self._monotonic()
        action = self.order.action
        state = next((each.state for each in seen if each.problem is None), None)
        if state is not None and action.asks is not None:
            options = action.options(state)
            if not self._answer:
                self._answer = action.answer(state) if self._given is None else self._given
            if action.asks.kind == "line":
                if not self._line.value:
                    self._line.value = self._answer
                    self._line.select_all()
            else:
                self._offer([(each.value, each.label) for each in options])
        if self._tried is None:
            self._plan()
            return
        found = await self._tried(preview(self.order, seen, self._answer))
        self._preview, self._since = found, self._monotonic()
        self._show()

    def _offer(self, options: Sequence[tuple[str, str]]) -> None:
        self._choices.add_options(
            Option(Text(_fit(label), no_wrap=True, overflow="ellipsis"), id=str(number))
            for number, (_, label) in enumerate(options)
        )
        self._values = [value for value, _ in options]
        if options:
            given = self._values.index(self._answer) if self._answer in self._values else 0
            self._choices.highlighted = given

    @on(Input.Changed, "#answer")
    def _answered(self, event: Input.Changed) -> None:
        self._answer = event.value
        self._plan()

    @on(OptionList.OptionHighlighted, "#options")
    def _chosen(self, event: OptionList.OptionHighlighted) -> None:
        self._answer = self._values[event.option_index]
        self._plan()

    @on(Input.Submitted, "#answer")
    @on(OptionList.OptionSelected, "#options")
    def _to_confirmation(self) -> None:
        if self._preview is None or not self._preview.ready:
            return
        if self.order.action.opens:
            # A line that was typed to be run says yes by its end, as in any shell.
            self._confirm(Confirm.YES)
            return
        if self._preview.confirm is Confirm.TYPED:
            self.set_focus(self._word)
        else:
            self.set_focus(None)
        if self._yes_key == "enter":
            # Which has led here, and may still be held down.
            self._since = self._monotonic()
        self._show()

    def _plan(self) -> None:
        if self._seen:
            self._preview = preview(self.order, self._seen, self._answer)
        self._show()

    def _show(self) -> None:
        found = self._preview
        if found is None:
            return
        age = max(0, round(self._monotonic() - self._read_at))
        self._plan_text.update(plan_text(found, age))
        typed = bool(found.ready) and found.confirm is Confirm.TYPED
        self._typing.display = typed
        asks = self.order.action.asks is not None
        if typed and not asks and self.focused is None:
            self.set_focus(self._word)
        self._hint_line.update(Text(self._hint(found, typed=typed), "dim"))
        self.call_after_refresh(self._share_height)

    def on_resize(self) -> None:
        """Another terminal has other room."""
        self.call_after_refresh(self._share_height)

    def _share_height(self) -> None:
        """Give what happens the rows that nothing else of the dialog takes.

        A height of its own measure would count the rows that are scrolled away.
        """
        others = (each for each in self._box.children if each is not self._effects)
        taken = sum(each.outer_size.height for each in others if each.display) + _FRAME
        self._effects.styles.max_height = max(_LEAST, self.app.size.height - taken)

    def _hint(self, found: Preview, *, typed: bool) -> str:
        if not found.ready:
            return "esc closes"
        on_answer = self.focused is not None and self.focused.id in ("answer", "options")
        more = "   pgdn more" if self._effects.max_scroll_y > 0 else ""
        confirms = "enter confirms" if typed else f"{self._yes_key} confirms"
        goes_on = "enter opens it" if self.order.action.opens else "enter goes on"
        return (goes_on if on_answer else confirms) + f"   esc cancels{more}"

    def action_choose(self, by: int) -> None:
        """Another answer, by the letters too."""
        if by > 0:
            self._choices.action_cursor_down()
        else:
            self._choices.action_cursor_up()

    def action_turn(self, by: int) -> None:
        """More of what happens, where it does not fit."""
        rows = max(1, self._effects.size.height - 1)
        self._effects.scroll_relative(y=by * rows, animate=False)

    def on_key(self, event: events.Key) -> None:
        """The one key that says yes, while nothing is typed or chosen."""
        if event.key == self._yes_key and self.focused is None:
            event.stop()
            self._confirm(Confirm.YES)

    @on(Input.Submitted, "#word")
    def _typed(self, event: Input.Submitted) -> None:
        if event.value.strip() == self.order.word:
            self._confirm(Confirm.TYPED)
        else:
            self._word.placeholder = f"not {_fit(event.value)}"
            self._word.value = ""

    def _confirm(self, how: Confirm) -> None:
        found = self._preview
        if found is not None and found.ready and found.confirm is how and self.attentive:
            self.dismiss(Confirmed(found, self._answer))


def _still(line: Input) -> Input:
    line.cursor_blink = False
    return line


def _fit(text: str) -> str:
    return cut(visible(text), _MOST)


def _whole(text: str) -> str:
    """What tells somebody what to do, a command perhaps: nothing of it is left out."""
    return cut(visible(text), _LONGEST)


def plan_text(found: Preview, age: int = 0) -> Text:
    """What will happen, a line for each change, effect and call; outside text is never markup."""
    text = Text()
    shown = found.steps[:_STEPS]
    for step in shown:
        _append_step(text, step, named=len(found.steps) > 1)
    if len(found.steps) > _STEPS:
        text.append(f"… and {len(found.steps) - _STEPS} more\n", "dim")
    if len(found.steps) > 1:
        sends = Counter(step.request.words for step in found.ready if step.request is not None)
        for words, times in sends.items():
            text.append(f"sends  {times} × {_fit(words)}\n", "dim")
    for note in found.notes:
        _append_note(text, note)
    left = len(found.steps) - len(found.ready)
    if left and found.ready:
        text.append(f"{left} of {len(found.steps)} are left as they are\n")
    text.append(f"read {age} s ago", "dim")
    return text


def _append_step(text: Text, step: Step, *, named: bool) -> None:
    lead = f"{_fit(step.target)}: " if named else ""
    for change in step.changes:
        now = f"{_fit(change.now)} → " if change.now else ""
        text.append(f"{lead}{_fit(change.label)}  {now}")
        text.append(f"{_fit(change.then)}\n", "bold")
    if step.refused:
        text.append(f"{GLYPH[Level.FAILED]} {lead}{_whole(step.refused)}\n")
    for note in step.notes:
        _append_note(text, note)
    is_local = step.request is not None and step.request.name.startswith("local:")
    if step.request is not None and not named and not is_local:
        text.append(f"sends  {_fit(step.request.words)}\n", "dim")


def _append_note(text: Text, note: Note) -> None:
    glyph = GLYPH.get(note.level, "") if note.level > Level.FINE else "·"
    text.append(f"{glyph or '·'} {_whole(note.words)}\n", "" if note.level > Level.FINE else "dim")
