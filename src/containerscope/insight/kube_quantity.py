"""Quantities of Kubernetes as numbers: `250m` CPU, `1Gi` of memory."""

from __future__ import annotations

import re

from containerscope.model.kube import Quantity

_FORM = re.compile(r"([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)(m|u|n|k|Ki|[MGTPE]i?)?")
_POWER = {"k": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6}


def amount(quantity: Quantity) -> float | None:
    """The quantity in its base unit: cores, bytes, pods; None for none or an unreadable one."""
    if quantity is None or isinstance(quantity, int | float):
        return quantity
    found = _FORM.fullmatch(quantity.strip())
    if found is None:
        return None
    try:
        number = float(found[1])
    except ValueError:
        return None
    return number * _factor(found[2] or "")


def _factor(suffix: str) -> float:
    small = {"": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}
    if suffix in small:
        return small[suffix]
    base = 1024.0 if suffix.endswith("i") else 1000.0
    return float(base ** _POWER["k" if suffix == "Ki" else suffix[0]])


def millicores(quantity: Quantity) -> int | None:
    """CPU in thousandths of a core."""
    cores = amount(quantity)
    return None if cores is None else round(cores * 1000)


def mebibytes(quantity: Quantity) -> float | None:
    """Memory in MiB."""
    found = amount(quantity)
    return None if found is None else found / 1024**2
