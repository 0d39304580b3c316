"""The part of `doctor` that looks around at home: the terminal, the themes, the keys."""

from __future__ import annotations

import locale
import shutil
import sys
from collections.abc import Iterator, Mapping

from containerscope.clients.diagnosis import Finding
from containerscope.model.health import Level
from containerscope.settings import Settings


def terminal_findings(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """What the terminal can do, as far as it says so."""
    term = environ.get("TERM", "")
    if not sys.stdout.isatty():
        yield Finding("terminal", Level.NONE, "the output is not a terminal")
    elif term in ("", "dumb") and sys.platform != "win32":
        fix = "set TERM to what the terminal is, such as xterm-256color"
        yield Finding("terminal", Level.FAILED, f"TERM is {term or 'not set'}", fix)
    else:
        yield Finding("terminal", Level.FINE, f"TERM is {term or 'not needed'}")
        size = shutil.get_terminal_size()
        small = size.columns < 80 or size.lines < 24
        fix = "make it at least 80×24" if small else ""
        level = Level.WARNING if small else Level.FINE
        yield Finding("size", level, f"{size.columns}×{size.lines}", fix)
    yield _color(settings, term, environ)
    yield _unicode(settings)
    yield from _clipboard(environ)


def _color(settings: Settings, term: str, environ: Mapping[str, str]) -> Finding:
    if not settings.color:
        source = settings.sources.get("color", "the settings")
        return Finding("colour", Level.NONE, f"off, by {source}")
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") or "WT_SESSION" in environ:
        return Finding("colour", Level.FINE, "16 million colours")
    if "256" in term:
        fix = "set COLORTERM=truecolor if the terminal can show more"
        return Finding("colour", Level.FINE, "256 colours", fix)
    return Finding("colour", Level.FINE, "16 colours", "the theme for them: --theme terminal")


def _unicode(settings: Settings) -> Finding:
    encoding = locale.getpreferredencoding(False)
    if settings.ascii:
        return Finding("characters", Level.NONE, "ASCII only, by the settings")
    if encoding.lower().replace("-", "") == "utf8":
        return Finding("characters", Level.FINE, "UTF-8")
    fix = "set LANG to a UTF-8 locale, such as C.UTF-8, or use --ascii"
    return Finding("characters", Level.WARNING, f"the locale's encoding is {encoding}", fix)


def _clipboard(environ: Mapping[str, str]) -> Iterator[Finding]:
    text = "copying uses the escape sequence OSC 52, which the terminal must allow"
    if "TMUX" in environ:
        fix = "in tmux: set -g set-clipboard on"
    elif environ.get("TERM", "").startswith("screen"):
        fix = "screen drops it: copy with the mouse and mouse = false in the settings"
    else:
        fix = ""
    yield Finding("clipboard", Level.NONE, text, fix)


def interface_findings(settings: Settings) -> Iterator[Finding]:
    """Themes that cannot be read, and keys of the user's own for actions that do not exist."""
    from containerscope.ui.keys import KEYS  # loads Textual
    from containerscope.ui.theme import load_themes

    themes, faults = load_themes(settings.themes_folder)
    for fault in faults:
        yield Finding("theme", Level.WARNING, fault, "mend or remove the file")
    if settings.theme and settings.theme not in themes:
        fix = f"choose one of {', '.join(sorted(themes))}"
        yield Finding("theme", Level.WARNING, f"there is no theme {settings.theme}", fix)
    known = sorted({key.id for key in KEYS})
    for name in settings.keymap:
        if name not in known:
            text = f"there is no action {name}"
            yield Finding("keys", Level.WARNING, text, f"there are {', '.join(known)}")
