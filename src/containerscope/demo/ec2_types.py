"""What EC2 answers about instance types: those that the account's groups may launch, and kin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.ec2_filters import Values, by_ids, filtered, paged
from containerscope.demo.ec2_images import architecture_of


class InstanceType(NamedTuple):
    """An instance type and how large it is. Source: the EC2 instance type pages."""

    name: str
    cpus: int
    memory: int
    """MiB."""
    interfaces: int
    addresses: int
    """IPv4 addresses of each interface."""
    gpus: int = 0


_TYPES = (
    InstanceType("c7g.large", 2, 4096, 3, 10),
    InstanceType("c7g.xlarge", 4, 8192, 4, 15),
    InstanceType("g6.xlarge", 4, 16384, 4, 15, 1),
    InstanceType("m5.large", 2, 8192, 3, 10),
    InstanceType("m5.xlarge", 4, 16384, 4, 15),
    InstanceType("m5.2xlarge", 8, 32768, 4, 15),
    InstanceType("m5a.2xlarge", 8, 32768, 4, 15),
    InstanceType("m6i.large", 2, 8192, 3, 10),
    InstanceType("m6i.xlarge", 4, 16384, 4, 15),
    InstanceType("m6i.2xlarge", 8, 32768, 4, 15),
    InstanceType("m7g.large", 2, 8192, 3, 10),
)

_FILTERS: Mapping[str, Values[InstanceType]] = {
    "instance-type": lambda each: [each.name],
    "vcpu-info.default-vcpus": lambda each: [str(each.cpus)],
    "memory-info.size-in-mib": lambda each: [str(each.memory)],
    "processor-info.supported-architecture": lambda each: [architecture_of(each.name)],
    "current-generation": lambda each: ["true"],
}


def describe_instance_types(call: Call) -> Result:
    """Instance types with their CPUs, memory and network interfaces."""
    found = by_ids(
        call,
        "InstanceTypes",
        _TYPES,
        lambda each: each.name,
        "InvalidInstanceType",
        "instance type",
    )
    return paged(
        call, "InstanceTypes", filtered(call, found, _FILTERS), lambda each: each.name, _view
    )


def _view(each: InstanceType) -> Result:
    cores = each.cpus if architecture_of(each.name) == "arm64" else each.cpus // 2
    view: Result = {
        "InstanceType": each.name,
        "CurrentGeneration": True,
        "FreeTierEligible": False,
        "SupportedUsageClasses": ["on-demand", "spot"],
        "SupportedRootDeviceTypes": ["ebs"],
        "SupportedVirtualizationTypes": ["hvm"],
        "BareMetal": False,
        "Hypervisor": "nitro",
        "ProcessorInfo": {"SupportedArchitectures": [architecture_of(each.name)]},
        "VCpuInfo": {
            "DefaultVCpus": each.cpus,
            "DefaultCores": cores,
            "DefaultThreadsPerCore": each.cpus // cores,
        },
        "MemoryInfo": {"SizeInMiB": each.memory},
        "InstanceStorageSupported": bool(each.gpus),
        "NetworkInfo": {
            "MaximumNetworkInterfaces": each.interfaces,
            "Ipv4AddressesPerInterface": each.addresses,
            "Ipv6AddressesPerInterface": each.addresses,
            "Ipv6Supported": True,
            "EnaSupport": "required",
        },
    }
    if each.gpus:
        card = {"Name": "L4", "Manufacturer": "NVIDIA", "Count": each.gpus,
                "MemoryInfo": {"SizeInMiB": 22888}}  # fmt: skip
        view["GpuInfo"] = {"Gpus": [card], "TotalGpuMemoryInMiB": 22888 * each.gpus}
    return view


TYPES: dict[str, Handler] = {"DescribeInstanceTypes": describe_instance_types}
