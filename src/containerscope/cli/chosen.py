"""The resource, the scope and the items that a command line names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

import click
import msgspec

from containerscope.kube.selection import by_names
from containerscope.model.listing import Item, Listing
from containerscope.resource import Platform, Resource, Scope
from containerscope.resources import all_resources, find


def resource_named(word: str) -> Resource[Any]:
    """The resource of this name or alias; a usage error with the nearest ones otherwise."""
    resource = find(word)
    if resource is not None:
        return resource
    there = [each for each in all_resources().values() if each.nameable]
    names = [name for each in there for name in (each.name, *each.aliases)]
    near = difflib.get_close_matches(word, names, n=3)
    hint = (
        f"did you mean {' or '.join(near)}?"
        if near
        else f"there are {', '.join(each.name for each in there)}"
    )
    raise click.UsageError(f"there is no resource {word!r}; {hint}")


def check_scope(resource: Resource[Any], scope: Scope) -> None:
    """A usage error for a resource that is listed in a narrower scope only."""
    if not resource.nameable:
        raise click.UsageError(f"{resource.name} is opened from a row of the interface only")
    lacking = [f"--{field}" for field in resource.needs if not getattr(scope, field)]
    if lacking:
        raise click.UsageError(f"{resource.name} needs {' and '.join(lacking)}")
    if reason := resource.unlistable(scope):
        raise click.UsageError(reason)


def narrowed(resource: Resource[Any], scope: Scope, name: str) -> Scope:
    """The scope in which what has this name is looked for: Kubernetes picks it by itself."""
    by_name = resource.platform is Platform.KUBERNETES and not resource.needs
    if not name or "/" in name or not by_name or resource.name in ("tree", "pod-containers"):
        return scope
    return scope.within(parent=by_names([name]))


def only(listing: Listing[Any], name: str) -> Listing[Any]:
    """The items of this name, ARN or last part of an ARN."""
    return msgspec.structs.replace(listing, items=tuple(_named(listing.items, name)))


def _named(items: Iterable[Item[Any]], name: str) -> Iterable[Item[Any]]:
    return (
        item
        for item in items
        if name in (item.name, item.key) or item.key.endswith(("/" + name, ":" + name))
    )


def nowhere(resource: Resource[Any], name: str, scope: Scope, problems: object = ()) -> str:
    """The sentence for a name that nothing has, or nothing of what could be read."""
    if problems:
        return f"there is no {resource.noun} {name!r} in what could be read"
    parts = [part for part in (scope.service, scope.cluster, scope.region) if part]
    return f"there is no {resource.noun} {name!r} in {' of '.join(parts) or 'this account'}"
