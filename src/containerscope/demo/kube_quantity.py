"""Quantities of CPU and memory as the API writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_SUFFIXES = {
    "Ki": 1024, "Mi": 1024**2, "Gi": 1024**3, "Ti": 1024**4,
    "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12,
}  # fmt: skip


def quantity(text: str | float | None) -> float:
    """A quantity in its unit: cores, bytes, pieces."""
    if text is None:
        return 0.0
    if not isinstance(text, str):
        return float(text)
    for suffix, factor in _SUFFIXES.items():
        if text.endswith(suffix):
            return float(text[: -len(suffix)]) * factor
    return float(text)


def millicores(text: str | float | None) -> int:
    """CPU in thousandths of a core."""
    return round(quantity(text) * 1000)


def requests_of(spec: Mapping[str, Any]) -> tuple[int, int]:
    """What a pod's containers request together: millicores and bytes."""
    cpu, memory = _sum(spec.get("containers") or ())
    for each in spec.get("initContainers") or ():
        first_cpu, first_memory = _sum((each,))
        if each.get("restartPolicy") == "Always":
            cpu, memory = cpu + first_cpu, memory + first_memory
        else:
            cpu, memory = max(cpu, first_cpu), max(memory, first_memory)
    return cpu, memory


def _sum(containers: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    cpu = memory = 0
    for each in containers:
        sides = each.get("resources") or {}
        asked = {**(sides.get("limits") or {}), **(sides.get("requests") or {})}
        cpu += millicores(asked.get("cpu"))
        memory += round(quantity(asked.get("memory")))
    return cpu, memory
