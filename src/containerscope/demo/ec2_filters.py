"""Choosing among EC2's things by ids and filters, with EC2's own errors, and in its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from containerscope.demo.calls import Call, Result
from containerscope.demo.iam_simulate import like
from containerscope.demo.paging import Paging
from containerscope.demo.protocol_errors import AwsError

T = TypeVar("T")
Values = Callable[[T], Iterable[str]]
"""What a thing has that a filter may ask for."""

PAGES = Paging(
    "MaxResults", "NextToken", "NextToken", 1000, 1000, least=5, code="InvalidParameterValue"
)


def by_ids(
    call: Call, member: str, things: Sequence[T], ids: Callable[[T], str], code: str, noun: str
) -> list[T]:
    """The things whose ids the call gives, or all of them.

    An id that nothing has is the error `code`, which speaks of the `noun`.
    """
    wanted = call.params.get(member)
    if not wanted:
        return list(things)
    if "MaxResults" in call.params:
        text = (
            f"The parameter {member[0].lower()}{member[1:]} cannot be used with the parameter "
            "maxResults"
        )
        raise AwsError("InvalidParameterCombination", text)
    known = {ids(each): each for each in things}
    lacking = [each for each in wanted if each not in known]
    if lacking:
        named = lacking[0] if len(lacking) == 1 else ", ".join(lacking)
        plural = "s" if len(lacking) > 1 else ""
        verb = "do" if plural else "does"
        raise AwsError(code, f"The {noun}{plural} '{named}' {verb} not exist")
    return [known[each] for each in wanted]


def filtered(
    call: Call,
    things: Iterable[T],
    filters: Mapping[str, Values[T]],
    tags: Callable[[T], Mapping[str, str]] = lambda thing: {},
) -> list[T]:
    """The things that all filters of the call let through."""
    found = list(things)
    for each in call.params.get("Filters", ()):
        name, wanted = each.get("Name", ""), each.get("Values", ())
        values = _values(name, filters, tags)
        found = [
            thing
            for thing in found
            if any(_fits(pattern, one) for one in values(thing) for pattern in wanted)
        ]
    return found


def _values(
    name: str, filters: Mapping[str, Values[T]], tags: Callable[[T], Mapping[str, str]]
) -> Values[T]:
    if name.startswith("tag:"):
        key = name[4:]
        return lambda thing: [value for tag, value in tags(thing).items() if tag == key]
    if name == "tag-key":
        return lambda thing: tags(thing).keys()
    if name not in filters:
        raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
    return filters[name]


def _fits(pattern: str, value: str) -> bool:
    return pattern == value or (("*" in pattern or "?" in pattern) and like(pattern, value))


def paged(
    call: Call,
    member: str,
    things: Sequence[T],
    ids: Callable[[T], str],
    view: Callable[[T], Any],
) -> Result:
    """One page; only what is on it is described."""
    known = {ids(each): each for each in things}
    answer = PAGES.page(call.params, member, list(known))
    return {**answer, member: [view(known[each]) for each in answer[member]]}


def tag_set(tags: Mapping[str, str]) -> list[Result]:
    """Tags in EC2's form."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
