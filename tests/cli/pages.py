"""docs/settings.md and docs/commands.md as they must be; run as a module, it writes them."""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Iterator
from pathlib import Path

import click

from containerscope import settings as settings_module
from containerscope.cli.invocation import GlobalOption
from containerscope.cli.root import NAME, root
from containerscope.settings import KEYS, Key

DOCS = Path(__file__).resolve().parents[2] / "docs"

MARK = "<!-- The rest is made from the program: python -m tests.cli.pages -->\n\n"


def _abouts() -> dict[str, str]:
    """Name of a setting -> its attribute docstring."""
    tree = ast.parse(inspect.getsource(settings_module.Settings))
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    abouts: dict[str, str] = {}
    for field, text in itertools.pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
        ):
            abouts[field.target.id] = str(text.value.value)
    return abouts


def _default(key: Key) -> str:
    if key.field == "state_dir":
        return "the platform's state folder"
    written = key.kind.written(key.default)
    return f"`{written}`" if written and written != '""' else "none"


def _flags() -> set[str]:
    return {name for param in root.params for name in param.opts}


def settings_page() -> str:
    """Every setting, for docs/settings.md."""
    abouts, flags = _abouts(), _flags()
    parts = []
    for key in KEYS:
        ways = [f"`{key.variable}`"] if key.variable else []
        if key.flag in flags:
            ways.append(f"`{key.flag}`")
        also = f"- Also: {', '.join(ways)}\n" if ways else ""
        parts.append(
            f"## `{key.name}`\n\n{abouts[key.field]}\n\n- Type: {key.kind.type}; allowed is"
            f" {key.kind.allowed}\n- Default: {_default(key)}\n{also}\n"
        )
    return "".join(parts).rstrip() + "\n"


def _usage(context: click.Context, command: click.Command) -> Iterator[str]:
    pieces = command.collect_usage_pieces(context)
    yield f"## `{context.command_path} {' '.join(pieces)}`\n"
    text = inspect.cleandoc(command.help or "")
    yield f"{text}\n"
    rows = [
        record
        for param in command.get_params(context)
        if not isinstance(param, click.Argument)
        and (not isinstance(param, GlobalOption) or command is root)
        and "--help" not in param.opts
        and (record := param.get_help_record(context)) is not None
    ]
    if rows:
        yield "| option | |\n|---|---|"
        for names, about in rows:
            escaped = names.replace("|", "\\|")
            yield f"| `{escaped}` | {about} |"
        yield ""


def commands_page() -> str:
    """Every command, for docs/commands.md."""
    context = click.Context(root, info_name=NAME)
    lines = list(_usage(context, root))
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        assert command is not None
        lines += _usage(click.Context(command, info_name=name, parent=context), command)
    return "\n".join(lines).rstrip() + "\n"


PAGES = {"settings.md": settings_page, "commands.md": commands_page}


def page(name: str) -> str:
    """The page: what is written by hand, then what is made from the program."""
    by_hand, mark, _ = (DOCS / name).read_text(encoding="utf-8").partition(MARK)
    assert mark, f"{name} has lost its mark"
    return by_hand + mark + PAGES[name]()


if __name__ == "__main__":
    for name in PAGES:
        (DOCS / name).write_text(page(name), encoding="utf-8")
