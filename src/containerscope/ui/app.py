"""The application: paints first, connects in its first worker, and ends cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from textual import work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from containerscope.model.listing import ApiError
from containerscope.poller import Poller
from containerscope.resource import Scope, SignIn, Target
from containerscope.resources import find
from containerscope.settings import Settings
from containerscope.ui import memory as memories
from containerscope.ui.browse import BrowseScreen
from containerscope.ui.dialogs import DialogSignIn
from containerscope.ui.frame import Session
from containerscope.ui.location import HOME, History, Location, at, way_to
from containerscope.ui.palette import Palette
from containerscope.ui.theme import DEFAULT, load_themes, monochrome, variable_defaults

Connect = Callable[[Target, SignIn], Awaitable[Any]]
"""Opens clients; they have a `close`."""

_FIRST_TRY, _LAST_TRY = 2.0, 30.0
"""Seconds between tries to connect, doubling."""


class ContainerScopeApp(App[int]):
    """Holds the connection and the one screen."""

    TITLE = "ContainerScope"
    CSS_PATH = Path(__file__).with_name("scope.tcss")
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar[set[Any]] = {Palette}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "nothing", show=False)]
    PAUSE_GC_ON_SCROLL = True

    def __init__(self, settings: Settings, connect: Connect, target: Target) -> None:
        super().__init__()
        self.settings = settings
        self.target = target
        self.failure: BaseException | None = None
        self._connect = connect
        self._session: Session | None = None
        self._again = asyncio.Event()
        self._sign_in = DialogSignIn(self)
        self.memory = memories.load(settings.state_dir) if settings.remember else memories.Memory()
        if not settings.animation:
            self.animation_level = "none"
        self._theme_faults: tuple[str, ...] = ()
        self._themes()
        self.set_keymap(settings.keymap)
        self.browse = BrowseScreen(settings, self.memory, first_history(settings, self.memory))

    def get_default_screen(self) -> BrowseScreen:
        """The one screen."""
        return self.browse

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our variables under Textual's own themes."""
        return variable_defaults()

    def _themes(self) -> None:
        specs, self._theme_faults = load_themes(self.settings.themes_folder)
        for spec in (*specs.values(), monochrome()):
            self.register_theme(spec.textual())
        self._ours = tuple(sorted(specs))
        wanted = self.settings.theme or self.memory.theme or DEFAULT
        if not self.settings.color:
            self.theme = monochrome().name
        elif wanted in specs:
            self.theme = wanted
        else:
            self.theme = DEFAULT
            self._theme_faults += (f"there is no theme {wanted!r}; :theme lists them",)

    def theme_names(self) -> tuple[str, ...]:
        """The themes one can choose from."""
        return self._ours

    def choose_theme(self, name: str) -> None:
        """Change the colours, now and for the next run."""
        self.theme = name
        self.memory.theme = name

    def on_mount(self) -> None:
        """Connect once the first frame is on its way."""
        for fault in self._theme_faults:
            self.browse.say(fault, wrong=True)
        self.call_after_refresh(self.connect_to, self.target)

    # The connection

    def connect_to(self, target: Target) -> None:
        """Leave the present account for another; its rows are gone before the new one answers."""
        self.target = target
        who = " ".join(part for part in (target.profile, target.region) if part)
        self.browse.disconnect(f"connecting to {who or 'AWS'}…")
        self._connecting(target, self._session)
        self._session = None

    def retry(self) -> None:
        """Try to connect now."""
        self._again.set()

    @work(exclusive=True, group="connect")
    async def _connecting(self, target: Target, before: Session | None) -> None:
        if before is not None:
            await before.clients.close()
        pause = _FIRST_TRY
        clients: Any = None
        try:
            while True:
                try:
                    # The same ones at each try: they know whether a person gave signing in up.
                    clients = clients or await self._connect(target, self._sign_in)
                    identity = await clients.identity()
                    break
                except ApiError as error:
                    self.browse.unconnected(error.problem)
                if await self._asked_to_retry(pause) and clients is not None:
                    clients.sign_in_again()
                pause = min(_LAST_TRY, pause * 2)
        except asyncio.CancelledError:
            if clients is not None:
                await clients.close()
            raise
        poller = Poller(clients, self.settings.refresh)
        self._session = Session(target, clients, identity, poller)
        self.browse.connected(self._session)
        await self._name_account(self._session)

    async def _asked_to_retry(self, seconds: float) -> bool:
        """Wait that long, or until somebody asks for another try; whether somebody did."""
        self._again.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._again.wait(), seconds)
        return self._again.is_set()

    async def _name_account(self, session: Session) -> None:
        name = getattr(session.clients, "name_account", None)
        if name is None:
            return
        with contextlib.suppress(ApiError):
            identity = await name()
            if self._session is session:
                session.identity = replace(identity, region=session.identity.region)
                self.browse.paint()

    def on_app_focus(self) -> None:
        """Somebody looks."""
        self._attend(True)

    def on_app_blur(self) -> None:
        """Nobody looks: ask less often."""
        self._attend(False)

    def _attend(self, attention: bool) -> None:
        if self._session is not None:
            self._session.poller.attention = attention

    # Signing in

    async def ask(self, dialog: ModalScreen[str | None]) -> str | None:
        """Show a dialog and wait for it without holding anything else up."""
        answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()

        def done(value: str | None) -> None:
            if not answer.done():
                answer.set_result(value)

        self.call_later(functools.partial(self.push_screen, dialog, done))
        return await answer

    def tell(self, words: str) -> None:
        """A panel that takes no keyboard."""
        self.browse.notice(words)

    def offer(self, text: str) -> None:
        """Put a text on the clipboard."""
        self.copy_to_clipboard(text)

    def action_nothing(self) -> None:
        """ctrl+c ends nothing here: `q` or ctrl+q does."""
        self.browse.say("q goes back and quits at the root, ctrl+q quits from anywhere")

    # The end

    def _handle_exception(self, error: Exception) -> None:
        # Textual's own report prints local variables, which may hold secrets.
        self.failure = self.failure or error
        self._return_code = 70
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    async def on_unmount(self) -> None:
        """Remember where we were and close what is open."""
        if self.settings.remember:
            self.memory.remember(self.browse.history.here)
            memories.save(self.settings.state_dir, self.memory)
        if self._session is not None:
            await self._session.clients.close()


def first_history(settings: Settings, memory: memories.Memory) -> History:
    """Where to begin: where the flags say, else where the last run ended, else at home."""
    scope = Scope(cluster=settings.cluster, service=settings.service)
    if settings.service:
        places = way_to("tasks", scope)
    elif settings.cluster:
        places = way_to("services", scope)
    elif memory.resource and _can_begin(memory):
        last = memory.scope().within(account="", region="")
        places = (*way_to(memory.resource, last)[:-1], _last(memory, last))
    else:
        places = (Location(),)
    sorted_places = (place.but(sort=memory.sort_of(place.resource)) for place in places)
    return History.along(tuple(sorted_places))


def _last(memory: memories.Memory, scope: Scope) -> Location:
    return at(memory.resource, scope, filter=memory.filter)


def _can_begin(memory: memories.Memory) -> bool:
    resource = find(memory.resource)
    if resource is None or memory.resource == HOME:
        return False
    return all(getattr(memory.scope(), need) for need in resource.needs)


def run(settings: Settings, connect: Connect, target: Target) -> int:
    """Run until the user quits; a crash is raised again once the terminal is the user's."""
    app = ContainerScopeApp(settings, connect, target)
    code = app.run(mouse=settings.mouse)
    if app.failure is not None:
        raise app.failure
    return code or 0
