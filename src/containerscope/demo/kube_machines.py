"""The nodes of managed node groups: they come and go with the instances of their groups."""

from __future__ import annotations

from containerscope.demo.ec2_hosts import Host, hosts_in
from containerscope.demo.ec2_networks import networks
from containerscope.demo.eks_state import EksCluster
from containerscope.demo.kube_cluster import KubeCluster
from containerscope.demo.kube_drain import Drain
from containerscope.demo.kube_group_settings import GroupSettings
from containerscope.demo.kube_node_bodies import managed_node
from containerscope.demo.kube_renewal import Renewal, by_instance
from containerscope.demo.kube_store import Entry
from containerscope.demo.world import World

_LOOK = 5.0
_BOOT = 75.0
"""Seconds from the launch of an instance until its kubelet registers."""
_LEAVING = 48.0
"""Seconds that an instance takes to end, in which its pods can leave it."""
_CONTROLLER = "node-controller"


class Machines:
    """Lets new instances join a cluster, and empties and removes the nodes of those that go."""

    def __init__(self, world: World, eks: EksCluster, cluster: KubeCluster) -> None:
        self._world = world
        self._eks = eks
        self._life = cluster.life
        self._nodes = cluster.control.nodes
        self._drain = Drain(cluster.life, cluster.control.pods, _CONTROLLER)
        self._renewal = Renewal(eks, cluster.life, self._drain)
        self._settings = GroupSettings(eks, cluster.life, cluster.control.pods)
        self._known: set[str] = set()
        """Instances that have been seen; nodes of others are none of theirs."""
        self._leaving: set[str] = set()

    def hosts(self) -> dict[str, Host]:
        """The instances of the cluster's node groups, by their ids."""
        network = networks(self._world)[self._eks.name]
        found = {each.id: each for each in hosts_in(self._world, self._eks.name, network)}
        self._known |= found.keys()
        return found

    def join(self, host: Host) -> None:
        """Let an instance be a node, as it has long been."""
        self._nodes.add(managed_node(self._eks.name, host))

    def begin(self) -> None:
        """Look after them from now on."""
        self._life.every(_LOOK, self.look)

    def look(self) -> None:
        """Take in what has become of the instances."""
        if self._world.eks.get(self._eks.name) is not self._eks:
            return
        hosts, nodes = self.hosts(), by_instance(self._life)
        for instance, node in nodes.items():
            host = hosts.get(instance)
            if host is None and instance in self._known:
                self._tell(node, "RemovingNode", f"Removing Node {node.name} from Controller")
                self._leaving.discard(instance)
                self._drain.end(node)
            elif host is not None and host.state != "running" and instance not in self._leaving:
                self._leaving.add(instance)
                ends = self._life.now + _LEAVING
                self._drain.begin(node, ends, "since its instance is being terminated")
        for instance, host in hosts.items():
            if instance not in nodes and self._joins(host):
                self._nodes.register(managed_node(self._eks.name, host))
                found = by_instance(self._life).get(instance)
                if found is not None:
                    text = f"Registered Node {found.name} in Controller"
                    self._tell(found, "RegisteredNode", text)
        self._settings.follow(nodes)
        running = {name for name, host in hosts.items() if host.state == "running"}
        self._renewal.follow({name: nodes[name] for name in nodes if name in running})

    def _joins(self, host: Host) -> bool:
        name = dict(host.tags).get("eks:nodegroup-name", "")
        trouble = self._eks.troubles.get(name)
        if name not in self._eks.nodegroups or host.state != "running":
            return False
        if trouble is not None and trouble.code == "NodeCreationFailure":
            return False
        return self._life.now >= host.launched_at + _BOOT

    def _tell(self, node: Entry, reason: str, text: str) -> None:
        about = {"metadata": {**node.object()["metadata"], "namespace": ""}}
        said = f"Node {node.name} event: {text}"
        self._life.events.write(about, "Node", "v1", reason, said, component=_CONTROLLER)
