"""The one screen, as far as it goes into containers: shells, commands, ports and files."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from textual import work
from textual.app import SuspendNotSupported

from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Problem, Why
from containerscope.model.text import visible
from containerscope.ui.act import ActScreen
from containerscope.ui.chrome import problem_words
from containerscope.ui.dialogs import Choice, Chooser
from containerscope.ui.doing import Doing

if TYPE_CHECKING:
    from containerscope.acting import Order, Outcome
    from containerscope.model.forward import Forward
    from containerscope.plan import Step
    from containerscope.remote.ended import End
    from containerscope.ui.action_dialog import Confirmed

T = TypeVar("T")

_ENDS = ("SIGTERM", "SIGHUP")


class EnterScreen(ActScreen):
    """Goes into what rows stand for."""

    def choose_part(self, session: Any, order: Order, opened_by: Sequence[str]) -> None:
        """Choose which of the parts of a row is meant; one alone is taken."""
        self._choosing(session, order, opened_by)

    @work(group="part", exclusive=True)
    async def _choosing(self, session: Any, order: Order, opened_by: Sequence[str]) -> None:
        action, item = order.action, order.items[0]
        assert action.parts is not None, "asked for"
        assert action.of_part is not None, "goes with its parts"
        try:
            options = await action.parts(session.clients, order.scope, item)
        except ApiError as error:
            self.say(f"{order.title}: {problem_words(error.problem)}", wrong=True)
            return
        if len(options) == 1:
            self._chosen_part(order, opened_by, options[0].value)
        elif not options:
            self.say(f"{order.title}: there is no container in it", wrong=True)
        else:
            choices = [Choice(each.value, each.label) for each in options]
            chooser = Chooser(f"{action.help}: which one?", choices)
            self.app.push_screen(chooser, partial(self._chosen_part, order, ("enter",)))

    def _chosen_part(self, order: Order, opened_by: Sequence[str], part: str | None) -> None:
        from containerscope.acting import Order

        if part is None or order.action.of_part is None:
            return
        action = order.action.of_part(part)
        self.preview(Order(order.resource, action, order.scope, order.items), opened_by=opened_by)

    def enter(self, session: Any, order: Order, confirmed: Confirmed) -> None:
        """Open what was confirmed, and tell how it has ended."""
        if order.action.opens == "stop":
            for step in confirmed.preview.ready:
                session.clients.forwards.stop(step.key)
            self.table.marks_clear()
            session.poller.poke()
        else:
            self._entering(session, order, confirmed)

    @work(group="enter")
    async def _entering(self, session: Any, order: Order, confirmed: Confirmed) -> None:
        from containerscope.acting import enter

        (step,) = confirmed.preview.ready
        deeds = {
            "forward": partial(self._forwarded, session, order, confirmed.answer),
            "copy": partial(self._copied, session, order, confirmed.answer),
        }
        deed = deeds.get(order.action.opens, partial(self._on_terminal, session, order))
        outcome = await enter(session.clients, order, step, confirmed.answer, deed)
        self._told(order, outcome)
        session.poller.poke()

    def _told(self, order: Order, outcome: Outcome) -> None:
        from containerscope.plan import Stage

        level = Level.FINE if outcome.result == "sent" else Level.FAILED
        doing = Doing(order)
        doing.stages[outcome.step.key] = Stage(outcome.words, True, level)
        self.doings.append(doing)
        self.paint()
        self.leave_later(doing)

    async def _copied(self, session: Any, order: Order, answer: str, step: Step) -> str:
        """Copy a file, and tell how far it is."""
        from containerscope.insight.copy_plans import sides
        from containerscope.plan import Stage
        from containerscope.remote.copying import MIB, Copy, copy

        given = sides(answer)
        assert given is not None, "it was checked"
        into = order.action.id == "copy-in"
        local, remote = given if into else given[::-1]
        doing = Doing(order)
        self.doings.append(doing)

        def told(done: int, size: int) -> None:
            share = f" of {size / MIB:.1f}" if size else ""
            doing.stages[step.key] = Stage(f"{done / MIB:.1f}{share} MiB")

        told(0, 0)
        try:
            return await copy(session.clients, step, Copy(remote, Path(local), into), told)
        finally:
            self.doings.remove(doing)

    async def _forwarded(self, session: Any, order: Order, answer: str, step: Step) -> str:
        """Forward a port until it is stopped, whatever is looked at meanwhile."""
        from containerscope.acting import again
        from containerscope.plan import Stage

        forwards = session.clients.forwards
        doing = Doing(order)

        def told(forward: Forward) -> None:
            words = f"{forward.address} → {forward.remote} {forward.status}"
            words = f"{words}: {forward.message}" if forward.message else words
            fine = forward.status == "listening"
            level = Level.FINE if fine else Level.FAILED if forward.over else Level.PROGRESS
            stage = Stage(words, forward.status in ("listening", "failed", "stopped"), level)
            if doing.stages.get(step.key) != stage:
                doing.stages[step.key] = stage
                if doing not in self.doings and not forward.over:
                    self.doings.append(doing)
                self.leave_later(doing)
                session.poller.poke()
                self.paint()

        try:
            end = await forwards.run(
                session.clients,
                step,
                lambda: again(session.clients, order, answer),
                told,
            )
        finally:
            if doing in self.doings:
                self.doings.remove(doing)
        return str(end.sentence)

    def heed_end(self) -> None:
        """End as the program does when somebody asks it to."""

    def edit(self, session: Any, order: Order) -> None:
        """Have an object edited, then ask whether what was changed is to be sent."""
        self._editing(session, order)

    @work(group="act")
    async def _editing(self, session: Any, order: Order) -> None:
        from containerscope.acting import look
        from containerscope.ui.edit import by_hand

        (seen,) = await look(session.clients, order)
        await by_hand(self, session, order, seen)

    async def _on_terminal(self, session: Any, order: Order, step: Step) -> str:
        """Give the terminal to what a step opens."""
        from containerscope.remote import opening

        async def opened() -> End:
            opening.introduce(f"{order.title}  ·  {self.place_of(order)}", step)
            end = await opening.terminal(session.clients, step)
            if order.action.opens == "command" or end.broken or end.code:
                await opening.read_first(end)
            return end

        end = await self.lend(opened)
        return end.sentence if end is not None else "broken off"

    async def lend(self, work: Callable[[], Awaitable[T]]) -> T | None:
        """Give the terminal to some work; the interface goes on behind it, unpainted.

        Raises what the work raises, and `ApiError` where there is no terminal to give away; None
        where somebody has asked the program to end meanwhile.
        """
        done: list[T] = []
        failure: BaseException | None = None
        ended_by = _Ended()
        try:
            with self.app.batch_update(), self.app.suspend():
                # What is raised in here would leave the terminal without the interface.
                try:
                    with ended_by.heeded():
                        done.append(await work())
                except (Exception, asyncio.CancelledError) as error:
                    failure = error
        except SuspendNotSupported:
            message = "this terminal cannot be given away"
            raise ApiError(Problem(Why.FAILED, "terminal", message)) from None
        finally:
            self.heed_end()
        if ended_by.asked:
            self.app.exit(128 + ended_by.asked, 128 + ended_by.asked)
            return None
        self.app.refresh(repaint=True)
        if isinstance(failure, OSError):
            raise ApiError(Problem(Why.FAILED, "terminal", visible(f"{failure}")))
        if failure is not None:
            raise failure
        return done[0]


class _Ended:
    """Whether somebody has asked the process to end while the terminal was given away."""

    def __init__(self) -> None:
        self.asked = 0
        """The signal that asked; 0 for none."""

    @contextlib.contextmanager
    def heeded(self) -> Iterator[None]:
        """Break off what has the terminal, so that it is put in order before we go."""
        task, loop = asyncio.current_task(), asyncio.get_running_loop()

        def end(number: int) -> None:
            self.asked = number
            if task is not None:
                task.cancel()

        for name in _ENDS:
            number = getattr(signal, name, None)
            with contextlib.suppress(NotImplementedError):
                if number is not None:
                    loop.add_signal_handler(number, end, number)
        yield
