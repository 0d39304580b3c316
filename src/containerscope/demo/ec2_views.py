"""How instances, network interfaces and security groups look in answers."""

from __future__ import annotations

from collections.abc import Mapping

from containerscope.demo.calls import Result
from containerscope.demo.ec2_filters import tag_set
from containerscope.demo.ec2_groups import Group, Permission
from containerscope.demo.ec2_hosts import Host
from containerscope.demo.ec2_images import architecture_of
from containerscope.demo.ec2_interfaces import Interface
from containerscope.demo.iam_views import profile_arn, profile_id
from containerscope.demo.ids import hexes
from containerscope.demo.world import World

STATE_CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48}


def private_name(world: World, address: str) -> str:
    """The private DNS name of an address."""
    return f"ip-{address.replace('.', '-')}.{world.region}.compute.internal"


def _mac(name: str) -> str:
    text = hexes(8, "mac", name)
    return "02:42:" + ":".join(text[i : i + 2] for i in (0, 2, 4, 6))


def _named(groups: tuple[str, ...], names: Mapping[str, str]) -> list[Result]:
    return [{"GroupId": each, "GroupName": names.get(each, each)} for each in groups]


def interface_view(world: World, each: Interface, names: Mapping[str, str]) -> Result:
    """A described network interface; `names` are those of the security groups."""
    attachment: Result = {
        "AttachmentId": f"eni-attach-0{hexes(16, 'attach', each.id)}",
        "AttachTime": each.attached_at,
        "DeleteOnTermination": bool(each.instance),
        "DeviceIndex": 0 if each.instance else 1,
        "InstanceOwnerId": each.owner or world.account,
        "Status": "attached",
    }
    if each.instance:
        attachment["InstanceId"] = each.instance
    name = private_name(world, each.address)
    # The MAC address of a task's interface follows from the task, as ECS tells it.
    seed = each.task.id if each.task else each.id
    view: Result = {
        "Attachment": attachment,
        "AvailabilityZone": world.region + each.subnet.zone,
        "Description": each.description,
        "Groups": _named(each.groups, names),
        "InterfaceType": each.kind,
        "Ipv6Addresses": [],
        "MacAddress": _mac(seed),
        "NetworkInterfaceId": each.id,
        "OwnerId": world.account,
        "PrivateDnsName": name,
        "PrivateIpAddress": each.address,
        "PrivateIpAddresses": [
            {"Primary": True, "PrivateDnsName": name, "PrivateIpAddress": each.address}
        ],
        "RequesterManaged": bool(each.owner),
        "SourceDestCheck": True,
        "Status": "in-use",
        "SubnetId": each.subnet.id,
        "TagSet": tag_set(each.tags),
        "VpcId": each.subnet.network.id,
    }
    if each.owner:
        view["RequesterId"] = each.owner
    return view


def instance_view(world: World, host: Host, names: Mapping[str, str]) -> Result:
    """A described instance; `names` are those of the security groups."""
    view: Result = {
        "AmiLaunchIndex": 0,
        "Architecture": architecture_of(host.kind),
        "BlockDeviceMappings": [
            {
                "DeviceName": "/dev/xvda",
                "Ebs": {
                    "AttachTime": host.launched_at + 1,
                    "DeleteOnTermination": True,
                    "Status": "attached",
                    "VolumeId": host.disk,
                },
            }
        ],
        "ClientToken": "",
        "CpuOptions": {"CoreCount": 4, "ThreadsPerCore": 2},
        "EbsOptimized": True,
        "EnaSupport": True,
        "Hypervisor": "xen",
        "IamInstanceProfile": {
            "Arn": profile_arn(world, host.profile),
            "Id": profile_id(host.profile),
        },
        "ImageId": host.image.id,
        "InstanceId": host.id,
        "InstanceType": host.kind,
        "LaunchTime": host.launched_at,
        "MetadataOptions": {
            "State": "applied",
            "HttpTokens": "optional" if "nvidia" in host.image.name else "required",
            "HttpPutResponseHopLimit": 2,
            "HttpEndpoint": "enabled",
        },
        "Monitoring": {"State": "disabled"},
        "NetworkInterfaces": [_primary(world, host, names)],
        "Placement": {
            "AvailabilityZone": world.region + host.subnet.zone,
            "GroupName": "",
            "Tenancy": "default",
        },
        "PlatformDetails": "Linux/UNIX",
        "PrivateDnsName": private_name(world, host.address),
        "PrivateIpAddress": host.address,
        "PublicDnsName": "",
        "RootDeviceName": "/dev/xvda",
        "RootDeviceType": "ebs",
        "SecurityGroups": _named(host.groups, names),
        "SourceDestCheck": True,
        "State": {"Code": STATE_CODES[host.state], "Name": host.state},
        "StateTransitionReason": "",
        "SubnetId": host.subnet.id,
        "Tags": tag_set(dict(host.tags)),
        "VirtualizationType": "hvm",
        "VpcId": host.subnet.network.id,
    }
    if host.spot:
        view["InstanceLifecycle"] = "spot"
        view["SpotInstanceRequestId"] = f"sir-{hexes(8, 'spot', host.id)}"
    return view


def _primary(world: World, host: Host, names: Mapping[str, str]) -> Result:
    name = private_name(world, host.address)
    return {
        "NetworkInterfaceId": host.interface,
        "MacAddress": _mac(host.interface),
        "PrivateDnsName": name,
        "PrivateIpAddress": host.address,
        "PrivateIpAddresses": [
            {"Primary": True, "PrivateDnsName": name, "PrivateIpAddress": host.address}
        ],
        "Groups": _named(host.groups, names),
        "Status": "in-use",
        "SubnetId": host.subnet.id,
        "VpcId": host.subnet.network.id,
        "OwnerId": world.account,
    }


def group_view(world: World, group: Group) -> Result:
    """A described security group."""
    return {
        "Description": group.description,
        "GroupId": group.id,
        "GroupName": group.name,
        "IpPermissions": [_permission(world, each) for each in group.ingress],
        "IpPermissionsEgress": [_permission(world, each) for each in group.egress],
        "OwnerId": world.account,
        "SecurityGroupArn": world.arn("ec2", f"security-group/{group.id}"),
        "Tags": tag_set(group.tags),
        "VpcId": group.network.id,
    }


def _permission(world: World, each: Permission) -> Result:
    why = {"Description": each.why} if each.why else {}
    view: Result = {
        "IpProtocol": each.protocol,
        "IpRanges": [{"CidrIp": one, **why} for one in each.ranges],
        "Ipv6Ranges": [],
        "PrefixListIds": [],
        "UserIdGroupPairs": [
            {"GroupId": one, "UserId": world.account, **why} for one in each.groups
        ],
    }
    if each.first >= 0:
        view |= {"FromPort": each.first, "ToPort": each.last}
    return view


def rule_views(world: World, group: Group) -> list[Result]:
    """The rules of a security group, each by itself."""
    views = []
    for egress, permissions in ((False, group.ingress), (True, group.egress)):
        for each in permissions:
            sources = [("CidrIpv4", one) for one in each.ranges]
            sources += [("ReferencedGroupInfo", one) for one in each.groups]
            for kind, one in sources:
                seed = (group.id, egress, each.first, each.last, one)
                view: Result = {
                    "SecurityGroupRuleId": f"sgr-0{hexes(16, 'sgr', *seed)}",
                    "GroupId": group.id,
                    "GroupOwnerId": world.account,
                    "IsEgress": egress,
                    "IpProtocol": each.protocol,
                    "FromPort": each.first,
                    "ToPort": each.last,
                    "Tags": [],
                }
                view[kind] = one if kind == "CidrIpv4" else {
                    "GroupId": one, "UserId": world.account
                }  # fmt: skip
                if each.why:
                    view["Description"] = each.why
                views.append(view)
    return views
