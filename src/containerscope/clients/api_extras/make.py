"""Writes the overlays beside it: what a newer botocore knows of ECS and EKS and ours does not.

Run with the unpacked wheel of the newer botocore:

    pip download botocore==1.44.5 --no-deps -d NEWER && unzip NEWER/*.whl -d NEWER
    python -m containerscope.clients.api_extras.make NEWER/botocore/data

Operations that only read are added with all the shapes they need, and every operation at hand gets
the members its answer lacks. Enumerations are left alone: answers are not validated against them.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.loaders import Loader

from containerscope.clients.guard_allowed import ALLOWED

HERE = Path(__file__).parent
SERVICES = {"ecs": "2014-11-13", "eks": "2017-11-01"}
ACTIONS = {"ecs": ("ContinueServiceDeployment",), "eks": ("CancelUpdate",)}
"""Operations beside the reading ones that the program makes use of."""
_PROSE = ("documentation", "errors")

Model = Mapping[str, Any]


def newer_model(data: Path, service: str) -> Model:
    """The model of a service in the newer botocore's data folder."""
    file = data / service / SERVICES[service] / "service-2.json.gz"
    model: Model = json.loads(gzip.decompress(file.read_bytes()))
    return model


def builtin_model(service: str) -> Model:
    """The model of a service in the botocore at hand, without any overlay."""
    loader = Loader(
        extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False
    )
    model: Model = loader.load_service_model(service, "service-2")
    return model


def _without_prose(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _without_prose(v) for k, v in value.items() if k not in _PROSE}
    return [_without_prose(part) for part in value] if isinstance(value, list) else value


def _references(shape: Model) -> Iterator[str]:
    for member in shape.get("members", {}).values():
        yield member["shape"]
    for part in ("member", "key", "value"):
        if part in shape:
            yield shape[part]["shape"]


def reachable(model: Model, roots: list[str]) -> set[str]:
    """The names of all shapes that these shapes are made of."""
    found: set[str] = set()
    while roots:
        name = roots.pop()
        if name not in found:
            found.add(name)
            roots.extend(_references(model["shapes"][name]))
    return found


def overlay(ours: Model, newer: Model, service: str) -> dict[str, Any]:
    """What to merge into our model so that it knows what the newer one does."""
    wanted = [*ALLOWED[service], *ACTIONS[service]]
    operations: dict[str, Any] = {}
    roots: list[str] = []
    for name in sorted(newer["operations"]):
        operation = newer["operations"][name]
        new = name not in ours["operations"]
        if new and name not in wanted:
            continue
        if new:
            operations[name] = _without_prose(operation)
        if (new or name in wanted) and "input" in operation:
            roots.append(operation["input"]["shape"])
        if "output" in operation:
            roots.append(operation["output"]["shape"])
    shapes: dict[str, Any] = {}
    for name in sorted(reachable(newer, roots)):
        shape, known = newer["shapes"][name], ours["shapes"].get(name)
        if known is None:
            shapes[name] = {k: v for k, v in _without_prose(shape).items() if k != "enum"}
        elif shape["type"] == "structure":
            members = {
                member: _without_prose(reference)
                for member, reference in shape["members"].items()
                if member not in known["members"]
            }
            if members:
                shapes[name] = {"members": members}
    return {"version": 1.0, "merge": {"operations": operations, "shapes": shapes}}


def main(data: Path) -> None:
    """Write the overlay of every service."""
    for service, version in SERVICES.items():
        made = overlay(builtin_model(service), newer_model(data, service), service)
        file = HERE / service / version / "service-2.sdk-extras.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
