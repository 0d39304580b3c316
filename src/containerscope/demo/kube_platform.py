"""What is in `platform`: four node groups, Fargate, shops and data, and their troubles."""

from __future__ import annotations

from collections.abc import Callable

from containerscope.demo.eks_state import EksCluster
from containerscope.demo.kube_base import put_addons, put_namespaces, put_storage_classes
from containerscope.demo.kube_builder import HOUR, MINUTE, Builder
from containerscope.demo.kube_cert_manager import put_certificates
from containerscope.demo.kube_cron_jobs import CRON_JOBS, put_cron_jobs
from containerscope.demo.kube_definitions import CLASSIC, put_definitions
from containerscope.demo.kube_fargate import FargateNodes
from containerscope.demo.kube_fates import ImageFate
from containerscope.demo.kube_machines import Machines
from containerscope.demo.kube_node_bodies import kubelet_version
from containerscope.demo.kube_platform_apps import LATE, SETTLED
from containerscope.demo.kube_rbac import put_rbac
from containerscope.demo.kube_recipe import image_of
from containerscope.demo.kube_spot import SpotInterruptions
from containerscope.demo.kube_static import put_static

_NAMESPACES = ("batch", "cert-manager", "data", "logging", "media", "monitoring", "reports", "shop")


def build_platform(
    build: Builder,
    eks: EksCluster,
    machines: Machines,
    file_system: str,
    take: Callable[[str], None],
) -> None:
    """Everything, from the day the cluster was made until now; `take` ends an instance."""
    store, control = build.store, build.cluster.control
    _fates(build)
    FargateNodes(
        build.life,
        control.nodes,
        control.scheduler,
        eks.fargate_profiles,
        control.kubelets.network,
        kubelet_version(build.cluster.settings.patch),
    )
    build.life.instant = True
    put_namespaces(store, _NAMESPACES)
    put_rbac(store, ("shop", "media"))
    put_definitions(store, CLASSIC)
    put_storage_classes(store, "ebs.csi.aws.com", "gp3", file_system)
    put_static(store)
    for host in machines.hosts().values():
        machines.join(host)
    versions = {name: each["addonVersion"] for name, each in eks.addons.items()}
    role = eks.addons.get("aws-ebs-csi-driver", {}).get("serviceAccountRoleArn", "")
    put_addons(store, versions, {"ebs-csi-controller-sa": role})
    build.life.advance(build.life.now + 300)
    build.settled(SETTLED)
    build.at(3 * HOUR)
    control.cron_jobs.begin()
    put_cron_jobs(store, CRON_JOBS)
    _troubles(build, take)


def _fates(build: Builder) -> None:
    """Which images fail, and how."""
    build.cluster.control.kubelets.fates.update(
        {
            image_of("shop/checkout", "3.2.0"): ImageFate("crash", 6.0, 2),
            image_of("shop/recommender", "1.9.0-rc1"): ImageFate("missing"),
            image_of("data/etl-stream", "2.8.1"): ImageFate("oom", 95.0, 137),
            image_of("media/transcoder", "5.4.0"): ImageFate("unready"),
            image_of("batch/reconcile", "0.9.2"): ImageFate("exit", 12.0, 1),
        }
    )


def _troubles(build: Builder, take: Callable[[str], None]) -> None:
    """What went wrong in the last hours, and what goes on."""
    store, life, control = build.store, build.life, build.cluster.control
    build.at(2 * HOUR)
    for recipe in LATE:
        build.put(recipe)
    put_certificates(store, life.now)
    build.at(64 * MINUTE)
    build.roll("shop", "checkout", "3.2.0", "CHK-214 use the new payment gateway")
    build.at(42 * MINUTE)
    build.roll("shop", "recommender", "1.9.0-rc1")
    build.at(25 * MINUTE)
    build.roll("media", "transcoder", "5.4.0")
    build.at(16 * MINUTE)
    control.begin_clockwork()
    _alive(build, take)
    build.done()
    life.instant = False


def _alive(build: Builder, take: Callable[[str], None]) -> None:
    """What keeps going on: a release every 20 minutes, a node that comes and goes, spot."""
    life, nodes = build.life, build.cluster.control.nodes
    release = iter(range(1, 10_000))

    def roll() -> None:
        build.roll("shop", "catalog", f"7.3.{next(release)}")

    def silence_again() -> None:
        bad = _expendable(build)
        nodes.fall_silent(bad)
        life.after(45 * MINUTE, lambda: nodes.recover(bad))
        life.after(3 * HOUR, silence_again)

    life.at(build.now - 9 * MINUTE, silence_again)
    life.at(build.now - 19 * MINUTE, roll)
    life.at(build.now + 1 * MINUTE, lambda: life.every(20 * MINUTE, roll))
    SpotInterruptions(build.cluster, "spot-b", take).begin(40 * MINUTE)


def _expendable(build: Builder) -> str:
    """A node whose loss does not disturb the rollout that is stuck."""
    facts = build.life.facts
    return next(
        name
        for name, node in sorted(facts.nodes.items())
        if node.labels.get("eks.amazonaws.com/nodegroup") == "general-a"
        and not any(each.startswith("shop/checkout") for each in facts.by_node[name])
    )
