"""The CustomResourceDefinitions that EKS clusters have."""

from __future__ import annotations

from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import KubeStore

_DEFINITIONS = ("apiextensions.k8s.io", "customresourcedefinitions")
_AGE = ("Age", "date", ".metadata.creationTimestamp")

Columns = tuple[tuple[str, str, str], ...]


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
        "additionalPrinterColumns": [
            {"name": name, "type": form, "jsonPath": path} for name, form, path in columns
        ],
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
    ("ARN", "string", ".spec.targetGroupARN"),
    _AGE,
)
COMMON = (
    definition(
        "vpcresources.k8s.aws", "v1alpha1", "cninodes", "CNINode", namespaced=False, short=("cnd",)
    ),
    definition(
        "vpcresources.k8s.aws",
        "v1beta1",
        "securitygrouppolicies",
        "SecurityGroupPolicy",
        namespaced=True,
        short=("sgp",),
    ),
    definition(
        "networking.k8s.aws", "v1alpha1", "policyendpoints", "PolicyEndpoint", namespaced=True
    ),
)
CLASSIC = (
    *COMMON,
    definition("crd.k8s.amazonaws.com", "v1alpha1", "eniconfigs", "ENIConfig", namespaced=False),
    definition(
        "elbv2.k8s.aws", "v1beta1", "ingressclassparams", "IngressClassParams", namespaced=False
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
            ("Ready", "string", '.status.conditions[?(@.type=="Ready")].status'),
            ("Secret", "string", ".spec.secretName"),
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
            ("Ready", "string", '.status.conditions[?(@.type=="Ready")].status'),
            _AGE,
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
            ("Node", "string", ".status.nodeName"),
            ("Ready", "string", '.status.conditions[?(@.type=="Ready")].status'),
            _AGE,
        ),
    ),
    definition("eks.amazonaws.com", "v1", "nodeclasses", "NodeClass", namespaced=False),
    definition(
        "eks.amazonaws.com",
        "v1",
        "targetgroupbindings",
        "TargetGroupBinding",
        namespaced=True,
        columns=_BINDING_COLUMNS,
    ),
    definition(
        "eks.amazonaws.com", "v1", "ingressclassparams", "IngressClassParams", namespaced=False
    ),
)


def put_definitions(store: KubeStore, definitions: tuple[Body, ...]) -> None:
    """Serve these custom resources."""
    for each in definitions:
        store.put(_DEFINITIONS, {**each})
