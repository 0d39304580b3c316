"""A table's rows without AWS, an app around a table, and what it writes to the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from rich.color import ColorSystem
from textual.app import App, ComposeResult
from textual.driver import Driver
from textual.drivers.headless_driver import HeadlessDriver
from textual.message import Message

from containerscope.model.health import Level
from containerscope.rows import Cell, Heading
from containerscope.ui.table import ResourceTable
from containerscope.ui.theme import DEFAULT, load_themes, variable_defaults

HEADINGS = (
    Heading("name", "NAME", priority=0, sorted=1),
    Heading("status", "STATUS", priority=1),
    Heading("tasks", "TASKS", right=True, priority=1),
    Heading("cpu", "CPU %", right=True, priority=4),
    Heading("image", "IMAGE", priority=6, width=30),
    Heading("taskdef", "TASK DEFINITION", priority=5),
    Heading("age", "AGE", right=True, priority=3, quiet=True),
)


@dataclass(frozen=True)
class Fake:
    """Rows whose cells are made from the key, but for those that are given."""

    keys: tuple[str, ...]
    headings: tuple[Heading, ...] = HEADINGS
    given: dict[tuple[str, str], Cell] = field(default_factory=dict)
    levels: dict[str, Level] = field(default_factory=dict)

    def name(self, key: str, /) -> str:
        return self.cells(key)[0].text

    def level(self, key: str, /) -> Level:
        return self.levels.get(key, Level(sum(key.encode()) % 5))

    def cells(self, key: str, /) -> tuple[Cell, ...]:
        return tuple(
            self.given.get((key, heading.field)) or _cell(key, heading.field)
            for heading in self.headings
        )

    def but(self, key: str, field_: str, text: str, level: Level = Level.NONE) -> Fake:
        """The same rows with one other cell."""
        return replace(self, given={**self.given, (key, field_): Cell(text, level)})

    def of(self, keys: Iterable[str]) -> Fake:
        """The same source with other keys."""
        return replace(self, keys=tuple(keys))


def _cell(key: str, name: str) -> Cell:
    number = sum(key.encode())
    if name == "name":
        return Cell(key)
    if name == "status":
        return Cell("ACTIVE") if number % 7 else Cell("DRAINING", Level.WARNING)
    if name == "image":
        return Cell(f"registry/team/{key}:1.{number % 40}")
    if name == "taskdef":
        return Cell(f"{key}:{number % 90}")
    return Cell(str(number % 100)) if number % 11 else Cell("…", dim=True, why="loading")


def many(count: int) -> Fake:
    """So many rows."""
    return Fake(tuple(f"service-{number:05}" for number in range(count)))


class CountingDriver(HeadlessDriver):
    """A terminal that keeps what is written to it."""

    written: str = ""

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.written += data


class TableApp(App[None]):
    """A table and nothing else."""

    CSS = "ResourceTable { height: 1fr; }"

    def __init__(self, rows: Fake | None = None, theme: str = DEFAULT) -> None:
        super().__init__()
        self.console._color_system = ColorSystem.TRUECOLOR
        self.table = ResourceTable()
        self.said: list[Message] = []
        for spec in load_themes()[0].values():
            self.register_theme(spec.textual())
        self.theme = theme
        if rows is not None:
            self.table.show(rows)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()

    def _build_driver(
        self, headless: bool, inline: bool, mouse: bool, size: tuple[int, int] | None
    ) -> Driver:
        return CountingDriver(self, mouse=mouse, size=size)

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.table.focus()

    def _keep(self, message: Message) -> None:
        self.said.append(message)

    on_resource_table_highlighted = _keep
    on_resource_table_cursor_lost = _keep
    on_resource_table_opened = _keep
    on_resource_table_header_clicked = _keep
    on_resource_table_visible_changed = _keep
    on_resource_table_marks_changed = _keep

    def heard(self, kind: type[Message]) -> list[Any]:
        """The messages of a kind so far."""
        return [message for message in self.said if isinstance(message, kind)]

    def taken(self) -> str:
        """What was written to the terminal since this was last asked."""
        driver = self._driver
        assert isinstance(driver, CountingDriver)
        text, driver.written = driver.written, ""
        return text

    def lines(self) -> list[str]:
        """What stands on the table's lines."""
        return [self.table.render_line(y).text.rstrip() for y in range(self.table._area.height)]
