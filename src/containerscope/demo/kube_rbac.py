"""The roles and bindings that a cluster comes with, and those of its teams."""

from __future__ import annotations

from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import KubeStore

_GROUP = "rbac.authorization.k8s.io"
_READ = ["get", "list", "watch"]
_WRITE = ["create", "delete", "deletecollection", "patch", "update"]
_CORE = [
    "configmaps", "endpoints", "events", "limitranges", "namespaces", "persistentvolumeclaims",
    "pods", "pods/log", "pods/status", "replicationcontrollers", "resourcequotas",
    "serviceaccounts", "services",
]  # fmt: skip
_APPS = [
    "controllerrevisions", "daemonsets", "deployments", "deployments/scale", "replicasets",
    "replicasets/scale", "statefulsets", "statefulsets/scale",
]  # fmt: skip


def _rule(groups: list[str], resources: list[str], verbs: list[str]) -> Body:
    return {"apiGroups": groups, "resources": resources, "verbs": verbs}


def _view() -> list[Body]:
    return [
        _rule([""], _CORE, _READ),
        _rule(["apps"], _APPS, _READ),
        _rule(["autoscaling"], ["horizontalpodautoscalers"], _READ),
        _rule(["batch"], ["cronjobs", "jobs"], _READ),
        _rule(["networking.k8s.io"], ["ingresses", "networkpolicies"], _READ),
        _rule(["policy"], ["poddisruptionbudgets"], _READ),
        _rule(["discovery.k8s.io"], ["endpointslices"], _READ),
        _rule(["metrics.k8s.io"], ["pods"], _READ),
    ]


def _edit() -> list[Body]:
    return [
        *_view(),
        _rule([""], ["secrets"], [*_READ, *_WRITE]),
        _rule([""], [each for each in _CORE if "/" not in each and each != "namespaces"], _WRITE),
        _rule(
            [""], ["pods/attach", "pods/exec", "pods/portforward", "pods/proxy"], ["create", "get"]
        ),
        _rule([""], ["pods/eviction"], ["create"]),
        _rule(["apps"], _APPS, _WRITE),
        _rule(["autoscaling"], ["horizontalpodautoscalers"], _WRITE),
        _rule(["batch"], ["cronjobs", "jobs"], _WRITE),
        _rule(["networking.k8s.io"], ["ingresses", "networkpolicies"], _WRITE),
        _rule(["policy"], ["poddisruptionbudgets"], _WRITE),
    ]


_EVERYTHING = [
    _rule(["*"], ["*"], ["*"]),
    {"nonResourceURLs": ["*"], "verbs": ["*"]},
]
_DISCOVERY = ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*",
              "/readyz", "/version", "/version/"]  # fmt: skip
ROLES: dict[str, list[Body]] = {
    "cluster-admin": _EVERYTHING,
    "admin": [*_edit(), _rule([_GROUP], ["rolebindings", "roles"], [*_READ, *_WRITE])],
    "edit": _edit(),
    "view": _view(),
    "eks:admin-view": [_rule(["*"], ["*"], _READ)],
    "eks:secret-reader": [_rule([""], ["secrets"], _READ)],
    "system:discovery": [{"nonResourceURLs": _DISCOVERY, "verbs": ["get"]}],
    "system:basic-user": [
        _rule(
            ["authorization.k8s.io"],
            ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
            ["create"],
        ),
        _rule(["authentication.k8s.io"], ["selfsubjectreviews"], ["create"]),
    ],
    "eks:node-manager": [_rule([""], ["nodes", "pods", "pods/eviction"], ["*"])],
    "impersonators": [_rule([""], ["users", "groups", "serviceaccounts"], ["impersonate"])],
    "node-reader": [
        _rule([""], ["nodes", "persistentvolumes"], _READ),
        _rule(["storage.k8s.io"], ["storageclasses"], _READ),
        _rule(["metrics.k8s.io"], ["nodes"], _READ),
    ],
}


def _binding(name: str, role: str, *subjects: tuple[str, str], namespace: str = "") -> Body:
    kind = "ClusterRole"
    meta = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {
        "metadata": meta,
        "roleRef": {"apiGroup": _GROUP, "kind": kind, "name": role},
        "subjects": [
            {
                "kind": each,
                "name": who,
                **({"apiGroup": _GROUP} if each != "ServiceAccount" else {}),
            }
            for each, who in subjects
        ],
    }


def put_rbac(store: KubeStore, deployed: tuple[str, ...]) -> None:
    """The roles, who has them in the whole cluster, and the namespaces that are deployed to."""
    for name, rules in ROLES.items():
        labels = {"kubernetes.io/bootstrapping": "rbac-defaults"}
        meta = {"name": name, "labels": labels}
        store.put((_GROUP, "clusterroles"), {"metadata": meta, "rules": rules})
    authenticated = ("Group", "system:authenticated")
    for binding in (
        _binding("cluster-admin", "cluster-admin", ("Group", "system:masters")),
        _binding("system:discovery", "system:discovery", authenticated),
        _binding("system:basic-user", "system:basic-user", authenticated),
        _binding("eks:node-manager", "eks:node-manager", ("User", "eks:node-manager")),
        _binding("deployers-nodes", "node-reader", ("Group", "deployers")),
    ):
        store.put((_GROUP, "clusterrolebindings"), binding)
    for namespace in deployed:
        binding = _binding("deployers-edit", "edit", ("Group", "deployers"), namespace=namespace)
        store.put((_GROUP, "rolebindings"), binding)
