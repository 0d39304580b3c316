"""Identifiers in AWS's forms, the same for the same words every time."""

from __future__ import annotations

from collections.abc import Hashable
from hashlib import blake2b


def _digest(size: int, parts: tuple[Hashable, ...]) -> bytes:
    return blake2b("\0".join(map(str, parts)).encode(), digest_size=size).digest()


def hexes(length: int, *parts: Hashable) -> str:
    """That many hexadecimal digits."""
    return _digest((length + 1) // 2, parts).hex()[:length]


def uuid(*parts: Hashable) -> str:
    """A UUID of version 4 by its looks."""
    text = hexes(32, *parts)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def number(below: int, *parts: Hashable) -> int:
    """A number from 0 up to but not including `below`."""
    return int.from_bytes(_digest(8, parts), "big") % below


def digits(length: int, *parts: Hashable) -> str:
    """That many decimal digits, the first not 0."""
    first = 10 ** (length - 1)
    return str(first + number(9 * first, *parts))


_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789-_"


def token(length: int, *parts: Hashable) -> str:
    """Letters and digits as in the id of a service deployment."""
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in _digest(min(length, 64), parts))


def subnet(network: str, zone: str) -> str:
    """The id of a network's private subnet in a zone."""
    return f"subnet-0{hexes(16, 'subnet', network, zone)}"


def subnets(network: str) -> list[str]:
    """The ids of a network's private subnets, one a zone."""
    return [subnet(network, zone) for zone in "abc"]


def vpc(network: str) -> str:
    """The id of a network."""
    return f"vpc-0{hexes(16, 'vpc', network)}"


def node_instance(cluster: str, group: str, index: int) -> str:
    """The EC2 instance behind the node of this number in an EKS node group."""
    return f"i-0{hexes(16, 'eks instance', cluster, group, index)}"
