"""Cloud Map."""

from __future__ import annotations

from typing import Any

from tests.demo.questions import Sample, plainly


def _service(ask: Any) -> str:
    return str(ask("ListServices")["Services"][0]["Id"])


def _instance(ask: Any) -> str:
    return str(ask("ListInstances", ServiceId=_service(ask))["Instances"][0]["Id"])


SAMPLES: dict[str, Sample] = {
    "ListNamespaces": plainly(),
    "GetNamespace": lambda ask: {"Id": ask("ListNamespaces")["Namespaces"][0]["Id"]},
    "ListServices": plainly(),
    "GetService": lambda ask: {"Id": _service(ask)},
    "ListInstances": lambda ask: {"ServiceId": _service(ask)},
    "GetInstance": lambda ask: {"ServiceId": _service(ask), "InstanceId": _instance(ask)},
    "GetInstancesHealthStatus": lambda ask: {"ServiceId": _service(ask)},
}
