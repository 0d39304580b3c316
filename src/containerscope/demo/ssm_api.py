"""What Systems Manager answers: AWS's own parameters, that the account's are there, sessions."""

from __future__ import annotations

import msgspec

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.ec2_images import ecs_image, node_image
from containerscope.demo.ecs_recipe import DAY
from containerscope.demo.eks_versions import al2_release, ami_release
from containerscope.demo.identity import caller_arn
from containerscope.demo.paging import Paging
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.ssm_sessions import SESSIONS
from containerscope.demo.world import World

PUBLIC = "/aws/service/"
_PAGES = Paging("MaxResults", "NextToken", "NextToken", 50, 50)
_BY_PATH = Paging("MaxResults", "NextToken", "NextToken", 10, 10)
_KINDS = {"x86_64": "m6i.large", "arm64": "m7g.large"}


def public_parameters(world: World) -> dict[str, str]:
    """AWS's own parameters about the images of ECS and EKS, by name."""
    found = {}
    for path, kind in (("", "m6i.large"), ("/arm64", "m7g.large")):
        image = ecs_image(kind)
        base = f"{PUBLIC}ecs/optimized-ami/amazon-linux-2023{path}/recommended"
        told = {
            "ecs_agent_version": "1.98.0",
            "ecs_runtime_version": "Docker version 25.0.13",
            "image_id": image.id,
            "image_name": image.name,
            "os": "Amazon Linux 2023",
        }
        found[base] = msgspec.json.encode(told).decode()
        found |= {f"{base}/{name}": told[name] for name in ("image_id", "image_name")}
    for each in world.eks_versions:
        version = each["clusterVersion"]
        if last := al2_release(version):
            for kind in ("amazon-linux-2", "amazon-linux-2-gpu", "amazon-linux-2-arm64"):
                base = f"{PUBLIC}eks/optimized-ami/{version}/{kind}/recommended"
                found[f"{base}/release_version"] = last
        for architecture, kind in _KINDS.items():
            for variant in ("standard", "nvidia"):
                image = node_image(version, kind, variant.upper())
                base = (
                    f"{PUBLIC}eks/optimized-ami/{version}/amazon-linux-2023/{architecture}/"
                    f"{variant}/recommended"
                )
                found[f"{base}/image_id"] = image.id
                found[f"{base}/image_name"] = image.name
                found[f"{base}/release_version"] = ami_release(version)
    return found


def _own(world: World) -> list[str]:
    """The names of the account's own parameters, which task definitions refer to."""
    prefix = world.arn("ssm", "parameter")
    return sorted(
        {
            each["valueFrom"].removeprefix(prefix)
            for family in world.families.values()
            for definition in family[-3:]
            for container in definition.containers
            for each in container.get("secrets", ())
            if each["valueFrom"].startswith(prefix)
        }
    )


def _parameter(world: World, name: str, value: str) -> Result:
    return {
        "Name": name,
        "Type": "String",
        "Value": value,
        "Version": 7,
        "LastModifiedDate": world.now() - 20 * DAY,
        "ARN": f"arn:{world.partition}:ssm:{world.region}::parameter{name}",
        "DataType": "text",
    }


def _guard(call: Call, action: str, name: str) -> None:
    """Refuse what may be a secret: the demo has none to give."""
    if not name.startswith(PUBLIC):
        arn = call.world.arn("ssm", f"parameter/{name.lstrip('/')}")
        text = (
            f"User: {caller_arn(call)} is not authorized to perform: ssm:{action} on resource: "
            f"{arn} with an explicit deny in an identity-based policy"
        )
        raise AwsError("AccessDeniedException", text)


def get_parameter(call: Call) -> Result:
    """One of AWS's own parameters."""
    name = call.params["Name"]
    _guard(call, "GetParameter", name)
    value = public_parameters(call.world).get(name)
    if value is None:
        raise AwsError("ParameterNotFound", f"Parameter {name} not found.")
    return {"Parameter": _parameter(call.world, name, value)}


def get_parameters(call: Call) -> Result:
    """Up to ten of AWS's own parameters, and the names that are none."""
    names = call.params["Names"]
    if len(names) > 10:
        text = (
            "1 validation error detected: Value at 'names' failed to satisfy constraint: Member "
            "must have length less than or equal to 10"
        )
        raise AwsError("ValidationException", text)
    for name in names:
        _guard(call, "GetParameters", name)
    known = public_parameters(call.world)
    return {
        "Parameters": [
            _parameter(call.world, each, known[each]) for each in names if each in known
        ],
        "InvalidParameters": [each for each in names if each not in known],
    }


def get_parameters_by_path(call: Call) -> Result:
    """AWS's own parameters below a path."""
    path = call.params["Path"].rstrip("/") + "/"
    _guard(call, "GetParametersByPath", path)
    deep = call.params.get("Recursive", False)
    found = [
        _parameter(call.world, name, value)
        for name, value in public_parameters(call.world).items()
        if name.startswith(path) and (deep or "/" not in name[len(path) :])
    ]
    return _BY_PATH.page(call.params, "Parameters", found)


def describe_parameters(call: Call) -> Result:
    """The account's own parameters, without their values."""
    views = [
        {
            "Name": name,
            "ARN": call.world.arn("ssm", f"parameter{name}"),
            "Type": "SecureString",
            "KeyId": "alias/aws/ssm",
            "LastModifiedDate": call.world.now() - 90 * DAY,
            "LastModifiedUser": call.world.global_arn("iam", "role/ci-deploy"),
            "Version": 3,
            "Tier": "Standard",
            "Policies": [],
            "DataType": "text",
        }
        for name in _own(call.world)
    ]
    return _PAGES.page(call.params, "Parameters", views)


SSM: dict[str, Handler] = {
    "GetParameter": get_parameter,
    "GetParameters": get_parameters,
    "GetParametersByPath": get_parameters_by_path,
    "DescribeParameters": describe_parameters,
    **SESSIONS,
}
