"""What types a Kubernetes server says it serves, and what it calls them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec


class ServedType(msgspec.Struct, frozen=True, gc=False):
    """A type, from either form of discovery."""

    plural: str = ""
    """`pods/log` for a subresource in the old form."""
    singular: str = ""
    kind: str = ""
    short_names: tuple[str, ...] = ()


class OldType(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A type in an `APIResourceList`."""

    name: str = ""
    singular_name: str = ""
    kind: str = ""
    short_names: tuple[str, ...] | None = None


class OldTypes(msgspec.Struct, frozen=True, gc=False):
    """An `APIResourceList`: `/apis/GROUP/VERSION`."""

    resources: tuple[OldType, ...] | None = None

    @property
    def types(self) -> Iterator[ServedType]:
        """They in the common form."""
        for each in self.resources or ():
            yield ServedType(each.name, each.singular_name, each.kind, each.short_names or ())


class ResponseKind(msgspec.Struct, frozen=True, gc=False):
    """What an answer holds."""

    kind: str = ""


class NewType(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A type in an `APIGroupDiscoveryList`."""

    resource: str = ""
    singular_resource: str = ""
    response_kind: ResponseKind | None = None
    short_names: tuple[str, ...] | None = None


class DiscoveredVersion(msgspec.Struct, frozen=True, gc=False):
    """A version of a group there."""

    resources: tuple[NewType, ...] | None = None


class GroupMeta(msgspec.Struct, frozen=True, gc=False):
    """The metadata of a group there."""

    name: str = ""


class DiscoveredGroup(msgspec.Struct, frozen=True, gc=False):
    """A group there; its preferred version comes first."""

    metadata: GroupMeta | None = None
    versions: tuple[DiscoveredVersion, ...] | None = None


class Discovery(msgspec.Struct, frozen=True, gc=False):
    """`/apis` in its aggregated form, if `kind` says so."""

    kind: str = ""
    items: tuple[DiscoveredGroup, ...] | None = None

    @property
    def types(self) -> Iterator[tuple[str, ServedType]]:
        """Each type with its group, in the order in which the server prefers them."""
        for group in self.items or ():
            for version in group.versions or ():
                for each in version.resources or ():
                    kind = each.response_kind.kind if each.response_kind else ""
                    found = ServedType(
                        each.resource, each.singular_resource, kind, each.short_names or ()
                    )
                    yield (group.metadata.name if group.metadata else ""), found


class PreferredVersion(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The version of a group to ask for."""

    version: str = ""


class ApiGroup(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A group in an `APIGroupList`."""

    name: str = ""
    preferred_version: PreferredVersion | None = None


class ApiGroups(msgspec.Struct, frozen=True, gc=False):
    """`/apis` as servers before 1.27 answer it."""

    groups: tuple[ApiGroup, ...] | None = None

    @property
    def preferred(self) -> list[tuple[str, str]]:
        """Each group and its preferred version."""
        return [
            (each.name, each.preferred_version.version)
            for each in self.groups or ()
            if each.preferred_version is not None
        ]
