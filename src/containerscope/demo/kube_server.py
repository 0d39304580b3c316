"""The Kubernetes API of the demo account's clusters on the wire."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import msgspec
from aiohttp import ClientConnectionResetError, web

from containerscope.demo.ids import uuid
from containerscope.demo.kube_api import Asked, answer, type_of
from containerscope.demo.kube_auth import Attributes, User, impersonated
from containerscope.demo.kube_box import box_of, is_ephemeral, is_interactive
from containerscope.demo.kube_cluster import KubeCluster, KubeRequest
from containerscope.demo.kube_debug import end_ephemeral
from containerscope.demo.kube_discovery import (
    AGGREGATED,
    aggregated,
    api_versions,
    group,
    group_list,
    resource_list,
)
from containerscope.demo.kube_exec import run_attach, run_exec, run_port_forward
from containerscope.demo.kube_faults import KubeFault, kube_error_of
from containerscope.demo.kube_fleet import Fleet
from containerscope.demo.kube_logs import LogRequest, container_of, log_parts, run_of
from containerscope.demo.kube_reply import (
    NOWHERE,
    Reply,
    error_reply,
    json_reply,
    text_reply,
    written,
)
from containerscope.demo.kube_request import attributes_of, place_of, verb_of
from containerscope.demo.kube_status import KubeError, bad_request, not_found, unauthorized
from containerscope.demo.kube_watch import Stream, StreamBroken, WatchRequest, check
from containerscope.demo.world import World
from containerscope.model.clock import Clock

PREFIX = "/_kube"
"""Below which each cluster's API is found under the cluster's name."""
FAULTS_PATH = "/_demo/kube-faults"
_TICK = 0.2
_HEALTH = frozenset(("/healthz", "/livez", "/readyz"))
_CONNECTIONS = frozenset(("exec", "attach", "portforward"))

CallerOf = Callable[[str], str]
"""From an access key to the ARN of who holds it."""


class KubeEndpoint:
    """Answers requests to every cluster."""

    def __init__(
        self, clusters: Mapping[str, KubeCluster], clock: Clock, caller_of: CallerOf, record: bool
    ) -> None:
        self._clusters = clusters
        self._clock = clock
        self._caller_of = caller_of
        self._record = record
        self._count = itertools.count()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        cluster = self._clusters.get(request.match_info["cluster"])
        if cluster is None:
            return await written(NOWHERE, "", {})
        cluster.advance(self._clock.now())
        path = "/" + request.match_info["path"]
        asked = _Request(cluster, request, path)
        headers = {"Date": self._date(), "Audit-Id": uuid("audit", cluster.name, next(self._count))}
        try:
            user = self._user(cluster, request, path)
            if self._record:
                cluster.requests.append(asked.record(user, await request.read()))
            fault = cluster.faults.take(cluster.name, asked.attributes, stream=False)
            if fault is not None:
                if fault.kind == "skewed":
                    headers["Date"] = self._date(fault.seconds)
                if await _spoil(fault, cluster, request):
                    return web.Response()
            done = await asked.answer(user, headers, fault)
        except KubeError as error:
            done = error_reply(error)
        if isinstance(done, web.StreamResponse):
            return done
        return await written(done, request.headers.get("Accept-Encoding", ""), headers)

    def _date(self, skew: float = 0.0) -> str:
        return format_datetime(self._clock.now() + timedelta(seconds=skew), usegmt=True)

    def _user(self, cluster: KubeCluster, request: web.Request, path: str) -> User:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            if path in _HEALTH or path == "/version":
                return User("system:anonymous", ("system:unauthenticated",))
            raise unauthorized()
        key = cluster.tokens.access_key(token.strip())
        if key is None:
            raise unauthorized()
        user = cluster.access.user(self._caller_of(key))
        return impersonated(request.headers, user, cluster.authorizer)


async def _spoil(fault: KubeFault, cluster: KubeCluster, request: web.Request) -> bool:
    """Do to a request what a fault does; whether there is nothing left to answer."""
    if fault.kind == "dropped":
        if request.transport is not None:
            request.transport.abort()
        return True
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    elif fault.kind == "compacted":
        cluster.store.compact()
    error = kube_error_of(fault)
    if error is not None:
        raise error
    return False


class _Request:
    """A request on its way through discovery, authorization and the API."""

    def __init__(self, cluster: KubeCluster, request: web.Request, path: str) -> None:
        self._cluster = cluster
        self._request = request
        self._path = path
        self._place = place_of(path)
        if self._place is None:
            verb = "get" if request.method in ("GET", "HEAD") else request.method.lower()
            self.attributes = Attributes(verb, path=path)
        else:
            verb = verb_of(request.method, self._place, request.query)
            self.attributes = attributes_of(self._place, verb, request.query)

    def record(self, user: User, body: bytes) -> KubeRequest:
        """The request for those who count them."""
        request, about = self._request, self.attributes
        resource = f"{about.resource}/{about.subresource}" if about.subresource else about.resource
        query = dict(request.query)
        return KubeRequest(request.method, self._path, query, about.verb, resource, user.name, body)

    async def answer(
        self, user: User, headers: dict[str, str], fault: KubeFault | None
    ) -> Reply | web.StreamResponse:
        """The reply, or the response of a stream that is over."""
        cluster, request, about = self._cluster, self._request, self.attributes
        if self._place is None:
            if self._path.startswith(("/api", "/version", "/openapi")) or self._path in _HEALTH:
                return self._discovery(user)
            cluster.authorizer.check(user, about)
            return NOWHERE
        place = self._place
        if cluster.catalog.groups().get(place.group, {}).get(place.version) is None:
            cluster.authorizer.check(user, about)
            return NOWHERE
        kind = type_of(cluster, place)
        if not (kind.group.startswith("auth") and kind.plural.startswith("self")):
            cluster.authorizer.check(user, about)
        asked = Asked(cluster, kind, place, about, user, request, await request.read())
        if about.subresource == "log":
            return await self._log(asked, headers)
        if about.subresource in _CONNECTIONS:
            return await self._connect(asked)
        if about.verb == "watch":
            return await self._watch(asked, headers, fault)
        return answer(asked)

    def _discovery(self, user: User) -> Reply:
        cluster, path = self._cluster, self._path.rstrip("/")
        catalog, parts = cluster.catalog, path.strip("/").split("/")
        accepts = self._request.headers.get("Accept", "")
        if path == "/version":
            return json_reply(cluster.version())
        if path in _HEALTH:
            return text_reply("ok")
        whole = cluster.settings.aggregated_discovery and AGGREGATED in accepts
        found: Any = None
        if path == "/api":
            found = aggregated(catalog, core=True) if whole else api_versions("10.64.0.12:443")
        elif path == "/apis":
            found = aggregated(catalog, core=False) if whole else group_list(catalog)
        elif parts[0] == "api" and len(parts) == 2:
            found = resource_list(catalog, "", parts[1])
        elif parts[0] == "apis" and len(parts) == 2:
            found = group(catalog, parts[1])
        elif parts[0] == "apis" and len(parts) == 3:
            found = resource_list(catalog, parts[1], parts[2])
        if found is None:
            return NOWHERE
        reply = json_reply(found)
        if whole and path in ("/api", "/apis"):
            media = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
            return Reply(200, reply.body, media)
        return reply

    async def _watch(
        self, asked: Asked, headers: dict[str, str], fault: KubeFault | None
    ) -> web.StreamResponse:
        cluster, kind = asked.cluster, asked.kind
        modes = {"no-watch-list": "invalid", "broken-watch-list": "broken"}
        mode = modes.get(fault.kind, "") if fault is not None else ""
        request = WatchRequest(
            cluster.store,
            cluster.store.collection(kind.storage),
            asked.place.namespace,
            asked.match(),
            asked.writer(),
            asked.query,
            cluster.faults,
            asked.attributes,
            cluster.name,
            cluster.settings.bookmark_seconds,
            mode or cluster.settings.watch_list,
            lambda: _BOOKMARK_SHAPES.get(kind.plural, {}),
        )
        version = check(request)
        response = web.StreamResponse(headers={**headers, "Content-Type": "application/json"})
        await response.prepare(self._request)
        stream = Stream(request, response.write, lambda: _listens(self._request))
        try:
            await stream.run(version)
            await response.write_eof()
        except StreamBroken:
            await asyncio.sleep(0)
            if self._request.transport is not None:
                self._request.transport.close()
        except ClientConnectionResetError:
            pass
        return response

    async def _log(self, asked: Asked, headers: dict[str, str]) -> Reply | web.StreamResponse:
        entry = asked.cluster.writes.entry(asked.target())
        now = asked.cluster.life.now
        wanted = LogRequest.parse(asked.query, now)
        body = entry.object()
        container = container_of(body, asked.query.get("container", ""))
        if not (body.get("spec") or {}).get("nodeName"):
            return Reply(204)
        run = run_of(body, container, previous=wanted.previous)
        response = web.StreamResponse(headers={**headers, "Content-Type": "text/plain"})
        await response.prepare(self._request)
        try:
            async for part in log_parts(asked.cluster.store, entry, run, container, wanted):
                await response.write(part)
                if not _listens(self._request):
                    break
            await response.write_eof()
        except ClientConnectionResetError:
            pass
        return response

    async def _connect(self, asked: Asked) -> web.StreamResponse:
        query = asked.query
        entry = asked.cluster.writes.entry(asked.target())
        body = entry.object()
        if not (body.get("spec") or {}).get("nodeName"):
            raise bad_request(f"pod {entry.name} does not have a host assigned")
        if asked.place.subresource == "portforward":
            texts = ",".join(query.getall("ports", [])).split(",")
            ports = [int(each) for each in texts if each.isdecimal()]
            return await run_port_forward(self._request, ports)
        container = query.get("container", "") or container_of(body, "")
        container_of(body, container)
        run = run_of(body, container, previous=False)
        if run.end < math.inf:
            raise not_found("pods", "", f"{entry.name}_{entry.namespace}")
        box = box_of(asked.cluster.files, body, container)
        if asked.place.subresource == "attach":
            typed_to = box if is_interactive(body, container) else None
            done = await run_attach(self._request, asked.cluster.store, run, typed_to)
            if typed_to is not None and is_ephemeral(body, container):
                end_ephemeral(asked.cluster.life, entry, container)
            return done
        return await run_exec(self._request, box)


_BOOKMARK_SHAPES: dict[str, dict[str, Any]] = {
    "pods": {"spec": {"containers": None}, "status": {}},
    "nodes": {"spec": {}, "status": {"daemonEndpoints": {"kubeletEndpoint": {"Port": 0}}}},
    "deployments": {
        "spec": {
            "selector": None,
            "template": {"metadata": {}, "spec": {"containers": None}},
            "strategy": {},
        },
        "status": {},
    },
    "services": {"spec": {}, "status": {"loadBalancer": {}}},
    "events": {
        "involvedObject": {},
        "source": {},
        "firstTimestamp": None,
        "lastTimestamp": None,
        "eventTime": None,
        "reportingComponent": "",
        "reportingInstance": "",
    },
}


def _listens(request: web.Request) -> bool:
    return request.transport is not None and not request.transport.is_closing()


def add_kube_routes(app: web.Application, world: World, *, record: bool) -> None:
    """Serve every cluster's API below its name, let it live, and let its faults be set."""
    fleet = world.kube
    if not isinstance(fleet, Fleet):
        return
    endpoint = KubeEndpoint(fleet, world.clock, fleet.caller, record)

    async def faults(request: web.Request) -> web.Response:
        if request.method == "POST":
            try:
                rules = msgspec.json.decode(await request.read(), type=list[KubeFault])
            except msgspec.MsgspecError as error:
                return web.Response(status=400, text=f"{error}\n")
            fleet.faults.replace(rules)
        return web.Response(body=msgspec.json.encode(fleet.faults), content_type="application/json")

    async def live(app: web.Application) -> AsyncIterator[None]:
        moving = asyncio.ensure_future(_move_on(fleet))
        yield
        moving.cancel()

    app.router.add_route("*", FAULTS_PATH, faults)
    app.router.add_route("*", PREFIX + "/{cluster}/{path:.*}", endpoint.handle)
    app.cleanup_ctx.append(live)


async def _move_on(fleet: Fleet) -> None:
    """Let time pass where nobody asks, so that watches tell of what happens."""
    while True:
        await asyncio.sleep(_TICK)
        fleet.advance()
