"""What the command palette finds: resources, commands and the rows on screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol, cast

from rich.text import Text
from textual.command import DiscoveryHit, Hit, Hits, Provider

from containerscope.model.text import cut, visible
from containerscope.ui.commands import VERBS, score

_MOST = 100
"""Cells of a name in the list."""

Found = tuple[str, str, Callable[[], None]]
"""Text, help and what it does."""


class Findable(Protocol):
    """What the palette needs of the screen below it."""

    def run_command(self, line: str) -> None:
        """Carry out a command line."""

    def go_to_row(self, key: str) -> None:
        """Put the cursor on a row."""

    def palette_rows(self) -> tuple[tuple[str, str], ...]:
        """Key and name of the rows that are shown."""

    def palette_resources(self) -> tuple[tuple[str, str], ...]:
        """Name and aliases of the resources."""


class Palette(Provider):
    """Searches with the same fuzziness as the command line."""

    def _all(self) -> Iterator[Found]:
        screen = cast(Findable, self.screen)
        for name, aliases in screen.palette_resources():
            yield name, f"list {name}  {aliases}", partial(screen.run_command, name)
        for verb in VERBS:
            if not verb.needs:
                yield f":{verb.name}", verb.help, partial(screen.run_command, verb.name)
        for key, name in screen.palette_rows():
            yield name, "go to this row", partial(screen.go_to_row, key)

    async def discover(self) -> Hits:
        """Everything but the rows before anything is typed."""
        for text, help_text, act in self._all():
            if help_text != "go to this row":
                yield DiscoveryHit(Text(cut(visible(text), _MOST)), act, text=text, help=help_text)

    async def search(self, query: str) -> Hits:
        """What fits the query."""
        for text, help_text, act in self._all():
            fit = max(score(query, text), score(query, help_text) * 0.5)
            if fit > 0.3:
                yield Hit(
                    min(1.0, fit / 3),
                    Text(cut(visible(text), _MOST)),
                    act,
                    text=text,
                    help=help_text,
                )
