"""The applications of `platform`."""

from __future__ import annotations

from typing import NamedTuple

from containerscope.demo.kube_builder import DAY, HOUR
from containerscope.demo.kube_recipe import Recipe, image_of
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import KubeStore

_SPOT: tuple[Body, ...] = (
    {"key": "spot", "operator": "Equal", "value": "true", "effect": "NoSchedule"},
)
_GPU: tuple[Body, ...] = ({"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"},)
_SYSTEM = {"role": "system"}
_OTEL = "aws-otel-collector"

SETTLED: tuple[tuple[float, Recipe], ...] = (
    (
        120 * DAY,
        Recipe(
            "kube-system",
            "aws-load-balancer-controller",
            2,
            cpu="100m",
            nodes=_SYSTEM,
            image="public.ecr.aws/eks/aws-load-balancer-controller:v2.14.1",
            role="platform-load-balancer-controller",
            team="platform",
        ),
    ),
    (
        119 * DAY,
        Recipe(
            "kube-system",
            "cluster-autoscaler",
            1,
            cpu="100m",
            memory="600Mi",
            image="registry.k8s.io/autoscaling/cluster-autoscaler:v1.33.2",
            nodes=_SYSTEM,
            role="platform-cluster-autoscaler",
            team="platform",
        ),
    ),
    (
        118 * DAY,
        Recipe(
            "kube-system",
            "external-dns",
            1,
            cpu="50m",
            memory="64Mi",
            nodes=_SYSTEM,
            image="registry.k8s.io/external-dns/external-dns:v0.19.0",
            role="platform-external-dns",
            team="platform",
        ),
    ),
    (
        117 * DAY,
        Recipe(
            "cert-manager",
            "cert-manager",
            1,
            cpu="50m",
            memory="128Mi",
            image="quay.io/jetstack/cert-manager-controller:v1.19.1",
            team="platform",
        ),
    ),
    (
        90 * DAY,
        Recipe(
            "logging",
            "fluent-bit",
            kind="DaemonSet",
            cpu="50m",
            memory="100Mi",
            port=2020,
            image="public.ecr.aws/aws-observability/aws-for-fluent-bit:2.34.0",
            tolerations=({"operator": "Exists"},),
            role="platform-fluent-bit",
            config=("fluent-bit.conf", "parsers.conf"),
            team="platform",
        ),
    ),
    (
        88 * DAY,
        Recipe(
            "monitoring",
            "node-exporter",
            kind="DaemonSet",
            cpu="20m",
            memory="32Mi",
            port=9100,
            image="quay.io/prometheus/node-exporter:v1.10.2",
            tolerations=({"operator": "Exists"},),
            team="platform",
        ),
    ),
    (
        87 * DAY,
        Recipe(
            "monitoring",
            "prometheus",
            2,
            "StatefulSet",
            cpu="500m",
            memory="2Gi",
            port=9090,
            image="quay.io/prometheus/prometheus:v3.7.3",
            storage="200Gi",
            team="platform",
            budget={"maxUnavailable": 1},
        ),
    ),
    (
        86 * DAY,
        Recipe(
            "monitoring",
            "grafana",
            1,
            cpu="100m",
            image="docker.io/grafana/grafana:12.2.1",
            port=3000,
            shared="grafana-data",
            secrets=("admin-user", "admin-password"),
            team="platform",
        ),
    ),
    (
        85 * DAY,
        Recipe(
            "monitoring",
            "kube-state-metrics",
            1,
            cpu="50m",
            memory="128Mi",
            image="registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.17.0",
            team="platform",
        ),
    ),
    (
        60 * DAY,
        Recipe(
            "data",
            "kafka",
            3,
            "StatefulSet",
            cpu="500m",
            memory="2Gi",
            port=9092,
            image="public.ecr.aws/bitnami/kafka:4.1.0",
            storage="100Gi",
            team="data",
            budget={"maxUnavailable": 1},
        ),
    ),
    (
        58 * DAY,
        Recipe(
            "shop",
            "cart-db",
            3,
            "StatefulSet",
            cpu="250m",
            memory="1Gi",
            port=5432,
            image="public.ecr.aws/docker/library/postgres:17.6",
            storage="50Gi",
            secrets=("POSTGRES_PASSWORD",),
            budget={"minAvailable": 3},
        ),
    ),
    (
        57 * DAY,
        Recipe(
            "shop",
            "sessions",
            3,
            "StatefulSet",
            cpu="100m",
            memory="512Mi",
            port=6379,
            image="public.ecr.aws/docker/library/redis:8.2",
            storage="10Gi",
            budget={"minAvailable": 2},
        ),
    ),
    (
        30 * DAY,
        Recipe(
            "data",
            "ml-inference",
            1,
            tag="0.14.2",
            cpu="2",
            memory="8Gi",
            tolerations=_GPU,
            nodes={"pool": "gpu"},
            budget={"maxUnavailable": 0},
            role="platform-ml-inference",
            team="data",
        ),
    ),
    (
        20 * DAY,
        Recipe(
            "media", "thumbnails", 3, tag="2.2.0", cpu="200m", shared="media-library", team="media"
        ),
    ),
    (
        14 * DAY,
        Recipe(
            "shop",
            "storefront",
            6,
            tag="9.14.0",
            cpu="200m",
            port=8080,
            host="shop.example.com",
            scale=(4, 14, 60),
            sidecar=_OTEL,
            config=("FEATURES", "LOCALE"),
            budget={"maxUnavailable": "25%"},
        ),
    ),
    (
        12 * DAY,
        Recipe(
            "shop",
            "search",
            3,
            tag="4.6.1",
            cpu="300m",
            memory="768Mi",
            scale=(3, 10, 55),
            role="platform-search",
            sidecar=_OTEL,
        ),
    ),
    (
        11 * DAY,
        Recipe(
            "shop",
            "cart",
            3,
            tag="5.0.3",
            cpu="200m",
            host="cart.example.com",
            init="migrate",
            secrets=("DATABASE_URL",),
            sidecar=_OTEL,
            budget={"minAvailable": 2},
        ),
    ),
    (
        10 * DAY,
        Recipe(
            "shop",
            "payments",
            3,
            tag="2.17.0",
            cpu="300m",
            memory="512Mi",
            role="platform-payments",
            secrets=("STRIPE_KEY", "SIGNING_KEY"),
            budget={"minAvailable": 3},
        ),
    ),
    (
        9 * DAY,
        Recipe(
            "shop",
            "orders",
            3,
            tag="6.8.0",
            cpu="250m",
            init="wait-for-kafka",
            role="platform-orders",
            sidecar=_OTEL,
        ),
    ),
    (8 * DAY, Recipe("shop", "recommender", 2, tag="1.8.4", cpu="200m", memory="1Gi")),
    (
        7 * DAY,
        Recipe(
            "reports",
            "report-api",
            2,
            tag="1.3.1",
            cpu="200m",
            account="exporter",
            host="reports.example.com",
            team="finance",
        ),
    ),
    (
        6 * DAY,
        Recipe(
            "shop",
            "mailer",
            1,
            tag="1.1.9",
            cpu="50m",
            memory="128Mi",
            port=0,
            role="platform-mailer",
        ),
    ),
    (
        5 * DAY,
        Recipe(
            "media",
            "transcoder",
            6,
            tag="5.3.2",
            cpu="1500m",
            memory="3Gi",
            tolerations=_SPOT,
            nodes={"pool": "spot-b"},
            shared="media-library",
            scale=(4, 12, 70),
            team="media",
        ),
    ),
    (
        3 * DAY,
        Recipe(
            "shop",
            "checkout",
            4,
            tag="3.1.7",
            cpu="250m",
            host="checkout.example.com",
            role="platform-checkout",
            secrets=("PAYMENT_TOKEN",),
            sidecar=_OTEL,
        ),
    ),
    (1 * DAY, Recipe("shop", "catalog", 4, tag="7.2.0", cpu="200m", config=("CACHE_TTL",))),
    (
        5 * HOUR,
        Recipe(
            "data",
            "warehouse-loader",
            1,
            tag="3.0.1",
            cpu="400m",
            memory="1Gi",
            port=0,
            role="platform-warehouse-loader",
            team="data",
        ),
    ),
)

LATE: tuple[Recipe, ...] = (
    Recipe("data", "etl-stream", 2, tag="2.8.1", cpu="500m", memory="512Mi", port=0, team="data"),
    # No node of the cluster has that many free cores.
    Recipe("data", "analytics", 2, tag="0.3.0", cpu="7800m", memory="24Gi", port=0, team="data"),
)


class Cron(NamedTuple):
    """A CronJob of an application."""

    namespace: str
    name: str
    schedule: str
    tag: str = "1.0.0"
    policy: str = "Forbid"
    suspended: bool = False
    account: str = "default"
    """Its service account."""


CRON_JOBS = (
    Cron("batch", "invoice-run", "*/10 * * * *", "2.1.0", account="report-writer"),
    Cron("batch", "reconcile", "*/30 * * * *", "0.9.2"),
    Cron("batch", "nightly-export", "30 2 * * *", "1.7.3"),
    Cron("shop", "cart-cleanup", "*/15 * * * *", "1.0.4", "Replace"),
    Cron("data", "backup-kafka", "0 * * * *", "1.2.0"),
    Cron("data", "reindex", "0 4 * * 0", "0.4.0", suspended=True),
)


def put_cron_jobs(store: KubeStore, jobs: tuple[Cron, ...]) -> None:
    """The CronJobs."""
    for each in jobs:
        if store.find(("", "serviceaccounts"), each.namespace, each.account) is None:
            meta = {"name": each.account, "namespace": each.namespace}
            store.put(("", "serviceaccounts"), {"metadata": meta})
        labels = {"app.kubernetes.io/name": each.name}
        container = {
            "name": each.name,
            "image": image_of(f"{each.namespace}/{each.name}", each.tag),
            "resources": {"requests": {"cpu": "200m", "memory": "256Mi"}},
        }
        template = {
            "metadata": {"labels": labels},
            "spec": {
                "containers": [container],
                "restartPolicy": "Never",
                "serviceAccountName": each.account,
                "serviceAccount": each.account,
            },
        }
        job = {"backoffLimit": 2, "template": template}
        store.put(
            ("batch", "cronjobs"),
            {
                "metadata": {"name": each.name, "namespace": each.namespace, "labels": labels},
                "spec": {
                    "schedule": each.schedule,
                    "concurrencyPolicy": each.policy,
                    "suspend": each.suspended,
                    "successfulJobsHistoryLimit": 3,
                    "failedJobsHistoryLimit": 1,
                    "jobTemplate": {"metadata": {"labels": labels}, "spec": job},
                },
                "status": {},
            },
        )
