"""One operation call as its handler sees it, and the table of handlers."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.world import World


@dataclass(frozen=True)
class Call:
    """Who asks for what, in which world."""

    world: World
    params: Mapping[str, Any]
    access_key: str = ""

    def includes(self, name: str) -> bool:
        """Whether the caller asked for this optional part."""
        return name in self.params.get("include", ())


Result = dict[str, Any]
Handler = Callable[[Call], Result]


@dataclass(frozen=True)
class PageRule:
    """The limits of a list operation and how it answers what is beyond them."""

    default: int = 100
    most: int = 100
    least: int = 1
    code: str = "InvalidParameterException"

    def page(
        self, params: Mapping[str, Any], member: str, items: Sequence[Any], token: str = "nextToken"
    ) -> Result:
        """One page as the result's member, with the token of the next if there is one."""
        size = params.get("maxResults", self.default)
        if not self.least <= size <= self.most:
            text = f"maxResults must be between {self.least} and {self.most}, but was {size}."
            raise AwsError(self.code, text)
        start = self._start(params.get(token), items)
        found = list(items[start : start + size])
        if start + size >= len(items):
            return {member: found}
        return {member: found, token: _token(start + size, found[-1])}

    def _start(self, token: str | None, items: Sequence[Any]) -> int:
        """Where a page begins: behind the last item shown, also if the list has since moved."""
        if not token:
            return 0
        try:
            raw = base64.urlsafe_b64decode(token.encode())
            offset, last = msgspec.json.decode(raw, type=tuple[int, str])
        except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
            raise AwsError(self.code, "Invalid pagination token.") from error
        if 0 < offset <= len(items) and _mark(items[offset - 1]) == last:
            return offset
        marks = [_mark(each) for each in items]
        return marks.index(last) + 1 if last in marks else max(0, min(offset, len(items)))


def _mark(item: Any) -> str:
    return item if isinstance(item, str) else msgspec.json.encode(item, order="sorted").decode()


def _token(offset: int, last: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode((offset, _mark(last)))).decode()


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags in the form that ECS gives them."""
    return [{"key": key, "value": value} for key, value in tags.items()]
