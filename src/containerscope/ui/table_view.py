"""What a table shows and how it is repainted, on Textual's line API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from containerscope.model.health import Level
from containerscope.rows import Cell, Heading
from containerscope.ui.row_source import RowSource as RowSource
from containerscope.ui.table_columns import Layout, arrange
from containerscope.ui.table_paint import (
    ASCII,
    PARTS,
    UNICODE,
    Line,
    Palette,
    RowState,
    paint_header,
    paint_message,
    paint_row,
    paint_text,
)
from containerscope.ui.table_place import Selection


class TableView(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows by key: cursor and marks stay on their resource, only changed cells are repainted."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"table--{part}" for part in PARTS}
    DEFAULT_CSS = """
    TableView {
        background: $background;
        color: $foreground;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 1;
        overflow-x: auto;
        overflow-y: scroll;
        .table--plain { color: $foreground; }
        .table--failed { color: $failed; text-style: $failed-style; }
        .table--warning { color: $warning; text-style: $warning-style; }
        .table--progress { color: $progress; text-style: $progress-style; }
        .table--fine { color: $fine; }
        .table--dim { color: $dim; text-style: $dim-style; }
        .table--header { color: $header; background: $header-background; text-style: bold; }
        .table--sorted { text-style: bold underline; }
        .table--cursor {
            color: $cursor-foreground; background: $cursor; text-style: $cursor-style;
        }
        .table--cursor-blurred { background: $cursor-blurred; text-style: $cursor-blurred-style; }
        .table--mark { color: $mark; text-style: bold; }
        .table--changed { color: $changed; text-style: bold; }
        .table--match { text-style: underline; }
    }
    """

    dimmed: var[bool] = var(False)
    """Whether the rows are stale and shown so."""
    ascii: var[bool] = var(False)
    """Whether the table's own glyphs keep to ASCII."""

    @dataclass
    class Highlighted(Message, namespace="resource_table"):
        """The cursor is on another row; None when there is none."""

        key: str | None

    @dataclass
    class CursorLost(Message, namespace="resource_table"):
        """The cursor's row vanished and the cursor went to its neighbour."""

        key: str
        now: str | None

    @dataclass
    class Opened(Message, namespace="resource_table"):
        """A row was opened."""

        key: str

    @dataclass
    class HeaderClicked(Message, namespace="resource_table"):
        """The head of a column was clicked."""

        field: str

    class VisibleChanged(Message, namespace="resource_table"):
        """Other rows are on screen."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, TableView.VisibleChanged)

    class MarksChanged(Message, namespace="resource_table"):
        """Other rows are marked."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, TableView.MarksChanged)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._rows: RowSource | None = None
        self._headings: tuple[Heading, ...] = ()
        self._selection = Selection()
        self._widths: list[int] = []
        self._layout_now = Layout()
        self._laid_out_for = 0
        self._painted: dict[int, Line] = {}
        self._seen: dict[str, tuple[Cell, ...]] = {}
        self._changed: dict[str, frozenset[str]] = {}
        self._announced: tuple[str | None, frozenset[str], tuple[str, ...]] = (
            None,
            frozenset(),
            (),
        )
        self._message = ("", Level.NONE)
        self._match = ""
        self._palette: Palette | None = None

    # What is shown

    def show(self, rows: RowSource, *, arriving: bool = False) -> None:
        """Show these rows in place of the ones before, repainting only what differs.

        While rows are arriving, a cursor that nobody has moved rests on the first row.
        """
        chosen = self._selection
        anchor, line = self._anchor()
        self._new_headings(rows.headings)
        self._rows = rows
        lost = chosen.replace(rows.keys, arriving=arriving)
        self._fit_virtual_size()
        if anchor is None or (arriving and not self.scroll_offset.y):
            self._reveal()
        else:
            place = chosen.index if anchor == "" else self._place_of(anchor)
            self._scroll_rows(place - line)
        self._note_changes(rows)
        self._measure()
        self._repaint()
        if lost is not None:
            self.post_message(self.CursorLost(lost, chosen.cursor))
        self._announce()

    def reset(self, cursor: str | None = None) -> None:
        """Forget all about the rows before; the cursor goes to this key once it is there."""
        self._rows = None
        self._headings = ()
        self._selection = Selection(cursor)
        self._widths = []
        self._layout_now = Layout()
        self._seen, self._changed, self._match = {}, {}, ""
        self._fit_virtual_size()
        self.scroll_to(0, 0, animate=False)
        self._repaint_all()
        self._announce()

    def show_message(self, text: str, level: Level = Level.NONE) -> None:
        """What stands in place of the rows while there are none."""
        if (text, level) != self._message:
            self._message = (text, level)
            if not self._selection.keys:
                self._repaint()

    @property
    def cursor_key(self) -> str | None:
        """The key of the row under the cursor."""
        return self._selection.cursor

    @property
    def marks(self) -> frozenset[str]:
        """The keys of the marked rows; all of them are shown."""
        return self._selection.marks

    @property
    def visible_keys(self) -> tuple[str, ...]:
        """The keys of the rows on screen, top first."""
        top = self.scroll_offset.y
        return tuple(self._selection.keys[top : top + self._height])

    @property
    def shown_fields(self) -> frozenset[str]:
        """The fields of the columns that have not given way; empty before there are rows."""
        return frozenset(self._headings[place.index].field for place in self._layout_now.places)

    @property
    def _area(self) -> Size:
        """What is left for the header and the rows beside the scroll bars."""
        return self.scrollable_content_region.size

    @property
    def _height(self) -> int:
        """How many rows fit below the header."""
        return max(0, self._area.height - 1)

    def _anchor(self) -> tuple[str | None, int]:
        """The row that keeps its line: the cursor's (as ""), or the top one when it is off."""
        index, top = self._selection.index, self.scroll_offset.y
        if index < 0 or not self._height:
            return None, 0
        if top <= index < top + self._height:
            return "", index - top
        keys = self._selection.keys
        return (keys[top], 0) if top < len(keys) else ("", 0)

    def _place_of(self, key: str) -> int:
        keys = self._selection.keys
        top = self.scroll_offset.y
        if top < len(keys) and keys[top] == key:
            return top
        try:
            return keys.index(key)
        except ValueError:
            return top

    def _new_headings(self, headings: tuple[Heading, ...]) -> None:
        if headings == self._headings:
            return
        if [each.field for each in headings] != [each.field for each in self._headings]:
            self._widths = [0] * len(headings)
            self._seen = {}
        self._headings = headings
        self._layout_now = Layout()

    def _note_changes(self, rows: RowSource) -> None:
        """Find the cells that are news: bold until the next show."""
        changed: dict[str, frozenset[str]] = {}
        seen: dict[str, tuple[Cell, ...]] = {}
        for key in self.visible_keys:
            cells = seen[key] = rows.cells(key)
            before = self._seen.get(key)
            if before is None or before is cells:
                continue
            news = frozenset(
                heading.field
                for heading, old, new in zip(self._headings, before, cells, strict=True)
                if old.text != new.text and not (old.dim or new.dim or heading.quiet)
            )
            if news:
                changed[key] = news
        self._seen, self._changed = seen, changed

    def _measure(self) -> None:
        """Lay the columns out for what is on screen and repaint all if that moved one."""
        if self._lay_out():
            self._fit_virtual_size()
            self._repaint_all()

    def _lay_out(self) -> bool:
        """Let columns grow with what is on screen, none shrinks within a view; whether one did."""
        rows = self._rows
        self._laid_out_for = self._area.width
        if rows is None:
            return False
        widths = self._widths
        for key in self.visible_keys:
            cells = rows.cells(key)
            self._seen.setdefault(key, cells)
            for index, cell in enumerate(cells):
                width = cell_len(cell.text)
                if width > widths[index]:
                    widths[index] = width
        layout = arrange(self._headings, widths, self._area.width)
        moved, self._layout_now = layout != self._layout_now, layout
        return moved

    def _fit_virtual_size(self) -> None:
        size = Size(self._layout_now.width, len(self._selection.keys) + 1)
        if size != self.virtual_size:
            self.virtual_size = size

    # Painting

    def _colours(self) -> Palette:
        if self._palette is None:
            self._palette = Palette(self._part, self.rich_style)
        return self._palette

    def _part(self, name: str) -> Style:
        return self.get_component_rich_style(f"table--{name}", partial=True)

    def notify_style_update(self) -> None:
        """Take the colours of another theme."""
        super().notify_style_update()
        self._palette = None
        self._painted.clear()

    def _line(self, y: int) -> Line:
        """What stands on a line of the widget, 0 being the header."""
        width, colours = self._area.width, self._colours()
        glyphs = ASCII if self.ascii else UNICODE
        rows, chosen = self._rows, self._selection
        if y == 0:
            if not self._headings:
                return paint_text("", width, colours.style())
            return paint_header(self._headings, self._layout_now, width, colours, glyphs)
        index = self.scroll_offset.y + y - 1
        if rows is None or not chosen.keys:
            text, level = self._message
            return paint_message(text, y - 2, width, colours.cell(RowState(), level))
        if index >= len(chosen.keys):
            return paint_text("", max(width, self._layout_now.width), colours.style())
        key = chosen.keys[index]
        cursor = "cursor" if self.has_focus else "cursor-blurred"
        state = RowState(
            rows.level(key),
            cursor if index == chosen.index else "",
            key in chosen.marks,
            self.dimmed,
        )
        return paint_row(
            rows.cells(key), self._headings, self._layout_now, width, colours, glyphs, state,
            self._changed.get(key, frozenset()), self._match,
        )  # fmt: skip

    def render_line(self, y: int) -> Strip:
        """A line as the compositor asks for it."""
        if self._laid_out_for != self._area.width:
            # A frame can be painted before the resize is told.
            self._lay_out()
            self._painted.clear()
        line = self._painted.get(y)
        if line is None:
            line = self._painted[y] = self._line(y)
        x = self.scroll_offset.x
        width = self._area.width
        return line.strip().crop_extend(x, x + width, self._colours().style())

    def _repaint(self, lines: Sequence[int] | None = None) -> None:
        """Compare lines with what was painted and refresh the cells that differ."""
        left = self.scroll_offset.x
        for y in range(self._area.height) if lines is None else lines:
            before = self._painted.get(y)
            if before is None:
                self.refresh(Region(0, y, self._area.width, 1))
                continue
            line = self._line(y)
            span = line.difference(before)
            if span is not None:
                self._painted[y] = line
                start = max(0, span[0] - left)
                self.refresh(Region(start, y, max(0, span[1] - left - start), 1))

    def _repaint_all(self) -> None:
        self._painted.clear()
        self.refresh()

    def _scroll_rows(self, top: int) -> None:
        most = len(self._selection.keys) - self._height
        # Forced, because a bar that just became needed is only allowed to scroll after a layout.
        self.scroll_to(y=max(0, min(top, most)), animate=False, force=True)

    def _reveal(self) -> None:
        """Scroll no further than the cursor's row needs to be on screen."""
        index, top = self._selection.index, self.scroll_offset.y
        if index < 0 or not self._height:
            return
        if index < top:
            self._scroll_rows(index)
        elif index >= top + self._height:
            self._scroll_rows(index - self._height + 1)

    def _announce(self) -> None:
        """Say what is different since it was last said."""
        cursor, marks, seen = self._announced
        now = (self.cursor_key, self.marks, self.visible_keys)
        self._announced = now
        if now[0] != cursor:
            self.post_message(self.Highlighted(now[0]))
        if now[1] != marks:
            self.post_message(self.MarksChanged())
        if now[2] != seen:
            self.post_message(self.VisibleChanged())
