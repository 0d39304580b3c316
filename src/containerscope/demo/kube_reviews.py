"""Questions to the API server about who one is and what one may do."""

from __future__ import annotations

from typing import Any

from containerscope.demo.kube_auth import Attributes, Authorizer, User
from containerscope.demo.kube_status import Body, KubeError
from containerscope.demo.kube_types import ResourceType


def review(kind: ResourceType, body: Body, user: User, authorizer: Authorizer) -> Body:
    """The review with its status filled in."""
    answer: Body = {
        "kind": kind.kind,
        "apiVersion": kind.api_version,
        "metadata": {"creationTimestamp": None},
        "spec": body.get("spec") or {},
    }
    if kind.kind == "SelfSubjectReview":
        info: Body = {"username": user.name, "groups": list(user.groups)}
        if user.uid:
            info["uid"] = user.uid
        del answer["spec"]
        return {**answer, "status": {"userInfo": info}}
    if kind.kind == "SelfSubjectRulesReview":
        return {**answer, "status": _rules(answer["spec"], user, authorizer)}
    spec = answer["spec"]
    if kind.kind != "SelfSubjectAccessReview":
        user = User(spec.get("user") or "", tuple(spec.get("groups") or ()))
    allowed = authorizer.allows(user, _attributes(spec))
    return {**answer, "status": {"allowed": allowed}}


def _attributes(spec: Body) -> Attributes:
    if "nonResourceAttributes" in spec:
        asked = spec["nonResourceAttributes"]
        return Attributes(asked.get("verb", ""), path=asked.get("path", ""))
    if "resourceAttributes" not in spec:
        message = (
            'SelfSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes: '
            "Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must "
            "be specified"
        )
        raise KubeError(422, "Invalid", message, details={})
    asked = spec["resourceAttributes"]
    names = ("verb", "group", "resource", "subresource", "namespace", "name")
    return Attributes(**{each: asked.get(each) or "" for each in names})


def _rules(spec: Body, user: User, authorizer: Authorizer) -> dict[str, Any]:
    rules = authorizer.rules(user, spec.get("namespace") or "")
    return {
        "resourceRules": [each for each in rules if "resources" in each],
        "nonResourceRules": [each for each in rules if "nonResourceURLs" in each],
        "incomplete": False,
    }
