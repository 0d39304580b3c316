"""The same thing in the demo account and in moto, service by service, as each tells of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.moto.conftest import Both

Case = Callable[[Both], tuple[Any, Any]]


def chosen(members: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """These members, of those that are there."""
    return {name: members[name] for name in names if name in members}


def network(both: Both) -> dict[str, str]:
    """A subnet in moto for each zone, and their security group."""
    ec2 = both.moto("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    made = {"vpc": vpc}
    for index, zone in enumerate("abc"):
        block, where = f"10.9.{index}.0/24", f"eu-west-1{zone}"
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=where)["Subnet"]
        made[zone] = subnet["SubnetId"]
    group = ec2.create_security_group(GroupName="lb", Description="lb", VpcId=vpc)
    return {**made, "group": group["GroupId"]}


def caller(both: Both) -> tuple[Any, Any]:
    """Who asks."""
    names = ("UserId", "Account", "Arn")
    ours, theirs = (client("sts").get_caller_identity() for client in (both.demo, both.moto))
    return chosen(ours, *names), chosen(theirs, *names)


def ecs_cluster(both: Both) -> tuple[Any, Any]:
    """A cluster that moto is told to make like ours."""
    include = ["TAGS", "SETTINGS", "CONFIGURATIONS"]
    [ours] = both.demo("ecs").describe_clusters(clusters=["data"], include=include)["clusters"]
    ecs = both.moto("ecs")
    ecs.create_cluster(**chosen(ours, "clusterName", "settings", "tags", "configuration",
                                "defaultCapacityProviderStrategy"))  # fmt: skip
    [theirs] = ecs.describe_clusters(clusters=["data"], include=include)["clusters"]
    return ours, theirs


_DEFINITION = (
    "family", "containerDefinitions", "taskRoleArn", "executionRoleArn", "networkMode", "volumes",
    "placementConstraints", "requiresCompatibilities", "cpu", "memory", "runtimePlatform",
    "ephemeralStorage", "proxyConfiguration", "pidMode", "ipcMode",
)  # fmt: skip


def task_definition(both: Both) -> tuple[Any, Any]:
    """A task definition registered with all that ours says."""
    described = both.demo("ecs").describe_task_definition(taskDefinition="web", include=["TAGS"])
    ours = described["taskDefinition"]
    ecs = both.moto("ecs")
    ecs.register_task_definition(**chosen(ours, *_DEFINITION), tags=described["tags"])
    told = ecs.describe_task_definition(taskDefinition="web", include=["TAGS"])
    return chosen(described, "taskDefinition", "tags"), chosen(told, "taskDefinition", "tags")


def ecs_service(both: Both) -> tuple[Any, Any]:
    """A service that moto is told to make like ours."""
    where: dict[str, Any] = {"cluster": "checkout", "services": ["cart"], "include": ["TAGS"]}
    [ours] = both.demo("ecs").describe_services(**where)["services"]
    task_definition(both)
    made = network(both)
    vpc = {**ours["networkConfiguration"]["awsvpcConfiguration"]}
    vpc |= {"subnets": [made[each] for each in "abc"], "securityGroups": [made["group"]]}
    ecs = both.moto("ecs")
    ecs.create_cluster(clusterName="checkout")
    ecs.create_service(
        **chosen(ours, "serviceName", "desiredCount", "launchType", "loadBalancers",
                 "schedulingStrategy", "tags", "platformVersion",
                 "deploymentConfiguration", "enableECSManagedTags", "propagateTags"),
        cluster="checkout", taskDefinition="web",
        networkConfiguration={"awsvpcConfiguration": vpc},
    )  # fmt: skip
    [theirs] = ecs.describe_services(**where)["services"]
    return ours, theirs


def eks_cluster(both: Both) -> tuple[Any, Any]:
    """A cluster that moto is told to make like ours."""
    ours = both.demo("eks").describe_cluster(name="platform")["cluster"]
    eks = both.moto("eks")
    vpc = chosen(ours["resourcesVpcConfig"], "subnetIds", "securityGroupIds",
                 "endpointPublicAccess", "endpointPrivateAccess", "publicAccessCidrs")  # fmt: skip
    eks.create_cluster(
        **chosen(ours, "name", "version", "roleArn", "logging", "tags", "encryptionConfig"),
        resourcesVpcConfig=vpc,
        kubernetesNetworkConfig=chosen(ours["kubernetesNetworkConfig"], "serviceIpv4Cidr"),
    )
    return ours, eks.describe_cluster(name="platform")["cluster"]


def nodegroup(both: Both) -> tuple[Any, Any]:
    """A node group that both are told to make."""
    eks_cluster(both)
    made = []
    for client in (both.demo, both.moto):
        eks = client("eks")
        where = {"clusterName": "platform", "nodegroupName": "new"}
        eks.create_nodegroup(
            **where,
            scalingConfig={"minSize": 1, "maxSize": 4, "desiredSize": 2},
            subnets=["subnet-12345678"], instanceTypes=["m5.large"],
            amiType="AL2023_x86_64_STANDARD", capacityType="ON_DEMAND", diskSize=40,
            nodeRole="arn:aws:iam::123456789012:role/node", labels={"a": "b"},
            taints=[{"key": "k", "value": "v", "effect": "NO_SCHEDULE"}], tags={"team": "x"},
            version="1.33", updateConfig={"maxUnavailable": 1},
        )  # fmt: skip
        made.append(eks.describe_nodegroup(**where)["nodegroup"])
    return made[0], made[1]


def nodegroup_update(both: Both) -> tuple[Any, Any]:
    """A change of a node group that both are told to make."""
    nodegroup(both)
    eks = both.demo("eks")
    where: dict[str, Any] = {"clusterName": "platform", "nodegroupName": "general-a"}
    both.moto("eks").create_nodegroup(
        **where, subnets=["subnet-12345678"], nodeRole="arn:aws:iam::123456789012:role/node",
        scalingConfig={"minSize": 1, "maxSize": 18, "desiredSize": 9},
    )  # fmt: skip
    wish = {"scalingConfig": {"minSize": 2, "maxSize": 20, "desiredSize": 5},
            "labels": {"addOrUpdateLabels": {"a": "c"}}}  # fmt: skip
    ours = eks.update_nodegroup_config(**where, **wish)["update"]
    return ours, both.moto("eks").update_nodegroup_config(**where, **wish)["update"]


def fargate_profile(both: Both) -> tuple[Any, Any]:
    """A Fargate profile that moto is told to make like ours."""
    eks_cluster(both)
    where = {"clusterName": "platform", "fargateProfileName": "batch"}
    ours = both.demo("eks").describe_fargate_profile(**where)["fargateProfile"]
    eks = both.moto("eks")
    eks.create_fargate_profile(
        **where, **chosen(ours, "podExecutionRoleArn", "subnets", "selectors", "tags")
    )
    return ours, eks.describe_fargate_profile(**where)["fargateProfile"]


def eks_lists(both: Both) -> tuple[Any, Any]:
    """The lists of EKS, page by page."""
    eks_cluster(both)
    told = []
    for client in (both.demo, both.moto):
        eks = client("eks")
        found = eks.list_clusters(maxResults=100)
        told.append({"clusters": [each for each in found["clusters"] if each == "platform"]})
    return told[0], told[1]


def load_balancer(both: Both) -> tuple[Any, Any]:
    """A load balancer that moto is told to make like ours."""
    ours = both.demo("elbv2").describe_load_balancers()["LoadBalancers"][0]
    made = network(both)
    elb = both.moto("elbv2")
    theirs = elb.create_load_balancer(
        Name=ours["LoadBalancerName"], Subnets=[made[each] for each in "abc"],
        SecurityGroups=[made["group"]],
        **chosen(ours, "Scheme", "Type", "IpAddressType"),
    )["LoadBalancers"][0]  # fmt: skip
    [theirs] = elb.describe_load_balancers(LoadBalancerArns=[theirs["LoadBalancerArn"]])[
        "LoadBalancers"
    ]
    return ours, theirs


def target_group(both: Both) -> tuple[Any, Any]:
    """A target group that moto is told to make like ours."""
    ours = both.demo("elbv2").describe_target_groups()["TargetGroups"][0]
    made = network(both)
    elb = both.moto("elbv2")
    theirs = elb.create_target_group(
        Name=ours["TargetGroupName"], VpcId=made["vpc"],
        **chosen(ours, "Protocol", "Port", "HealthCheckProtocol", "HealthCheckPort",
                 "HealthCheckEnabled", "HealthCheckIntervalSeconds", "HealthCheckTimeoutSeconds",
                 "HealthyThresholdCount", "UnhealthyThresholdCount", "HealthCheckPath",
                 "Matcher", "TargetType", "ProtocolVersion", "IpAddressType"),
    )["TargetGroups"][0]  # fmt: skip
    arns = [theirs["TargetGroupArn"]]
    return ours, elb.describe_target_groups(TargetGroupArns=arns)["TargetGroups"][0]


def target_group_attributes(both: Both) -> tuple[Any, Any]:
    """The attributes of a target group, by their keys."""
    told = []
    for client, (one, _) in zip(
        (both.demo, both.moto), ((each, 0) for each in target_group(both)), strict=True
    ):
        found = client("elbv2").describe_target_group_attributes(
            TargetGroupArn=one["TargetGroupArn"]
        )
        told.append({each["Key"]: each["Value"] for each in found["Attributes"]})
    return told[0], told[1]


def listener(both: Both) -> tuple[Any, Any]:
    """A listener with a rule that moto is told to make like ours."""
    elb = both.demo("elbv2")
    balancer = elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    found = elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
    ours = next(each for each in found if each["Protocol"] == "HTTP")
    other = both.moto("elbv2")
    _, made = load_balancer(both)
    theirs = other.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"],
        **chosen(ours, "Port", "Protocol", "DefaultActions"),
    )["Listeners"][0]
    arns = [theirs["ListenerArn"]]
    return ours, other.describe_listeners(ListenerArns=arns)["Listeners"][0]


def rule(both: Both) -> tuple[Any, Any]:
    """A rule that moto is told to make like ours."""
    elb, other = both.demo("elbv2"), both.moto("elbv2")
    balancer = elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    arn = elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"][-1]["ListenerArn"]
    ours = next(
        each for each in elb.describe_rules(ListenerArn=arn)["Rules"] if not each["IsDefault"]
    )
    _, group = target_group(both)
    _, made = load_balancer(both)
    action = {"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}
    listening = other.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"], Port=80, Protocol="HTTP", DefaultActions=[action]
    )["Listeners"][0]["ListenerArn"]
    conditions = [chosen(each, "Field", "Values") for each in ours["Conditions"]]
    theirs = other.create_rule(
        ListenerArn=listening, Conditions=conditions, Priority=int(ours["Priority"]),
        Actions=[action],
    )["Rules"][0]  # fmt: skip
    return ours, theirs


def elb_tags(both: Both) -> tuple[Any, Any]:
    """Tags that both are told to add."""
    told = []
    for client, one in zip((both.demo, both.moto), target_group(both), strict=True):
        elb, arns = client("elbv2"), [one["TargetGroupArn"]]
        elb.add_tags(ResourceArns=arns, Tags=[{"Key": "owner", "Value": "orders"}])
        [found] = elb.describe_tags(ResourceArns=arns)["TagDescriptions"]
        found["Tags"] = [each for each in found["Tags"] if each["Key"] == "owner"]
        told.append(found)
    return told[0], told[1]


CASES: dict[str, Case] = {
    "sts caller": caller,
    "ecs cluster": ecs_cluster,
    "ecs task definition": task_definition,
    "ecs service": ecs_service,
    "eks cluster": eks_cluster,
    "eks node group": nodegroup,
    "eks node group update": nodegroup_update,
    "eks Fargate profile": fargate_profile,
    "eks lists": eks_lists,
    "elbv2 load balancer": load_balancer,
    "elbv2 target group": target_group,
    "elbv2 target group attributes": target_group_attributes,
    "elbv2 listener": listener,
    "elbv2 rule": rule,
    "elbv2 tags": elb_tags,
}
