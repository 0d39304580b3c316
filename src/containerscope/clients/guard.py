"""Read-only, enforced below everything: at the hook each AWS call passes before it is built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from containerscope.clients.guard_allowed import ALLOWED, PUBLIC_PARAMETERS, SIGNING_IN
from containerscope.model.listing import Problem, RefusedError, Why

__all__ = ["ALLOWED", "guard_session", "refuse", "refuse_of_ours", "without_metrics"]

_REMEDY = "start without --read-only to allow changes"


def refuse(service: str, operation: str, params: Mapping[str, Any] | None = None) -> Problem | None:
    """Why read-only refuses this call, or None when it lets it through."""
    name = f"{service}:{operation}"
    if operation not in ALLOWED.get(service, frozenset()):
        return Problem(Why.DENIED, name, f"read-only refuses {name}", remedy=_REMEDY)
    if service == "ssm" and operation.startswith("GetParameter") and not _public(params or {}):
        message = f"read-only refuses {name} outside {PUBLIC_PARAMETERS}: it may be a secret"
        return Problem(Why.DENIED, name, message, remedy=_REMEDY)
    return None


def refuse_of_ours(service: str, operation: str, params: Mapping[str, Any]) -> Problem | None:
    """As `refuse`, for what the program itself asks for: it never asks for credentials."""
    if operation in SIGNING_IN.get(service, frozenset()):
        name = f"{service}:{operation}"
        message = f"read-only refuses {name}: it hands out credentials"
        return Problem(Why.DENIED, name, message, remedy=_REMEDY)
    return refuse(service, operation, params)


def _public(params: Mapping[str, Any]) -> bool:
    names = params.get("Names")
    asked = [params.get("Name"), params.get("Path"), *(names if isinstance(names, list) else ())]
    given = [name for name in asked if name is not None]
    return bool(given) and all(_is_public(name) for name in given)


def _is_public(name: object) -> bool:
    # `GetParameter` takes an ARN as well; that of a public parameter names no account.
    if not isinstance(name, str) or ".." in name:
        return False
    if name.startswith("arn:"):
        _, _, name = name.partition("::parameter")
    return f"{name}/".startswith(PUBLIC_PARAMETERS)


def _check(params: Mapping[str, Any], model: Any, **_: Any) -> None:
    problem = refuse(model.service_model.service_name, model.name, params)
    if problem is not None:
        raise RefusedError(problem)


def guard_session(core: Any) -> None:
    """Guard every client that this botocore session makes from now on; there is no way back."""
    core.get_component("event_emitter").register_last(
        "before-parameter-build", _check, unique_id="containerscope-read-only"
    )


METERED = frozenset({"GetMetricData", "GetMetricStatistics"})
"""What CloudWatch charges for by the metric."""


def _spare(params: Mapping[str, Any], model: Any, **_: Any) -> None:
    if model.service_model.service_name == "cloudwatch" and model.name in METERED:
        reason = "metrics are switched off, as CloudWatch charges for them"
        raise RefusedError(Problem(Why.NOT_APPLICABLE, f"cloudwatch:{model.name}", reason))


def without_metrics(core: Any) -> None:
    """Let no client of this session ask for the points of metrics, which cost money."""
    core.get_component("event_emitter").register_last(
        "before-parameter-build", _spare, unique_id="containerscope-no-metrics"
    )
