"""The CronJobs of `platform`."""

from __future__ import annotations

from typing import NamedTuple

from containerscope.demo.kube_recipe import image_of
from containerscope.demo.kube_store import KubeStore


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
