"""The terminal interface, started with everything it needs."""

from __future__ import annotations

import os
import sys

from containerscope.cli.exits import Exit
from containerscope.cli.invocation import Invocation
from containerscope.cli.session import Session
from containerscope.ui import collector


def run_interface(invocation: Invocation) -> int:
    """Run the interface until the user quits; returns the exit code."""
    # Textual reads from the one and draws on the other, whatever stdout is.
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr)):
        from containerscope.cli.say import say

        say("the interface needs a terminal; `containerscope get RESOURCE` prints without one")
        return Exit.USAGE
    collector.pause()
    # Textual reads it when it is imported: a key is painted 4 ms after it was handled, not 8.
    os.environ.setdefault("TEXTUAL_FPS", "120")
    settings = invocation.settings
    # First, so that the demo account starts while Textual loads.
    session = Session(settings)
    try:
        from containerscope.ui.app import run

        invocation.take_terminal()
        return run(session.settings, session.connect, session.target, session.prepare)
    finally:
        session.close()
