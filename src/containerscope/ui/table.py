"""The one table that every list uses: moving, marking, searching and the mouse."""

from __future__ import annotations

from collections.abc import Collection

from textual import events
from textual.geometry import Size
from textual.scrollbar import ScrollDown, ScrollLeft, ScrollRight, ScrollTo, ScrollUp

from containerscope.ui.table_view import RowSource, TableView

__all__ = ["ResourceTable", "RowSource"]

_WHEEL = 3
_SIDEWAYS = 8


class ResourceTable(TableView):
    """A table of resources; its keys are bound by the screen."""

    _opened_by_click = False

    # Moving

    def move(self, lines: int) -> None:
        """Move the cursor by so many rows."""
        self.move_to(self._selection.index + lines)

    def move_to(self, index: int) -> None:
        """Put the cursor on a row by its place, the nearest there is."""
        before = self._selection.index
        self._selection.move_to(index)
        after = self._selection.index
        self._reveal()
        top = self.scroll_offset.y
        lines = {place - top + 1 for place in (before, after)}
        self._repaint(sorted(y for y in lines if 1 <= y < self._area.height))
        self._announce()

    def select(self, key: str) -> bool:
        """Put the cursor on this resource; whether it is shown."""
        try:
            self.move_to(self._selection.keys.index(key))
        except ValueError:
            return False
        return True

    def go_to_next(self, wanted: Collection[str], direction: int = 1) -> bool:
        """Go to the next of these keys, round the end; whether there is one."""
        keys, start = self._selection.keys, self._selection.index
        for step in range(1, len(keys) + 1):
            place = (start + direction * step) % len(keys)
            if keys[place] in wanted:
                self.move_to(place)
                return True
        return False

    def page(self, pages: float) -> None:
        """Move the cursor and the view by pages."""
        lines = round(pages * max(1, self._height - 1)) or (1 if pages > 0 else -1)
        top = self.scroll_offset.y
        self._selection.move_to(self._selection.index + lines)
        self._scroll_rows(top + lines)
        self._reveal()
        self._repaint()
        self._announce()

    def action_cursor_up(self) -> None:
        """One row up."""
        self.move(-1)

    def action_cursor_down(self) -> None:
        """One row down."""
        self.move(1)

    def action_page_up(self) -> None:
        """A page up."""
        self.page(-1)

    def action_page_down(self) -> None:
        """A page down."""
        self.page(1)

    def action_half_page_up(self) -> None:
        """Half a page up."""
        self.page(-0.5)

    def action_half_page_down(self) -> None:
        """Half a page down."""
        self.page(0.5)

    def action_top(self) -> None:
        """To the first row."""
        self.move_to(0)

    def action_bottom(self) -> None:
        """To the last row."""
        self.move_to(len(self._selection.keys) - 1)

    def action_left(self) -> None:
        """Show what is cut off on the left."""
        self.scroll_to(x=self.scroll_offset.x - _SIDEWAYS, animate=False)

    def action_right(self) -> None:
        """Show what is cut off on the right."""
        self.scroll_to(x=self.scroll_offset.x + _SIDEWAYS, animate=False)

    def action_open(self) -> None:
        """Open the row under the cursor."""
        key = self.cursor_key
        if key is not None:
            self._selection.touch()
            self.post_message(self.Opened(key))

    # Marking

    def mark_toggle(self) -> None:
        """Mark the row under the cursor, or take its mark away."""
        self._selection.toggle()
        self._repaint()
        self._announce()

    def mark_range(self) -> None:
        """Mark from the row marked last to the cursor."""
        self._selection.extend()
        self._repaint()
        self._announce()

    def marks_clear(self) -> None:
        """Take all marks away."""
        self._selection.clear()
        self._repaint()
        self._announce()

    # Searching

    def find(self, text: str, direction: int = 1) -> bool:
        """Go to the next row whose name has the text, round the end; empty ends the search."""
        self._match = text.casefold()
        rows, keys = self._rows, self._selection.keys
        found = None
        if rows is not None and self._match:
            start, count = self._selection.index, len(keys)
            for step in range(1, count + 1):
                place = (start + direction * step) % count
                if self._match in rows.name(keys[place]).casefold():
                    found = place
                    break
        if found is not None:
            self.move_to(found)
        self._repaint()
        return found is not None

    # What Textual tells

    def watch_dimmed(self) -> None:
        """Repaint in the other mode."""
        self._repaint_all()

    def watch_ascii(self) -> None:
        """Repaint with the other glyphs."""
        self._repaint_all()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Repaint what differs on each line after scrolling."""
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = new_value
        if round(old_value) != round(new_value):
            self._measure()
            self._repaint()
            self._announce()

    def on_resize(self) -> None:
        """Lay the columns out anew and keep the cursor on screen."""
        self._painted.clear()
        self._measure()
        self._fit_virtual_size()
        self._reveal()
        self._announce()

    def on_focus(self) -> None:
        """Show that keys go here."""
        self._repaint()

    def on_blur(self) -> None:
        """Show that keys go elsewhere."""
        self._repaint()

    def on_click(self, event: events.Click) -> None:
        """Select; open with a second click, or one on the cursor's row."""
        if event.button != 1:
            return
        x, y = event.x + self.scroll_offset.x, event.y
        if y == 0:
            place = self._layout_now.at(x)
            if place is not None:
                self.post_message(self.HeaderClicked(self._headings[place.index].field))
            return
        index = self.scroll_offset.y + y - 1
        if index >= len(self._selection.keys):
            return
        again = event.chain > 1 and self._opened_by_click
        on_cursor = index == self._selection.index
        self._opened_by_click = on_cursor and not event.ctrl
        self.move_to(index)
        if event.ctrl:
            self.mark_toggle()
        elif on_cursor and not again:
            self.action_open()

    def _wheel(self, event: events.MouseEvent, lines: int) -> None:
        event.prevent_default()
        event.stop()
        if event.ctrl or event.shift:
            self.scroll_to(x=self.scroll_offset.x + lines, animate=False)
        else:
            self._scroll_rows(self.scroll_offset.y + lines)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll at once; the cursor stays on its resource."""
        self._wheel(event, _WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll at once; the cursor stays on its resource."""
        self._wheel(event, -_WHEEL)

    def _bar(
        self, message: ScrollUp | ScrollDown | ScrollLeft | ScrollRight | ScrollTo, size: Size
    ) -> None:
        message.prevent_default()
        message.stop()
        match message:
            case ScrollTo(x=x, y=y):
                self.scroll_to(x, y, animate=False)
            case ScrollUp():
                self._scroll_rows(self.scroll_offset.y - size.height)
            case ScrollDown():
                self._scroll_rows(self.scroll_offset.y + size.height)
            case ScrollLeft():
                self.scroll_to(x=self.scroll_offset.x - size.width, animate=False)
            case _:
                self.scroll_to(x=self.scroll_offset.x + size.width, animate=False)

    def on_scroll_to(self, message: ScrollTo) -> None:
        """The bar was dragged."""
        self._bar(message, self._area)

    def on_scroll_up(self, message: ScrollUp) -> None:
        """The bar was clicked above its thumb."""
        self._bar(message, self._area)

    def on_scroll_down(self, message: ScrollDown) -> None:
        """The bar was clicked below its thumb."""
        self._bar(message, self._area)

    def on_scroll_left(self, message: ScrollLeft) -> None:
        """The bar was clicked left of its thumb."""
        self._bar(message, self._area)

    def on_scroll_right(self, message: ScrollRight) -> None:
        """The bar was clicked right of its thumb."""
        self._bar(message, self._area)
