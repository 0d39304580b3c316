"""What is left of a run that ended with a bug of ours: a file to send, and a usable terminal."""

from __future__ import annotations

import contextlib
import os
import platform
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from containerscope import __version__
from containerscope.cli.exits import Exit
from containerscope.cli.invocation import Invocation
from containerscope.model.text import visible, visible_block
from containerscope.redact import redact_text
from containerscope.settings import Settings, SettingsError

_GIVE_BACK = (
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l"  # mouse
    "\x1b[?1004l\x1b[?2004l\x1b[<u\x1b[?2026l"  # focus, paste, keyboard, synchronized output
    "\x1b[?1049l\x1b[?25h\x1b[0m"  # alternate screen, cursor, colours
)


def private_file(path: Path, text: str) -> None:
    """Write a file that only its owner can read, in a folder that is made if need be."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        if hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), 0o600)
        file.write(text)


def _story(error: BaseException) -> str:
    """The traceback without the values of variables, and without secrets in its messages."""
    lines = traceback.TracebackException.from_exception(error, capture_locals=False).format()
    return visible_block(redact_text("".join(lines)))


def crash_text(error: BaseException) -> str:
    """The whole crash file."""
    return (
        f"ContainerScope {__version__}\n"
        f"Python {platform.python_version()} on {platform.platform()}\n"
        f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n\n{_story(error)}"
    )


def _folder(invocation: Invocation) -> Path:
    try:
        return invocation.settings.state_dir
    except SettingsError:
        return Settings().state_dir


def _give_back_terminal() -> None:
    for stream in (sys.__stdout__, sys.__stderr__):
        with contextlib.suppress(OSError, ValueError):
            if stream is not None and stream.isatty():
                stream.write(_GIVE_BACK)
                stream.flush()
                return


def report(error: BaseException, invocation: Invocation) -> int:
    """Write the crash file, give the terminal back, say one line and return the exit code."""
    if invocation.full_screen:
        _give_back_terminal()
        invocation.restore_terminal()
    what = visible(f"{type(error).__name__}: {redact_text(str(error))}".partition("\n")[0][:200])
    name = f"crash-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.txt"
    path = _folder(invocation) / name
    try:
        private_file(path, crash_text(error))
        where = f"details without secrets are in {path}"
    except OSError as failure:
        where = f"the details could not be written to {path}: {failure.strerror}"
    print(f"containerscope: this is a bug: {what}; {where}", file=sys.stderr, flush=True)
    return Exit.BUG
