"""The CustomResourceDefinitions that EKS clusters have."""

from __future__ import annotations

from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import KubeStore

_DEFINITIONS = ("apiextensions.k8s.io", "customresourcedefinitions")
_AGE = ("Age", "date", ".metadata.creationTimestamp")

Columns = tuple[tuple[str, str, str] | tuple[str, str, str, int], ...]
"""Name, type and JSON path, and a priority where it is for wide tables only."""


def _column(name: str, form: str, path: str, priority: int = 0) -> Body:
    column: Body = {"name": name, "type": form, "jsonPath": path}
    return {**column, "priority": priority} if priority else column


def _ready(part: str = "status") -> str:
    return f'.status.conditions[?(@.type=="Ready")].{part}'


def definition(
    group: str,
    version: str,
    plural: str,
    kind: str,
    *,
    namespaced: bool,
    short: tuple[str, ...] = (),
    categories: tuple[str, ...] = (),
    columns: Columns = (_AGE,),
) -> Body:
    """A definition with one version."""
    names: Body = {
        "plural": plural,
        "singular": kind.lower(),
        "kind": kind,
        "listKind": f"{kind}List",
    }
    if short:
        names["shortNames"] = list(short)
    if categories:
        names["categories"] = list(categories)
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    shown = {
        "name": version,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
        "subresources": {"status": {}},
        "additionalPrinterColumns": [_column(*each) for each in columns],
    }
    established = {"type": "Established", "status": "True", "reason": "InitialNamesAccepted"}
    return {
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "names": names,
            "scope": "Namespaced" if namespaced else "Cluster",
            "versions": [shown],
            "conversion": {"strategy": "None"},
        },
        "status": {
            "conditions": [{**established, "message": "the initial names have been accepted"}],
            "acceptedNames": names,
            "storedVersions": [version],
        },
    }


_BINDING_COLUMNS: Columns = (
    ("SERVICE-NAME", "string", ".spec.serviceRef.name"),
    ("SERVICE-PORT", "string", ".spec.serviceRef.port"),
    ("TARGET-TYPE", "string", ".spec.targetType"),
    ("ARN", "string", ".spec.targetGroupARN", 1),
    ("AGE", *_AGE[1:]),
)
_PARAMS_COLUMNS: Columns = (
    ("GROUP-NAME", "string", ".spec.group.name"),
    ("SCHEME", "string", ".spec.scheme"),
    ("IP-ADDRESS-TYPE", "string", ".spec.ipAddressType"),
    ("AGE", *_AGE[1:]),
)
COMMON = (
    definition(
        "vpcresources.k8s.aws",
        "v1alpha1",
        "cninodes",
        "CNINode",
        namespaced=False,
        short=("cnd",),
        columns=(("Features", "string", ".spec.features"),),
    ),
    definition(
        "vpcresources.k8s.aws",
        "v1beta1",
        "securitygrouppolicies",
        "SecurityGroupPolicy",
        namespaced=True,
        short=("sgp",),
        columns=(("Security-Group-Ids", "string", ".spec.securityGroups.groupIds"),),
    ),
    definition(
        "networking.k8s.aws", "v1alpha1", "policyendpoints", "PolicyEndpoint", namespaced=True
    ),
)
CLASSIC = (
    *COMMON,
    definition("crd.k8s.amazonaws.com", "v1alpha1", "eniconfigs", "ENIConfig", namespaced=False),
    definition(
        "elbv2.k8s.aws",
        "v1beta1",
        "ingressclassparams",
        "IngressClassParams",
        namespaced=False,
        columns=_PARAMS_COLUMNS,
    ),
    definition(
        "elbv2.k8s.aws",
        "v1beta1",
        "targetgroupbindings",
        "TargetGroupBinding",
        namespaced=True,
        columns=_BINDING_COLUMNS,
    ),
    definition(
        "cert-manager.io",
        "v1",
        "certificates",
        "Certificate",
        namespaced=True,
        short=("cert", "certs"),
        categories=("cert-manager",),
        columns=(
            ("Ready", "string", _ready()),
            ("Secret", "string", ".spec.secretName"),
            ("Issuer", "string", ".spec.issuerRef.name", 1),
            ("Status", "string", _ready("message"), 1),
            _AGE,
        ),
    ),
)
AUTO_MODE = (
    *COMMON,
    definition(
        "karpenter.sh",
        "v1",
        "nodepools",
        "NodePool",
        namespaced=False,
        categories=("karpenter",),
        columns=(
            ("NodeClass", "string", ".spec.template.spec.nodeClassRef.name"),
            ("Nodes", "string", ".status.resources.nodes"),
            ("Ready", "string", _ready()),
            _AGE,
            ("Weight", "integer", ".spec.weight", 1),
            ("CPU", "string", ".status.resources.cpu", 1),
            ("Memory", "string", ".status.resources.memory", 1),
        ),
    ),
    definition(
        "karpenter.sh",
        "v1",
        "nodeclaims",
        "NodeClaim",
        namespaced=False,
        categories=("karpenter",),
        columns=(
            ("Type", "string", r".metadata.labels.node\.kubernetes\.io/instance-type"),
            ("Capacity", "string", r".metadata.labels.karpenter\.sh/capacity-type"),
            ("Zone", "string", r".metadata.labels.topology\.kubernetes\.io/zone"),
            ("Node", "string", ".status.nodeName"),
            ("Ready", "string", _ready()),
            _AGE,
            ("ImageID", "string", ".status.imageID", 1),
            ("ID", "string", ".status.providerID", 1),
            ("NodePool", "string", r".metadata.labels.karpenter\.sh/nodepool", 1),
            ("NodeClass", "string", ".spec.nodeClassRef.name", 1),
            ("Drifted", "string", '.status.conditions[?(@.type=="Drifted")].status', 1),
        ),
    ),
    definition(
        "eks.amazonaws.com",
        "v1",
        "nodeclasses",
        "NodeClass",
        namespaced=False,
        columns=(
            ("Role", "string", ".spec.role"),
            ("Ready", "string", _ready()),
            _AGE,
        ),
    ),
    definition(
        "eks.amazonaws.com",
        "v1",
        "targetgroupbindings",
        "TargetGroupBinding",
        namespaced=True,
        columns=_BINDING_COLUMNS,
    ),
    definition(
        "eks.amazonaws.com",
        "v1",
        "ingressclassparams",
        "IngressClassParams",
        namespaced=False,
        columns=_PARAMS_COLUMNS,
    ),
)


def put_definitions(store: KubeStore, definitions: tuple[Body, ...]) -> None:
    """Serve these custom resources."""
    for each in definitions:
        store.put(_DEFINITIONS, {**each})
