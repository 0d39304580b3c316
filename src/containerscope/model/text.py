"""Strings from outside made fit to show: nothing in them moves the cursor or turns the reading."""

from __future__ import annotations

import re
import unicodedata

from rich.cells import cell_len, get_character_cell_size

# C0, DEL and C1 move cursors and start escape sequences; the bidi controls turn the order of what
# follows; zero-width and invisible operators hide; lone surrogates cannot be encoded.
_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_HARMFUL_IN_BLOCK = re.compile(_HARMFUL.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))
_COMBINING_RUN = 3
"""More marks than this on one letter are decoration that spills over neighbouring rows."""


def _shown(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _thin_marks(text: str) -> str:
    kept: list[str] = []
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) or unicodedata.category(char) == "Me" else 0
        if run <= _COMBINING_RUN:
            kept.append(char)
    return "".join(kept)


def visible(text: str) -> str:
    """One line with every control, escape and bidi character written out as a visible one."""
    if text.isascii() and text.isprintable():
        return text
    return _thin_marks(_HARMFUL.sub(_shown, text))


def visible_block(text: str) -> str:
    """Like `visible`, but the newlines stay."""
    return _thin_marks(_HARMFUL_IN_BLOCK.sub(_shown, text.replace("\r\n", "\n")))


def _head(text: str, width: int) -> str:
    used = 0
    for index, char in enumerate(text):
        used += get_character_cell_size(char)
        if used > width:
            return text[:index]
    return text


def _tail(text: str, width: int) -> str:
    used = 0
    for index in range(len(text) - 1, -1, -1):
        used += get_character_cell_size(text[index])
        if used > width:
            return text[index + 1 :]
    return text


def cut(text: str, width: int, ellipsis: str = "…") -> str:
    """The text in at most `width` terminal cells, cut in the middle where it is longer."""
    if width <= 0:
        return ""
    if len(text) > 8 * width:
        text = text[: 4 * width] + text[-4 * width :]
        if cell_len(text) <= width:
            return _head(text, width - 1) + ellipsis
    if cell_len(text) <= width:
        return text
    room = width - cell_len(ellipsis)
    if room <= 0:
        return _head(text, width)
    front = (room + 1) // 2
    return _head(text, front) + ellipsis + _tail(text, room - front)
