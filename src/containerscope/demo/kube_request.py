"""What a request to a Kubernetes API is about, read from its method, path and query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from containerscope.demo.kube_auth import Attributes
from containerscope.demo.kube_status import KubeError, bad_request

_VERBS = {"GET": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


class Place(NamedTuple):
    """A path below a group and version."""

    group: str
    version: str
    plural: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""


def place_of(path: str) -> Place | None:
    """The resource that a path names, or None for any other path."""
    parts = path.strip("/").split("/")
    if parts[:1] == ["api"] and len(parts) >= 3:
        group, version, rest = "", parts[1], parts[2:]
    elif parts[:1] == ["apis"] and len(parts) >= 4:
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return None
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in ("status", "finalize"):
        namespace, rest = rest[1], rest[2:]
    elif rest[0] == "namespaces" and len(rest) > 1 and not group:
        return Place(group, version, "namespaces", "", rest[1], "/".join(rest[2:]))
    name = rest[1] if len(rest) > 1 else ""
    return Place(group, version, rest[0], namespace, name, "/".join(rest[2:]))


def verb_of(method: str, place: Place, query: Mapping[str, str]) -> str:
    """The verb that RBAC knows for a request: `list`, `deletecollection` and so on."""
    verb = _VERBS.get("GET" if method == "HEAD" else method, method.lower())
    if place.name:
        return "watch" if verb == "get" and truth(query, "watch") else verb
    if verb == "get":
        return "watch" if truth(query, "watch") else "list"
    return "deletecollection" if verb == "delete" else verb


def attributes_of(place: Place, verb: str, query: Mapping[str, str]) -> Attributes:
    """What has to be allowed; a list of the one object of a name counts as about that object."""
    name = place.name
    fields = query.get("fieldSelector", "")
    if not name and verb in ("list", "watch", "deletecollection"):
        key, _, value = fields.partition("=")
        name = value if key == "metadata.name" and "," not in value else ""
    # An object of a namespace is looked for in it also where the path names the namespace itself.
    namespace = place.name if place.plural == "namespaces" and not place.group else place.namespace
    return Attributes(verb, place.group, place.plural, place.subresource, namespace, name)


def truth(query: Mapping[str, str], name: str) -> bool:
    """Whether a parameter is switched on."""
    return query.get(name, "").lower() in ("1", "true", "t")


def whole(query: Mapping[str, str], name: str, default: int = 0) -> int:
    """A parameter that is a whole number; a 400 for anything else."""
    text = query.get(name, "")
    if not text:
        return default
    try:
        return int(text)
    except ValueError as error:
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from error


def version_of(text: str) -> int:
    """A resource version; 0 for the empty one."""
    if text and not text.isdecimal():
        raise KubeError(
            400,
            "BadRequest",
            f'resourceVersion: Invalid value: "{text}": strconv.ParseUint: parsing "{text}": '
            "invalid syntax",
        )
    return int(text or 0)


def dry_run(values: object) -> bool:
    """Whether nothing shall be kept; only `All` is known."""
    listed = [each for each in values if each] if isinstance(values, (list, tuple)) else []
    if any(each != "All" for each in listed):
        raise KubeError(
            422,
            "Invalid",
            f' "" is invalid: dryRun: Unsupported value: [{" ".join(map(str, listed))}]: '
            'supported values: "All"',
            details={},
        )
    return bool(listed)
