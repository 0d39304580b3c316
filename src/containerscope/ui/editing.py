"""An object in somebody's editor and back: a file of our own, and a patch of what was changed."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from containerscope.clients import process
from containerscope.insight.kube_object_actions import (
    EditError,
    LiveObject,
    edit_steps,
    editable,
)
from containerscope.model.text import visible
from containerscope.remote.terminal import given_away, is_terminal
from containerscope.rows.yaml import yaml_text

_HEAD = """\
# {kind} {name} in {place}
# Save and leave to see what would change; leave it as it is to change nothing.
# Lines that begin with # are left out. The status is not shown: it cannot be edited.
"""
_SECRET = "# Values are masked: write another one, in base64, in the place of the mask.\n"
_COMPLAINT = "#! "
_FALLBACK = "vi"

Editor = Callable[[Sequence[str]], Awaitable[int]]
"""Runs a command that has the terminal; its exit code."""


class _Loader(yaml.SafeLoader):
    """Takes a time for the text that it is in JSON."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
    for letter, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Edited:
    """What somebody made of an object."""

    steps: list[dict[str, Any]]
    """The patch; empty where nothing was changed."""
    becomes: Mapping[str, Any]
    file: Path
    """Where it is kept until it is known to have been sent."""

    def forget(self) -> None:
        """Remove the file."""
        _gone(self.file)


def command(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The editor that the user has chosen, as words."""
    chosen = environment.get("VISUAL") or environment.get("EDITOR") or _FALLBACK
    try:
        return shlex.split(chosen) or [_FALLBACK]
    except ValueError as error:
        raise EditError(f"$VISUAL or $EDITOR is no command: {error}") from error


async def edited(live: LiveObject, *, read_only: bool, run: Editor | None = None) -> Edited:
    """Let somebody edit the object, again for as long as it cannot be read.

    Raises `EditError` where it was given up, and `ApiError` where there is no such editor. The
    file can be read by its owner alone.
    """

    async def lend(words: Sequence[str]) -> int:
        with given_away() if is_terminal() else nullcontext():
            async with process.opened(process.Purpose.EDITOR, words, read_only=read_only) as child:
                return await child.wait()

    before = editable(live.body)
    text = _head(live) + yaml_text(before)
    handle, name = tempfile.mkstemp(prefix=f"containerscope-{live.ref.plural}-", suffix=".yaml")
    os.close(handle)
    file = Path(name)
    try:
        return await _until_read(file, text, before, run or lend)
    except BaseException:
        if _taken(file) in ("", text):
            _gone(file)
        raise


def _taken(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""


def _put(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def _gone(file: Path) -> None:
    with suppress(OSError):
        file.unlink()


async def _until_read(file: Path, text: str, before: Mapping[str, Any], run: Editor) -> Edited:
    words, untouched = [*command(), str(file)], text
    while True:
        _put(file, text)
        code = await run(words)
        if code:
            raise EditError(f"{words[0]} ended with {code}: nothing was sent")
        left = _taken(file)
        try:
            after = _parsed(left)
            steps = [] if left == untouched else edit_steps(before, after)
            return Edited(steps, after, file)
        except EditError as error:
            if left == text:
                raise EditError(f"{error}; what you wrote is in {file}") from error
            text = f"{_COMPLAINT}{error}\n" + _without_complaints(left)


def _head(live: LiveObject) -> str:
    ref = live.ref
    place = " of ".join(filter(None, (ref.namespace, ref.cluster)))
    head = _HEAD.format(kind=live.kind, name=visible(ref.name), place=visible(place))
    return head + (_SECRET if live.secret else "")


def _without_complaints(text: str) -> str:
    """Without what was said about the edit before."""
    return "".join(
        line for line in text.splitlines(keepends=True) if not line.startswith(_COMPLAINT)
    )


def _parsed(text: str) -> Any:
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f" in line {where.line + 1}" if where is not None else ""
        problem = getattr(error, "problem", None) or "unreadable"
        raise EditError(f"that is no YAML{line}: {problem}") from error
