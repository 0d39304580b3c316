"""The application: paints first, loads and connects after that, and ends cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on, work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from containerscope.model.listing import ApiError
from containerscope.settings import Settings
from containerscope.ui import memory as memories
from containerscope.ui.collector import Collector
from containerscope.ui.first import FirstFrame
from containerscope.ui.theme import first_theme, load_themes, monochrome, variable_defaults

# What the first frame does not show is imported when it is on its way: see `_begin`.
if TYPE_CHECKING:
    from textual.filter import LineFilter

    from containerscope.resource import SignIn, Target
    from containerscope.ui.browse import BrowseScreen
    from containerscope.ui.frame import Session

Connect = Callable[["Target", "SignIn"], Awaitable[Any]]
"""Opens clients; they have a `close`."""

_FIRST_TRY, _LAST_TRY = 2.0, 30.0
"""Seconds between tries to connect, doubling."""
_TURN = 0.001
"""Seconds for which a thread that sorts rows keeps the interpreter from the one that reads keys.

A key passes between threads several times before it is painted, and waits for each.
"""
_ENDS = ("SIGTERM", "SIGHUP")
"""The signals that ask the program to end; the second one comes with its terminal's end too."""
_ALIAS = 0.5
"""Seconds after connecting when the account's alias is asked for."""
_QUIET = 1.0
"""Seconds without a key after which a moment more is not felt."""
_OTHER_THEMES = 1.0
"""Seconds after the first frame when the themes that are not in use are read and checked."""


def _palette() -> Any:
    from containerscope.ui.palette import Palette

    return Palette


class ContainerScopeApp(App[int]):
    """Holds the connection and the one screen."""

    TITLE = "ContainerScope"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar[set[Any]] = {_palette}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "nothing", show=False)]
    PAUSE_GC_ON_SCROLL = True

    def __init__(
        self,
        settings: Settings,
        connect: Connect,
        target: Target,
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self.settings = settings
        self.target = target
        self.failure: BaseException | None = None
        self._connect = connect
        self._prepare = prepare
        """What connecting would load: begun beside the loop, as soon as a frame is painted."""
        self._session: Session | None = None
        self._again = asyncio.Event()
        self._sign_in: SignIn | None = None
        self._browse: BrowseScreen | None = None
        self._collector = Collector()
        self._busy_at = 0.0
        """When a key or the mouse was last used."""
        self._takes_keys = False
        self._early: list[events.Event] = []
        """What was typed before there was a screen to take it."""
        self.memory = memories.load(settings.state_dir) if settings.remember else memories.Memory()
        if not settings.animation:
            self.animation_level = "none"
        self._ours: tuple[str, ...] = ()
        self._plain = self._plain_filters()
        self._first_theme()
        self.set_keymap(settings.keymap)

    @property
    def browse(self) -> BrowseScreen:
        """The one screen, once the first frame has given way to it."""
        assert self._browse is not None
        return self._browse

    def get_default_screen(self) -> FirstFrame:
        """What is painted before anything else is loaded."""
        return FirstFrame(read_only=self.settings.read_only, ascii=self.settings.ascii)

    def _plain_filters(self) -> tuple[LineFilter, ...]:
        """What keeps the toolkit's own glyphs and colours from the terminal."""
        filters: list[LineFilter] = []
        if not self.settings.color:
            from textual.filter import NoColor

            self.add_class("-no-color")
            filters.append(NoColor())
        if self.settings.ascii:
            from containerscope.ui.plain import AsciiFilter

            filters.append(AsciiFilter())
        return tuple(filters)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every line goes through before it is sent."""
        return (*super().get_line_filters(), *self._plain)

    # Themes

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our variables under Textual's own themes."""
        return variable_defaults()

    def _first_theme(self) -> None:
        wanted = self.settings.theme or self.memory.theme
        spec = first_theme(wanted, self.settings.themes_folder)
        if not self.settings.color:
            spec = monochrome()
        self.register_theme(spec.textual())
        self.theme = spec.name
        self._missed = wanted if self.settings.color and wanted not in ("", spec.name) else ""

    @work(group="themes")
    async def _other_themes(self) -> None:
        specs, faults = await asyncio.to_thread(load_themes, self.settings.themes_folder)
        for spec in (*specs.values(), monochrome()):
            self.register_theme(spec.textual())
        self._ours = tuple(sorted(specs))
        if self._missed:
            faults += (f"there is no theme {self._missed!r}; :theme lists them",)
        for fault in faults:
            self.browse.say(fault, wrong=True)

    def theme_names(self) -> tuple[str, ...]:
        """The themes one can choose from; none in the first second."""
        return self._ours

    def choose_theme(self, name: str) -> None:
        """Change the colours, now and for the next run."""
        self.theme = name
        self.memory.theme = name

    # The start

    async def on_event(self, event: events.Event) -> None:
        """Keep what is typed until there is a screen to take it."""
        if isinstance(event, events.InputEvent):
            self._busy_at = time.monotonic()
        if not self._takes_keys and isinstance(event, events.InputEvent | events.Paste):
            self._early.append(event)
        elif (
            not isinstance(event, events.Key | events.Paste)
            or event.is_forwarded
            or self.screen.is_modal
            or not await self._take(event)
        ):
            await super().on_event(event)

    async def _take(self, event: events.Key | events.Paste) -> bool:
        """Do at once what is typed, so that all acts in its order; whether anything was done.

        Textual hands a key from widget to widget first: it would find what the next has opened.
        """
        from containerscope.ui.prompt import Line

        key = event.key if isinstance(event, events.Key) else ""
        if await self._check_bindings(key, priority=True):
            return True
        if isinstance(self.focused, Line):
            await self.focused.take(event)
            return True
        if self._browse is self.screen:
            await self._browse.caught_up()
        return await self._check_bindings(key)

    @on(FirstFrame.Painted)
    async def _begin(self) -> None:
        self.heed_end()
        threading.Thread(target=self._prepare, name="prepare", daemon=True).start()
        from containerscope.ui.begin import first_history
        from containerscope.ui.browse import BrowseScreen
        from containerscope.ui.dialogs import DialogSignIn

        self._sign_in = DialogSignIn(self)
        history = first_history(self.settings, self.memory)
        browse = BrowseScreen(self.settings, self.memory, history)
        # Read here, as the push would parse every other sheet of styles again.
        self.stylesheet.read(BrowseScreen.CSS_PATH)
        await self.push_screen(browse)
        self._browse = browse
        self.connect_to(self.target)
        # After the focus that the screen has asked for, which would leave what they open.
        self.call_later(self._catch_up)
        self.set_timer(_OTHER_THEMES, self._other_themes)
        self.set_interval(_QUIET, self._tidy)

    def heed_end(self) -> None:
        """Leave the terminal as it was when somebody ends the process."""
        for name in _ENDS:
            number = getattr(signal, name, None)
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                if number is not None:
                    code = 128 + number
                    asyncio.get_running_loop().add_signal_handler(number, self.exit, code, code)

    async def _catch_up(self) -> None:
        self._takes_keys = True
        for event in self._early:
            await self.on_event(event)
        self._early.clear()

    def _tidy(self) -> None:
        now = time.monotonic()
        self._collector.loaded()
        self._collector.tidy(now, quiet=now - self._busy_at > _QUIET)

    # The connection

    def connect_to(self, target: Target) -> None:
        """Leave the present account for another; its rows are gone before the new one answers."""
        self.target = target
        forwards = self._session.clients.forwards if self._session is not None else None
        if forwards is not None and forwards.open:
            self.browse.say("the ports that were forwarded end with the account", wrong=True)
        who = " ".join(part for part in (target.profile, target.region) if part)
        self.browse.disconnect(f"connecting to {who or 'AWS'}…")
        self._connecting(target, self._session)
        self._session = None

    def retry(self) -> None:
        """Try to connect now."""
        self._again.set()

    @work(exclusive=True, group="connect")
    async def _connecting(self, target: Target, before: Session | None) -> None:
        from containerscope.action_log import ActionLog
        from containerscope.poller import Poller
        from containerscope.remote.forwards import Forwards
        from containerscope.ui.frame import Session

        assert self._sign_in is not None
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
        clients.actions = ActionLog(self.settings.state_dir)
        clients.forwards = Forwards()
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
        # The client it takes is made in the time that the first rows would be painted in.
        await asyncio.sleep(_ALIAS)
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
        if self.settings.remember and self._browse is not None:
            self.memory.remember(self.browse.history.here)
            memories.save(self.settings.state_dir, self.memory)
        if self._session is not None:
            await self._session.clients.close()


def run(settings: Settings, connect: Connect, target: Target, prepare: Callable[[], None]) -> int:
    """Run until the user quits; a crash is raised again once the terminal is the user's."""
    sys.setswitchinterval(_TURN)
    app = ContainerScopeApp(settings, connect, target, prepare)
    code = app.run(mouse=settings.mouse)
    if app.failure is not None:
        raise app.failure
    return code or 0
