"""The entry point; loads nothing heavy by itself."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and return its exit code."""
    from containerscope.cli.run import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
