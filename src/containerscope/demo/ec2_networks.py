"""The networks of the account: one for each cluster, cut the same way.

Each is a /16 with a private /18 and a public /20 in each zone. ECS gives tasks the addresses of
the private subnets up to the 16,004th; what stands around them has those above.
"""

from __future__ import annotations

from dataclasses import dataclass

from containerscope.demo.ids import hexes, subnet, vpc
from containerscope.demo.world import World

ZONES = "abc"
_PRIVATE = {"a": 0, "b": 64, "c": 128}
_PUBLIC = {"a": 192, "b": 208, "c": 224}
_EKS = ("192.168", "172.18", "172.19", "172.21", "172.22")
"""The first two numbers of the networks of EKS clusters, of which most teams have few."""

MOUNT_TARGETS = 16_020
BALANCERS = 16_060
NODES = 16_100
"""The first address of each kind in a private subnet, counted from the subnet's own."""


@dataclass(frozen=True)
class Network:
    """A VPC and how it is cut."""

    name: str
    """The name of the cluster that it is for."""
    prefix: str
    """The first two numbers of all its addresses."""

    @property
    def id(self) -> str:
        """The id of the VPC."""
        return vpc(self.name)

    @property
    def cidr(self) -> str:
        """All its addresses."""
        return f"{self.prefix}.0.0/16"

    def address(self, zone: str, host: int) -> str:
        """An address of the zone's private subnet."""
        return f"{self.prefix}.{_PRIVATE[zone] + host // 256}.{host % 256}"

    def public_address(self, zone: str, host: int) -> str:
        """A private address in the zone's public subnet."""
        return f"{self.prefix}.{_PUBLIC[zone] + host // 256}.{host % 256}"


@dataclass(frozen=True)
class Subnet:
    """A subnet of a network."""

    network: Network
    zone: str
    public: bool

    @property
    def id(self) -> str:
        """The id of the subnet."""
        name = self.network.name
        return public_subnet(name, self.zone) if self.public else subnet(name, self.zone)

    @property
    def cidr(self) -> str:
        """All its addresses."""
        start = (_PUBLIC if self.public else _PRIVATE)[self.zone]
        return f"{self.network.prefix}.{start}.0/{20 if self.public else 18}"

    @property
    def size(self) -> int:
        """How many addresses it has for its hosts; five of each subnet are AWS's own."""
        return (4096 if self.public else 16384) - 5


def public_subnet(network: str, zone: str) -> str:
    """The id of a network's public subnet in a zone."""
    return f"subnet-0{hexes(16, 'subnet', 'public', network, zone)}"


def networks(world: World) -> dict[str, Network]:
    """The networks of the account by the names of their clusters."""
    found = {
        name: Network(name, f"10.{cluster.number}") for name, cluster in world.clusters.items()
    }
    for index, name in enumerate(world.eks):
        found.setdefault(name, Network(name, _EKS[index % len(_EKS)]))
    return found


def subnets_of(network: Network) -> list[Subnet]:
    """The private and the public subnets of a network."""
    return [Subnet(network, zone, public) for public in (False, True) for zone in ZONES]
