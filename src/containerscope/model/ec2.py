"""The network and the instances around tasks.

Names and meanings as in the EC2 API 2016-11-15.
"""

from __future__ import annotations

from datetime import datetime

import msgspec


class Ec2Tag(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A key and value that somebody put on a resource."""

    key: str | None = None
    value: str | None = None


class Subnet(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A range of addresses in one availability zone."""

    subnet_id: str | None = None
    vpc_id: str | None = None
    availability_zone: str | None = None
    availability_zone_id: str | None = None
    cidr_block: str | None = None
    available_ip_address_count: int | None = None
    map_public_ip_on_launch: bool | None = None
    state: str | None = None
    tags: tuple[Ec2Tag, ...] | None = ()


class IpRange(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """IPv4 addresses that a rule is about."""

    cidr_ip: str | None = None
    description: str | None = None


class Ipv6Range(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """IPv6 addresses that a rule is about."""

    cidr_ipv6: str | None = None
    description: str | None = None


class PrefixListId(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A named list of addresses that a rule is about."""

    prefix_list_id: str | None = None
    description: str | None = None


class UserIdGroupPair(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The members of a security group that a rule is about."""

    group_id: str | None = None
    user_id: str | None = None
    vpc_id: str | None = None
    description: str | None = None


class IpPermission(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """Ports that a security group opens, and to whom."""

    ip_protocol: str | None = None
    """`tcp`, `udp`, `icmp`, a number, or `-1` for all protocols and ports."""
    from_port: int | None = None
    to_port: int | None = None
    ip_ranges: tuple[IpRange, ...] | None = ()
    ipv6_ranges: tuple[Ipv6Range, ...] | None = ()
    prefix_list_ids: tuple[PrefixListId, ...] | None = ()
    user_id_group_pairs: tuple[UserIdGroupPair, ...] | None = ()


class SecurityGroup(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A firewall around network interfaces."""

    group_id: str | None = None
    group_name: str | None = None
    description: str | None = None
    vpc_id: str | None = None
    ip_permissions: tuple[IpPermission, ...] | None = ()
    ip_permissions_egress: tuple[IpPermission, ...] | None = ()


class GroupIdentifier(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A security group by id and name."""

    group_id: str | None = None
    group_name: str | None = None


class InterfaceAttachment(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """What a network interface is attached to."""

    attachment_id: str | None = None
    instance_id: str | None = None
    status: str | None = None


class InterfaceAssociation(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The public address of a network interface."""

    public_ip: str | None = None
    public_dns_name: str | None = None


class InterfaceAddress(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """One of the private addresses of a network interface."""

    private_ip_address: str | None = None
    primary: bool | None = None
    association: InterfaceAssociation | None = None


class NetworkInterface(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A network interface: that of a task, a mount target, a load balancer or an instance."""

    network_interface_id: str | None = None
    interface_type: str | None = None
    description: str | None = None
    """For a task's own: `arn:aws:ecs:…:attachment/…`."""
    status: str | None = None
    requester_id: str | None = None
    vpc_id: str | None = None
    subnet_id: str | None = None
    availability_zone: str | None = None
    private_ip_address: str | None = None
    private_ip_addresses: tuple[InterfaceAddress, ...] | None = ()
    association: InterfaceAssociation | None = None
    groups: tuple[GroupIdentifier, ...] | None = ()
    attachment: InterfaceAttachment | None = None
    tag_set: tuple[Ec2Tag, ...] | None = ()


class InstanceProfileRef(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The instance profile of an instance."""

    arn: str | None = None
    id: str | None = None


class InstanceState(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """Whether an instance runs."""

    name: str | None = None


class Placement(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """Where an instance is."""

    availability_zone: str | None = None
    tenancy: str | None = None


class Instance(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """An EC2 instance."""

    instance_id: str | None = None
    instance_type: str | None = None
    instance_lifecycle: str | None = None
    """`spot`, `scheduled` or `capacity-block`; absent for on-demand."""
    state: InstanceState | None = None
    placement: Placement | None = None
    image_id: str | None = None
    architecture: str | None = None
    private_ip_address: str | None = None
    public_ip_address: str | None = None
    private_dns_name: str | None = None
    subnet_id: str | None = None
    vpc_id: str | None = None
    iam_instance_profile: InstanceProfileRef | None = None
    security_groups: tuple[GroupIdentifier, ...] | None = ()
    launch_time: datetime | None = None
    tags: tuple[Ec2Tag, ...] | None = ()


class Reservation(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """Instances that were launched together."""

    instances: tuple[Instance, ...] | None = ()
