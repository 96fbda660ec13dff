"""What hands do at the wall: keys, the settings panel, the close button; and settings that take effect at once."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from kiosk import __version__
from kiosk.app.commands import Voter
from kiosk.app.notebook import Notebook
from kiosk.app.operator_desk import Levers, operator_ports
from kiosk.app.preferences import CurrentSettings
from kiosk.app.supervisor import Supervisor
from kiosk.domain.errors import KioskError
from kiosk.domain.ports import Clock
from kiosk.playback.events import NextAsked, PauseSet, PreviousAsked, SleepSet, TimingChanged
from kiosk.playback.service import PlaybackService
from kiosk.settings.fields import GROUPS
from kiosk.settings.model import Settings
from kiosk.stage.operator_model import OperatorModel
from kiosk.stage.window import StageWindow
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
        stage: StageWindow,
        set_fit: Callable[[str], None],
        playback: PlaybackService,
        voter: Voter,
        supervisor: Supervisor,
        status: Callable[[], Mapping[str, Any]],
        notebook: Notebook,
        leave: Callable[[], None],
    ) -> None:
        self._current = current
        self._clock = clock
        self._stage = stage
        self._set_fit = set_fit
        self._playback = playback
        self._voter = voter
        self._supervisor = supervisor
        self._status = status
        self._leave = leave
        self._label: str = current.now.playback.label
        ports = operator_ports(
            folder=folder,
            current=current,
            clock=clock,
            levers=Levers(act=self.act, leave=leave, preview=self._preview),
            lockout=notebook.memory.lockout,
            remember_lockout=notebook.remember_lockout,
        )
        self.panel = OperatorModel(ports, groups=GROUPS, version=__version__, parent=stage)
        stage.add_overlay("OperatorPanel.qml", {"model": self.panel})
        self.panel.openedChanged.connect(self._panel_changed)
        stage.command.connect(self.act)
        stage.settings_requested.connect(self.panel.open)
        stage.close_requested.connect(self._close_asked)
        current.on_change(self._settings_changed)

    @property
    def panel_open(self) -> bool:
        """Whether the settings panel is up."""
        return bool(self.panel.property("opened"))

    def inform_panel(self) -> None:
        """Give the panel the figures of now."""
        self.panel.set_status(self._status(), paused=self._playback.state.paused)

    def act(self, action: str) -> None:
        """Do what a key or a button of the panel asks for."""
        at_s = self._clock.monotonic()
        match action:
            case "next":
                self._playback.handle(NextAsked(at_s))
            case "previous":
                self._playback.handle(PreviousAsked(at_s))
            case "pause" | "resume":
                paused = action == "pause" and not self._playback.state.paused
                self._playback.handle(PauseSet(at_s, paused=paused))
            case "sleep":
                self._playback.handle(SleepSet(at_s, asleep=True))
            case "wake":
                self._playback.handle(SleepSet(at_s, asleep=False))
            case "vote-up" | "vote-down":
                self._supervisor.spawn("vote", self._vote(1 if action == "vote-up" else -1))
            case "label":
                self._label = "off" if self._label == "corner" else "corner"
                self._stage.set_label(self._label)
            case _:
                log.debug("nothing is bound to %s", action)
        if self.panel_open:
            self.inform_panel()

    async def _vote(self, value: int) -> None:
        showing = self._playback.state.on_stage
        if showing is None:
            return
        try:
            await self._voter.vote(showing.artwork.id, 1 if value > 0 else -1)
            self._stage.flash("More like this" if value > 0 else "Less like this")
        except KioskError as error:
            log.warning("the vote did not reach the server: %s", error)
            self._stage.flash("The vote could not be counted")

    def _close_asked(self) -> None:
        """The close button, Alt-F4: behind the PIN where one is set."""
        if self._current.now.operator.pin_hash:
            self.panel.open()
        else:
            self._leave()

    def _panel_changed(self) -> None:
        self._stage.set_cursor_kept(self.panel_open)
        if self.panel_open:
            self.inform_panel()

    def _preview(self, key: str, text: str) -> None:
        match key:
            case "playback.fit":
                self._set_fit(text)
            case "playback.label":
                self._stage.set_label(text)
            case "display.brightness":
                self._stage.set_brightness(float(text))
            case _:
                pass

    def _settings_changed(self, settings: Settings) -> None:
        self._playback.handle(TimingChanged(self._clock.monotonic(), self._current.timing()))
        self._set_fit(settings.playback.fit)
        self._label = settings.playback.label
        self._stage.set_label(self._label)
        self._stage.set_brightness(settings.display.brightness)
        self.panel.refresh()
