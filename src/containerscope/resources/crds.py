"""Definitions of custom resources; the objects are listed by the definition's own name."""

from __future__ import annotations

from containerscope.insight.verdict import Verdict
from containerscope.kube import Kind
from containerscope.model.health import Level
from containerscope.model.kube_custom import Definition, DefinitionSpec
from containerscope.resource import Block, Column, Platform, Resource
from containerscope.resources import _blocks, _kube
from containerscope.resources._kube_object_actions import object_actions

_DEFINITIONS: Kind[Definition] = Kind(
    Definition, "customresourcedefinitions", "apiextensions.k8s.io/v1", namespaced=False
)


def _spec(each: Definition) -> DefinitionSpec:
    return each.spec or DefinitionSpec()


def verdict(each: Definition) -> Verdict:
    """The level of a definition: one whose names are taken serves nothing."""
    for condition in (each.status and each.status.conditions) or ():
        if condition.type in ("Established", "NamesAccepted") and condition.status == "False":
            return Verdict(Level.FAILED, condition.reason or "not served", condition.message or "")
    return Verdict(Level.FINE)


def _versions(each: Definition) -> tuple[str, ...] | None:
    return tuple(v.name for v in _spec(each).versions or () if v.served and v.name) or None


def _kind(each: Definition) -> str | None:
    names = _spec(each).names
    return names.kind if names else None


def _shape(each: Definition) -> tuple[Block, ...]:
    names = _spec(each).names
    return (
        _blocks.pairs(
            "Definition",
            ("List its objects", f":{_kube.meta(each).name}"),
            ("Kind", _kind(each)),
            ("Short names", names.short_names if names else None),
            ("Scope", _spec(each).scope),
            ("Versions", _versions(each)),
        ),
    )


RESOURCE: Resource[Definition] = Resource(
    name="crds",
    noun="custom resource definition",
    platform=Platform.KUBERNETES,
    model=Definition,
    lister=_kube.lister(_DEFINITIONS),
    live=True,
    aliases=("crd", "customresourcedefinitions"),
    columns=(
        _kube.CLUSTER,
        _kube.NAME,
        _kube.health_column(verdict),
        Column("KIND", _kind, priority=2),
        Column("GROUP", lambda each: _spec(each).group, priority=4, width=40),
        Column("SCOPE", lambda each: _spec(each).scope, priority=3),
        Column("VERSIONS", _versions, priority=3),
        _kube.AGE,
    ),
    read=_DEFINITIONS.read,
    owner=_kube.OWNER,
    health=_kube.health(verdict),
    details=_kube.simple_overview("CustomResourceDefinition", _shape, verdict),
    actions=object_actions(_DEFINITIONS),
    permissions=_kube.PERMISSIONS,
    empty="No custom resources are defined in {scope}.",
    tags=_kube.tags,
)
