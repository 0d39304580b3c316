"""Lists: pages with continue tokens, consistent at one version."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from containerscope.demo.kube_request import version_of, whole
from containerscope.demo.kube_status import (
    Body,
    KubeError,
    bad_request,
    gone,
    too_large_version,
)
from containerscope.demo.kube_store import Collection, Entry, Match

_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start "
    "a new list without the continue parameter, or use the continue token in this response to "
    "retrieve the remainder of the results. Continuing with the provided token results in an "
    "inconsistent list - objects that were created, modified, or deleted between the time the "
    "first chunk was returned and now may show up in the list."
)
_BAD_TOKEN = "invalid continue token: continue key is not valid"


class Token(msgspec.Struct):
    """Where a list goes on, as the continue parameter carries it."""

    v: str
    rv: int
    """The version of the whole list; -1 for whatever there is by then."""
    start: str


def _text(token: Token) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(token)).decode().rstrip("=")


def _token(text: str) -> Token:
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        token = msgspec.json.decode(raw, type=Token)
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise bad_request(f"{_BAD_TOKEN}: {error}") from error
    if token.v != "meta.k8s.io/v1" or not token.start:
        raise bad_request(f"{_BAD_TOKEN}: incorrect encoded start resourceVersion")
    return token


class Listed(NamedTuple):
    """A page and the metadata to send with it."""

    entries: list[Entry]
    meta: Body


def list_page(
    found: Collection,
    current: int,
    namespace: str,
    query: Mapping[str, str],
    match: Match | None,
) -> Listed:
    """What a list request gets; `current` is the store's newest version."""
    limit, asked = whole(query, "limit"), query.get("resourceVersion", "")
    rule = query.get("resourceVersionMatch", "")
    text, start, version = query.get("continue", ""), "", current
    if text:
        if asked not in ("", "0"):
            raise bad_request("specifying resource version is not allowed when using continue")
        token = _token(text)
        start = token.start
        version = current if token.rv < 0 else token.rv
        if version < found.compacted:
            raise gone(_TOO_OLD, _text(Token(token.v, -1, token.start)))
    else:
        _check_match(rule, asked)
        wanted = version_of(asked)
        if wanted > current:
            raise too_large_version(wanted, current)
        if rule == "Exact":
            version = wanted
            if version < found.compacted:
                raise gone("The resourceVersion for the provided list is too old.")
        if asked == "0":
            limit = 0
    page = found.page(namespace, version, start, limit, match)
    meta: Body = {"resourceVersion": str(version)}
    if page.next_key:
        meta["continue"] = _text(Token("meta.k8s.io/v1", version, page.next_key))
        if match is None:
            meta["remainingItemCount"] = page.remaining
    return Listed(page.entries, meta)


def _check_match(rule: str, asked: str) -> None:
    if not rule:
        return
    if rule not in ("Exact", "NotOlderThan"):
        raise _invalid(
            f'resourceVersionMatch: Unsupported value: "{rule}": supported values: "Exact", '
            '"NotOlderThan"'
        )
    if not asked:
        raise _invalid(
            "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless "
            "resourceVersion is provided"
        )
    if rule == "Exact" and asked == "0":
        raise _invalid(
            'resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for '
            'resourceVersion "0"'
        )


def _invalid(text: str) -> KubeError:
    return KubeError(422, "Invalid", f'ListOptions.meta.k8s.io "" is invalid: {text}', details={})
