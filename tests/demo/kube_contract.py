"""Makes the requests of `kube_contract.yaml` and compares the answers with what is expected."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import yaml
from yarl import URL

CHECKS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
)
_LIMIT = 20.0
_QUIET = 0.3
"""Seconds without an event after which a watch counts as having told all."""
_OLD = {"v": "meta.k8s.io/v1", "rv": 2, "start": "a\u0000"}


@dataclass
class Target:
    """A server that the contract is held against."""

    url: str
    tokens: Mapping[str, str]
    """By who it stands for: `admin` and `nobody`."""
    prepared: frozenset[str] = frozenset()
    """What checks may need: `compaction` of old versions, `watch-list`."""
    words: dict[str, str] = field(default_factory=dict)
    version: tuple[int, ...] = ()


@dataclass
class Answer:
    """What came back."""

    status: int
    media: str
    text: str

    def body(self) -> Any:
        """The answer as JSON."""
        return json.loads(self.text)

    def events(self) -> list[dict[str, Any]]:
        """The events of a watch, one a line."""
        return [json.loads(line) for line in self.text.splitlines() if line]


async def hold(target: Target) -> dict[str, str | None]:
    """By the name of each check: nothing where it holds, `skipped: …`, or what is wrong."""
    results: dict[str, str | None] = {}
    async with aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=_LIMIT), connector=aiohttp.TCPConnector(ssl=False)
    ) as session:
        target.version = await _version(session, target)
        target.words |= {
            "policy": "policy/v1" if target.version >= (1, 22) else "policy/v1beta1",
            "old_token": base64.urlsafe_b64encode(json.dumps(_OLD).encode()).decode().rstrip("="),
        }
        for check in CHECKS:
            name = check["name"]
            why = _not_here(check, target)
            results[name] = f"skipped: {why}" if why else await _one(session, target, check)
    return results


async def _version(session: aiohttp.ClientSession, target: Target) -> tuple[int, ...]:
    """The server's version; one built without a name is the newest or says so in its words."""
    if target.version:
        return target.version
    check = {"do": "GET /version"}
    told = (await _answer(session, target, check)).body()
    return int(told["major"]), int(re.sub(r"\D", "", told["minor"]))


def _not_here(check: Mapping[str, Any], target: Target) -> str:
    """Why a check says nothing about this server."""

    def number(text: str) -> tuple[int, ...]:
        return tuple(int(each) for each in text.split("."))

    if "since" in check and target.version < number(check["since"]):
        return f"holds since {check['since']}"
    if "before" in check and target.version >= number(check["before"]):
        return f"held before {check['before']}"
    if "needs" in check and check["needs"] not in target.prepared:
        return f"needs {check['needs']}"
    return ""


async def _one(
    session: aiohttp.ClientSession, target: Target, check: Mapping[str, Any]
) -> str | None:
    try:
        answer = await _answer(session, target, check)
        problems = list(_problems(_filled(check["expect"], target.words), answer))
        for name, path in check.get("save", {}).items():
            target.words[name] = str(_at(answer.body(), path))
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError) as error:
        return f"{type(error).__name__}: {error}"
    if problems:
        return "; ".join(problems) + f"\n{answer.status} {answer.media} {answer.text[:800]}"
    return None


async def _answer(
    session: aiohttp.ClientSession, target: Target, check: Mapping[str, Any]
) -> Answer:
    method, path = _filled(check["do"], target.words).split(" ", 1)
    who = check.get("as", "admin")
    headers = {
        "Authorization": f"Bearer {target.tokens.get(who, 'no-such-token')}",
        **check.get("headers", {}),
    }
    data = check.get("raw")
    if "send" in check:
        data = json.dumps(_filled(check["send"], target.words))
    if data is not None:
        headers["Content-Type"] = check.get("type", "application/json")
    url = URL(target.url + path, encoded=True)
    async with session.request(method, url, data=data, headers=headers) as response:
        media = response.headers.get("Content-Type", "")
        if "watch=1" in path and response.status == 200:
            return Answer(response.status, media, await _lines(response, check))
        return Answer(response.status, media, await response.text())


async def _lines(response: aiohttp.ClientResponse, check: Mapping[str, Any]) -> str:
    """The lines of a watch, until there are enough and none has followed for a while."""
    wanted, lines = len(check["expect"]["events"]), [b""]
    while lines[-1] or len(lines) == 1:
        enough = len(lines) > wanted
        try:
            async with asyncio.timeout(_QUIET if enough else _LIMIT):
                lines.append(await response.content.readline())
        except TimeoutError:
            break
    return b"".join(lines).decode()


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    """The value with every {word} replaced."""
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: words.get(found[1], found[0]), value)
    if isinstance(value, dict):
        return {_filled(key, words): _filled(each, words) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, words) for each in value]
    return value


def _problems(expect: Mapping[str, Any], answer: Answer) -> Iterable[str]:
    statuses = expect["status"]
    if answer.status not in (statuses if isinstance(statuses, list) else [statuses]):
        yield f"status {answer.status} and not {statuses}"
        return
    if not answer.media.startswith(expect.get("media", "")):
        yield f"media type {answer.media} and not {expect['media']}"
    if "text" in expect and not re.search(expect["text"], answer.text):
        yield f"text without {expect['text']!r}"
    if "json" in expect:
        yield from _differences(answer.body(), expect["json"])
    if "events" in expect and answer.status == 200:
        yield from _event_problems(expect, answer)


def _event_problems(expect: Mapping[str, Any], answer: Answer) -> Iterable[str]:
    events = answer.events()
    types = [each["type"] for each in events]
    wanted, perhaps = list(expect["events"]), expect.get("perhaps", [])
    told = types[: len(wanted)] + [each for each in types[len(wanted) :] if each not in perhaps]
    if told != wanted:
        yield f"events {types} and not {wanted}"
        return
    for index, paths in expect.get("event", {}).items():
        yield from _differences(events[int(index)], paths)


def _differences(body: Any, paths: Mapping[str, Any]) -> Iterable[str]:
    for path, wanted in paths.items():
        found = _at(body, path)
        if not _fits(found, wanted):
            shown = "nothing" if found is _NOTHING else repr(found)
            yield f"{path} is {shown} and not {wanted!r}"


_NOTHING = object()


def _at(body: Any, path: str) -> Any:
    for part in path.split("."):
        if isinstance(body, list) and part.isdecimal() and int(part) < len(body):
            body = body[int(part)]
        elif isinstance(body, dict) and part in body:
            body = body[part]
        else:
            return _NOTHING
    return body


def _fits(found: Any, wanted: Any) -> bool:
    if wanted == "$absent":
        return found is _NOTHING
    if found is _NOTHING:
        # What is null may as well be left out: servers differ.
        return wanted is None
    if wanted == "$exists":
        return found is not None
    if isinstance(wanted, dict):
        if "$match" in wanted:
            return isinstance(found, str) and bool(re.search(wanted["$match"], found))
        if "$len" in wanted:
            return bool(len(found or ()) == wanted["$len"])
        inside: dict[str, Any] = found if isinstance(found, dict) else {}
        return all(_fits(inside.get(key, _NOTHING), each) for key, each in wanted.items())
    return bool(found == wanted)
