"""What EC2 answers about VPCs and subnets."""

from __future__ import annotations

from collections.abc import Mapping

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.ec2_filters import Values, by_ids, filtered, paged, tag_set
from containerscope.demo.ec2_interfaces import taken
from containerscope.demo.ec2_networks import ZONES, Network, Subnet, networks, subnets_of
from containerscope.demo.ec2_regions import zone_prefix
from containerscope.demo.ids import hexes
from containerscope.demo.world import World


def _network_tags(network: Network) -> dict[str, str]:
    return {"Name": network.name, "managed-by": "terraform"}


def describe_vpcs(call: Call) -> Result:
    """The networks of the account."""
    found = by_ids(
        call,
        "VpcIds",
        list(networks(call.world).values()),
        lambda each: each.id,
        "InvalidVpcID.NotFound",
        "vpc ID",
    )
    filters: Mapping[str, Values[Network]] = {
        "vpc-id": lambda each: [each.id],
        "cidr": lambda each: [each.cidr],
        "cidr-block-association.cidr-block": lambda each: [each.cidr],
        "state": lambda each: ["available"],
        "is-default": lambda each: ["false"],
    }
    return paged(
        call,
        "Vpcs",
        filtered(call, found, filters, _network_tags),
        lambda each: each.id,
        lambda each: _network_view(call.world, each),
    )


def _network_view(world: World, network: Network) -> Result:
    association = f"vpc-cidr-assoc-0{hexes(16, 'cidr', network.name)}"
    return {
        "CidrBlock": network.cidr,
        "DhcpOptionsId": f"dopt-0{hexes(16, 'dhcp', world.region)}",
        "State": "available",
        "VpcId": network.id,
        "OwnerId": world.account,
        "InstanceTenancy": "default",
        "CidrBlockAssociationSet": [
            {
                "AssociationId": association,
                "CidrBlock": network.cidr,
                "CidrBlockState": {"State": "associated"},
            }
        ],
        "IsDefault": False,
        "Tags": tag_set(_network_tags(network)),
    }


def _subnet_tags(each: Subnet) -> dict[str, str]:
    kind = "public" if each.public else "private"
    tags = {"Name": f"{each.network.name}-{kind}-{each.zone}", "tier": kind}
    role = "elb" if each.public else "internal-elb"
    return {**tags, f"kubernetes.io/role/{role}": "1"}


def describe_subnets(call: Call) -> Result:
    """Subnets, with the addresses that are left in each."""
    every = [one for each in networks(call.world).values() for one in subnets_of(each)]
    found = by_ids(
        call, "SubnetIds", every, lambda each: each.id, "InvalidSubnetID.NotFound", "subnet ID"
    )
    region = call.world.region
    filters: Mapping[str, Values[Subnet]] = {
        "subnet-id": lambda each: [each.id],
        "vpc-id": lambda each: [each.network.id],
        "availability-zone": lambda each: [region + each.zone],
        "availabilityZone": lambda each: [region + each.zone],
        "cidr-block": lambda each: [each.cidr],
        "state": lambda each: ["available"],
        "map-public-ip-on-launch": lambda each: ["true" if each.public else "false"],
        "default-for-az": lambda each: ["false"],
    }
    used = taken(call.world)
    return paged(
        call,
        "Subnets",
        filtered(call, found, filters, _subnet_tags),
        lambda each: each.id,
        lambda each: _subnet_view(call.world, each, used.get(each.id, 0)),
    )


def _exhausted(world: World) -> frozenset[str]:
    """The subnets in which a node group finds no address any more."""
    return frozenset(
        subnet
        for cluster in world.eks.values()
        for trouble in cluster.troubles.values()
        if trouble.code == "InsufficientFreeAddresses"
        for subnet in trouble.resource_ids
    )


def _subnet_view(world: World, each: Subnet, used: int) -> Result:
    return {
        "AvailabilityZone": world.region + each.zone,
        "AvailabilityZoneId": f"{zone_prefix(world.region)}-az{ZONES.index(each.zone) + 1}",
        "AvailableIpAddressCount": 1 if each.id in _exhausted(world) else each.size - used,
        "CidrBlock": each.cidr,
        "DefaultForAz": False,
        "MapPublicIpOnLaunch": each.public,
        "State": "available",
        "SubnetId": each.id,
        "VpcId": each.network.id,
        "OwnerId": world.account,
        "AssignIpv6AddressOnCreation": False,
        "Ipv6CidrBlockAssociationSet": [],
        "Tags": tag_set(_subnet_tags(each)),
        "SubnetArn": world.arn("ec2", f"subnet/{each.id}"),
        "EnableDns64": False,
        "Ipv6Native": False,
    }


NETWORKS: dict[str, Handler] = {
    "DescribeVpcs": describe_vpcs,
    "DescribeSubnets": describe_subnets,
}
