"""Everything that works on a cluster's objects, put together."""

from __future__ import annotations

from containerscope.demo.kube_endpoints import Endpoints
from containerscope.demo.kube_housekeeping import Budgets, Garbage, Namespaces
from containerscope.demo.kube_jobs import CronJobs, Jobs
from containerscope.demo.kube_kubelet import Kubelets
from containerscope.demo.kube_life import Life
from containerscope.demo.kube_node_life import Nodes
from containerscope.demo.kube_replicas import Pods, ReplicaSets
from containerscope.demo.kube_rollouts import Deployments
from containerscope.demo.kube_scaling import Autoscalers
from containerscope.demo.kube_scheduler import Scheduler
from containerscope.demo.kube_sets import DaemonSets, StatefulSets
from containerscope.demo.kube_usage import Usage
from containerscope.demo.kube_volumes import Volumes


class Control:
    """The control plane and the kubelets of a cluster."""

    def __init__(self, life: Life, usage: Usage, cluster: str, *, metrics: bool) -> None:
        self._life = life
        self.kubelets = Kubelets(life)
        self.scheduler = Scheduler(life)
        self.pods = Pods(life, self.kubelets, self.scheduler)
        self.nodes = Nodes(life, self.kubelets, self.pods)
        self.volumes = Volumes(life, cluster)
        self.scheduler.zone_of = self.volumes.zone_of
        ReplicaSets(life, self.pods)
        Deployments(life, self.pods)
        StatefulSets(life, self.pods)
        DaemonSets(life, self.pods)
        Jobs(life, self.pods)
        self.cron_jobs = CronJobs(life, self.pods)
        self.autoscalers = Autoscalers(life, usage, metrics=metrics)
        Garbage(life, self.pods)
        Namespaces(life, self.pods)
        Budgets(life)
        Endpoints(life)

    def begin(self) -> None:
        """Let everything that goes by the clock go from now on."""
        self.cron_jobs.begin()
        self.begin_clockwork()

    def begin_clockwork(self) -> None:
        """Let nodes beat, autoscalers look and old events go, but start no CronJobs."""
        self.nodes.begin()
        self.scheduler.retry_all()
        self.autoscalers.begin()
        self._life.every(60.0, self._life.events.sweep)
