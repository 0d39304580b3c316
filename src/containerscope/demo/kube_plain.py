"""What is in a cluster of which nothing is known but what EKS says: nodes and add-ons."""

from __future__ import annotations

from containerscope.demo.eks_state import EksCluster
from containerscope.demo.kube_base import put_addons, put_namespaces, put_storage_classes
from containerscope.demo.kube_builder import Builder
from containerscope.demo.kube_definitions import CLASSIC, put_definitions
from containerscope.demo.kube_machines import Machines
from containerscope.demo.kube_rbac import put_rbac


def build_plain(build: Builder, eks: EksCluster, machines: Machines) -> None:
    """A cluster without applications."""
    store, control = build.store, build.cluster.control
    build.life.instant = True
    put_namespaces(store, ())
    put_rbac(store, ())
    put_definitions(store, CLASSIC)
    put_storage_classes(store, "ebs.csi.aws.com", "gp2")
    for host in machines.hosts().values():
        machines.join(host)
    put_addons(store, {name: each["addonVersion"] for name, each in eks.addons.items()}, {})
    build.at(300.0)
    build.life.instant = False
    control.begin()
    build.done()
