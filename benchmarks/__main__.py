"""Runs the benchmarks named on the command line, or all, and prints one table."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

import benchmarks
from benchmarks.report import Row


def discovered() -> dict[str, str]:
    """Name of each benchmark -> its module: those that have a `NAME` and a `run`."""
    found: dict[str, str] = {}
    for info in pkgutil.iter_modules(benchmarks.__path__):
        if info.name.startswith("_") or info.name in ("report", "terminal", "account"):
            continue
        module = importlib.import_module(f"benchmarks.{info.name}")
        if hasattr(module, "NAME"):
            found[module.NAME] = module.__name__
    return found


def main(wanted: Sequence[str]) -> int:
    """Exit code 1 if a bar was missed, 2 for an unknown name."""
    known = discovered()
    if unknown := [name for name in wanted if name not in known]:
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    table = Table("benchmark", "what", "measured", "bar", "", box=None, pad_edge=False)
    missed = False
    for name in wanted or known:
        print(f"running {name} …", file=sys.stderr)
        rows: list[Row] = importlib.import_module(known[name]).run()
        for row in rows:
            missed |= not row.ok
            mark = "" if not row.bar else "ok" if row.ok else "MISSED"
            table.add_row(name, escape(row.what), escape(row.measured), escape(row.bar), mark)
    Console(width=140).print(table)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
