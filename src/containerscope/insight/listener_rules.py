"""The rules that lead to a target group, in words, and how traffic is shared between groups."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from containerscope.insight.target_health import arn_name
from containerscope.model.elb import Action, Listener, Rule, RuleCondition


class Route(msgspec.Struct, frozen=True):
    """A rule that leads to a group."""

    listener: Listener
    rule: Rule
    weight: float
    """The share of the rule's traffic that the group gets, in percent."""

    @property
    def words(self) -> str:
        """`HTTPS :443, host shop.example.com, path /cart*`."""
        place = f"{self.listener.protocol or '?'} :{self.listener.port or '?'}"
        return f"{place}, {conditions_words(self.rule)}"


def conditions_words(rule: Rule) -> str:
    """What a request must be like for the rule."""
    if rule.is_default or not rule.conditions:
        return "everything else" if rule.is_default else "everything"
    return ", ".join(_condition(each) for each in rule.conditions)


def _condition(found: RuleCondition) -> str:
    field = found.field or "?"
    values = [*(found.values or ()), *(found.regex_values or ())]
    for part in (found.host_header_config, found.path_pattern_config):
        if part is not None:
            values = [*(part.values or ()), *(part.regex_values or ())] or values
    for more in (found.http_request_method_config, found.source_ip_config):
        if more is not None:
            values = list(more.values or ()) or values
    header = found.http_header_config
    if header is not None:
        field = f"header {header.http_header_name or '?'}"
        values = [*(header.values or ()), *(header.regex_values or ())]
    query = found.query_string_config
    if query is not None:
        values = [
            f"{pair.key}={pair.value or ''}" if pair.key else pair.value or ""
            for pair in query.values or ()
        ]
    names = {
        "host-header": "host",
        "path-pattern": "path",
        "http-request-method": "method",
        "source-ip": "from",
        "query-string": "query",
    }
    return f"{names.get(field, field)} {' or '.join(values) or '?'}"


def shares(actions: Iterable[Action] | None) -> dict[str, float]:
    """Target group -> the percent of the traffic that the actions forward to it."""
    for action in actions or ():
        if action.type != "forward":
            continue
        tuples = (action.forward_config.target_groups if action.forward_config else None) or ()
        if not tuples and action.target_group_arn:
            return {action.target_group_arn: 100.0}
        weights = {
            each.target_group_arn: 1 if each.weight is None else each.weight
            for each in tuples
            if each.target_group_arn
        }
        whole = sum(weights.values())
        return {name: 100 * weight / whole if whole else 0.0 for name, weight in weights.items()}
    return {}


def action_words(actions: Iterable[Action] | None) -> str:
    """What is done with a request: `forward to cart-blue 90 %, cart-green 10 %`."""
    words: list[str] = []
    for action in actions or ():
        if action.type == "forward":
            split = shares((action,))
            alone = len(split) == 1
            named = (
                arn_name(name) + ("" if alone else f" {share:.0f} %")
                for name, share in split.items()
            )
            words.append(f"forward to {', '.join(named) or '?'}")
        elif action.type == "redirect" and action.redirect_config is not None:
            to = action.redirect_config
            address = f"{to.protocol or ''}://{to.host or ''}:{to.port or ''}{to.path or ''}"
            words.append(f"redirect to {address} ({to.status_code or '?'})")
        elif action.type == "fixed-response" and action.fixed_response_config is not None:
            words.append(f"answer {action.fixed_response_config.status_code or '?'}")
        elif action.type in ("authenticate-oidc", "authenticate-cognito"):
            words.append(f"log in ({action.type.removeprefix('authenticate-')})")
        else:
            words.append(action.type or "?")
    return ", then ".join(words)


def routes_to(
    target_group: str, listeners: Iterable[tuple[Listener, Iterable[Rule]]]
) -> tuple[Route, ...]:
    """The rules, in the order in which they are tried, that forward to this group.

    The default action of a listener whose rules could not be read counts as its default rule.
    """
    found: list[Route] = []
    for listener, rules in listeners:
        known = list(rules) or [Rule(is_default=True, actions=listener.default_actions)]
        for rule in sorted(known, key=_order):
            weight = shares(rule.actions).get(target_group)
            if weight is not None:
                found.append(Route(listener, rule, weight))
    return tuple(found)


def _order(rule: Rule) -> tuple[bool, int]:
    priority = rule.priority or ""
    number = priority.isascii() and priority.isdecimal()
    return (bool(rule.is_default) or not number, int(priority) if number else 0)
