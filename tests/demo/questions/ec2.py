"""EC2."""

from tests.demo.questions import Sample, plainly

SAMPLES: dict[str, Sample] = {
    "DescribeInstances": plainly(MaxResults=5),
    "DescribeInstanceTypes": plainly(InstanceTypes=["g6.xlarge", "m6i.large"]),
    "DescribeNetworkInterfaces": plainly(MaxResults=5),
    "DescribeSecurityGroups": plainly(),
    "DescribeSecurityGroupRules": plainly(),
    "DescribeImages": plainly(Owners=["amazon"]),
    "DescribeLaunchTemplates": plainly(),
    "DescribeLaunchTemplateVersions": lambda ask: {
        "LaunchTemplateId": ask("DescribeLaunchTemplates")["LaunchTemplates"][0]["LaunchTemplateId"]
    },
    "DescribeVolumes": plainly(MaxResults=5),
    "DescribeVolumeStatus": plainly(MaxResults=5),
    "DescribeVpcs": plainly(),
    "DescribeSubnets": plainly(),
    "DescribeRegions": plainly(),
    "DescribeAvailabilityZones": plainly(),
    "DescribeRouteTables": plainly(),
    "DescribeNatGateways": plainly(),
    "DescribeVpcEndpoints": plainly(),
}
