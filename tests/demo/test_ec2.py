"""Networks: what stands around the clusters has addresses, interfaces and open ways."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ClientError

from containerscope.demo.account import demo_world
from containerscope.demo.clock import StillClock
from containerscope.demo.ec2_groups import NFS
from containerscope.demo.efs_build import LATE_ZONE
from containerscope.demo.efs_state import file_system_id
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.scale import Scale
from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from tests.demo.conftest import Connect
from tests.demo.in_process import ask


@pytest.fixture
async def ec2(account: RunningServer, connect: Connect) -> Any:
    """A client of the account's networks."""
    return await connect(account, "ec2")


def found(world: World, operation: str, member: str, **filters: str) -> list[Any]:
    """What passes the filters, whose names have `_` for `-`."""
    given = [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in filters.items()]
    found: list[Any] = ask(world, "ec2", operation, Filters=given)[member]
    return found


def test_the_interface_of_a_task_is_the_one_that_ecs_tells(world: World) -> None:
    arns = ask(world, "ecs", "ListTasks", cluster="checkout", serviceName="web")["taskArns"]
    for task in ask(world, "ecs", "DescribeTasks", cluster="checkout", tasks=arns)["tasks"]:
        details = {each["name"]: each["value"] for each in task["attachments"][0]["details"]}
        [interface] = ask(
            world,
            "ec2",
            "DescribeNetworkInterfaces",
            NetworkInterfaceIds=[details["networkInterfaceId"]],
        )["NetworkInterfaces"]
        assert interface["PrivateIpAddress"] == details["privateIPv4Address"]
        assert interface["SubnetId"] == details["subnetId"]
        assert interface["MacAddress"] == details["macAddress"]
        assert interface["PrivateDnsName"] == details["privateDnsName"]
        assert interface["AvailabilityZone"] == task["availabilityZone"]
        assert interface["Description"].endswith(task["attachments"][0]["id"])
        service = world.clusters["checkout"].services["web"]
        assert [each["GroupId"] for each in interface["Groups"]] == service.awsvpc["securityGroups"]
        names = [each["GroupName"] for each in interface["Groups"]]
        assert names == ["web-tasks", "checkout-tasks"]


def test_every_instance_that_ecs_names_is_there(world: World) -> None:
    for cluster in world.clusters.values():
        if not cluster.instances:
            continue
        arns = ask(world, "ecs", "ListContainerInstances", cluster=cluster.name)
        described = ask(
            world,
            "ecs",
            "DescribeContainerInstances",
            cluster=cluster.name,
            containerInstances=arns["containerInstanceArns"],
        )["containerInstances"]
        images = {
            each["ec2InstanceId"]: {one["name"]: one.get("value") for one in each["attributes"]}
            for each in described
        }
        for instance in cluster.instances.values():
            [reservation] = ask(world, "ec2", "DescribeInstances", InstanceIds=[instance.ec2_id])[
                "Reservations"
            ]
            [told] = reservation["Instances"]
            assert told["InstanceType"] == instance.kind
            attributes = images[told["InstanceId"]]
            assert told["ImageId"] == attributes["ecs.ami-id"]
            assert told["Architecture"] == attributes["ecs.cpu-architecture"]
            assert told["VpcId"] == attributes["ecs.vpc-id"]
            assert told["Placement"]["AvailabilityZone"] == f"eu-west-1{instance.zone}"
            profile = told["IamInstanceProfile"]["Arn"].rpartition("/")[2]
            assert ask(world, "iam", "GetInstanceProfile", InstanceProfileName=profile)
            assert ask(world, "ec2", "DescribeImages", ImageIds=[told["ImageId"]])["Images"]


def test_every_node_of_a_group_is_there(world: World) -> None:
    for cluster in world.eks.values():
        for name, group in cluster.nodegroups.items():
            nodes = [
                each
                for one in found(world, "DescribeInstances", "Reservations")
                for each in one["Instances"]
                if {"Key": "eks:nodegroup-name", "Value": name} in each["Tags"]
            ]
            [asg] = group["resources"]["autoScalingGroups"]
            assert {each["InstanceId"] for each in nodes} == world.asgs[
                asg["name"]
            ].instances.keys()
            [arn] = {each["IamInstanceProfile"]["Arn"] for each in nodes}
            profile = {"InstanceProfileName": arn.rpartition("/")[2]}
            [role] = ask(world, "iam", "GetInstanceProfile", **profile)["InstanceProfile"]["Roles"]
            assert role["Arn"] == group["nodeRole"]
            assert {each["SubnetId"] for each in nodes} <= set(group["subnets"])
            spot = {each.get("InstanceLifecycle") for each in nodes}
            assert spot == {"spot" if group["capacityType"] == "SPOT" else None}


def test_no_two_things_have_the_same_address(world: World) -> None:
    every = found(world, "DescribeNetworkInterfaces", "NetworkInterfaces")
    addresses = Counter((each["VpcId"], each["PrivateIpAddress"]) for each in every)
    assert addresses.most_common(1)[0][1] == 1
    assert len({each["NetworkInterfaceId"] for each in every}) == len(every)


def test_free_addresses_of_a_subnet_follow_what_is_in_it(world: World) -> None:
    cluster = world.clusters["checkout"]
    task = next(iter(cluster.services["web"].tasks.values()))
    where = {"availability_zone": f"eu-west-1{task.zone}", "tag:tier": "private"}

    def free() -> int:
        [told] = [
            each
            for each in found(world, "DescribeSubnets", "Subnets", **where)
            if {"Key": "Name", "Value": f"checkout-private-{task.zone}"} in each["Tags"]
        ]
        used = found(world, "DescribeNetworkInterfaces", "NetworkInterfaces",
                     subnet_id=told["SubnetId"])  # fmt: skip
        assert told["AvailableIpAddressCount"] == 16379 - len(used)
        return int(told["AvailableIpAddressCount"])

    before = free()
    task.status = "STOPPED"
    assert free() == before + 1


def test_mount_targets_and_load_balancers_have_interfaces(world: World) -> None:
    for system in ask(world, "efs", "DescribeFileSystems")["FileSystems"]:
        name = system["FileSystemId"]
        for target in ask(world, "efs", "DescribeMountTargets", FileSystemId=name)["MountTargets"]:
            [interface] = ask(
                world,
                "ec2",
                "DescribeNetworkInterfaces",
                NetworkInterfaceIds=[target["NetworkInterfaceId"]],
            )["NetworkInterfaces"]
            assert interface["PrivateIpAddress"] == target["IpAddress"]
            assert interface["VpcId"] == target["VpcId"]
            groups = ask(
                world,
                "efs",
                "DescribeMountTargetSecurityGroups",
                MountTargetId=target["MountTargetId"],
            )
            assert [each["GroupId"] for each in interface["Groups"]] == groups["SecurityGroups"]
    balancers = ask(world, "elbv2", "DescribeLoadBalancers")["LoadBalancers"]
    for balancer in balancers:
        label = balancer["LoadBalancerArn"].rpartition(":loadbalancer/")[2]
        interfaces = found(
            world, "DescribeNetworkInterfaces", "NetworkInterfaces", description=f"ELB {label}"
        )
        assert {each["SubnetId"] for each in interfaces} == {
            each["SubnetId"] for each in balancer["AvailabilityZones"]
        }


def allowed(world: World, group: str, port: int) -> set[str]:
    """The security groups from which a port may be reached."""
    [told] = ask(world, "ec2", "DescribeSecurityGroups", GroupIds=[group])["SecurityGroups"]
    return {
        pair["GroupId"]
        for each in told["IpPermissions"]
        if each["IpProtocol"] == "-1" or each["FromPort"] <= port <= each["ToPort"]
        for pair in each["UserIdGroupPairs"]
    }


def test_load_balancers_reach_the_tasks_behind_them(world: World) -> None:
    for balancer in ask(world, "elbv2", "DescribeLoadBalancers")["LoadBalancers"]:
        if balancer["LoadBalancerName"].startswith("k8s-"):
            continue  # pods have no interfaces of their own
        [front] = balancer["SecurityGroups"]
        arn = balancer["LoadBalancerArn"]
        for group in ask(world, "elbv2", "DescribeTargetGroups", LoadBalancerArn=arn)[
            "TargetGroups"
        ]:
            health = ask(
                world, "elbv2", "DescribeTargetHealth", TargetGroupArn=group["TargetGroupArn"]
            )
            for each in health["TargetHealthDescriptions"]:
                target = each["Target"]
                if group["TargetType"] == "ip":
                    if each["TargetHealth"]["State"] == "draining":
                        continue
                    [interface] = found(world, "DescribeNetworkInterfaces", "NetworkInterfaces",
                                        private_ip_address=target["Id"],
                                        vpc_id=group["VpcId"])  # fmt: skip
                    groups = [one["GroupId"] for one in interface["Groups"]]
                else:
                    [reservation] = ask(
                        world, "ec2", "DescribeInstances", InstanceIds=[target["Id"]]
                    )["Reservations"]
                    groups = [
                        one["GroupId"] for one in reservation["Instances"][0]["SecurityGroups"]
                    ]
                assert any(front in allowed(world, one, target["Port"]) for one in groups)


def test_all_mount_targets_but_one_are_open_to_who_mounts_them(world: World) -> None:
    closed = []
    for cluster in world.clusters.values():
        for service in cluster.services.values():
            for volume in service.definition.body["volumes"]:
                config = volume.get("efsVolumeConfiguration")
                if config is None:
                    continue
                callers = set(service.awsvpc.get("securityGroups", ()))
                if not callers:
                    first = next(iter(cluster.instances.values()))
                    [one] = ask(world, "ec2", "DescribeInstances", InstanceIds=[first.ec2_id])[
                        "Reservations"
                    ]
                    callers = {each["GroupId"] for each in one["Instances"][0]["SecurityGroups"]}
                targets = world.storage.file_systems[config["fileSystemId"]].mount_targets
                closed += [
                    (config["fileSystemId"], target.zone)
                    for target in targets.values()
                    if not any(callers & allowed(world, each, NFS) for each in target.groups)
                ]
    assert closed == [(file_system_id(LATE_ZONE[0]), LATE_ZONE[1])]


async def test_filters_take_wildcards_tags_and_several_values(ec2: Any) -> None:
    async def names(*filters: dict[str, Any]) -> set[str]:
        answer = await ec2.describe_subnets(Filters=list(filters))
        return {
            next(tag["Value"] for tag in each["Tags"] if tag["Key"] == "Name")
            for each in answer["Subnets"]
        }

    data = {"Name": "tag:Name", "Values": ["data-private-?", "edge-public-a"]}
    assert await names(data) == {
        "data-private-a", "data-private-b", "data-private-c", "edge-public-a",
    }  # fmt: skip
    zone = {"Name": "availability-zone", "Values": ["eu-west-1a"]}
    assert await names(data, zone) == {"data-private-a", "edge-public-a"}
    assert await names({"Name": "tag-key", "Values": ["no-such-tag"]}) == set()
    with pytest.raises(ClientError, match="The filter 'colour' is invalid"):
        await names({"Name": "colour", "Values": ["red"]})


async def test_instances_come_in_pages_and_ids_exclude_them(ec2: Any) -> None:
    whole = [
        each["Instances"][0]["InstanceId"]
        for each in (await ec2.describe_instances())["Reservations"]
    ]
    paged = [
        each["Instances"][0]["InstanceId"]
        async for page in ec2.get_paginator("describe_instances").paginate(
            PaginationConfig={"PageSize": 5}
        )
        for each in page["Reservations"]
    ]
    assert paged == whole
    with pytest.raises(ClientError) as caught:
        await ec2.describe_instances(InstanceIds=whole[:1], MaxResults=5)
    assert caught.value.response["Error"]["Code"] == "InvalidParameterCombination"
    with pytest.raises(ClientError) as caught:
        await ec2.describe_instances(MaxResults=4)
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValue"


async def test_what_is_not_there_is_named_so(ec2: Any) -> None:
    for call, code in (
        (ec2.describe_instances(InstanceIds=["i-0"]), "InvalidInstanceID.NotFound"),
        (ec2.describe_subnets(SubnetIds=["subnet-0"]), "InvalidSubnetID.NotFound"),
        (ec2.describe_vpcs(VpcIds=["vpc-0"]), "InvalidVpcID.NotFound"),
        (ec2.describe_security_groups(GroupIds=["sg-0"]), "InvalidGroup.NotFound"),
        (ec2.describe_network_interfaces(NetworkInterfaceIds=["eni-0"]),
         "InvalidNetworkInterfaceID.NotFound"),
        (ec2.describe_images(ImageIds=["ami-0"]), "InvalidAMIID.NotFound"),
        (ec2.describe_launch_template_versions(LaunchTemplateId="lt-0"),
         "InvalidLaunchTemplateId.NotFound"),
        (ec2.describe_launch_template_versions(LaunchTemplateName="none"),
         "InvalidLaunchTemplateName.NotFoundException"),
        (ec2.describe_regions(RegionNames=["mars-1"]), "InvalidParameterValue"),
    ):  # fmt: skip
        with pytest.raises(ClientError) as caught:
            await call
        assert caught.value.response["Error"]["Code"] == code


async def test_launch_templates_say_what_nodes_are_started_with(world: World, ec2: Any) -> None:
    for group in world.eks["platform"].nodegroups.values():
        template = group["launchTemplate"]
        answer = await ec2.describe_launch_template_versions(
            LaunchTemplateId=template["id"], Versions=["$Latest", template["version"]]
        )
        [version] = answer["LaunchTemplateVersions"]
        assert version["LaunchTemplateName"] == template["name"]
        data = version["LaunchTemplateData"]
        assert (await ec2.describe_images(ImageIds=[data["ImageId"]]))["Images"]
        gpu = group["nodegroupName"] == "gpu"
        assert data["MetadataOptions"]["HttpTokens"] == ("optional" if gpu else "required")
    every = await ec2.describe_launch_template_versions(LaunchTemplateName="platform-system")
    numbers = [each["VersionNumber"] for each in every["LaunchTemplateVersions"]]
    assert numbers == [4, 3, 2, 1]


async def test_regions_and_zones(ec2: Any) -> None:
    mine = (await ec2.describe_regions())["Regions"]
    every = (await ec2.describe_regions(AllRegions=True))["Regions"]
    assert "eu-west-1" in {each["RegionName"] for each in mine}
    assert {each["OptInStatus"] for each in every} == {"opt-in-not-required", "not-opted-in"}
    zones = (await ec2.describe_availability_zones())["AvailabilityZones"]
    assert [(each["ZoneName"], each["ZoneId"]) for each in zones] == [
        ("eu-west-1a", "euw1-az1"),
        ("eu-west-1b", "euw1-az2"),
        ("eu-west-1c", "euw1-az3"),
    ]


async def test_private_subnets_lead_out_by_a_gateway_and_by_endpoints(ec2: Any) -> None:
    [vpc] = (await ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["checkout"]}]))[
        "Vpcs"
    ]
    mine = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    tables = (await ec2.describe_route_tables(Filters=mine))["RouteTables"]
    gateways = {
        each["NatGatewayId"]
        for each in (await ec2.describe_nat_gateways(Filter=mine))["NatGateways"]
    }
    routed = {one.get("NatGatewayId") for each in tables for one in each["Routes"]} - {None}
    assert routed == gateways
    associated = {one["SubnetId"] for each in tables for one in each["Associations"]}
    subnets = (await ec2.describe_subnets(Filters=mine))["Subnets"]
    assert associated == {each["SubnetId"] for each in subnets}
    endpoints = (await ec2.describe_vpc_endpoints(Filters=mine))["VpcEndpoints"]
    assert "com.amazonaws.eu-west-1.ecr.dkr" in {each["ServiceName"] for each in endpoints}


def test_every_answer_fits_its_shape(world: World) -> None:
    for operation in (
        "DescribeInstances", "DescribeNetworkInterfaces", "DescribeSecurityGroups",
        "DescribeSecurityGroupRules", "DescribeImages", "DescribeLaunchTemplates",
        "DescribeVpcs", "DescribeSubnets", "DescribeRouteTables", "DescribeNatGateways",
        "DescribeVpcEndpoints", "DescribeRegions", "DescribeAvailabilityZones",
        "DescribeInstanceTypes", "DescribeVolumes", "DescribeVolumeStatus",
    ):  # fmt: skip
        [things] = [
            each for each in ask(world, "ec2", operation).values() if isinstance(each, list)
        ]
        assert things, operation


def test_disks_are_attached_to_the_instances_that_are_there(world: World) -> None:
    volumes = {each["VolumeId"]: each for each in ask(world, "ec2", "DescribeVolumes")["Volumes"]}
    reservations = ask(world, "ec2", "DescribeInstances")["Reservations"]
    instances = [each for one in reservations for each in one["Instances"]]
    for each in instances:
        for mapping in each["BlockDeviceMappings"]:
            [attachment] = volumes[mapping["Ebs"]["VolumeId"]]["Attachments"]
            assert attachment["InstanceId"] == each["InstanceId"]
    held = [each for each in volumes.values() if "kafka" in str(each.get("Tags"))]
    assert len(held) == 3
    assert {each["Attachments"][0]["InstanceId"] for each in held} <= {
        each["InstanceId"] for each in instances
    }
    worn = ask(world, "ec2", "DescribeVolumeStatus")["VolumeStatuses"]
    assert [each["VolumeStatus"]["Status"] for each in worn].count("impaired") == 1
    with pytest.raises(AwsError, match="does not exist"):
        ask(world, "ec2", "DescribeVolumes", VolumeIds=["vol-0123456789abcdef0"])


def test_a_page_of_interfaces_describes_no_more_than_is_on_it() -> None:
    world = demo_world(StillClock(), Scale(4, 40, 1500))
    answer = ask(world, "ec2", "DescribeNetworkInterfaces", MaxResults=1000)
    rest = ask(
        world, "ec2", "DescribeNetworkInterfaces", MaxResults=1000, NextToken=answer["NextToken"]
    )
    assert len(answer["NetworkInterfaces"]) == 1000
    assert "NextToken" not in rest


async def test_every_type_that_runs_is_known(world: World, ec2: Any) -> None:
    running = {
        each["Instances"][0]["InstanceType"]
        for each in (await ec2.describe_instances())["Reservations"]
    }
    types = (await ec2.describe_instance_types(InstanceTypes=sorted(running)))["InstanceTypes"]
    sizes = {each["InstanceType"]: each["MemoryInfo"]["SizeInMiB"] for each in types}
    for cluster in world.clusters.values():
        for each in cluster.instances.values():
            assert 0.9 * sizes[each.kind] < each.memory < sizes[each.kind]


async def test_an_instance_that_is_on_its_way_is_pending(world: World, ec2: Any) -> None:
    group = world.asgs["ecs-data"]
    first = next(iter(group.instances.values()))
    first.lifecycle = "Pending"
    pending = [{"Name": "instance-state-name", "Values": ["pending"]}]
    found = (await ec2.describe_instances(Filters=pending))["Reservations"]
    assert [each["Instances"][0]["InstanceId"] for each in found] == [first.id]
