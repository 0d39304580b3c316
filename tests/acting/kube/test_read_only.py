"""Read-only: no change of a Kubernetes object leaves the program, whoever asks for it and how."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from containerscope.acting import Order, Preview, rehearse, run, why_not
from containerscope.clients.aws import connect
from containerscope.clients.kube import KubeConnection
from containerscope.clients.kube_writes import WRITES
from containerscope.demo.kube_types import BUILT_IN
from containerscope.model.listing import ApiError, Item, RefusedError
from containerscope.plan import METHODS, KubeRequest, Step
from containerscope.resource import Action, Platform, Resource, Scope, Target
from containerscope.resources import all_resources, find
from tests.clients.counting import Knocks, counting_server
from tests.resources.wire import REGION, Nobody

CUSTOM = find("certificates.cert-manager.io")
KUBERNETES = [
    (resource, action)
    for resource in (*all_resources().values(), CUSTOM)
    if resource is not None and resource.platform is Platform.KUBERNETES
    for action in resource.actions
]


def requests() -> Iterator[KubeRequest]:
    """Every verb on every type, its objects and all of its subresources."""
    for kind in BUILT_IN:
        base = f"/apis/{kind.group}/{kind.version}" if kind.group else f"/api/{kind.version}"
        within = "/namespaces/shop" if kind.namespaced else ""
        collection = f"{base}{within}/{kind.plural}"
        parts = ("", *(f"/{each.name}" for each in kind.subresources), "/proxy", "/token", "/exec")
        paths = (collection, *(f"{collection}/x{part}" for part in parts))
        for path, verb in itertools.product(paths, METHODS):
            yield KubeRequest("platform", verb, path, kind.plural, {"kind": kind.kind})  # type: ignore[arg-type]


class OpenDoor:
    """Leads anybody to a server."""

    def __init__(self, knocks: Knocks) -> None:
        self._url = knocks.url

    async def configuration(self) -> Any:
        from kubernetes.aio.client import Configuration

        return Configuration(host=self._url)

    async def authorization(self) -> str:
        return ""

    async def turned_away(self, status: Any, operation: str, *, again: bool) -> Any:
        raise AssertionError("nobody was to be turned away")

    async def unreachable(self, error: BaseException, operation: str) -> Any:
        raise error


def connection(knocks: Knocks, *, read_only: bool) -> KubeConnection:
    """A way to the server that counts."""
    from collections import Counter

    from containerscope.clients.server_clock import ServerClock
    from containerscope.model.clock import SystemClock

    clock = ServerClock(SystemClock())
    return KubeConnection(
        "platform", OpenDoor(knocks), clock, Counter(), read_only=lambda: read_only
    )


async def test_no_verb_of_any_type_or_subresource_arrives() -> None:
    async with counting_server() as knocks:
        api, count = connection(knocks, read_only=True), 0
        for request, dry in itertools.product(requests(), (False, True)):
            with pytest.raises(RefusedError, match="read-only"):
                await api.send(request, dry=dry)
            count += 1
        await api.close()
        assert count > 500
        assert knocks.connections == 0


async def test_of_subresources_only_those_arrive_that_our_actions_need() -> None:
    async with counting_server() as knocks:
        api = connection(knocks, read_only=False)
        passed = set()
        for request in requests():
            if "/x/" not in request.path:
                continue
            try:
                await api.send(request)
            except RefusedError:
                continue
            except ApiError:
                passed.add(f"{METHODS[request.verb]} {request.path}")
        await api.close()
    assert passed == {
        "POST /api/v1/namespaces/shop/pods/x/eviction",
        "PATCH /apis/apps/v1/namespaces/shop/deployments/x/scale",
        "PATCH /apis/apps/v1/namespaces/shop/replicasets/x/scale",
        "PATCH /apis/apps/v1/namespaces/shop/statefulsets/x/scale",
    }
    assert set(knocks.requests) == passed


def test_the_writes_that_are_let_through_are_those_of_the_golden_list() -> None:
    told = "".join(f"{method} {shape}\n" for method in WRITES for shape in WRITES[method])
    assert told == GOLDEN


GOLDEN = """\
POST /api/VERSION/namespaces/NAMESPACE/pods/NAME/eviction
POST /apis/batch/VERSION/namespaces/NAMESPACE/jobs
PATCH /api/VERSION/RESOURCE/NAME
PATCH /api/VERSION/namespaces/NAMESPACE/RESOURCE/NAME
PATCH /apis/GROUP/VERSION/RESOURCE/NAME
PATCH /apis/GROUP/VERSION/namespaces/NAMESPACE/RESOURCE/NAME
PATCH /apis/apps/VERSION/namespaces/NAMESPACE/deployments/NAME/scale
PATCH /apis/apps/VERSION/namespaces/NAMESPACE/replicasets/NAME/scale
PATCH /apis/apps/VERSION/namespaces/NAMESPACE/statefulsets/NAME/scale
DELETE /api/VERSION/RESOURCE/NAME
DELETE /api/VERSION/namespaces/NAMESPACE/RESOURCE/NAME
DELETE /apis/GROUP/VERSION/RESOURCE/NAME
DELETE /apis/GROUP/VERSION/namespaces/NAMESPACE/RESOURCE/NAME
"""


async def test_every_action_on_kubernetes_objects_is_dimmed_and_sends_nothing() -> None:
    async with counting_server() as knocks:
        target = Target(
            region=REGION, endpoint_url=knocks.url, access_key="AKIADEMO", secret_key="x"
        )
        clients = await connect(target, read_only=True, rate_share=0, sign_in=Nobody())
        for resource, action in KUBERNETES:
            await _refused(clients, resource, action)
        await clients.close()
        assert knocks.connections == 0
    assert len(KUBERNETES) > 50


async def _refused(clients: Any, resource: Resource[Any], action: Action[Any]) -> None:
    item: Item[Any] = Item("k", "n", cluster="platform")
    assert why_not(clients, action, [item]) == "read-only"
    request = KubeRequest("platform", "delete", "/api/v1/namespaces/shop/pods/x", "pods")
    order = Order(resource, action, Scope(region=REGION), (item,))
    found = Preview((Step("n", "k", request=request),))
    assert await rehearse(clients, order, found) is found
    (outcome,) = await run(clients, order, found, "")
    assert outcome.result == "refused"
