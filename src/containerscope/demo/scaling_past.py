"""What scaling did before the world began: the same decisions, rehearsed minute by minute."""

from __future__ import annotations

from containerscope.demo import cloudwatch_run as running
from containerscope.demo.cloudwatch_evaluate import evaluate_alarm
from containerscope.demo.cloudwatch_state import Alarm
from containerscope.demo.ecs_state import Cluster, Event, Service, Task
from containerscope.demo.ids import number, uuid
from containerscope.demo.load import MINUTE, counts_at
from containerscope.demo.scaling_decide import decide
from containerscope.demo.scaling_engine import (
    begun,
    cause_of,
    fulfil,
    is_news,
    may_act,
    override,
    refuse,
    signal_of,
)
from containerscope.demo.scaling_state import Activity, Policy, Target
from containerscope.demo.world import World

_START = 74.0
"""Seconds from a new desired count to the last of its tasks."""


class Rehearsal:
    """The past of one target, from a count it had to the one it has when the world begins."""

    def __init__(
        self, world: World, target: Target, cluster: Cluster, service: Service, count: int
    ) -> None:
        self._world = world
        self._target = target
        self._cluster = cluster
        self._service = service
        self._count = count
        self._counts = service.history
        self._steps: list[tuple[float, int]] = []
        """When tasks were added, and how many there were to be."""
        self._pending: list[tuple[float, Activity]] = []

    def run(self, begin: float, second: float, alarms: list[tuple[Alarm, Policy]]) -> None:
        """Evaluate the alarms at this second of each minute until the world begins."""
        self._counts[:] = [(self._service.created_at, self._count, self._count)]
        at = begin // MINUTE * MINUTE + second
        while at <= self._world.now():
            self._settle(at)
            for alarm, policy in alarms:
                self._look(alarm, policy, at)
            at += MINUTE
        if self._count != self._service.desired:
            alarm, policy = alarms[0]
            self._scale(self._service.desired, cause_of(alarm, policy), at - 3 * MINUTE)
        self._settle(self._world.now() + 1)
        self._tell()

    def _look(self, alarm: Alarm, policy: Policy, at: float) -> None:
        before = alarm.state
        verdict = evaluate_alarm(self._world, alarm, at)
        if alarm.state != before:
            running.note_actions(self._world, alarm, at)
        if alarm.state != "ALARM" or verdict.newest is None:
            return
        when, value = verdict.newest
        count = counts_at(self._world, self._cluster, self._service, when)[1]
        signal = signal_of(alarm, policy, value, count)
        if not may_act(self._world, self._target, policy, signal):
            return
        decision = decide(self._target, policy, signal, self._count, at, deploying=False)
        cause = cause_of(alarm, policy)
        if decision.wanted is not None:
            # What the world begins with is known: the past leads there and no further.
            count = min(decision.wanted, self._service.desired)
            if count != self._count:
                self._scale(count, cause, at)
        elif decision.reasons and is_news(self._target, decision, at):
            refuse(self._world, self._target, decision, cause, at)

    def _scale(self, count: int, cause: str, at: float) -> None:
        for _, each in self._pending:
            override(each, at)
        activity = begun(self._world, self._target, count, cause, self._count, at)
        self._counts.append((at, count, self._counts[-1][2]))
        self._pending = [(at + _START, activity)]
        self._steps.append((at, count))
        self._count = count

    def _settle(self, until: float) -> None:
        """Let the tasks run that were started long enough before."""
        for due, activity in self._pending:
            if due <= until:
                self._counts.append((due, self._count, self._count))
                fulfil(activity, due)
        self._pending = [each for each in self._pending if each[0] > until]

    def _tell(self) -> None:
        """Give the tasks and the events of the service the times that scaling gave them."""
        tasks = [each for each in self._service.tasks.values() if each.status == "RUNNING"]
        first = self._steps[0][0] if self._steps else self._world.now()
        events = self._service.events
        events[:] = [each for each in events if each.at < first - MINUTE]
        have = self._counts[0][1]
        for at, count in self._steps:
            started = tasks[have:count]
            for index, task in enumerate(started):
                _start(task, at + 3 + index)
            if started:
                named = " ".join(f"(task {each.id})" for each in started)
                self._say(at + 4, f"has started {len(started)} tasks: {named}.")
                self._say(at + _START + 10, "has reached a steady state.")
            have = count
        events.sort(key=lambda each: -each.at)

    def _say(self, at: float, message: str) -> None:
        if at < self._world.now():
            text = f"(service {self._service.name}) {message}"
            made = Event(uuid("event", self._cluster.name, at, text), at, text)
            self._service.events.append(made)


def _start(task: Task, at: float) -> None:
    """Let a task have been created at this time."""
    task.created_at = at
    task.pull_started_at = at + 9 + number(4, task.id)
    task.pull_stopped_at = task.pull_started_at + 6 + number(9, "pull", task.id)
    task.started_at = task.pull_stopped_at + 2 + number(5, "start", task.id)
