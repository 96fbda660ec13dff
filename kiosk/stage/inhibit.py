"""Keeps the screen from blanking while art is on: asks the desktop, and turns the X server's own timer off where there
is one.

Each way is tried; what cannot be had is said once in the log and changes nothing for the wall. `release` undoes it all.
Nothing here waits: the session answers when it likes, X is spoken to on a thread. With the panel's power it agrees as
`panel_power_x.py` says.
"""

import itertools
import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher
from PySide6.QtGui import QGuiApplication

from kiosk.stage.panel_power_x import Blanking, allow_blanking, forbid_blanking

log = logging.getLogger(__name__)

SERVICE = "org.freedesktop.ScreenSaver"
PATHS = ("/org/freedesktop/ScreenSaver", "/ScreenSaver")
CONNECTION = "kiosk-inhibit"
SESSION, X = "session", "X"


class _Blankings:
    """The blanking of X servers, forbidden while anyone holds it: the last to let go puts back what the first found."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held: dict[str, tuple[int, Blanking]] = {}

    def hold(self, display_name: str) -> bool:
        """Forbid it on that server; False when that cannot be done, and then nothing is held."""
        with self._guard:
            found = forbid_blanking(display_name)
            if found is None:
                return False
            holders, before = self._held.get(display_name, (0, found))
            self._held[display_name] = (holders + 1, before)
            return True

    def release(self, display_name: str) -> None:
        """Let go of what was held there."""
        with self._guard:
            holders, before = self._held.pop(display_name)
            if holders > 1:
                self._held[display_name] = (holders - 1, before)
            else:
                allow_blanking(before)


_BLANKINGS: Final = _Blankings()  # a server has one set of timers, however many windows of ours it shows
_NUMBERS: Final = itertools.count(1)


class Inhibitor(QObject):
    """Holds the screen awake between `hold` and `release`; both may be called again and again, on the GUI thread.

    Each of several holds for itself: the screen may blank once the last has let go.
    """

    _answered = Signal(int, str, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._held = False
        self._told = False
        self._turn = 0
        self._answers: dict[str, bool] = {}
        self._watcher: QDBusPendingCallWatcher | None = None
        self._held_on = ""
        self._connection = f"{CONNECTION}-{next(_NUMBERS)}"
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
        QDBusConnection.disconnectFromBus(self._connection)  # the inhibition ends with the connection that asked for it
        self._thread.submit(self._release_x)

    def _hold_x(self, display_name: str, turn: int) -> None:
        works = bool(display_name) and _BLANKINGS.hold(display_name)
        self._held_on = display_name if works else ""
        self._answered.emit(turn, X, works)

    def _release_x(self) -> None:
        if self._held_on:
            _BLANKINGS.release(self._held_on)
            self._held_on = ""

    def _ask_session(self, paths: tuple[str, ...], turn: int) -> None:
        bus = QDBusConnection.connectToBus(QDBusConnection.BusType.SessionBus, self._connection)
        if not paths or not bus.isConnected():
            QDBusConnection.disconnectFromBus(self._connection)  # one that failed would be handed out again by its name
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
