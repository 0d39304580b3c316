"""Where a person is in a table: the cursor and the marks, which stick to keys and not to lines."""

from __future__ import annotations

from collections.abc import Sequence


class Selection:
    """The cursor and the marks over an ordered sequence of keys."""

    def __init__(self, wanted: str | None = None) -> None:
        self.keys: Sequence[str] = ()
        self.index = -1
        """The line of the cursor, -1 when there are no rows."""
        self.marks: frozenset[str] = frozenset()
        self._anchor: str | None = None
        self._wanted = wanted
        self._touched = False

    @property
    def cursor(self) -> str | None:
        """The key under the cursor."""
        return self.keys[self.index] if self.index >= 0 else None

    def replace(self, keys: Sequence[str], *, arriving: bool = False) -> str | None:
        """Take these keys for the ones before; the key that the cursor lost, if any.

        While rows are arriving, a cursor that nobody has moved rests on the first row.
        """
        before = self.cursor
        unchanged = keys is self.keys or keys == self.keys
        self.keys = keys
        if not unchanged and self.marks:
            self.marks &= frozenset(keys)
        if self._wanted is not None and (place := self._find(self._wanted)) is not None:
            self.index, self._wanted, self._touched = place, None, True
            return None
        if unchanged:
            return None
        if before is None or (arriving and not self._touched):
            self.index = 0 if keys else -1
            return None
        place = self._find(before)
        if place is not None:
            self.index = place
            return None
        self.index = min(self.index, len(keys) - 1)
        return before

    def _find(self, key: str) -> int | None:
        if 0 <= self.index < len(self.keys) and self.keys[self.index] == key:
            return self.index
        try:
            return self.keys.index(key)
        except ValueError:
            return None

    def touch(self) -> None:
        """A person did something here: the cursor is theirs from now on."""
        self._touched, self._wanted = True, None

    def move_to(self, index: int) -> bool:
        """Put the cursor on a line, the nearest there is; whether it moved."""
        self.touch()
        index = max(0, min(index, len(self.keys) - 1)) if self.keys else -1
        moved, self.index = index != self.index, index
        return moved

    def toggle(self) -> None:
        """Mark the row of the cursor, or take its mark away."""
        self.touch()
        key = self.cursor
        if key is not None:
            self.marks ^= {key}
            self._anchor = key

    def extend(self) -> None:
        """Mark everything from the row marked last to the cursor."""
        self.touch()
        key = self.cursor
        if key is None:
            return
        start = self._find(self._anchor) if self._anchor in self.marks and self._anchor else None
        if start is None:
            start = self.index
        first, last = sorted((start, self.index))
        self.marks |= frozenset(self.keys[first : last + 1])
        self._anchor = key

    def clear(self) -> None:
        """Take all marks away."""
        self.marks = frozenset()
        self._anchor = None
