"""Whether the conditions of a policy statement are met by a request's context."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network
from typing import Any

Test = Callable[[str, str], bool]


def _wild(wanted: str, given: str) -> bool:
    return fnmatchcase(given, wanted.replace("[", "[[]"))


def _number(compare: Callable[[float, float], bool]) -> Test:
    def test(wanted: str, given: str) -> bool:
        try:
            return compare(float(given), float(wanted))
        except ValueError:
            return False

    return test


def _inside(wanted: str, given: str) -> bool:
    try:
        return ip_address(given) in ip_network(wanted, strict=False)
    except ValueError:
        return False


_TESTS: Mapping[str, Test] = {
    "StringEquals": lambda wanted, given: wanted == given,
    "StringEqualsIgnoreCase": lambda wanted, given: wanted.lower() == given.lower(),
    "StringLike": _wild,
    "ArnEquals": _wild,
    "ArnLike": _wild,
    "Bool": lambda wanted, given: wanted.lower() == given.lower(),
    "NumericEquals": _number(lambda given, wanted: given == wanted),
    "NumericLessThan": _number(lambda given, wanted: given < wanted),
    "NumericLessThanEquals": _number(lambda given, wanted: given <= wanted),
    "NumericGreaterThan": _number(lambda given, wanted: given > wanted),
    "NumericGreaterThanEquals": _number(lambda given, wanted: given >= wanted),
    "DateLessThan": lambda wanted, given: given < wanted,
    "DateGreaterThan": lambda wanted, given: given > wanted,
    "IpAddress": _inside,
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "NotIpAddress": "IpAddress",
}


def holds(
    conditions: Mapping[str, Mapping[str, Any]], context: Mapping[str, list[str]]
) -> tuple[bool, set[str]]:
    """Whether all conditions are met, and the keys that the context lacks for it.

    Context keys are compared in lower case. An operator that is not known is not met.
    """
    met, missing = True, set()
    for operator, wanted in conditions.items():
        for key, values in wanted.items():
            given = context.get(key.lower())
            optional = operator.endswith("IfExists")
            name = operator.removesuffix("IfExists").rpartition(":")[2]
            if given is None and not optional and name != "Null":
                missing.add(key)
            met &= _one(name, operator, values, given, optional)
    return met, missing


def _one(name: str, operator: str, values: Any, given: list[str] | None, optional: bool) -> bool:
    wanted = [_text(each) for each in (values if isinstance(values, list) else [values])]
    if name == "Null":
        return wanted[0] == _text(given is None)
    if given is None:
        return optional or name in _NEGATED or operator.startswith("ForAllValues:")
    if name in _NEGATED:
        test = _TESTS[_NEGATED[name]]
        return not any(test(each, one) for each in wanted for one in given)
    test = _TESTS.get(name, lambda wanted, given: False)
    answers = [any(test(each, one) for each in wanted) for one in given]
    return all(answers) if operator.startswith("ForAllValues:") else any(answers)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
