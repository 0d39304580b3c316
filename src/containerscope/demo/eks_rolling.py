"""How EKS gives a node group another version: new nodes come, then the old ones go few by few.

Source: Amazon EKS User Guide, "Understand each phase of node updates".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from containerscope.demo.asg_engine import counts, reconcile, set_desired, stamp, terminate
from containerscope.demo.asg_nodegroups import group_name
from containerscope.demo.asg_state import AutoScalingGroup, GroupInstance
from containerscope.demo.eks_state import EksCluster, Rolling, Update
from containerscope.demo.eks_updates import Errors, close, error
from containerscope.demo.ids import hexes
from containerscope.demo.kube_life import Life
from containerscope.demo.kube_renewal import by_instance, is_empty, is_ready
from containerscope.demo.kube_store import Entry
from containerscope.demo.world import World

Nodes = Mapping[str, Entry]
"""The nodes of a cluster by the ids of their instances."""
Body = dict[str, Any]

_SET_UP, _LOOK = 30.0, 5.0
_PAUSE = 60.0
"""Seconds that an empty node is kept, so that load balancers forget it."""
_PATIENCE = 900.0
"""Seconds after which EKS gives up on nodes that do not join or pods that do not leave."""
_CONFIG = ("version", "releaseVersion", "launchTemplate")


def roll(
    world: World, cluster: EksCluster, body: Body, update: Update, config: Body, *, force: bool
) -> None:
    """Replace every node of a group by one of another configuration, and close the update."""
    roller = _Roller(world, cluster, body, update, config)
    world.agenda.after(_SET_UP, lambda: roller.begin(force))


def at_once(body: Mapping[str, Any], nodes: int) -> int:
    """How many of a group's nodes an update may take away at once."""
    config = body.get("updateConfig", {})
    share = config.get("maxUnavailablePercentage")
    if share:
        return max(1, nodes * int(share) // 100)
    return int(config.get("maxUnavailable", 1))


class _Roller:
    """An update of a node group to another version under way."""

    def __init__(
        self, world: World, cluster: EksCluster, body: Body, update: Update, config: Body
    ) -> None:
        self._world = world
        self._cluster = cluster
        self._body = body
        self._update = update
        self._config = config
        self._name: str = body["nodegroupName"]
        self._state = Rolling(frozenset())
        self._emptied: dict[str, float] = {}
        """Since when an instance has had nothing left on it."""

    def begin(self, force: bool) -> None:
        """Launch new nodes beside the old ones."""
        world = self._world
        asg = world.asgs.get(group_name(self._body))
        if not self._goes_on():
            return
        if asg is None or not asg.instances or self._cluster.name not in world.kube:
            self._succeed(asg)
            return
        self._asg = asg
        self._life: Life = world.kube[self._cluster.name].life
        self._state = Rolling(frozenset(asg.instances), force)
        self._cluster.rolling[self._name] = self._state
        there = sum(map(counts, asg.instances.values()))
        self._at_once = at_once(self._body, there)
        self._sizes = (asg.maximum, asg.desired)
        extra = max(self._at_once, min(2 * len(asg.zones), there))
        self._wanted = there + extra
        self._since = world.now()
        own = {key: self._body[key] for key in _CONFIG if key in self._body}
        for each in asg.instances.values():
            each.config = each.config or own
        asg.config = self._config
        self._resize(asg.maximum + extra, asg.desired + extra)
        world.agenda.after(_LOOK, lambda: self._look(self._await_new))

    def _look(self, phase: Callable[[Nodes], Any]) -> None:
        """See how far it has come, and look again in a while; a phase returns the next one."""
        if not self._goes_on():
            return
        kube = self._world.kube[self._cluster.name]
        kube.advance(datetime.fromtimestamp(self._world.now(), UTC))
        then = phase(by_instance(self._life))
        if then is not None:
            self._world.agenda.after(_LOOK, lambda: self._look(then))

    def _goes_on(self) -> bool:
        """Whether somebody still wants it; what is no more is left as it is."""
        cluster, world = self._cluster, self._world
        wanted = (
            self._update.running
            and world.eks.get(cluster.name) is cluster
            and cluster.nodegroups.get(self._name) is self._body
            and self._body["status"] != "DELETING"
        )
        if not wanted:
            self._leave()
            if self._update.running:
                self._update.body["status"] = "Cancelled"
        return wanted

    def _leave(self) -> None:
        if self._cluster.rolling.get(self._name) is self._state:
            del self._cluster.rolling[self._name]
            self._asg.config = {}

    def _resize(self, maximum: int, desired: int) -> None:
        asg = self._asg
        asg.maximum = maximum
        limits = f"min: {asg.minimum}, max: {maximum}, desired: {desired}"
        who = f"a user request update of AutoScalingGroup constraints to {limits}"
        set_desired(self._world, asg, desired, who)

    def _there(self, *, old: bool) -> list[GroupInstance]:
        """The old or the new instances that are not on their way out."""
        every = self._asg.instances.values()
        return [each for each in every if counts(each) and (each.id in self._state.old) is old]

    def _await_new(self, nodes: Nodes) -> Callable[[Nodes], Any] | None:
        """Wait for the additional nodes; then no pod shall come to an old one any more."""
        fresh = self._there(old=False)
        lacking = self._wanted - len(self._there(old=True)) - len(fresh)
        if lacking <= 0 and all(self._is_up(nodes, each) for each in fresh):
            self._state.marked = True
            return self._replace
        if self._world.now() < self._since + _PATIENCE:
            return self._await_new
        trouble = self._cluster.troubles.get(self._name)
        message = (
            "Couldn't proceed with upgrade process as new nodes are not joining node group "
            + self._name
        )
        code = trouble.update_code if trouble else "NodeCreationFailure"
        self._fail([error(code, message, trouble.resource_ids if trouble else ())])
        return None

    def _is_up(self, nodes: Nodes, instance: GroupInstance) -> bool:
        node = nodes.get(instance.id)
        return node is not None and is_ready(self._life, node)

    def _replace(self, nodes: Nodes) -> Callable[[Nodes], Any] | None:
        """Empty as many old nodes as may be away at once, and end those that are empty."""
        state, now = self._state, self._world.now()
        stuck = []
        for instance, ends in list(state.emptying.items()):
            node = nodes.get(instance)
            if node is None or is_empty(self._life, node):
                if now >= self._emptied.setdefault(instance, now) + _PAUSE:
                    self._end(instance)
            elif now >= ends:
                stuck.append(node.name)
        if stuck:
            message = (
                f"Reached max retries while trying to evict pods from nodes in node group "
                f"{self._name}"
            )
            self._fail([error("PodEvictionFailure", message, stuck)])
            return None
        left = [each.id for each in self._there(old=True) if each.id not in state.emptying]
        # EKS takes them in no order.
        left.sort(key=lambda each: hexes(8, "replaced", each))
        leaving = sum(each in self._asg.instances for each in state.old) - len(left)
        for instance in left[: max(self._at_once - leaving, 0)]:
            state.emptying[instance] = now + _PATIENCE
        return self._replace if state.old & self._asg.instances.keys() else self._shrink

    def _end(self, instance: str) -> None:
        """Terminate the instance of an empty node; the group launches another for it."""
        del self._state.emptying[instance]
        found = self._asg.instances.get(instance)
        if found is not None and counts(found):
            how = "was taken out of service in response to a user request"
            cause = f"At {stamp(self._world.now())} instance {instance} {how}.  "
            terminate(self._world, self._asg, found, cause)
            reconcile(self._world, self._asg)

    def _shrink(self, nodes: Nodes) -> Callable[[Nodes], Any] | None:
        """Once all are new, give the group its size back, as many nodes at once as may be away."""
        fresh = self._there(old=False)
        if not all(self._is_up(nodes, each) for each in fresh):
            return self._shrink
        leaving = len(self._asg.instances) - len(fresh)
        maximum, desired = self._sizes
        if self._asg.desired > desired:
            step = min(self._asg.desired - desired, self._at_once - leaving)
            if step > 0:
                self._resize(max(self._asg.maximum - step, maximum), self._asg.desired - step)
            return self._shrink
        if leaving:
            return self._shrink
        self._asg.maximum = maximum
        self._succeed(self._asg)
        return None

    def _succeed(self, asg: AutoScalingGroup | None) -> None:
        self._leave()
        self._body |= self._config
        for each in asg.instances.values() if asg else ():
            each.config = {}
        close(self._world, self._cluster, self._update, [])

    def _fail(self, errors: Errors) -> None:
        """Take back what can be taken back: new nodes go, as far as old ones are still there."""
        self._leave()
        maximum, desired = self._sizes
        fresh = sorted(self._there(old=False), key=lambda each: (-each.launched_at, each.id))
        surplus = len(self._there(old=True)) + len(fresh) - desired
        for each in fresh[: max(surplus, 0)]:
            terminate(self._world, self._asg, each)
        self._resize(maximum, desired)
        close(self._world, self._cluster, self._update, errors)
