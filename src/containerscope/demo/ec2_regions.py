"""What EC2 answers about regions and their zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.ec2_filters import Values, filtered
from containerscope.demo.ec2_networks import ZONES
from containerscope.demo.protocol_errors import AwsError

ON = (
    "ap-south-1",
    "eu-north-1",
    "eu-west-3",
    "eu-west-2",
    "eu-west-1",
    "ap-northeast-3",
    "ap-northeast-2",
    "ap-northeast-1",
    "ca-central-1",
    "sa-east-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-central-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
)
OFF = (
    "af-south-1",
    "ap-east-1",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
)
"""Regions that an account has to opt in to; this one has not."""


def _region_view(name: str) -> Result:
    status = "opt-in-not-required" if name in ON else "not-opted-in"
    return {
        "Endpoint": f"ec2.{name}.amazonaws.com",
        "RegionName": name,
        "OptInStatus": status,
    }


def describe_regions(call: Call) -> Result:
    """The regions that the account may use, or all that there are."""
    names = [*ON, *(OFF if call.params.get("AllRegions") else ())]
    for each in call.params.get("RegionNames", ()):
        if each not in (*ON, *OFF):
            raise AwsError("InvalidParameterValue", f"Invalid region provided {each}")
    if "RegionNames" in call.params:
        names = [each for each in (*ON, *OFF) if each in call.params["RegionNames"]]
    filters: Mapping[str, Values[Result]] = {
        "region-name": lambda each: [each["RegionName"]],
        "opt-in-status": lambda each: [each["OptInStatus"]],
        "endpoint": lambda each: [each["Endpoint"]],
    }
    return {"Regions": filtered(call, map(_region_view, names), filters)}


def zone_prefix(region: str) -> str:
    """How the ids of a region's zones begin: `euw1` of eu-west-1."""
    area, direction, number = region.split("-")
    short = {"north": "n", "south": "s", "east": "e", "west": "w", "central": "c"}
    letters = "".join(short.get(each, "") for each in _directions(direction))
    return f"{area}{letters}{number}"


def _directions(text: str) -> Iterator[str]:
    for each in ("north", "south", "central", "east", "west"):
        if each in text:
            yield each


def describe_availability_zones(call: Call) -> Result:
    """The zones of the region."""
    region = call.world.region
    views = [
        {
            "State": "available",
            "OptInStatus": "opt-in-not-required",
            "Messages": [],
            "RegionName": region,
            "ZoneName": region + zone,
            "ZoneId": f"{zone_prefix(region)}-az{number}",
            "GroupName": region,
            "NetworkBorderGroup": region,
            "ZoneType": "availability-zone",
        }
        for number, zone in enumerate(ZONES, 1)
    ]
    names = call.params.get("ZoneNames")
    if names:
        views = [each for each in views if each["ZoneName"] in names]
    filters: Mapping[str, Values[Result]] = {
        "zone-name": lambda each: [each["ZoneName"]],
        "zone-id": lambda each: [each["ZoneId"]],
        "state": lambda each: [each["State"]],
        "region-name": lambda each: [each["RegionName"]],
    }
    return {"AvailabilityZones": filtered(call, views, filters)}


REGIONS: dict[str, Handler] = {
    "DescribeRegions": describe_regions,
    "DescribeAvailabilityZones": describe_availability_zones,
}
