"""The terminal interface, started with everything it needs."""

from __future__ import annotations

from containerscope.cli.invocation import Invocation
from containerscope.cli.session import Session
from containerscope.ui import collector


def run_interface(invocation: Invocation) -> int:
    """Run the interface until the user quits; returns the exit code."""
    collector.pause()
    settings = invocation.settings
    # First, so that the demo account starts while Textual loads.
    session = Session(settings)
    try:
        from containerscope.ui.app import run

        invocation.take_terminal()
        return run(session.settings, session.connect, session.target)
    finally:
        session.close()
