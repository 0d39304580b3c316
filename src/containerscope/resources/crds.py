"""Definitions of custom resources; the objects are listed by the definition's own name."""

from __future__ import annotations

from containerscope.insight.verdict import Verdict
from containerscope.model.health import Level
from containerscope.model.kube_custom import Definition, DefinitionSpec
from containerscope.model.listing import Item, Missing
from containerscope.resource import Block, Column, Platform, Resource, Scope
from containerscope.resources import _blocks, _kube
from containerscope.resources._kube_kinds import listed_as
from containerscope.resources._kube_object_actions import object_actions
from containerscope.resources._kube_printed import DEFINITIONS


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


def _objects(scope: Scope, item: Item[Definition]) -> _kube.Lead:
    """The list of its objects: that of a resource of ours where there is one."""
    if isinstance(item.value, Missing) or verdict(item.value).level is not Level.FINE:
        return None
    known = listed_as(f"{_spec(item.value).group}/", _kind(item.value))
    within = scope.within(cluster=item.cluster or scope.cluster, service="", parent="")
    return known or item.name, within, ""


def _columns(each: Definition) -> tuple[str, ...]:
    """The names of the columns that any version declares."""
    declared = (c for v in _spec(each).versions or () for c in v.additional_printer_columns or ())
    return tuple(dict.fromkeys(column.name for column in declared if column.name))


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
            ("Columns", _columns(each)),
        ),
    )


RESOURCE: Resource[Definition] = Resource(
    name="crds",
    noun="custom resource definition",
    platform=Platform.KUBERNETES,
    model=Definition,
    lister=_kube.lister(DEFINITIONS),
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
    read=DEFINITIONS.read,
    leads=_objects,
    owner=_kube.OWNER,
    health=_kube.health(verdict),
    details=_kube.simple_overview("CustomResourceDefinition", _shape, verdict),
    actions=object_actions(DEFINITIONS),
    permissions=_kube.PERMISSIONS,
    empty="No custom resources are defined in {scope}.",
    tags=_kube.tags,
)
