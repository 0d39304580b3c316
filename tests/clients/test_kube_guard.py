"""What is never sent to a Kubernetes API, and what never leaves the clients."""

from __future__ import annotations

import json

import pytest

from containerscope.clients.kube_guard import is_secret, refuse, without_values
from containerscope.redact import MASK


@pytest.mark.parametrize(
    "path",
    [
        "/version",
        "/api/v1/pods",
        "/api/v1/namespaces/shop/pods/web-0",
        "/api/v1/namespaces/shop/pods/web-0/log",
        "/apis/apps",
        "/apis/apps/v1/deployments",
        "/apis/metrics.k8s.io/v1beta1/nodes",
        "/apis/apps/v1/namespaces/shop/deployments/web",
        "/api/v1/nodes/ip-10-0-0-1.eu-west-1.compute.internal",
        "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode",
    ],
)
def test_reads_are_let_through(path: str) -> None:
    assert refuse("GET", path) is None


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/namespaces/shop/pods/web-0/exec",
        "/api/v1/namespaces/shop/pods/web-0/attach",
        "/api/v1/namespaces/shop/pods/web-0/portforward",
        "/api/v1/namespaces/shop/pods/web-0/proxy",
        "/api/v1/namespaces/shop/pods/web-0/proxy/admin",
        "/api/v1/namespaces/shop/services/web/proxy",
        "/api/v1/nodes/n/proxy/exec",
        "/api/v1/proxy/namespaces/shop/pods/web-0",
        "/api/v1/namespaces/shop/pods/../../../../version",
        "/api/v1/namespaces/shop/serviceaccounts/web/token",
        "/logs/",
        "/debug/pprof",
    ],
)
def test_what_acts_by_get_is_refused(path: str) -> None:
    problem = refuse("GET", path)
    assert problem is not None
    assert path in problem.message


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_other_method_is_a_read(method: str) -> None:
    assert refuse(method, "/api/v1/namespaces/shop/pods/web-0") is not None


def test_values_of_secrets_are_masked_wherever_they_stand() -> None:
    secret = {
        "kind": "Secret",
        "metadata": {
            "name": "db",
            "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"p":"czNjcjN0"}}'
            },
        },
        "data": {"password": "czNjcjN0"},
        "stringData": {"other": "s3cr3t"},
    }
    for body in (secret, {"items": [secret]}, {"type": "ADDED", "object": secret}):
        told = without_values(json.dumps(body).encode())
        assert b"czNjcjN0" not in told
        assert b"s3cr3t" not in told
        assert MASK in told.decode() or json.dumps(MASK)[1:-1].encode() in told
        assert b"password" in told


def test_every_path_of_secrets_is_known_for_one() -> None:
    for path in (
        "/api/v1/secrets",
        "/api/v1/namespaces/shop/secrets",
        "/api/v1/namespaces/shop/secrets/db",
    ):
        assert is_secret(path)
    assert not is_secret("/api/v1/namespaces/secrets/configmaps")
