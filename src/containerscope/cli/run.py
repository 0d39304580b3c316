"""One run from arguments to exit code, with every way it can end."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from containerscope.cli.exits import Exit
from containerscope.cli.invocation import Invocation
from containerscope.cli.root import NAME, EndedError, root
from containerscope.settings import SettingsError


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; nothing escapes."""
    invocation = Invocation()
    try:
        return _run(arguments, invocation)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except EndedError as end:
        if end.code is Exit.PIPE:
            _silence()
        return end.code
    except BrokenPipeError:
        # Of what was said: a command itself ends with `EndedError`.
        _silence()
        return Exit.PIPE
    except Exception as error:
        from containerscope.cli.crash import report

        return report(error, invocation)


def _run(arguments: Sequence[str] | None, invocation: Invocation) -> int:
    try:
        code = root.main(arguments, NAME, standalone_mode=False, obj=invocation)
        return int(code or 0)
    except click.Abort:
        return Exit.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except SettingsError as error:
        from containerscope.cli.say import say

        say(str(error))
        return Exit.USAGE


def _silence() -> None:
    """Keep the interpreter's last flush from failing on the closed pipe again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
