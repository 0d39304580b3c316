"""What a text or a state from AWS means for the person who reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from containerscope.model.health import Health, Level


class Verdict(msgspec.Struct, frozen=True):
    """A judgement in few words, with its cause and what to do about it."""

    level: Level
    words: str = ""
    """For a HEALTH column. May hold text from outside."""
    cause: str = ""
    """A sentence."""
    fix: str = ""
    """A sentence; empty where there is nothing to do."""
    said: str = ""
    """The text of AWS it rests on, as it came."""

    @property
    def health(self) -> Health:
        """The level and the words alone."""
        return Health(self.level, self.words)

    @property
    def bad(self) -> bool:
        """Whether it is more than news."""
        return self.level >= Level.WARNING


class Rule(msgspec.Struct, frozen=True):
    """A pattern in a text of AWS and the verdict it leads to."""

    pattern: re.Pattern[str]
    level: Level
    words: str
    """May name groups of the pattern: `{count}`."""
    cause: str = ""
    fix: str = ""


def rule(pattern: str, level: Level, words: str, cause: str = "", fix: str = "") -> Rule:
    """A rule whose pattern ignores case and runs over line ends."""
    return Rule(re.compile(pattern, re.IGNORECASE | re.DOTALL), level, words, cause, fix)


def judged(text: str, rules: Iterable[Rule]) -> Verdict | None:
    """The verdict of the first rule whose pattern is found in the text."""
    for each in rules:
        found = each.pattern.search(text)
        if found is not None:
            words = each.words
            for name, value in found.groupdict().items():
                words = words.replace(f"{{{name}}}", value or "")
            return Verdict(each.level, words, each.cause, each.fix, text)
    return None


def shortened(text: str, most: int = 60) -> str:
    """The first sentence or clause of a text, for a cell."""
    first = re.split(r"(?<=[.!?;])\s|\n", text.strip(), maxsplit=1)[0].rstrip(".;: ")
    return first if len(first) <= most else first[: most - 1].rstrip() + "…"
