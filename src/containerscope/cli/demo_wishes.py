"""What may be wished of the demo account: its size, speed, stories and faults."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from containerscope.settings import Settings, SettingsError


def check_scenario(name: str) -> None:
    """A ValueError for a name that no story has."""
    from containerscope.demo import scenarios  # loads the world

    scenarios.find(name)


def check_fault(spec: str) -> None:
    """A ValueError for a fault that makes no sense."""
    from containerscope.demo.faults import parse
    from containerscope.demo.operations import OPERATIONS

    parse(spec, OPERATIONS)


def scenario_lines() -> list[tuple[str, str]]:
    """Name and summary of each story."""
    from containerscope.demo.scenarios import SCENARIOS

    return [(each.name, each.summary) for each in SCENARIOS.values()]


def fault_lines() -> list[tuple[str, str]]:
    """Each kind of fault and what it does."""
    from containerscope.demo.faults import KINDS

    return list(KINDS.items())


@dataclass(frozen=True)
class Wishes:
    """How the demo account shall be."""

    scale: str = ""
    speed: float = 1.0
    scenarios: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Wishes:
        """What the settings say, checked; raises SettingsError."""
        _check(settings, "demo_scenario", settings.demo_scenario, check_scenario)
        _check(settings, "demo_fault", settings.demo_fault, check_fault)
        return cls(
            ",".join(map(str, settings.demo_scale)) if settings.demo_scale else "",
            settings.demo_speed,
            settings.demo_scenario,
            settings.demo_fault,
        )

    def over(self, other: Wishes) -> Wishes:
        """These, and where they say nothing the others."""
        return Wishes(
            self.scale or other.scale,
            self.speed if self.speed != 1 else other.speed,
            (*other.scenarios, *self.scenarios),
            (*other.faults, *self.faults),
        )

    def flags(self) -> list[str]:
        """The same as flags of `demo-server`."""
        return [
            *(["--scale", self.scale] if self.scale else []),
            *(["--speed", f"{self.speed:g}"] if self.speed != 1 else []),
            *(word for each in self.scenarios for word in ("--scenario", each)),
            *(word for each in self.faults for word in ("--fault", each)),
        ]


def _check(
    settings: Settings, field: str, given: Iterable[str], check: Callable[[str], None]
) -> None:
    place = settings.sources.get(field, "")
    for each in given:
        try:
            check(each)
        except ValueError as error:
            key = "" if place.startswith(("-", "CONTAINERSCOPE_")) else field
            raise SettingsError(place, key, str(error)) from None
