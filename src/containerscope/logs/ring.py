"""The lines that a log view holds: the newest so many, and which of them are shown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from containerscope.block import LogLine
from containerscope.model.health import Level

MOST = 50_000
"""Lines held; the oldest go first."""
_SLACK = 5_000
"""Lines by which the bound may be passed before the oldest go together."""
_LEVELS = {"error": Level.FAILED, "warn": Level.WARNING, "warning": Level.WARNING}


class LogFilterError(ValueError):
    """A filter that cannot be read, and what is wrong with it."""


@dataclass(frozen=True)
class LogFilter:
    """Which lines are shown: those that match every pattern, no excluded one, and are bad enough.

    Patterns are regular expressions, in any case.
    """

    wanted: tuple[re.Pattern[str], ...] = ()
    excluded: tuple[re.Pattern[str], ...] = ()
    least: Level = Level.NONE

    def keeps(self, line: LogLine) -> bool:
        """Whether a line is shown."""
        if line.level < self.least:
            return False
        text = line.text
        return all(each.search(text) for each in self.wanted) and not any(
            each.search(text) for each in self.excluded
        )


def read_log_filter(source: str) -> LogFilter:
    """`timeout !health level:warn "two words"`: parts that must all hold; `!` excludes.

    Raises `LogFilterError`.
    """
    wanted: list[re.Pattern[str]] = []
    excluded: list[re.Pattern[str]] = []
    least = Level.NONE
    for part in _parts(source):
        if part.startswith("level:"):
            name = part.removeprefix("level:").casefold()
            if name not in _LEVELS:
                raise LogFilterError(f"level:{name} is none of level:error, level:warn")
            least = _LEVELS[name]
        elif part.startswith("!") and len(part) > 1:
            excluded.append(_pattern(part[1:]))
        else:
            wanted.append(_pattern(part))
    return LogFilter(tuple(wanted), tuple(excluded), least)


def _parts(source: str) -> list[str]:
    lexer = shlex.shlex(source, posix=True)
    lexer.whitespace_split, lexer.quotes, lexer.escape, lexer.commenters = True, '"', "", ""
    try:
        return list(lexer)
    except ValueError:
        # A quote that was opened while typing and not closed yet.
        return source.replace('"', "").split()


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise LogFilterError(f"{text!r} is no regular expression: {error}") from None


class LogRing:
    """Lines by time; those that arrive late find their place."""

    def __init__(self, most: int = MOST) -> None:
        self.lines: list[LogLine] = []
        self.shown: list[LogLine] = []
        """The lines that the filter keeps, oldest first."""
        self.filter = LogFilter()
        self.dropped = 0
        """Lines that were let go of."""
        self.generation = 0
        """Changes whenever `shown` is more than what it was with lines put at its end."""
        self._most = most

    def add(self, lines: Sequence[LogLine]) -> None:
        """Take more lines."""
        if not lines:
            return
        late = bool(self.lines) and _time(lines[0]) < _time(self.lines[-1])
        self.lines.extend(lines)
        if late:
            self.lines.sort(key=_time)
        if len(self.lines) > self._most + _SLACK:
            gone = len(self.lines) - self._most
            self.dropped += gone
            del self.lines[:gone]
            late = True
        if late:
            self._choose()
        else:
            self.shown.extend(line for line in lines if self.filter.keeps(line))

    def show_only(self, wanted: LogFilter) -> None:
        """Show the lines that this keeps."""
        self.filter = wanted
        self._choose()

    def clear(self) -> None:
        """Hold nothing."""
        self.lines, self.dropped = [], 0
        self._choose()

    def _choose(self) -> None:
        self.generation += 1
        self.shown = [line for line in self.lines if self.filter.keeps(line)]


_at = attrgetter("at")


def _time(line: LogLine) -> float:
    at = _at(line)
    return 0.0 if at is None else float(at.timestamp())
