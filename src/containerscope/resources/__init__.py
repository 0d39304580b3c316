"""Every resource type there is: one module each, found by looking, not by a registry."""

from __future__ import annotations

import functools
import importlib.util
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from containerscope.resource import Platform, Resource

_ORDER = tuple(Platform)


@functools.cache
def all_resources() -> Mapping[str, Resource[Any]]:
    """Name -> resource: what spans both worlds first, then ECS, EKS, Kubernetes and our own.

    A module whose name starts with an underscore is shared by others and declares none.
    """
    found: list[Resource[Any]] = [
        importlib.import_module(f"{__name__}.{module.name}").RESOURCE
        for module in pkgutil.iter_modules(__path__)
        if not module.name.startswith("_")
    ]
    found.sort(key=lambda resource: (_ORDER.index(resource.platform), resource.name))
    return MappingProxyType({resource.name: resource for resource in found})


@functools.cache
def _words() -> Mapping[str, Resource[Any]]:
    resources = all_resources().values()
    nouns = {resource.noun.casefold(): resource for resource in resources}
    # As one word, too, as kubectl has them: `cronjob`.
    words = {word.replace(" ", by): found for word, found in nouns.items() for by in "-_"}
    words |= {word.replace(" ", ""): found for word, found in nouns.items()} | nouns
    words |= {alias.casefold(): resource for resource in resources for alias in resource.aliases}
    return words | {resource.name.casefold(): resource for resource in resources}


@functools.cache
def _named(name: str) -> Resource[Any] | None:
    """The resource of exactly this name, without loading the others."""
    module = name.replace("-", "_")
    if not module.isidentifier() or module.startswith("_"):
        return None
    if importlib.util.find_spec(f"{__name__}.{module}") is None:
        return None
    resource: Resource[Any] = importlib.import_module(f"{__name__}.{module}").RESOURCE
    return resource if resource.name == name else None


def find(word: str) -> Resource[Any] | None:
    """The resource of this name, alias or singular noun, in any case; None if there is none.

    `plural.group` is any type that a Kubernetes cluster may serve.
    """
    word = word.strip().casefold()
    found = _named(word) or _words().get(word)
    if found is None and "." in word:
        from containerscope.resources._kube_custom import custom

        return custom(word)
    return found
