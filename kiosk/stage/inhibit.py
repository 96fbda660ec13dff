"""Keeps the screen from blanking while art is on: asks the desktop, and turns the X server's own timer off where there
is one.

Each way is tried; what cannot be had is said once in the log and changes nothing for the wall. `release` undoes it all.
Nothing here waits: the session answers when it likes, X is spoken to on a thread. With the panel's power it agrees as
`panel_power_x.py` says.
"""

import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher
from PySide6.QtGui import QGuiApplication

from kiosk.stage.panel_power_x import Blanking, allow_blanking, forbid_blanking

log = logging.getLogger(__name__)

SERVICE = "org.freedesktop.ScreenSaver"
PATHS = ("/org/freedesktop/ScreenSaver", "/ScreenSaver")
CONNECTION = "kiosk-inhibit"
SESSION, X = "session", "X"


class Inhibitor(QObject):
    """Holds the screen awake between `hold` and `release`; both may be called again and again, on the GUI thread."""

    _answered = Signal(int, str, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._held = False
        self._told = False
        self._turn = 0
        self._answers: dict[str, bool] = {}
        self._watcher: QDBusPendingCallWatcher | None = None
        self._before: Blanking | None = None
        self._thread = ThreadPoolExecutor(1, "inhibit")  # Python ends only after what was given to it is done
        self._answered.connect(self._note, Qt.ConnectionType.QueuedConnection)

    @property
    def by(self) -> tuple[str, ...]:
        """What is known to keep the screen awake now: `session`, `X`, both or neither."""
        return tuple(name for name, works in self._answers.items() if works)

    def hold(self) -> None:
        """Keep the screen awake as far as this machine lets us."""
        if self._held:
            return
        self._held = True
        self._turn += 1
        self._ask_session(PATHS, self._turn)
        display_name = os.environ.get("DISPLAY", "") if QGuiApplication.platformName() == "xcb" else ""
        self._thread.submit(self._hold_x, display_name, self._turn)

    def release(self) -> None:
        """Let the screen blank again."""
        if not self._held:
            return
        self._held = False
        self._answers.clear()
        self._watcher = None
        QDBusConnection.disconnectFromBus(CONNECTION)  # the inhibition ends with the connection that asked for it
        self._thread.submit(self._release_x)

    def _hold_x(self, display_name: str, turn: int) -> None:
        before = forbid_blanking(display_name) if display_name else None
        self._before = before
        self._answered.emit(turn, X, before is not None)

    def _release_x(self) -> None:
        if self._before is not None:
            allow_blanking(self._before)
            self._before = None

    def _ask_session(self, paths: tuple[str, ...], turn: int) -> None:
        bus = QDBusConnection.connectToBus(QDBusConnection.BusType.SessionBus, CONNECTION)
        if not paths or not bus.isConnected():
            QDBusConnection.disconnectFromBus(CONNECTION)  # one that failed would be handed out again by its name
            self._answered.emit(turn, SESSION, False)
            return
        call = QDBusMessage.createMethodCall(SERVICE, paths[0], SERVICE, "Inhibit")
        call.setArguments(["Gallery kiosk", "Art is on the wall"])
        self._watcher = QDBusPendingCallWatcher(bus.asyncCall(call), self)
        self._watcher.finished.connect(self._session_answered(paths[1:], turn))

    def _session_answered(self, other_paths: tuple[str, ...], turn: int) -> Callable[[QDBusPendingCallWatcher], None]:
        def answered(watcher: QDBusPendingCallWatcher) -> None:
            watcher.deleteLater()
            if turn != self._turn or not self._held:
                return
            if watcher.isError():
                self._ask_session(other_paths, turn)
            else:
                self._answered.emit(turn, SESSION, True)

        return answered

    @Slot(int, str, bool)
    def _note(self, turn: int, name: str, works: bool) -> None:
        if turn != self._turn or not self._held:
            return
        self._answers[name] = works
        if len(self._answers) == 2 and not self.by and not self._told:
            self._told = True
            log.warning("Nothing here can keep the screen awake; if it blanks, turn its screen saver off.")
