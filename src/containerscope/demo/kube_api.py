"""What is answered to a request about resources, streams aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from containerscope.demo import kube_protobuf
from containerscope.demo.kube_auth import Attributes, User
from containerscope.demo.kube_cluster import KubeCluster
from containerscope.demo.kube_debug import begin_ephemeral
from containerscope.demo.kube_lists import list_page
from containerscope.demo.kube_patch import patched
from containerscope.demo.kube_reply import Reply, json_reply
from containerscope.demo.kube_request import Place, dry_run, whole
from containerscope.demo.kube_reviews import review
from containerscope.demo.kube_selectors import selector
from containerscope.demo.kube_status import (
    Body,
    method_not_allowed,
    no_such_resource,
    not_found,
    unsupported_media,
)
from containerscope.demo.kube_store import Match
from containerscope.demo.kube_subresources import (
    bind,
    check_ephemeral,
    evict,
    patch_scale,
    rescale,
    scale_of,
)
from containerscope.demo.kube_table import Writer, form_of
from containerscope.demo.kube_types import ResourceType
from containerscope.demo.kube_views import view_of
from containerscope.demo.kube_writes import DeleteOptions, Target, decoded

_REVIEWS = ("authorization.k8s.io", "authentication.k8s.io")


@dataclass(frozen=True)
class Asked:
    """A request about a resource, its caller known and allowed."""

    cluster: KubeCluster
    kind: ResourceType
    place: Place
    attributes: Attributes
    user: User
    request: web.Request
    body: bytes

    @property
    def query(self) -> Any:
        """The parameters of the URL."""
        return self.request.query

    def writer(self) -> Writer:
        """Writes objects in the form that the caller accepts."""
        form = form_of(self.request.headers.get("Accept", ""), self.query)
        return Writer(self.kind, form, self.cluster.life.now, view_of(self.kind))

    def match(self) -> Match | None:
        """What the selectors of the request let through."""
        labels, fields = self.query.get("labelSelector", ""), self.query.get("fieldSelector", "")
        found = selector(self.kind.storage, labels, fields)
        name = self.place.name
        if not name:
            return found
        return lambda entry: entry.name == name and (found is None or found(entry))

    def target(self) -> Target:
        """What a write is about."""
        return Target(
            self.kind,
            self.place.namespace,
            self.place.name,
            self.place.subresource,
            dry_run(self.query.getall("dryRun", [])),
            self.query.get("fieldManager")
            or self.request.headers.get("User-Agent", "unknown").partition("/")[0],
        )


def type_of(cluster: KubeCluster, place: Place) -> ResourceType:
    """The type that a path names; a 404 where there is none."""
    kind = cluster.catalog.find(place.group, place.version, place.plural)
    if kind is None:
        raise no_such_resource()
    if place.subresource and kind.subresource(place.subresource) is None:
        raise no_such_resource()
    return kind


def answer(asked: Asked) -> Reply:
    """The reply to anything but a watch, a log or a connection into a pod."""
    kind, verb = asked.kind, asked.attributes.verb
    if kind.group in _REVIEWS:
        if verb != "create":
            raise method_not_allowed()
        told = review(kind, _body(asked), asked.user, asked.cluster.authorizer)
        return json_reply(told, 201)
    if kind.group == "metrics.k8s.io":
        return _metrics(asked)
    part = kind.subresource(asked.place.subresource)
    if verb not in (part.verbs if part else kind.verbs):
        raise method_not_allowed()
    if bool(asked.place.name) is not (verb in _NAMED or part is not None):
        raise method_not_allowed()
    if part is not None and part.name != "status":
        return _SUBRESOURCES[part.name](asked)
    return _VERBS[verb](asked)


def _get(asked: Asked) -> Reply:
    writer = asked.writer()
    entry = asked.cluster.writes.entry(asked.target())
    return Reply(200, writer.one(entry) + b"\n")


def _list(asked: Asked) -> Reply:
    writer, store = asked.writer(), asked.cluster.store
    if asked.kind.namespaced is False and asked.place.namespace:
        raise no_such_resource()
    found = list_page(
        store.collection(asked.kind.storage),
        store.version,
        asked.place.namespace,
        asked.query,
        asked.match(),
    )
    return Reply(200, writer.list_body(found.entries, found.meta))


def _create(asked: Asked) -> Reply:
    if asked.kind.namespaced and not asked.place.namespace:
        raise method_not_allowed()
    writer = asked.writer()
    made = asked.cluster.writes.create(asked.target(), _body(asked))
    return Reply(201, writer.body(made) + b"\n")


def _update(asked: Asked) -> Reply:
    writer = asked.writer()
    made = asked.cluster.writes.update(asked.target(), _body(asked))
    return Reply(200, writer.body(made) + b"\n")


def _patch(asked: Asked) -> Reply:
    writer = asked.writer()
    media = asked.request.headers.get("Content-Type", "")
    made = asked.cluster.writes.change(
        asked.target(), lambda body: patched(body, media, asked.body, custom=asked.kind.custom)
    )
    return Reply(200, writer.body(made) + b"\n")


def _body(asked: Asked) -> Body:
    """The object in the body of a request."""
    media = asked.request.headers.get("Content-Type", "application/json").partition(";")[0]
    if media == kube_protobuf.MEDIA:
        return kube_protobuf.read(asked.body)
    if media not in ("application/json", ""):
        raise unsupported_media(["application/json", kube_protobuf.MEDIA])
    return decoded(asked.body)


def _options(asked: Asked, given: Body | None = None) -> DeleteOptions:
    body = given if given is not None else (_body(asked) if asked.body.strip() else {})
    grace = body.get("gracePeriodSeconds")
    if "gracePeriodSeconds" in asked.query:
        grace = whole(asked.query, "gracePeriodSeconds")
    policy = body.get("propagationPolicy") or asked.query.get("propagationPolicy", "")
    return DeleteOptions(grace, policy, body.get("preconditions") or {})


def _dry(target: Target, body: Body) -> Target:
    """The target, dry also where the options in the body say so."""
    dry = target.dry or dry_run(body.get("dryRun") or [])
    return Target(target.kind, target.namespace, target.name, target.part, dry, target.manager)


def _delete(asked: Asked) -> Reply:
    body = _body(asked) if asked.body.strip() else {}
    target = _dry(asked.target(), body)
    status, told = asked.cluster.writes.delete(target, _options(asked, body))
    return json_reply(told, status)


def _delete_all(asked: Asked) -> Reply:
    store, match = asked.cluster.store, asked.match()
    entries = [
        each
        for each in store.all(asked.kind.storage, asked.place.namespace)
        if match is None or match(each)
    ]
    gone = asked.cluster.writes.delete_all(asked.target(), entries, _options(asked))
    kind = asked.kind
    meta = {"resourceVersion": str(store.version)}
    return json_reply(
        {
            "kind": f"{kind.kind}List",
            "apiVersion": kind.api_version,
            "metadata": meta,
            "items": gone,
        }
    )


def _scale(asked: Asked) -> Reply:
    writes, target, verb = asked.cluster.writes, asked.target(), asked.attributes.verb
    if verb == "get":
        return json_reply(scale_of(writes.entry(target).object()))
    if verb == "patch":
        media = asked.request.headers.get("Content-Type", "")
        return json_reply(patch_scale(writes, target, media, asked.body))
    writes.entry(target)
    return json_reply(rescale(writes, target, _body(asked)))


def _evict(asked: Asked) -> Reply:
    body = _body(asked)
    given: Body = body.get("deleteOptions") or {}
    target = _dry(asked.target(), given)
    options = _options(asked, given)
    told = evict(asked.cluster.store, asked.cluster.writes, target, body, options)
    return json_reply(told, 201)


def _bind(asked: Asked) -> Reply:
    return json_reply(bind(asked.cluster.writes, asked.target(), _body(asked)), 201)


def _ephemeral(asked: Asked) -> Reply:
    writes, target, writer = asked.cluster.writes, asked.target(), asked.writer()
    if asked.attributes.verb == "get":
        return Reply(200, writer.one(writes.entry(target)) + b"\n")
    media = asked.request.headers.get("Content-Type", "")

    def edit(body: Body) -> Body:
        if asked.attributes.verb == "patch":
            return check_ephemeral(body, patched(body, media, asked.body))
        return check_ephemeral(body, _body(asked))

    changed = writes.change(target, edit)
    if not target.dry:
        begin_ephemeral(asked.cluster.life, writes.entry(target))
    return Reply(200, writer.body(changed) + b"\n")


def _metrics(asked: Asked) -> Reply:
    usage, place, kind = asked.cluster.usage, asked.place, asked.kind
    store, about = asked.cluster.store, ("", place.plural)
    if asked.attributes.verb not in kind.verbs:
        raise method_not_allowed()
    head = {"kind": kind.kind, "apiVersion": kind.api_version}
    if place.name:
        entry = store.find(about, place.namespace, place.name)
        pods = [
            each for each in store.all(("", "pods")) if each.fields["spec.nodeName"] == place.name
        ]
        found = None
        if entry is not None:
            found = usage.node(entry, pods) if place.plural == "nodes" else usage.pod(entry)
        if found is None:
            raise not_found(
                place.plural, "metrics.k8s.io", f"{place.namespace}/{place.name}".lstrip("/")
            )
        return json_reply({**head, **found})
    match = selector(
        about, asked.query.get("labelSelector", ""), asked.query.get("fieldSelector", "")
    )
    if place.plural == "nodes":
        wanted = {each.name for each in store.all(about) if match is None or match(each)}
        items = [each for each in usage.all_nodes() if each["metadata"]["name"] in wanted]
    else:
        listed = store.all(about, place.namespace)
        told = (usage.pod(each) for each in listed if match is None or match(each))
        items = [each for each in told if each is not None]
    return json_reply({**head, "kind": f"{kind.kind}List", "metadata": {}, "items": items})


_NAMED = frozenset(("get", "update", "patch", "delete"))
"""Verbs that are about one object."""
_VERBS = {
    "get": _get,
    "list": _list,
    "create": _create,
    "update": _update,
    "patch": _patch,
    "delete": _delete,
    "deletecollection": _delete_all,
}
_SUBRESOURCES = {
    "scale": _scale,
    "eviction": _evict,
    "binding": _bind,
    "ephemeralcontainers": _ephemeral,
}
