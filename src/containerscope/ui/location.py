"""Where the user is, and the way there and back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from containerscope.resource import Child, Resource, Scope

HOME = "clusters"
"""The resource one starts at and `q` quits from."""


@dataclass(frozen=True)
class Location:
    """One view: what is listed, how it is narrowed and sorted, and where the cursor is."""

    resource: str = HOME
    scope: Scope = field(default_factory=Scope)
    filter: str = ""
    sort: str = ""
    """Field, `-` before it for descending; empty for the resource's own order."""
    cursor: str = ""
    """Key of the row under the cursor."""
    wide: bool = False
    problems_only: bool = False
    trail: tuple[str, ...] = ()
    """What stands before the resource in the breadcrumbs."""

    def but(self, **changes: Any) -> Location:
        """The same location with these fields replaced."""
        return replace(self, **changes)

    def into(self, resource: Resource[Any], child: Child[Any], item: Any) -> Location:
        """The location that drilling down from a row leads to."""
        return self.onward(resource, child.resource, child.scope(self.scope, item), item)

    def onward(
        self, resource: Resource[Any], there: str, scope: Scope, item: Any, cursor: str = ""
    ) -> Location:
        """The location of a list that a row of this resource leads to."""
        before = self.trail or ((resource.name,) if resource.name == HOME else ())
        step = (item.name,) if before else (resource.name, item.name)
        return Location(
            resource=there, scope=scope, cursor=cursor, wide=self.wide, trail=(*before, *step)
        )

    @property
    def crumbs(self) -> tuple[str, ...]:
        """The breadcrumbs, the resource last."""
        return (*self.trail, self.resource)


def at(resource: str, scope: Scope, **changes: Any) -> Location:
    """A location reached by name, with breadcrumbs from its scope."""
    trail = tuple(part for part in (scope.cluster, scope.service, scope.namespace) if part)
    return Location(resource=resource, scope=scope, trail=trail, **changes)


def way_to(resource: str, scope: Scope) -> tuple[Location, ...]:
    """The locations one passes from home to there, so that going back works from the start."""
    home = at(HOME, Scope(account=scope.account, region=scope.region))
    there = at(resource, scope)
    if there == home:
        return (home,)
    steps = [home]
    if scope.service and resource != "services":
        steps.append(at("services", home.scope.within(cluster=scope.cluster)))
    return (*steps, there)


@dataclass
class History:
    """The locations of this session, with the present one among them."""

    places: list[Location] = field(default_factory=lambda: [Location()])
    index: int = 0
    last: int | None = None
    """Where `-` leads."""

    @classmethod
    def along(cls, places: tuple[Location, ...]) -> History:
        """A history that has come this way and stands at its end."""
        return cls(list(places), len(places) - 1)

    @property
    def here(self) -> Location:
        """The present location."""
        return self.places[self.index]

    @property
    def at_root(self) -> bool:
        """Whether there is nothing to go back to."""
        return self.index == 0

    def stay(self, location: Location) -> None:
        """Replace the present location: another filter, sort or cursor is no step."""
        self.places[self.index] = location

    def belong(self, account: str, region: str) -> None:
        """All places are looked at in this account and region from now on."""
        self.places = [
            place.but(scope=place.scope.within(account=account, region=region))
            for place in self.places
        ]

    def go(self, location: Location) -> None:
        """A step to a new place; what lay ahead is forgotten."""
        self.last = self.index
        self.places = [*self.places[: self.index + 1], location]
        self.index += 1

    def step(self, by: int) -> bool:
        """Go back or forward; False when there is nothing that way."""
        index = self.index + by
        if not 0 <= index < len(self.places):
            return False
        self.last, self.index = self.index, index
        return True

    def swap(self) -> bool:
        """Go to the place before the last step, wherever that is."""
        if self.last is None or self.last >= len(self.places) or self.last == self.index:
            return False
        self.last, self.index = self.index, self.last
        return True
