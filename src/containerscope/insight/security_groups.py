"""Whether security groups let one thing reach another on a port.

Source: Amazon VPC User Guide, "Security group rules": rules only allow, answers are let through by
themselves, and a group that is named in a rule stands for the private addresses of its members.
"""

from __future__ import annotations

import enum
import ipaddress
from collections.abc import Iterable, Sequence

import msgspec

from containerscope.model.ec2 import IpPermission, SecurityGroup

_TCP = frozenset({"tcp", "6", "-1"})


class Reach(enum.Enum):
    """Whether something gets through."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    """A rule that may open the way could not be looked into."""


class Passage(msgspec.Struct, frozen=True):
    """Whether something gets through, and which rule says so."""

    reach: Reach
    why: str


class End(msgspec.Struct, frozen=True):
    """One end of a connection: its security groups and its address."""

    groups: frozenset[str] = frozenset()
    address: str = ""
    """Empty where it is not known."""


def passage(port: int, source: End, target: End, groups: Iterable[SecurityGroup | None]) -> Passage:
    """Whether TCP gets from `source` to `target`: out of the one's groups and into the other's.

    `groups` are those that could be read; one that is missing leaves the answer unknown.
    """
    known = {group.group_id: group for group in groups if group is not None}
    out = _through(port, source.groups, target, known, outward=True)
    if out.reach is Reach.CLOSED:
        return out
    into = _through(port, target.groups, source, known, outward=False)
    if into.reach is Reach.OPEN and out.reach is Reach.UNKNOWN:
        return out
    return into


def _through(
    port: int,
    own: frozenset[str],
    other: End,
    known: dict[str | None, SecurityGroup],
    *,
    outward: bool,
) -> Passage:
    """Whether the rules of one end let the other through; one rule that does is enough."""
    way = "out" if outward else "in"
    if not own:
        return Passage(Reach.UNKNOWN, f"its security groups are not known ({way})")
    unknown: list[str] = [name for name in sorted(own) if name not in known]
    doubt = f"{', '.join(unknown)} could not be read" if unknown else ""
    for name in sorted(own & {key for key in known if key}):
        group = known[name]
        rules = (group.ip_permissions_egress if outward else group.ip_permissions) or ()
        for rule in rules:
            if not opens(rule, port):
                continue
            found = _lets(rule, other)
            if found.reach is Reach.OPEN:
                return Passage(Reach.OPEN, f"{name} lets {found.why} {way}")
            doubt = doubt or (found.why if found.reach is Reach.UNKNOWN else "")
    if doubt:
        return Passage(Reach.UNKNOWN, doubt)
    who = "nobody" if outward else _who(other)
    one = len(own) == 1
    lets, refuses = ("lets", "does not let") if one else ("let", "do not let")
    verb = f"{lets} nothing out on {port}" if outward else f"{refuses} {who} in on {port}"
    return Passage(Reach.CLOSED, f"{', '.join(sorted(own))} {verb}")


def _who(end: End) -> str:
    return " or ".join(filter(None, (", ".join(sorted(end.groups)), end.address))) or "it"


def opens(rule: IpPermission, port: int) -> bool:
    """Whether a rule is about this TCP port."""
    protocol = (rule.ip_protocol or "").lower()
    if protocol not in _TCP:
        return False
    if protocol == "-1" or rule.from_port in (None, -1):
        return True
    low = rule.from_port or 0
    high = low if rule.to_port is None else rule.to_port
    return low <= port <= high


def _lets(rule: IpPermission, other: End) -> Passage:
    for pair in rule.user_id_group_pairs or ():
        if pair.group_id and pair.group_id in other.groups:
            return Passage(Reach.OPEN, pair.group_id)
    ranges = [each.cidr_ip for each in rule.ip_ranges or () if each.cidr_ip]
    ranges += [each.cidr_ipv6 for each in rule.ipv6_ranges or () if each.cidr_ipv6]
    doubt = ""
    if rule.user_id_group_pairs and not other.groups:
        doubt = "the security groups of the other end are not known"
    for cidr in ranges:
        inside = _inside(other.address, cidr)
        if inside:
            return Passage(Reach.OPEN, cidr)
        if inside is None:
            doubt = f"whether its address is in {cidr} is not known"
    lists = [each.prefix_list_id for each in rule.prefix_list_ids or () if each.prefix_list_id]
    if lists:
        doubt = f"what is in prefix list {', '.join(lists)} is not known"
    return Passage(Reach.UNKNOWN, doubt) if doubt else Passage(Reach.CLOSED, "")


def _inside(address: str, cidr: str) -> bool | None:
    """Whether an address lies in a range; None where one of them is not known."""
    try:
        network = ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return None
    if network.prefixlen == 0 and not address:
        return True
    try:
        return ipaddress.ip_address(address) in network
    except ValueError:
        return None


def open_to_the_world(groups: Sequence[SecurityGroup], port: int) -> tuple[str, ...]:
    """The groups that let anybody in on this port."""
    return tuple(
        group.group_id or "?"
        for group in groups
        if any(
            opens(rule, port)
            and any(
                cidr in ("0.0.0.0/0", "::/0")
                for cidr in (
                    *(each.cidr_ip for each in rule.ip_ranges or ()),
                    *(each.cidr_ipv6 for each in rule.ipv6_ranges or ()),
                )
            )
            for rule in group.ip_permissions or ()
        )
    )
