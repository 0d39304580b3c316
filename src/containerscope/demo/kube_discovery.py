"""What the API says it serves: the old form, a document a group, and the aggregated one."""

from __future__ import annotations

from typing import Any

from containerscope.demo.kube_status import Body
from containerscope.demo.kube_types import Catalog, ResourceType, Subresource

AGGREGATED = "g=apidiscovery.k8s.io"
"""What in an `Accept` header asks for the aggregated form."""


def api_versions(server: str) -> Body:
    """`/api`: the versions of the core group."""
    return {
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": server}],
    }


def group_list(catalog: Catalog) -> Body:
    """`/apis`: the named groups."""
    groups = [_group(name, list(found)) for name, found in catalog.groups().items() if name]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def group(catalog: Catalog, name: str) -> Body | None:
    """`/apis/GROUP`, or None for an unknown one."""
    found = catalog.groups().get(name)
    if not name or found is None:
        return None
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(name, list(found))}


def _group(name: str, versions: list[str]) -> Body:
    told = [{"groupVersion": f"{name}/{each}", "version": each} for each in versions]
    return {"name": name, "versions": told, "preferredVersion": told[0]}


def resource_list(catalog: Catalog, group_name: str, version: str) -> Body | None:
    """`/api/v1` and `/apis/GROUP/VERSION`, or None for an unknown one."""
    found = catalog.groups().get(group_name, {}).get(version)
    if found is None:
        return None
    resources: list[Body] = []
    for kind in sorted(found, key=lambda each: each.plural):
        resources.append(_resource(kind))
        resources += [_below(kind, each) for each in kind.subresources]
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": f"{group_name}/{version}" if group_name else version,
        "resources": resources,
    }


def _resource(kind: ResourceType) -> Body:
    told: Body = {
        "name": kind.plural,
        "singularName": kind.singular,
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "verbs": list(kind.verbs),
    }
    if kind.short:
        told["shortNames"] = list(kind.short)
    if kind.categories:
        told["categories"] = list(kind.categories)
    return told


def _below(kind: ResourceType, part: Subresource) -> Body:
    told: Body = {
        "name": f"{kind.plural}/{part.name}",
        "singularName": "",
        "namespaced": kind.namespaced,
        "kind": part.kind,
        "verbs": list(part.verbs),
    }
    if part.version:
        told |= {"group": part.group, "version": part.version}
    return told


def aggregated(catalog: Catalog, *, core: bool) -> Body:
    """Everything that `/api`, or else `/apis`, leads to, in one document."""
    items = [
        {
            "metadata": {"name": name, "creationTimestamp": None} if name else _NAMELESS,
            "versions": [
                {
                    "version": version,
                    "resources": [_in_aggregate(each) for each in kinds],
                    "freshness": "Current",
                }
                for version, kinds in versions.items()
            ],
        }
        for name, versions in catalog.groups().items()
        if core is not bool(name)
    ]
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": items,
    }


_NAMELESS: dict[str, Any] = {"creationTimestamp": None}


def _in_aggregate(kind: ResourceType) -> Body:
    told: Body = {
        "resource": kind.plural,
        "responseKind": _kind(kind.group, kind.version, kind.kind),
        "scope": "Namespaced" if kind.namespaced else "Cluster",
        "singularResource": kind.singular,
        "verbs": list(kind.verbs),
    }
    if kind.short:
        told["shortNames"] = list(kind.short)
    if kind.categories:
        told["categories"] = list(kind.categories)
    if kind.subresources:
        told["subresources"] = [
            {
                "subresource": each.name,
                "responseKind": _kind(
                    each.group or kind.group, each.version or kind.version, each.kind
                ),
                "verbs": list(each.verbs),
            }
            for each in kind.subresources
        ]
    return told


def _kind(group_name: str, version: str, kind: str) -> Body:
    return {"group": group_name, "version": version, "kind": kind}
