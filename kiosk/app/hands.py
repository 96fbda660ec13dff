"""What hands do at the wall: keys, touch, the settings panel, the close button; and settings that count at once."""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from kiosk import __version__
from kiosk.app.chores import brightness_now
from kiosk.app.clock import local_minute_exactly
from kiosk.app.commands import Voter
from kiosk.app.ear import Ear
from kiosk.app.notebook import Notebook
from kiosk.app.operator_desk import Levers, operator_ports
from kiosk.app.preferences import CurrentSettings
from kiosk.app.screens import Screens
from kiosk.app.supervisor import Supervisor
from kiosk.app.wall_screen import WallScreen
from kiosk.domain.errors import KioskError
from kiosk.domain.ports import Clock
from kiosk.playback.events import NextAsked, PauseSet, PreviousAsked, SleepSet, TimingChanged
from kiosk.settings.fields import GROUPS
from kiosk.settings.model import Settings
from kiosk.stage.operator_model import OperatorModel
from kiosk.storage.folder import DataFolder

log = logging.getLogger(__name__)


class Hands:
    """Connects the window's keys, gestures and panel with playback and settings. Used on the GUI thread."""

    def __init__(
        self,
        *,
        folder: DataFolder,
        current: CurrentSettings,
        clock: Clock,
        screens: Screens,
        voter: Voter,
        supervisor: Supervisor,
        status: Callable[[], Mapping[str, Any]],
        notebook: Notebook,
        ear: Ear,
        leave: Callable[[], None],
    ) -> None:
        self._current = current
        self._clock = clock
        self._screens = screens
        self._voter = voter
        self._supervisor = supervisor
        self._status = status
        self._leave = leave
        self._ear = ear
        self._label: str = current.now.playback.label
        self._label_set: str = self._label  # by the settings, not by hand
        ports = operator_ports(
            folder=folder,
            current=current,
            clock=clock,
            levers=Levers(act=self.act, leave=leave, preview=self._preview),
            lockout=notebook.memory.lockout,
            remember_lockout=notebook.remember_lockout,
            suggestions=lambda: {"audio.device": ear.microphones.names},
        )
        stage = screens.primary.stage
        self.panel = OperatorModel(ports, groups=GROUPS, version=__version__, parent=stage)
        self._has_sheet = False
        self.panel.openedChanged.connect(self._panel_changed)
        screens.on_added(self._take_hold)
        current.on_change(self._settings_changed)

    @property
    def panel_open(self) -> bool:
        """Whether the settings panel is up."""
        return bool(self.panel.property("opened"))

    def inform_panel(self) -> None:
        """Give the panel the figures of now."""
        self.panel.set_status(self._status(), paused=self._screens.primary.playback.state.paused)

    def act(self, action: str) -> None:
        """Do what a button of the panel asks for, on every screen alike."""
        if action in {"pause", "resume"}:
            paused = action == "pause" and not self._screens.primary.playback.state.paused
            self._screens.tell(PauseSet(self._clock.monotonic(), paused=paused))
        elif action == "label":
            self.set_label("toggle")
        else:
            for screen in self._screens:
                self._act_on(screen, action)
        if self.panel_open:
            self.inform_panel()

    def _open_panel(self) -> None:
        """Open the panel; its sheet is loaded when it is first wanted, which most walls never do."""
        if not self._has_sheet:
            self._has_sheet = True
            self._screens.primary.stage.add_overlay("OperatorPanel.qml", {"model": self.panel})
        self.panel.open()

    def _take_hold(self, screen: WallScreen) -> None:
        """Hear what hands do at a screen."""
        screen.stage.command.connect(partial(self._act_on, screen))
        screen.stage.settings_requested.connect(self._open_panel)
        screen.stage.close_requested.connect(self._close_asked)
        screen.stage.set_label(self._label)

    def _act_on(self, screen: WallScreen, action: str) -> None:
        """Do what a key, a gesture or a button asks for at that screen."""
        at_s, playback = self._clock.monotonic(), screen.playback
        match action:
            case "next":
                screen.stage.flash(action)
                playback.handle(NextAsked(at_s))
            case "previous":
                screen.stage.flash(action)
                playback.handle(PreviousAsked(at_s))
            case "pause" | "resume":
                playback.handle(PauseSet(at_s, paused=action == "pause" and not playback.state.paused))
            case "sleep":
                playback.handle(SleepSet(at_s, asleep=True))
            case "wake":
                playback.handle(SleepSet(at_s, asleep=False))
            case "vote-up" | "vote-down":
                self._supervisor.spawn("vote", self._vote(screen, 1 if action == "vote-up" else -1))
            case "label":
                self.set_label("toggle")
            case "mute":
                self._toggle_mute()
            case _:
                log.debug("nothing is bound to %s", action)

    def set_label(self, wish: str) -> str:
        """Show the label (`on`), hide it (`off`) or turn it over (`toggle`) until its setting changes; return its mode.

        The mode is corner or off.
        """
        shown = self._label != "corner" if wish == "toggle" else wish == "on"
        self._label = "corner" if shown else "off"
        self._screens.set_label(self._label)
        self._screens.flash("label-on" if shown else "label-off")
        return self._label

    def _toggle_mute(self) -> None:
        """Anybody may close the microphone; to open it again, where there is a PIN, is the operator's."""
        if self._ear.muted and self._current.now.operator.pin_hash:
            self._open_panel()
        else:
            self._ear.set_mute("toggle")

    async def _vote(self, screen: WallScreen, value: int) -> None:
        showing = screen.playback.state.on_stage
        if showing is None:
            return
        try:
            for artwork in showing.hanging:
                await self._voter.vote(artwork.id, 1 if value > 0 else -1)
            screen.stage.flash("vote-up" if value > 0 else "vote-down")
        except KioskError as error:
            log.warning("the vote did not reach the server: %s", error)
            screen.stage.flash("vote-failed")

    def _close_asked(self) -> None:
        """The close button, Alt-F4: behind the PIN where one is set."""
        if self._current.now.operator.pin_hash:
            self._open_panel()
        else:
            self._leave()

    def _panel_changed(self) -> None:
        stage = self._screens.primary.stage
        stage.set_cursor_kept(self.panel_open)
        stage.set_label("off" if self.panel_open else self._label)  # it would shine through the panel
        if self.panel_open:
            self.inform_panel()
            self._ear.microphones.look(self.panel.refresh, anew=True)

    def _preview(self, key: str, text: str) -> None:
        match key:
            case "playback.fit":
                self._screens.set_fit(text)
            case "playback.label":
                self._screens.set_label(text)
            case "display.brightness":
                self._screens.set_brightness(float(text))
            case _:
                pass

    def _settings_changed(self, settings: Settings) -> None:
        self._screens.tell(TimingChanged(self._clock.monotonic(), self._current.timing()))
        self._screens.set_fit(settings.playback.fit)
        self._screens.set_rotation(int(settings.display.rotation))
        if settings.playback.label != self._label_set:
            self._label = self._label_set = settings.playback.label
            self._screens.set_label(self._label)
        self._screens.set_brightness(brightness_now(settings.display, local_minute_exactly()))
        if self.panel_open:
            self._ear.microphones.look(self.panel.refresh, anew=False)
        self.panel.refresh()
