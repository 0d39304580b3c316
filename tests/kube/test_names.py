"""The words by which a cluster knows its types, from servers new and old."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from containerscope.clients.aws import AwsClients
from containerscope.model.kube import KubeError
from containerscope.model.listing import ApiError, Problem, Why
from containerscope.resources._kube_names import full_name
from tests.kube.cluster import NAME, Cluster


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("certificates", "certificates.cert-manager.io"),
        ("Certificate", "certificates.cert-manager.io"),
        ("cert", "certificates.cert-manager.io"),
        ("targetgroupbinding", "targetgroupbindings.elbv2.k8s.aws"),
        ("pizzas", None),
    ],
)
async def test_all_words_are_told_in_one_answer(
    cluster: Cluster, clients: AwsClients, word: str, name: str | None
) -> None:
    assert await full_name(clients, NAME, word) == name
    assert await full_name(clients, NAME, "no-such-word") is None
    assert sum(clients.calls.values()) - clients.calls["eks:DescribeCluster"] <= 2


class OldServer:
    """Answers `/apis` as servers did before they told everything at once."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def kube(self, cluster: str) -> OldServer:
        return self

    async def cached(self, key: Any, seconds: float, make: Callable[[], Awaitable[Any]]) -> Any:
        return await make()

    async def get(self, path: str, accept: str = "") -> bytes:
        self.asked.append(path)
        if path == "/apis":
            groups = [
                {"name": name, "preferredVersion": {"version": "v1"}}
                for name in ("a.example.com", "broken.example.com", "b.example.com")
            ]
            return json.dumps({"kind": "APIGroupList", "groups": groups}).encode()
        group = path.split("/")[2]
        if group.startswith("broken"):
            raise KubeError(Problem(Why.FAILED, "kubernetes:get", "no endpoints"), 503)
        named = {"singularName": "pizza", "kind": "Pizza", "shortNames": ["pz"]}
        resources = [
            {"name": "pizzas", **named},
            {"name": "pizzas/status", **named},
            {"name": "ovens" if group[0] == "a" else "pz", "singularName": "", "kind": ""},
        ]
        return json.dumps({"resources": resources}).encode()


async def test_an_old_server_is_asked_group_by_group_and_the_first_to_know_a_word_has_it() -> None:
    server = OldServer()
    clients = cast("AwsClients", server)
    assert await full_name(clients, "old", "pizza") == "pizzas.a.example.com"
    assert await full_name(clients, "old", "ovens") == "ovens.a.example.com"
    # What is called so comes before what is only called so for short.
    assert await full_name(clients, "old", "pz") == "pz.b.example.com"
    assert await full_name(clients, "old", "pizzas/status") is None
    assert len(server.asked) == 4 * 4


async def test_an_answer_of_somebody_else_is_no_list_of_types() -> None:
    class Elsewhere(OldServer):
        async def get(self, path: str, accept: str = "") -> bytes:
            return b"<html>sign in</html>"

    with pytest.raises(ApiError, match="JSON"):
        await full_name(cast("AwsClients", Elsewhere()), "old", "pizza")
