"""What EC2 answers about the ways out of a network: routes, NAT gateways and endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.ec2_filters import Values, by_ids, filtered, paged, tag_set
from containerscope.demo.ec2_networks import (
    ZONES,
    Network,
    Subnet,
    networks,
    public_subnet,
    subnets_of,
)
from containerscope.demo.ids import hexes
from containerscope.demo.world import World


@dataclass(frozen=True)
class RouteTable:
    """A route table: of all public subnets of a network, or of the private one of a zone."""

    network: Network
    zone: str = ""
    """Empty for the table of the public subnets."""

    @property
    def id(self) -> str:
        """The id of the route table."""
        return f"rtb-0{hexes(16, 'rtb', self.network.name, self.zone)}"

    @property
    def subnets(self) -> list[str]:
        """The ids of the subnets that it holds for."""
        name = self.network.name
        if not self.zone:
            return [public_subnet(name, zone) for zone in ZONES]
        return [Subnet(self.network, self.zone, public=False).id]


def _gateway(network: Network, zone: str) -> str:
    return f"nat-0{hexes(16, 'nat', network.name, zone)}"


def describe_route_tables(call: Call) -> Result:
    """Route tables: public subnets lead to the internet, private ones to a NAT gateway."""
    every = [
        RouteTable(network, zone)
        for network in networks(call.world).values()
        for zone in ("", *ZONES)
    ]
    found = by_ids(
        call,
        "RouteTableIds",
        every,
        lambda each: each.id,
        "InvalidRouteTableID.NotFound",
        "routeTable ID",
    )
    filters: Mapping[str, Values[RouteTable]] = {
        "route-table-id": lambda each: [each.id],
        "vpc-id": lambda each: [each.network.id],
        "association.subnet-id": lambda each: each.subnets,
        "association.main": lambda each: ["false"],
    }
    return paged(
        call,
        "RouteTables",
        filtered(call, found, filters),
        lambda each: each.id,
        lambda each: _table_view(call.world, each),
    )


def _table_view(world: World, table: RouteTable) -> Result:
    network = table.network
    out: Result = {"DestinationCidrBlock": "0.0.0.0/0", "Origin": "CreateRoute", "State": "active"}
    if table.zone:
        out["NatGatewayId"] = _gateway(network, table.zone)
    else:
        out["GatewayId"] = f"igw-0{hexes(16, 'igw', network.name)}"
    inside = {
        "DestinationCidrBlock": network.cidr,
        "GatewayId": "local",
        "Origin": "CreateRouteTable",
        "State": "active",
    }
    return {
        "Associations": [
            {
                "Main": False,
                "RouteTableAssociationId": f"rtbassoc-0{hexes(16, 'rtbassoc', each)}",
                "RouteTableId": table.id,
                "SubnetId": each,
                "AssociationState": {"State": "associated"},
            }
            for each in table.subnets
        ],
        "PropagatingVgws": [],
        "RouteTableId": table.id,
        "Routes": [inside, out],
        "Tags": tag_set({"Name": f"{network.name}-{table.zone or 'public'}"}),
        "VpcId": network.id,
        "OwnerId": world.account,
    }


def describe_nat_gateways(call: Call) -> Result:
    """The NAT gateway of each zone of each network."""
    every = [(each, zone) for each in networks(call.world).values() for zone in ZONES]
    found = by_ids(
        call,
        "NatGatewayIds",
        every,
        lambda each: _gateway(*each),
        "NatGatewayNotFound",
        "NAT gateway",
    )
    filters: Mapping[str, Values[tuple[Network, str]]] = {
        "vpc-id": lambda each: [each[0].id],
        "subnet-id": lambda each: [public_subnet(each[0].name, each[1])],
        "state": lambda each: ["available"],
        "nat-gateway-id": lambda each: [_gateway(*each)],
    }
    given = {"Filters": call.params["Filter"]} if "Filter" in call.params else {}
    asked = Call(call.world, {**call.params, **given}, call.access_key)
    return paged(
        asked,
        "NatGateways",
        filtered(asked, found, filters),
        lambda each: _gateway(*each),
        lambda each: {
            "NatGatewayId": _gateway(*each),
            "SubnetId": public_subnet(each[0].name, each[1]),
            "VpcId": each[0].id,
            "State": "available",
            "ConnectivityType": "public",
            "Tags": tag_set({"Name": f"{each[0].name}-{each[1]}"}),
        },
    )


@dataclass(frozen=True)
class Endpoint:
    """A VPC endpoint for a service of AWS."""

    network: Network
    service: str

    @property
    def id(self) -> str:
        """The id of the endpoint."""
        return f"vpce-0{hexes(16, 'vpce', self.network.name, self.service)}"

    @property
    def kind(self) -> str:
        """`Gateway` or `Interface`."""
        return "Gateway" if self.service == "s3" else "Interface"


_ENDPOINTS = {"checkout": ("s3", "ecr.api", "ecr.dkr", "logs", "secretsmanager"), "data": ("s3",)}


def describe_vpc_endpoints(call: Call) -> Result:
    """The endpoints by which tasks reach AWS without the internet."""
    region = call.world.region
    every = [
        Endpoint(network, service)
        for name, network in networks(call.world).items()
        for service in _ENDPOINTS.get(name, ())
    ]
    found = by_ids(
        call,
        "VpcEndpointIds",
        every,
        lambda each: each.id,
        "InvalidVpcEndpointId.NotFound",
        "Vpc Endpoint Id",
    )
    filters: Mapping[str, Values[Endpoint]] = {
        "vpc-id": lambda each: [each.network.id],
        "service-name": lambda each: [f"com.amazonaws.{region}.{each.service}"],
        "vpc-endpoint-id": lambda each: [each.id],
        "vpc-endpoint-state": lambda each: ["available"],
        "vpc-endpoint-type": lambda each: [each.kind],
    }
    return paged(
        call,
        "VpcEndpoints",
        filtered(call, found, filters),
        lambda each: each.id,
        lambda each: _endpoint_view(call.world, each),
    )


def _endpoint_view(world: World, endpoint: Endpoint) -> Result:
    network = endpoint.network
    gateway = endpoint.kind == "Gateway"
    private = [each.id for each in subnets_of(network) if not each.public]
    tables = [RouteTable(network, zone).id for zone in ZONES]
    return {
        "VpcEndpointId": endpoint.id,
        "VpcEndpointType": endpoint.kind,
        "VpcId": network.id,
        "ServiceName": f"com.amazonaws.{world.region}.{endpoint.service}",
        "State": "available",
        "RouteTableIds": tables if gateway else [],
        "SubnetIds": [] if gateway else private,
        "Groups": [],
        "PrivateDnsEnabled": not gateway,
        "RequesterManaged": False,
        "NetworkInterfaceIds": [],
        "Tags": tag_set({"Name": f"{network.name}-{endpoint.service}"}),
        "OwnerId": world.account,
    }


ROUTES: dict[str, Handler] = {
    "DescribeRouteTables": describe_route_tables,
    "DescribeNatGateways": describe_nat_gateways,
    "DescribeVpcEndpoints": describe_vpc_endpoints,
}
