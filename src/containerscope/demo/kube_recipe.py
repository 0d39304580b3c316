"""Workloads in the few words that tell them from others, and the objects that they come to."""

from __future__ import annotations

from dataclasses import dataclass, field

from containerscope.demo.ids import digits, hexes, number
from containerscope.demo.kube_status import Body

_REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
NOT_FARGATE: Body = {
    "nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [
                {
                    "matchExpressions": [
                        {"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]},
                        {
                            "key": "eks.amazonaws.com/compute-type",
                            "operator": "NotIn",
                            "values": ["fargate", "hybrid", "auto"],
                        },
                    ]
                }
            ]
        }
    }
}
"""The affinity of DaemonSets, whose pods have no place on Fargate."""


@dataclass(frozen=True)
class Recipe:
    """A workload of an application."""

    namespace: str
    name: str
    replicas: int = 2
    kind: str = "Deployment"
    image: str = ""
    """The whole image; empty for one of the account's registry after namespace and name."""
    tag: str = "1.0.0"
    cpu: str = "250m"
    memory: str = "256Mi"
    limits: bool = True
    port: int = 8080
    """0 for a workload that listens to nothing."""
    host: str = ""
    """The host of its ingress; empty for none."""
    scale: tuple[int, int, int] = (0, 0, 0)
    """Least and most replicas, and the CPU percentage to keep to; zeros for no HPA."""
    budget: Body = field(default_factory=dict)
    """The spec of its disruption budget, without the selector."""
    role: str = ""
    """The IAM role of its service account."""
    account: str = ""
    """A service account without a role of its own."""
    config: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    """Keys that it takes from a secret of its own."""
    storage: str = ""
    """The size of each pod's volume, for a StatefulSet."""
    shared: str = ""
    """The claim that all pods mount, as of EFS."""
    init: str = ""
    """The name of an init container."""
    sidecar: str = ""
    tolerations: tuple[Body, ...] = ()
    nodes: dict[str, str] = field(default_factory=dict)
    """Labels that a node must have."""
    team: str = "shop"

    @property
    def whole_image(self) -> str:
        """The image of the main container."""
        return self.image or f"{_REGISTRY}/{self.namespace}/{self.name}:{self.tag}"

    @property
    def labels(self) -> dict[str, str]:
        """The labels that select its pods."""
        return {"app.kubernetes.io/name": self.name, "app.kubernetes.io/instance": self.name}


def image_of(name: str, tag: str) -> str:
    """An image of the account's registry."""
    return f"{_REGISTRY}/{name}:{tag}"


def objects(recipe: Recipe) -> list[tuple[tuple[str, str], Body]]:
    """Everything a recipe comes to, what is needed first in front; pods aside."""
    made: list[tuple[tuple[str, str], Body]] = []
    if recipe.role:
        note = {"eks.amazonaws.com/role-arn": f"arn:aws:iam::123456789012:role/{recipe.role}"}
        made.append((("", "serviceaccounts"), {"metadata": _meta(recipe, annotations=note)}))
    elif recipe.account:
        made.append((("", "serviceaccounts"), {"metadata": _meta(recipe, name=recipe.account)}))
    if recipe.config:
        name = f"{recipe.name}-config"
        data = {key: f"value of {key.lower()}" for key in recipe.config}
        made.append((("", "configmaps"), {"metadata": _meta(recipe, name=name), "data": data}))
    if recipe.secrets:
        name = f"{recipe.name}-secrets"
        # Not encoded from anything: nothing here is a secret.
        data = dict.fromkeys(recipe.secrets, "ZGVtbw==")
        secret = {"metadata": _meta(recipe, name=name), "data": data, "type": "Opaque"}
        made.append((("", "secrets"), secret))
    if recipe.shared:
        made.append((("", "persistentvolumeclaims"), _shared_claim(recipe)))
    made.append(_workload(recipe))
    if recipe.port:
        made.append((("", "services"), service(recipe)))
    if recipe.host:
        made.append((("networking.k8s.io", "ingresses"), _ingress(recipe)))
        made.append((("elbv2.k8s.aws", "targetgroupbindings"), _binding(recipe)))
    if recipe.scale[1]:
        made.append((("autoscaling", "horizontalpodautoscalers"), _hpa(recipe)))
    if recipe.budget:
        spec = {**recipe.budget, "selector": {"matchLabels": recipe.labels}}
        made.append((("policy", "poddisruptionbudgets"), {"metadata": _meta(recipe), "spec": spec}))
    return made


def _meta(recipe: Recipe, *, name: str = "", annotations: dict[str, str] | None = None) -> Body:
    labels = {
        **recipe.labels,
        "app.kubernetes.io/managed-by": "Helm",
        "helm.sh/chart": f"{recipe.name}-0.{number(9, recipe.name)}.{number(20, recipe.name, 1)}",
        "team": recipe.team,
    }
    notes = {
        "meta.helm.sh/release-name": recipe.name,
        "meta.helm.sh/release-namespace": recipe.namespace,
        **(annotations or {}),
    }
    return {
        "name": name or recipe.name,
        "namespace": recipe.namespace,
        "labels": labels,
        "annotations": notes,
    }


def _container(recipe: Recipe) -> Body:
    made: Body = {
        "name": recipe.name,
        "image": recipe.whole_image,
        "resources": {"requests": {"cpu": recipe.cpu, "memory": recipe.memory}},
    }
    if recipe.limits:
        made["resources"]["limits"] = {"memory": recipe.memory}
    if recipe.port:
        made["ports"] = [{"name": "http", "containerPort": recipe.port, "protocol": "TCP"}]
        probe = {
            "httpGet": {"path": "/healthz", "port": "http", "scheme": "HTTP"},
            "timeoutSeconds": 1,
            "periodSeconds": 10,
            "successThreshold": 1,
            "failureThreshold": 3,
        }
        made["readinessProbe"] = probe
        made["livenessProbe"] = {**probe, "initialDelaySeconds": 10}
    env: list[Body] = [
        {
            "name": "POD_NAME",
            "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}},
        },
        {"name": "OTEL_SERVICE_NAME", "value": recipe.name},
    ]
    for key in recipe.secrets:
        ref = {"name": f"{recipe.name}-secrets", "key": key}
        env.append({"name": key, "valueFrom": {"secretKeyRef": ref}})
    made["env"] = env
    if recipe.config:
        made["envFrom"] = [{"configMapRef": {"name": f"{recipe.name}-config"}}]
    mounts = []
    if recipe.shared:
        mounts.append({"name": "shared", "mountPath": "/mnt/shared"})
    if recipe.storage:
        mounts.append({"name": "data", "mountPath": "/var/lib/data"})
    if mounts:
        made["volumeMounts"] = mounts
    return made


def template(recipe: Recipe) -> Body:
    """The pod template."""
    spec: Body = {"containers": [_container(recipe)]}
    if recipe.init:
        image = image_of(f"{recipe.namespace}/{recipe.init}", "1.4.0")
        spec["initContainers"] = [
            {"name": recipe.init, "image": image, "resources": {"requests": {"cpu": "50m"}}}
        ]
    if recipe.sidecar:
        spec["containers"].append(
            {
                "name": recipe.sidecar,
                "image": f"public.ecr.aws/aws-observability/{recipe.sidecar}:v0.43.2",
                "resources": {"requests": {"cpu": "20m", "memory": "64Mi"}},
            }
        )
    if recipe.shared:
        spec["volumes"] = [
            {"name": "shared", "persistentVolumeClaim": {"claimName": recipe.shared}}
        ]
    if recipe.role or recipe.account:
        spec["serviceAccountName"] = spec["serviceAccount"] = recipe.account or recipe.name
    if recipe.tolerations:
        spec["tolerations"] = list(recipe.tolerations)
    if recipe.nodes:
        spec["nodeSelector"] = recipe.nodes
    labels = {**recipe.labels, "app.kubernetes.io/version": recipe.tag, "team": recipe.team}
    notes = {
        "prometheus.io/scrape": "true",
        "checksum/config": hexes(64, recipe.namespace, recipe.name, "config"),
    }
    return {"metadata": {"labels": labels, "annotations": notes}, "spec": spec}


def _workload(recipe: Recipe) -> tuple[tuple[str, str], Body]:
    spec: Body = {"selector": {"matchLabels": recipe.labels}, "template": template(recipe)}
    body = {"metadata": _meta(recipe), "spec": spec, "status": {}}
    if recipe.kind == "DaemonSet":
        spec["template"]["spec"]["affinity"] = NOT_FARGATE
        return ("apps", "daemonsets"), body
    spec["replicas"] = recipe.replicas
    if recipe.kind == "Deployment":
        rule = {"maxSurge": "25%", "maxUnavailable": "25%"}
        spec |= {
            "strategy": {"type": "RollingUpdate", "rollingUpdate": rule},
            "revisionHistoryLimit": 5,
            "progressDeadlineSeconds": 600,
        }
        return ("apps", "deployments"), body
    spec |= {"serviceName": recipe.name, "updateStrategy": {"type": "RollingUpdate"}}
    if recipe.storage:
        claim = {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": recipe.storage}},
            "storageClassName": "gp3",
        }
        spec["volumeClaimTemplates"] = [{"metadata": {"name": "data"}, "spec": claim}]
    return ("apps", "statefulsets"), body


def service(recipe: Recipe) -> Body:
    """The service in front of a workload."""
    headless = recipe.kind == "StatefulSet"
    address = f"172.20.{number(200, recipe.namespace, recipe.name)}.{number(250, recipe.name) + 2}"
    spec: Body = {
        "type": "ClusterIP",
        "clusterIP": "None" if headless else address,
        "clusterIPs": ["None" if headless else address],
        "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack",
        "selector": recipe.labels,
        "sessionAffinity": "None",
        "internalTrafficPolicy": "Cluster",
        "ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": recipe.port}],
    }
    return {"metadata": _meta(recipe), "spec": spec, "status": {"loadBalancer": {}}}


def _ingress(recipe: Recipe) -> Body:
    notes = {
        "alb.ingress.kubernetes.io/scheme": "internet-facing",
        "alb.ingress.kubernetes.io/target-type": "ip",
        "alb.ingress.kubernetes.io/listen-ports": '[{"HTTPS":443}]',
    }
    backend = {"service": {"name": recipe.name, "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    balancer = balancer_name(recipe)
    hostname = f"{balancer}-{digits(10, 'dns', balancer)}.eu-west-1.elb.amazonaws.com"
    return {
        "metadata": _meta(recipe, annotations=notes),
        "spec": {
            "ingressClassName": "alb",
            "rules": [{"host": recipe.host, "http": {"paths": [path]}}],
            "tls": [{"hosts": [recipe.host]}],
        },
        "status": {"loadBalancer": {"ingress": [{"hostname": hostname}]}},
    }


def balancer_name(recipe: Recipe) -> str:
    """What the controller calls the load balancer of an ingress."""
    return f"k8s-{recipe.namespace[:8]}-{recipe.name[:8]}-{hexes(10, recipe.name)}"


def group_arn(recipe: Recipe) -> str:
    """The ARN of the target group of an ingress."""
    name = f"k8s-{recipe.namespace[:8]}-{recipe.name[:8]}-{hexes(10, recipe.name, 'tg')}"
    unique = hexes(16, recipe.name, "tg")
    return f"arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/{name}/{unique}"


def _binding(recipe: Recipe) -> Body:
    """The TargetGroupBinding of the AWS Load Balancer Controller."""
    arn = group_arn(recipe)
    name = arn.split("/")[1]
    labels = {
        "ingress.k8s.aws/stack-name": recipe.name,
        "ingress.k8s.aws/stack-namespace": recipe.namespace,
    }
    return {
        "metadata": {"name": name, "namespace": recipe.namespace, "labels": labels},
        "spec": {
            "ipAddressType": "ipv4",
            "serviceRef": {"name": recipe.name, "port": 80},
            "targetGroupARN": arn,
            "targetType": "ip",
            "vpcID": f"vpc-0{hexes(16, 'vpc', 'platform')}",
        },
        "status": {"observedGeneration": 1},
    }


def _hpa(recipe: Recipe) -> Body:
    least, most, percent = recipe.scale
    target = {"type": "Utilization", "averageUtilization": percent}
    ref = {"apiVersion": "apps/v1", "kind": "Deployment", "name": recipe.name}
    return {
        "metadata": _meta(recipe),
        "spec": {
            "scaleTargetRef": ref,
            "minReplicas": least,
            "maxReplicas": most,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
        },
        "status": {"currentReplicas": recipe.replicas, "desiredReplicas": recipe.replicas},
    }


def _shared_claim(recipe: Recipe) -> Body:
    return {
        "metadata": _meta(recipe, name=recipe.shared),
        "spec": {
            "accessModes": ["ReadWriteMany"],
            "resources": {"requests": {"storage": "100Gi"}},
            "storageClassName": "efs-media",
        },
        "status": {"phase": "Pending"},
    }
