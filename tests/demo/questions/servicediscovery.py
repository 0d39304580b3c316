"""Cloud Map."""

from __future__ import annotations

from tests.demo.questions import Asker, Params, Sample, plainly


def _service(ask: Asker) -> str:
    return str(ask("ListServices")["Services"][0]["Id"])


def _of_service(ask: Asker) -> Params:
    return {"ServiceId": _service(ask)}


def _instance(ask: Asker) -> Params:
    found = ask("ListInstances", **_of_service(ask))["Instances"]
    return {**_of_service(ask), "InstanceId": found[0]["Id"]}


SAMPLES: dict[str, Sample] = {
    "ListNamespaces": plainly(),
    "GetNamespace": plainly(Id="ns-shopinternal0001"),
    "ListServices": plainly(MaxResults=2),
    "GetService": lambda ask: {"Id": _service(ask)},
    "ListInstances": _of_service,
    "GetInstance": _instance,
    "GetInstancesHealthStatus": _of_service,
}
