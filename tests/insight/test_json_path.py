"""Paths as definitions of custom resources write them."""

from __future__ import annotations

from typing import Any

import pytest

from containerscope.insight.json_path import BadPathError, read_path

CLAIM: dict[str, Any] = {
    "metadata": {
        "labels": {"node.kubernetes.io/instance-type": "m6i.large", "a": "b"},
    },
    "spec": {"weight": 10, "hosts": ["a.example.com", "b.example.com", "c.example.com"]},
    "status": {
        "nodeName": None,
        "conditions": [
            {"type": "Launched", "status": "True", "since": 5},
            {"type": "Ready", "status": "False", "reason": "it's [not] up", "since": 9},
        ],
        "rules": [{"backends": [{"port": 80}]}, {"backends": [{"port": 443}, {"port": 8443}]}],
    },
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (".spec.weight", [10]),
        ("spec.weight", [10]),
        ("$.spec.weight", [10]),
        (".spec['weight']", [10]),
        (".", [CLAIM]),
        (r".metadata.labels.node\.kubernetes\.io/instance-type", ["m6i.large"]),
        (".metadata.labels['node.kubernetes.io/instance-type']", ["m6i.large"]),
        (r".metadata.labels['node\.kubernetes\.io/instance-type']", ["m6i.large"]),
        ('.status.conditions[?(@.type=="Ready")].status', ["False"]),
        ('.status.conditions[?(@.type == "Ready")].reason', ["it's [not] up"]),
        (".status.conditions[?(@.type=='Ready')].status", ["False"]),
        ('.status.conditions[?(@.reason=="it\'s [not] up")].type', ["Ready"]),
        (".status.conditions[?(@.since>5)].type", ["Ready"]),
        (".status.conditions[?(@.since<=5)].type", ["Launched"]),
        ('.status.conditions[?(@.type!="Ready")].type', ["Launched"]),
        (".status.conditions[?(@.reason)].type", ["Ready"]),
        (".status.conditions[?(@.type>3)].type", []),
        (".spec.hosts[0]", ["a.example.com"]),
        (".spec.hosts[-1]", ["c.example.com"]),
        (".spec.hosts[-1:]", ["c.example.com"]),
        (".spec.hosts[0:2]", ["a.example.com", "b.example.com"]),
        (".spec.hosts[::2]", ["a.example.com", "c.example.com"]),
        (".spec.hosts[0,2]", ["a.example.com", "c.example.com"]),
        (".spec.hosts[*]", CLAIM["spec"]["hosts"]),
        (".spec.hosts.*", CLAIM["spec"]["hosts"]),
        (".spec.hosts[9]", []),
        (".status.rules[*].backends[*].port", [80, 443, 8443]),
        ("..port", [80, 443, 8443]),
        (".status.nodeName", [None]),
        (".status.nothing.at.all", []),
        (".spec.weight.deeper", []),
        (".spec.weight[0]", []),
    ],
)
def test_a_path_finds_what_kubectl_finds(path: str, found: list[Any]) -> None:
    assert read_path(path)(CLAIM) == found


@pytest.mark.parametrize(
    "path",
    [".spec[", ".spec[]", ".spec[x]", ".a[?(type)]", ".a[?(@.b==x y)]", ".a...b", ".a.", "]"],
)
def test_a_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(BadPathError):
        read_path(path)
