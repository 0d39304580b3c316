"""The bare framework's hello-world, which start-ups are compared with."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class Hello(App[None]):
    """One line of text."""

    def compose(self) -> ComposeResult:
        """The line."""
        yield Static("hello world")


if __name__ == "__main__":
    Hello().run()
