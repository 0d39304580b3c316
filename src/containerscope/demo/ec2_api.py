"""What EC2 answers about instances, interfaces, groups, images and templates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.ec2_disks_api import DISKS
from containerscope.demo.ec2_filters import Values, by_ids, filtered, paged, tag_set
from containerscope.demo.ec2_groups import Group, security_groups
from containerscope.demo.ec2_hosts import Host, hosts
from containerscope.demo.ec2_images import (
    OWNERS,
    Image,
    Template,
    ecs_image,
    node_image,
    templates,
)
from containerscope.demo.ec2_interfaces import Interface, interfaces
from containerscope.demo.ec2_networks_api import NETWORKS
from containerscope.demo.ec2_regions import REGIONS
from containerscope.demo.ec2_routes import ROUTES
from containerscope.demo.ec2_types import TYPES
from containerscope.demo.ec2_views import (
    STATE_CODES,
    group_view,
    instance_view,
    interface_view,
    private_name,
    rule_views,
)
from containerscope.demo.ids import hexes
from containerscope.demo.protocol_errors import AwsError


def _instance_filters(call: Call) -> Mapping[str, Values[Host]]:
    region = call.world.region
    return {
        "instance-id": lambda host: [host.id],
        "instance-type": lambda host: [host.kind],
        "instance-state-name": lambda host: [host.state],
        "instance-state-code": lambda host: [str(STATE_CODES[host.state])],
        "instance-lifecycle": lambda host: ["spot"] if host.spot else [],
        "image-id": lambda host: [host.image.id],
        "availability-zone": lambda host: [region + host.subnet.zone],
        "subnet-id": lambda host: [host.subnet.id],
        "vpc-id": lambda host: [host.subnet.network.id],
        "private-ip-address": lambda host: [host.address],
        "private-dns-name": lambda host: [private_name(call.world, host.address)],
        "network-interface.network-interface-id": lambda host: [host.interface],
        "instance.group-id": lambda host: host.groups,
        "iam-instance-profile.arn": lambda host: [
            call.world.global_arn("iam", f"instance-profile/{host.profile}")
        ],
    }


def _group_names(call: Call) -> dict[str, str]:
    return {each.id: each.name for each in security_groups(call.world)}


def describe_instances(call: Call) -> Result:
    """Instances, each in a reservation of its own."""
    found = by_ids(
        call,
        "InstanceIds",
        hosts(call.world),
        lambda host: host.id,
        "InvalidInstanceID.NotFound",
        "instance ID",
    )
    found = filtered(call, found, _instance_filters(call), lambda host: dict(host.tags))

    names = _group_names(call)

    def reservation(host: Host) -> Result:
        return {
            "Groups": [],
            "Instances": [instance_view(call.world, host, names)],
            "OwnerId": call.world.account,
            "ReservationId": f"r-0{hexes(16, 'reservation', host.id)}",
        }

    return paged(call, "Reservations", found, lambda host: host.id, reservation)


def _interface_filters(call: Call) -> Mapping[str, Values[Interface]]:
    region = call.world.region
    return {
        "network-interface-id": lambda each: [each.id],
        "addresses.private-ip-address": lambda each: [each.address],
        "private-ip-address": lambda each: [each.address],
        "private-dns-name": lambda each: [private_name(call.world, each.address)],
        "attachment.instance-id": lambda each: [each.instance] if each.instance else [],
        "attachment.status": lambda each: ["attached"],
        "availability-zone": lambda each: [region + each.subnet.zone],
        "description": lambda each: [each.description],
        "group-id": lambda each: each.groups,
        "interface-type": lambda each: [each.kind],
        "requester-id": lambda each: [each.owner],
        "requester-managed": lambda each: ["true" if each.owner else "false"],
        "status": lambda each: ["in-use"],
        "subnet-id": lambda each: [each.subnet.id],
        "vpc-id": lambda each: [each.subnet.network.id],
    }


def _wanted_interfaces(call: Call) -> frozenset[str]:
    """The ids or addresses that are looked for, without patterns; empty where any would do."""
    if ids := call.params.get("NetworkInterfaceIds"):
        return frozenset(ids)
    for each in call.params.get("Filters", ()):
        exact = not any("*" in value or "?" in value for value in each.get("Values", ()))
        if exact and each.get("Name", "").endswith(("private-ip-address", "network-interface-id")):
            return frozenset(each.get("Values", ()))
    return frozenset()


def describe_network_interfaces(call: Call) -> Result:
    """Network interfaces."""
    found = by_ids(
        call,
        "NetworkInterfaceIds",
        list(interfaces(call.world, _wanted_interfaces(call))),
        lambda each: each.id,
        "InvalidNetworkInterfaceID.NotFound",
        "networkInterface ID",
    )
    found = filtered(call, found, _interface_filters(call), lambda each: each.tags)
    names = _group_names(call)
    return paged(
        call,
        "NetworkInterfaces",
        found,
        lambda each: each.id,
        lambda each: interface_view(call.world, each, names),
    )


_GROUP_FILTERS: Mapping[str, Values[Group]] = {
    "group-id": lambda each: [each.id],
    "group-name": lambda each: [each.name],
    "description": lambda each: [each.description],
    "vpc-id": lambda each: [each.network.id],
    "ip-permission.from-port": lambda each: [str(one.first) for one in each.ingress],
    "ip-permission.to-port": lambda each: [str(one.last) for one in each.ingress],
    "ip-permission.protocol": lambda each: [one.protocol for one in each.ingress],
    "ip-permission.cidr": lambda each: [cidr for one in each.ingress for cidr in one.ranges],
    "ip-permission.group-id": lambda each: [name for one in each.ingress for name in one.groups],
}


def describe_security_groups(call: Call) -> Result:
    """Security groups with their rules."""
    found = by_ids(
        call,
        "GroupIds",
        security_groups(call.world),
        lambda each: each.id,
        "InvalidGroup.NotFound",
        "security group",
    )
    names = call.params.get("GroupNames")
    if names:
        found = [each for each in found if each.name in names]
    found = filtered(call, found, _GROUP_FILTERS, lambda each: each.tags)
    return paged(
        call,
        "SecurityGroups",
        found,
        lambda each: each.id,
        lambda each: group_view(call.world, each),
    )


def describe_security_group_rules(call: Call) -> Result:
    """The rules of security groups, each by itself."""
    views = [one for each in security_groups(call.world) for one in rule_views(call.world, each)]
    views = by_ids(
        call,
        "SecurityGroupRuleIds",
        views,
        lambda each: str(each["SecurityGroupRuleId"]),
        "InvalidSecurityGroupRuleId.NotFound",
        "security group rule ID",
    )
    filters: Mapping[str, Values[Result]] = {
        "group-id": lambda each: [each["GroupId"]],
        "security-group-rule-id": lambda each: [each["SecurityGroupRuleId"]],
    }
    found = filtered(call, views, filters)
    return paged(
        call,
        "SecurityGroupRules",
        found,
        lambda each: str(each["SecurityGroupRuleId"]),
        lambda each: each,
    )


def _images(call: Call) -> list[Image]:
    """The images that something here runs, and the newest of what could."""
    found = {each.image.id: each.image for each in hosts(call.world)}
    found |= {each.image.id: each.image for each in templates(call.world)}
    for kind in ("m6i.large", "m7g.large"):
        newest = [ecs_image(kind), node_image("1.35", kind, ""), node_image("1.34", kind, "")]
        found |= {each.id: each for each in newest}
    return list(found.values())


def describe_images(call: Call) -> Result:
    """Machine images, which are all Amazon's."""
    found = by_ids(
        call, "ImageIds", _images(call), lambda each: each.id, "InvalidAMIID.NotFound", "image id"
    )
    owners = call.params.get("Owners")
    if owners:
        found = [each for each in found if {"amazon", OWNERS[each.owner]} & set(owners)]
    filters: Mapping[str, Values[Image]] = {
        "image-id": lambda each: [each.id],
        "name": lambda each: [each.name],
        "architecture": lambda each: [each.architecture],
        "owner-alias": lambda each: ["amazon"],
        "owner-id": lambda each: [OWNERS[each.owner]],
        "state": lambda each: ["available"],
    }
    return paged(call, "Images", filtered(call, found, filters), lambda each: each.id, _image_view)


def _image_view(image: Image) -> Result:
    released = datetime.fromisoformat(image.released).replace(tzinfo=UTC)
    return {
        "Architecture": image.architecture,
        "CreationDate": f"{image.released}T18:04:11.000Z",
        "DeprecationTime": f"{released.year + 2}-{image.released[5:]}T18:04:11.000Z",
        "Description": image.description,
        "EnaSupport": True,
        "Hypervisor": "xen",
        "ImageId": image.id,
        "ImageLocation": f"amazon/{image.name}",
        "ImageOwnerAlias": "amazon",
        "ImageType": "machine",
        "Name": image.name,
        "OwnerId": OWNERS[image.owner],
        "PlatformDetails": "Linux/UNIX",
        "Public": True,
        "RootDeviceName": "/dev/xvda",
        "RootDeviceType": "ebs",
        "State": "available",
        "VirtualizationType": "hvm",
    }


def describe_launch_templates(call: Call) -> Result:
    """Launch templates without what they say."""
    found = by_ids(
        call,
        "LaunchTemplateIds",
        list(templates(call.world)),
        lambda each: each.id,
        "InvalidLaunchTemplateId.NotFound",
        "launch template ID",
    )
    names = call.params.get("LaunchTemplateNames")
    if names:
        found = [each for each in found if each.name in names]
    filters: Mapping[str, Values[Template]] = {"launch-template-name": lambda each: [each.name]}
    creator = call.world.global_arn("iam", "role/ci-deploy")
    return paged(
        call,
        "LaunchTemplates",
        filtered(call, found, filters),
        lambda each: each.id,
        lambda each: {
            "LaunchTemplateId": each.id,
            "LaunchTemplateName": each.name,
            "CreateTime": each.created_at,
            "CreatedBy": creator,
            "DefaultVersionNumber": each.versions,
            "LatestVersionNumber": each.versions,
            "Tags": tag_set({}),
        },
    )


def _template(call: Call) -> Template:
    name, wanted = call.params.get("LaunchTemplateName"), call.params.get("LaunchTemplateId")
    if (name is None) == (wanted is None):
        text = "Exactly one of LaunchTemplateId and LaunchTemplateName must be given."
        raise AwsError("MissingParameter" if name is None else "InvalidParameterCombination", text)
    for each in templates(call.world):
        if each.id == wanted or each.name == name:
            return each
    if name is None:
        text = f"The specified launch template, with template ID {wanted}, does not exist."
        raise AwsError("InvalidLaunchTemplateId.NotFound", text)
    text = f"The specified launch template, with template name {name}, does not exist."
    raise AwsError("InvalidLaunchTemplateName.NotFoundException", text)


def describe_launch_template_versions(call: Call) -> Result:
    """Versions of a launch template, newest first, with what instances are launched with."""
    template = _template(call)
    wanted = call.params.get("Versions") or [str(n) for n in range(template.versions, 0, -1)]
    newest = str(template.versions)
    numbers = [newest if each in ("$Latest", "$Default") else each for each in wanted]
    views = []
    for each in dict.fromkeys(numbers):
        if not each.isdecimal() or not 1 <= int(each) <= template.versions:
            text = f"Could not find launch template version {each}"
            raise AwsError("InvalidLaunchTemplateId.VersionNotFound", text)
        version = int(each)
        views.append(
            {
                "LaunchTemplateId": template.id,
                "LaunchTemplateName": template.name,
                "VersionNumber": version,
                "CreateTime": template.created_at + 86400 * (version - 1),
                "CreatedBy": call.world.global_arn("iam", "role/ci-deploy"),
                "DefaultVersion": version == template.versions,
                "LaunchTemplateData": template.data(version),
            }
        )
    return paged(
        call,
        "LaunchTemplateVersions",
        views,
        lambda each: str(each["VersionNumber"]),
        lambda each: each,
    )


EC2: dict[str, Handler] = {
    "DescribeInstances": describe_instances,
    "DescribeNetworkInterfaces": describe_network_interfaces,
    "DescribeSecurityGroups": describe_security_groups,
    "DescribeSecurityGroupRules": describe_security_group_rules,
    "DescribeImages": describe_images,
    "DescribeLaunchTemplates": describe_launch_templates,
    "DescribeLaunchTemplateVersions": describe_launch_template_versions,
    **DISKS,
    **NETWORKS,
    **REGIONS,
    **ROUTES,
    **TYPES,
}
