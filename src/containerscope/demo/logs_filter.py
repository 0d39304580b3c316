"""Filter patterns of CloudWatch Logs: terms, quoted phrases, `?` and `-`, `%regex%`, JSON.

Source: CloudWatch Logs User Guide, "Filter pattern syntax".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from containerscope.demo.protocol_errors import AwsError

Matches = Callable[[str], bool]
_TERM = re.compile(r'([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))')
_JSON = re.compile(r"\{(.*)\}", re.DOTALL)
_PART = re.compile(
    r"\s*\$((?:\.[\w@-]+|\[\d+\])+)\s*"
    r"(?:(=|!=|<=|>=|<|>)\s*(\"(?:[^\"\\]|\\.)*\"|[^\s&|()]+)|(NOT EXISTS|IS NULL|EXISTS))\s*"
)


def compiled(pattern: str) -> Matches:
    """Whether a message fits the pattern; an empty pattern fits all."""
    text = pattern.strip()
    if not text:
        return lambda _: True
    if text.startswith("{"):
        return _json(text)
    if len(text) > 2 and text.startswith("%") and text.endswith("%"):
        return _regex(text[1:-1])
    return _terms(text)


def _invalid(text: str) -> AwsError:
    return AwsError("InvalidParameterException", f"Invalid filter pattern: {text}")


def _regex(text: str) -> Matches:
    try:
        found = re.compile(text)
    except re.error as error:
        raise _invalid(text) from error
    return lambda message: found.search(message) is not None


def _terms(text: str) -> Matches:
    must: list[str] = []
    some: list[str] = []
    never: list[str] = []
    for sign, quoted, bare in _TERM.findall(text):
        word = re.sub(r"\\(.)", r"\1", quoted) if quoted else bare
        {"": must, "?": some, "-": never}[sign].append(word)

    def matches(message: str) -> bool:
        return (
            all(each in message for each in must)
            and not any(each in message for each in never)
            and (not some or bool(must) or any(each in message for each in some))
        )

    return matches


def _json(text: str) -> Matches:
    inner = _JSON.fullmatch(text)
    if inner is None:
        raise _invalid(text)
    either = [_all_of(each, text) for each in inner[1].split("||")]

    def matches(message: str) -> bool:
        if not message.startswith("{"):
            return False
        try:
            body = msgspec.json.decode(message)
        except msgspec.DecodeError:
            return False
        return any(all(each(body) for each in parts) for parts in either)

    return matches


def _all_of(text: str, whole: str) -> list[Callable[[Any], bool]]:
    found = []
    for part in text.split("&&"):
        match = _PART.fullmatch(part.strip().removeprefix("(").removesuffix(")"))
        if match is None:
            raise _invalid(whole)
        found.append(_comparison(*match.groups()))
    return found


def _comparison(path: str, sign: str | None, value: str | None, word: str | None) -> Any:
    steps = re.findall(r"[\w@-]+", path)

    def compare(body: Any) -> bool:
        there, found = _at(body, steps)
        if word == "NOT EXISTS":
            return not there
        if word == "IS NULL":
            return there and found is None
        if not there or sign is None or value is None:
            return there and word == "EXISTS"
        return _holds(found, sign, value)

    return compare


def _at(body: Any, steps: list[str]) -> tuple[bool, Any]:
    for each in steps:
        if isinstance(body, dict) and each in body:
            body = body[each]
        elif isinstance(body, list) and each.isdecimal() and int(each) < len(body):
            body = body[int(each)]
        else:
            return False, None
    return True, body


def _holds(found: Any, sign: str, value: str) -> bool:
    if isinstance(found, bool) or found is None:
        found = {True: "true", False: "false", None: "null"}[found]
    if isinstance(found, int | float):
        try:
            wanted = float(value.strip('"'))
        except ValueError:
            return sign == "!="
        return {
            "=": found == wanted,
            "!=": found != wanted,
            "<": found < wanted,
            ">": found > wanted,
            "<=": found <= wanted,
            ">=": found >= wanted,
        }[sign]
    plain = re.escape(value.strip('"')).replace(r"\*", ".*")
    same = re.fullmatch(plain, str(found), re.DOTALL) is not None
    return same if sign == "=" else not same if sign == "!=" else False
