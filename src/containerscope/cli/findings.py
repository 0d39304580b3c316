"""What `doctor` found: a check, how it went, and what mends it."""

from __future__ import annotations

import locale
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from containerscope.model.health import Level
from containerscope.model.listing import Problem, Why
from containerscope.settings import Settings


@dataclass(frozen=True)
class Finding:
    """One check and its outcome."""

    check: str
    level: Level
    text: str
    fix: str = ""
    why: Why | None = None
    """Set where a permission or the rate limit is the cause."""


def of_problem(check: str, problem: Problem) -> Finding:
    """A call that went wrong as a finding."""
    level = Level.WARNING if problem.why in (Why.DENIED, Why.THROTTLED) else Level.FAILED
    return Finding(check, level, problem.message, problem.remedy, problem.why)


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
    return Finding("colour", Level.FINE, "16 colours", "choose the theme for 16 colours")


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
