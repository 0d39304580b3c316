"""What is on the terminal while the rest of the program loads."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen

from containerscope.ui.bar import Bar
from containerscope.ui.header import Pulse, header
from containerscope.ui.spans import Span


class _FirstLine(Bar):
    """Tells that it is on the terminal."""

    def on_show(self) -> None:
        """The frame with it is written by now."""
        self.post_message(FirstFrame.Painted())


class FirstFrame(Screen[None]):
    """The first line and a word in the place of the rows, laid out as they stay.

    Imports no more than it shows: whatever this module needs delays the first frame.
    """

    AUTO_FOCUS = None
    DEFAULT_CSS = """
    FirstFrame { background: $background; }
    FirstFrame #word { margin-top: 3; }
    """

    class Painted(Message):
        """The first frame is on the terminal."""

    def __init__(self, *, read_only: bool, ascii: bool) -> None:  # noqa: A002
        super().__init__()
        self._read_only = read_only
        self._ascii = ascii

    def compose(self) -> ComposeResult:
        """The first line and the word."""
        yield _FirstLine(id="header")
        yield Bar(id="word")

    def on_mount(self) -> None:
        """Say what is known before anything is."""
        first, word = self.query(Bar)
        first.ascii = word.ascii = self._ascii
        width = self.app.size.width
        first.show(header(None, "starting…", self._read_only, Pulse(), width))
        word.show((Span("  Loading…"),))
