"""EFS."""

from __future__ import annotations

from tests.demo.questions import Asker, Params, Sample, plainly


def _system(ask: Asker) -> Params:
    systems = ask("DescribeFileSystems")["FileSystems"]
    return {"FileSystemId": systems[0]["FileSystemId"]}


def _mount_target(ask: Asker) -> Params:
    found = ask("DescribeMountTargets", **_system(ask))["MountTargets"]
    return {"MountTargetId": found[0]["MountTargetId"]}


def _gone(ask: Asker) -> Params:
    found = ask("DescribeMountTargets", **_system(ask))["MountTargets"][0]
    ask("DeleteMountTarget", MountTargetId=found["MountTargetId"])
    ask.later(300)
    return {"FileSystemId": found["FileSystemId"], "SubnetId": found["SubnetId"]}


def _with_policy(operation: str) -> Sample:
    """A file system about which the operation has something to tell."""

    def make(ask: Asker) -> Params:
        for each in ask("DescribeFileSystems")["FileSystems"]:
            params = {"FileSystemId": each["FileSystemId"]}
            try:
                if any(ask(operation, **params).values()):
                    return params
            except Exception:
                continue
        raise AssertionError(f"{operation} has nothing to tell of any file system")

    return make


SAMPLES: dict[str, Sample] = {
    "DescribeFileSystems": plainly(MaxItems=2),
    "DescribeMountTargets": _system,
    "DescribeMountTargetSecurityGroups": _mount_target,
    "ModifyMountTargetSecurityGroups": lambda ask: {
        **_mount_target(ask),
        **ask("DescribeMountTargetSecurityGroups", **_mount_target(ask)),
    },
    "CreateMountTarget": _gone,
    "DeleteMountTarget": _mount_target,
    "DescribeAccessPoints": plainly(),
    "DescribeFileSystemPolicy": _with_policy("DescribeFileSystemPolicy"),
    "DescribeBackupPolicy": _with_policy("DescribeBackupPolicy"),
    "DescribeLifecycleConfiguration": _with_policy("DescribeLifecycleConfiguration"),
    "ListTagsForResource": lambda ask: {"ResourceId": _system(ask)["FileSystemId"]},
}
