"""Turns recipes into services with revisions, deployments, tasks and events."""

from __future__ import annotations

from typing import Any

from containerscope.demo.ecs_definitions import history
from containerscope.demo.ecs_recipe import HOUR, Recipe
from containerscope.demo.ecs_state import (
    Cluster,
    Deployment,
    Event,
    Exit,
    Instance,
    Revision,
    Service,
    Task,
    TaskDefinition,
)
from containerscope.demo.ecs_views_cluster import on_instance, reserved
from containerscope.demo.ids import digits, hexes, number, subnets, token, uuid
from containerscope.demo.world import World

ZONES = "abc"
STRATEGIES: dict[str, list[dict[str, Any]]] = {
    "spot": [
        {"capacityProvider": "FARGATE", "weight": 1, "base": 2},
        {"capacityProvider": "FARGATE_SPOT", "weight": 3, "base": 0},
    ],
    "all-spot": [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}],
}


def _earlier(tag: str) -> tuple[str, ...]:
    """Two tags that came before this one."""
    major, minor, patch = tag.split(".")[:3]
    before = f"{major}.{max(int(minor) - 1, 0)}.{int(patch) + 4}"
    return (f"{major}.{max(int(minor) - 2, 0)}.9", before, tag)


class Builder:
    """Fills one cluster of a world."""

    def __init__(self, world: World, cluster: Cluster) -> None:
        self.world = world
        self.cluster = cluster
        self.now = world.now()

    def service(self, recipe: Recipe) -> Service:
        """A steady service with all its tasks, which the caller may then spoil."""
        world, now = self.world, self.now
        definitions = history(world, self.cluster.name, recipe, _earlier(recipe.tag), now)
        revisions = [self._revision(recipe.name, each) for each in definitions]
        deployments = self._deployments(recipe, revisions)
        service = Service(
            recipe.name,
            recipe.desired,
            now - recipe.age,
            deployments,
            revisions,
            launch_type="EC2" if self._on_ec2(recipe) else "FARGATE",
            strategy=self._strategy(recipe),
            scheduling="DAEMON" if recipe.daemon else "REPLICA",
            breaker=not recipe.daemon,
            minimum=0 if recipe.daemon else 100,
            maximum=100 if recipe.daemon else 200,
            load_balancers=self._balancers(recipe),
            awsvpc=self._awsvpc(recipe) if recipe.network == "awsvpc" else {},
            connect=self._connect(recipe) if recipe.connect else {},
            grace=60 if recipe.path else None,
            placement=self._placement(recipe),
            exec_enabled=recipe.exec_enabled,
            rebalances=not recipe.daemon,
            tags={"team": recipe.owner, "environment": "production", **recipe.tags},
        )
        self.cluster.services[recipe.name] = service
        self.run(service, deployments[0], recipe.desired, now - recipe.deployed + 4)
        service.events = self._steady_events(service, recipe)
        return service

    def run(self, service: Service, deployment: Deployment, count: int, at: float) -> list[Task]:
        """That many running tasks of a deployment, started one after the other."""
        return [
            self.cluster.add_task(self._running(service, deployment, at + 2.5 * index, index))
            for index in range(count)
        ]

    def _running(self, service: Service, deployment: Deployment, at: float, index: int) -> Task:
        definition = deployment.revision.definition
        task = self._new(service, deployment, at, index)
        pull = at + 9 + number(4, task.id)
        task.pull_started_at = pull
        task.pull_stopped_at = pull + 6 + number(9, "pull", task.id)
        task.started_at = task.pull_stopped_at + 2 + number(5, "start", task.id)
        checked = any("healthCheck" in each for each in definition.containers if each["essential"])
        task.health = "HEALTHY" if checked else "UNKNOWN"
        return task

    def _new(self, service: Service, deployment: Deployment, at: float, index: int) -> Task:
        seed = (self.world.seed, self.cluster.name, service.name, deployment.id, index, int(at))
        task = Task(
            hexes(32, "task", *seed),
            deployment.revision.definition,
            at,
            service=service.name,
            started_by=deployment.id,
            launch_type=service.launch_type,
            capacity_provider=_provider(service, index),
            zone=ZONES[(index + number(3, service.name)) % 3],
            exec_enabled=service.exec_enabled,
            tags=service.tags,
        )
        if service.launch_type == "EC2":
            self._put(task, daemon=index if service.scheduling == "DAEMON" else None)
        return task

    def _put(self, task: Task, daemon: int | None = None) -> None:
        """Give the task the emptiest instance that has room, or for a daemon the next one."""
        instances = [each for each in self.cluster.instances.values() if each.status == "ACTIVE"]
        if daemon is not None:
            chosen = instances[daemon % len(instances)]
        else:
            chosen = max(instances, key=self.room)
        task.instance, task.zone = chosen.id, chosen.zone
        if chosen.capacity_provider and task.capacity_provider:
            task.capacity_provider = chosen.capacity_provider

    def room(self, instance: Instance) -> int:
        """The MiB of memory that are left on an instance."""
        return instance.memory - sum(
            reserved(each)[1] for each in on_instance(self.cluster, instance)
        )

    def waiting(
        self, service: Service, deployment: Deployment, count: int, status: str, ago: float
    ) -> list[Task]:
        """That many tasks on their way, in this status."""
        made = []
        for index in range(count):
            task = self._new(service, deployment, self.now - ago + index, 500 + index)
            task.status = status
            if status in ("PENDING", "ACTIVATING"):
                task.pull_started_at = task.created_at + 10
            made.append(self.cluster.add_task(task))
        return made

    def stopped(
        self,
        service: Service,
        deployment: Deployment,
        ago: float,
        code: str,
        reason: str,
        exits: dict[str, Exit],
        *,
        ran: float = 0.0,
    ) -> Task:
        """A task that stopped some seconds ago after it ran that long; 0 if it never started."""
        stopped_at = self.now - ago
        index = 1000 + len(service.tasks)
        task = self._running(service, deployment, stopped_at - ran - 45, index)
        end(task, stopped_at, code, reason, exits)
        if not ran:
            task.pull_stopped_at = task.started_at = 0.0
            task.health = "UNKNOWN"
        return self.cluster.add_task(task)

    def standalone(self, definition: TaskDefinition, ago: float, started_by: str) -> Task:
        """A running task that no service looks after."""
        seed = (self.world.seed, self.cluster.name, definition.name, started_by, ago)
        at = self.now - ago
        task = Task(
            hexes(32, "task", *seed),
            definition,
            at,
            started_by=started_by,
            zone=ZONES[number(3, *seed)],
            pull_started_at=at + 11,
            pull_stopped_at=at + 24,
            started_at=at + 27,
            tags={"started-by": started_by},
        )
        if definition.body["requiresCompatibilities"] == ["EC2"]:
            task.launch_type = "EC2"
            self._put(task)
        return self.cluster.add_task(task)

    def event(self, service: Service, ago: float, message: str) -> None:
        """One more event of a service; the newest stand first."""
        at = self.now - ago
        text = f"(service {service.name}) {message}"
        service.events.append(Event(uuid("event", self.cluster.name, at, text), at, text))
        service.events.sort(key=lambda each: -each.at)

    def deploy(self, service: Service, revision: Revision, ago: float, desired: int) -> Deployment:
        """A new primary deployment of the revision; the one before it keeps its tasks."""
        before = service.deployments[0]
        before.role = "ACTIVE"
        at = self.now - ago
        made = Deployment(
            f"ecs-svc/{digits(19, self.cluster.name, service.name, at)}",
            token(21, self.cluster.name, service.name, at),
            revision,
            [before.revision],
            at,
            self.now - min(ago, 20),
            rollout="IN_PROGRESS",
            status="IN_PROGRESS",
            desired=desired,
            stage="SCALE_UP",
        )
        made.reason = f"ECS deployment {made.id} in progress."
        service.deployments.insert(0, made)
        return made

    def _revision(self, name: str, definition: TaskDefinition) -> Revision:
        at = definition.body["registeredAt"] + 40
        return Revision(digits(19, self.cluster.name, definition.name), definition, at)

    def _deployments(self, recipe: Recipe, revisions: list[Revision]) -> list[Deployment]:
        made = []
        for step, revision in reversed(list(enumerate(revisions))):
            at = revision.created_at
            newest = step == len(revisions) - 1
            spent = 95.0 + number(200, recipe.name, step)
            each = Deployment(
                f"ecs-svc/{digits(19, self.cluster.name, recipe.name, step)}",
                token(21, self.cluster.name, recipe.name, step),
                revision,
                revisions[step - 1 : step] if step else [],
                at,
                min(at + spent, self.now - 1),
                finished_at=min(at + spent, self.now - 1),
                role="PRIMARY" if newest else "",
                desired=recipe.desired if newest else 0,
                threshold=max(3, min(200, (recipe.desired + 1) // 2)),
            )
            each.reason = f"ECS deployment {each.id} completed."
            made.append(each)
        return made

    def _on_ec2(self, recipe: Recipe) -> bool:
        return recipe.compute == "EC2" or recipe.compute in self.world.capacity_providers

    def _strategy(self, recipe: Recipe) -> list[dict[str, Any]]:
        if recipe.compute in self.world.capacity_providers:
            return [{"capacityProvider": recipe.compute, "weight": 1, "base": 0}]
        return STRATEGIES.get(recipe.compute, [])

    def _balancers(self, recipe: Recipe) -> list[dict[str, Any]]:
        if not recipe.path:
            return []
        arn = self.target_group(recipe.name)
        where = {"containerName": recipe.name, "containerPort": recipe.port}
        return [{"targetGroupArn": arn, **where}]

    def target_group(self, name: str) -> str:
        """The ARN of the target group of a service."""
        group = f"targetgroup/{self.cluster.name}-{name}/{hexes(16, self.cluster.name, name)}"
        return self.world.arn("elasticloadbalancing", group)

    def _awsvpc(self, recipe: Recipe) -> dict[str, Any]:
        shared = f"sg-0{hexes(16, 'sg', self.cluster.name, 'tasks')}"
        groups = [f"sg-0{hexes(16, 'sg', recipe.name)}", shared]
        return {
            "subnets": subnets(self.cluster.name),
            "securityGroups": groups,
            "assignPublicIp": "DISABLED",
        }

    def _connect(self, recipe: Recipe) -> dict[str, Any]:
        alias = {"port": recipe.port, "dnsName": recipe.name}
        return {
            "enabled": True,
            "namespace": self.world.arn("servicediscovery", f"namespace/{self.cluster.namespace}"),
            "services": [
                {"portName": "http", "discoveryName": recipe.name, "clientAliases": [alias]}
            ],
        }

    def _placement(self, recipe: Recipe) -> list[dict[str, Any]]:
        if recipe.daemon or not self._on_ec2(recipe):
            return []
        return [
            {"type": "spread", "field": "attribute:ecs.availability-zone"},
            {"type": "binpack", "field": "MEMORY"},
        ]

    def _steady_events(self, service: Service, recipe: Recipe) -> list[Event]:
        """What ECS says of a deployment that went well, and every six hours after it."""
        deployment = service.deployments[0]
        start = deployment.created_at
        tasks = [each.id for each in service.tasks.values()][:8]
        said = [(deployment.finished_at, "has reached a steady state.")]
        done = f"(deployment {deployment.id}) deployment completed."
        said.append((deployment.finished_at - 0.2, done))
        if service.load_balancers:
            group = service.load_balancers[0]["targetGroupArn"]
            said.append((start + 40, f"registered {len(tasks)} targets in (target-group {group})"))
        if tasks:
            named = " ".join(f"(task {each})" for each in tasks)
            said.append((start + 5, f"has started {len(tasks)} tasks: {named}."))
        since = deployment.finished_at
        times = range(1, int((self.now - HOUR - since) // (6 * HOUR)) + 1)
        said.extend((since + 6 * HOUR * n, "has reached a steady state.") for n in times[-90:])
        texts = [(at, f"(service {service.name}) {text}") for at, text in said]
        made = [Event(uuid("event", self.cluster.name, at, text), at, text) for at, text in texts]
        return sorted(made, key=lambda each: -each.at)


def _provider(service: Service, index: int) -> str:
    """The capacity provider of the task with this number, by bases and weights."""
    if not service.strategy:
        return ""
    for each in service.strategy:
        if index < each["base"]:
            return str(each["capacityProvider"])
        index -= each["base"]
    weights = [each["weight"] for each in service.strategy]
    index %= sum(weights)
    for each, weight in zip(service.strategy, weights, strict=True):
        if index < weight:
            return str(each["capacityProvider"])
        index -= weight
    return ""


def end(task: Task, stopped_at: float, code: str, reason: str, exits: dict[str, Exit]) -> None:
    """Let a task have stopped at this time, for this reason."""
    task.status = task.desired = "STOPPED"
    task.stopping_at = stopped_at - 12
    task.execution_stopped_at = stopped_at - 2
    task.stopped_at = stopped_at
    task.stop_code, task.stopped_reason, task.exits = code, reason, exits
