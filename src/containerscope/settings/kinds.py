"""The kinds of value a setting has: what is allowed, and how a source's raw value becomes one."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Protocol

import msgspec

_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})


class Kind(Protocol):
    """Checks raw values; a `ValueError` it raises says what is wrong with the value."""

    @property
    def type(self) -> str:
        """The type in a word or two, for the documentation."""

    @property
    def allowed(self) -> str:
        """What is allowed, as the end of "allowed is …"."""

    def of_file(self, raw: object) -> Any:
        """From a value of the TOML file, which has a type of its own."""

    def of_text(self, raw: str) -> Any:
        """From a variable or a flag."""

    def written(self, value: Any) -> str:
        """As it would stand in the settings file; empty where TOML has no word for it."""


def _quoted(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'


def _must_be(raw: object, kind: type[Any], name: str) -> None:
    if type(raw) is not kind:
        raise ValueError(f"{raw!r} is not {name}")


class Text(msgspec.Struct, frozen=True):
    """A string on one line."""

    allowed: str
    type: str = "string"

    def of_file(self, raw: object) -> str:
        _must_be(raw, str, "a string")
        return self.of_text(str(raw))

    def of_text(self, raw: str) -> str:
        if not raw.isprintable():
            raise ValueError(f"{raw!r} has characters that cannot be printed")
        return raw

    def written(self, value: Any) -> str:
        return _quoted(value)


class Flag(msgspec.Struct, frozen=True):
    """True or false."""

    allowed: str = "true or false"
    type: str = "boolean"

    def of_file(self, raw: object) -> bool:
        _must_be(raw, bool, "true or false")
        return bool(raw)

    def of_text(self, raw: str) -> bool:
        word = raw.strip().lower()
        if word not in _YES | _NO:
            raise ValueError(f"{raw!r} is neither true nor false")
        return word in _YES

    def written(self, value: Any) -> str:
        return "true" if value else "false"


class Number(msgspec.Struct, frozen=True):
    """A number between two others."""

    low: float
    high: float
    unit: str
    type: str = "number"

    @property
    def allowed(self) -> str:
        return f"a number of {self.unit} from {self.low:g} to {self.high:g}"

    def of_file(self, raw: object) -> float:
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            raise ValueError(f"{raw!r} is not a number")
        return self._within(float(raw))

    def of_text(self, raw: str) -> float:
        try:
            value = float(raw)
        except ValueError:
            raise ValueError(f"{raw!r} is not a number") from None
        return self._within(value)

    def _within(self, value: float) -> float:
        if not math.isfinite(value) or not self.low <= value <= self.high:
            raise ValueError(f"{value:g} is out of range")
        return value

    def written(self, value: Any) -> str:
        return f"{value:g}"


class Location(msgspec.Struct, frozen=True):
    """A path; `~` is the home folder."""

    what: str = "file"
    type: str = "path"

    @property
    def allowed(self) -> str:
        return f"the path of a {self.what}"

    def of_file(self, raw: object) -> Path:
        _must_be(raw, str, "a path")
        return self.of_text(str(raw))

    def of_text(self, raw: str) -> Path:
        if not raw.strip() or "\0" in raw:
            raise ValueError(f"{raw!r} is not a path")
        try:
            return Path(raw).expanduser()
        except RuntimeError:
            raise ValueError(f"{raw!r} names a home folder that does not exist") from None

    def written(self, value: Any) -> str:
        return "" if value is None else _quoted(str(value))


class Numbers(msgspec.Struct, frozen=True):
    """Whole numbers in a fixed order."""

    names: tuple[str, ...]
    low: int = 1
    type: str = "string"

    @property
    def allowed(self) -> str:
        return f"{len(self.names)} whole numbers, {','.join(self.names)}, each {self.low} or more"

    def of_file(self, raw: object) -> tuple[int, ...]:
        _must_be(raw, str, "a string of numbers")
        return self.of_text(str(raw))

    def of_text(self, raw: str) -> tuple[int, ...]:
        parts = raw.split(",")
        try:
            numbers = tuple(int(part) for part in parts)
        except ValueError:
            raise ValueError(f"{raw!r} is not {len(self.names)} whole numbers") from None
        if len(numbers) != len(self.names) or min(numbers) < self.low:
            raise ValueError(f"{raw!r} does not fit")
        return numbers

    def written(self, value: Any) -> str:
        return "" if value is None else _quoted(",".join(map(str, value)))


class Several(msgspec.Struct, frozen=True):
    """Any number of words without blanks."""

    what: str
    type: str = "array of strings"

    @property
    def allowed(self) -> str:
        return f"{self.what}; as a variable with blanks between them"

    def of_file(self, raw: object) -> tuple[str, ...]:
        _must_be(raw, list, "an array of strings")
        assert isinstance(raw, list)
        for each in raw:
            _must_be(each, str, "a string")
        return self.of_text(" ".join(raw))

    def of_text(self, raw: str) -> tuple[str, ...]:
        if not raw.isprintable():
            raise ValueError(f"{raw!r} has characters that cannot be printed")
        return tuple(raw.split())

    def written(self, value: Any) -> str:
        return f"[{', '.join(map(_quoted, value))}]" if value else ""


class Words(msgspec.Struct, frozen=True):
    """A table of strings."""

    allowed: str
    type: str = "table"

    def of_file(self, raw: object) -> dict[str, str]:
        _must_be(raw, dict, "a table")
        assert isinstance(raw, dict)
        for name, value in raw.items():
            if not isinstance(value, str) or not value.strip():
                raise ValueError(f"{name} = {value!r} does not fit")
        return dict(raw)

    def of_text(self, raw: str) -> dict[str, str]:
        raise ValueError("a table stands in the settings file only")

    def written(self, value: Any) -> str:
        pairs = ", ".join(f"{_quoted(name)} = {_quoted(word)}" for name, word in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
