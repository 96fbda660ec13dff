"""Keeps the screen from blanking while art is on: asks the desktop, and turns the X server's own timer off where
there is one.

Each way is tried; what cannot be had is said once in the log and changes nothing for the wall. `release` undoes it all.
"""

import logging
import shutil

from PySide6.QtCore import QProcess
from PySide6.QtDBus import QDBusConnection, QDBusMessage
from PySide6.QtGui import QGuiApplication

log = logging.getLogger(__name__)

SERVICE = "org.freedesktop.ScreenSaver"
PATHS = ("/org/freedesktop/ScreenSaver", "/ScreenSaver")
CONNECTION = "kiosk-inhibit"
XSET_LIMIT_MS = 2000
XSET_STAY_AWAKE = ["s", "off", "-dpms"]
XSET_DEFAULTS = ["s", "on", "+dpms"]


class Inhibitor:
    """Holds the screen awake between `hold` and `release`; both may be called any number of times."""

    def __init__(self) -> None:
        self._held = False
        self._told = False
        self._by: list[str] = []

    @property
    def by(self) -> tuple[str, ...]:
        """What keeps the screen awake now: `session`, `xset`, both or neither."""
        return tuple(self._by)

    def hold(self) -> None:
        """Keep the screen awake as far as this machine lets us."""
        if self._held:
            return
        self._held = True
        if _ask_session():
            self._by.append("session")
        if _run_xset(XSET_STAY_AWAKE):
            self._by.append("xset")
        if not self._by and not self._told:
            self._told = True
            log.warning("Nothing here can keep the screen awake; if it blanks, turn its screen saver off.")

    def release(self) -> None:
        """Let the screen blank again."""
        if "session" in self._by:
            QDBusConnection.disconnectFromBus(CONNECTION)  # the inhibition ends with the connection that asked for it
        if "xset" in self._by:
            _run_xset(XSET_DEFAULTS)
        self._held = False
        self._by.clear()


def _ask_session() -> bool:
    bus = QDBusConnection.connectToBus(QDBusConnection.BusType.SessionBus, CONNECTION)
    for path in PATHS if bus.isConnected() else ():
        call = QDBusMessage.createMethodCall(SERVICE, path, SERVICE, "Inhibit")
        call.setArguments(["Gallery kiosk", "Art is on the wall"])
        if bus.call(call).type() == QDBusMessage.MessageType.ReplyMessage:
            return True
    QDBusConnection.disconnectFromBus(CONNECTION)  # a connection that failed would be handed out again by its name
    return False


def _run_xset(arguments: list[str]) -> bool:
    program = shutil.which("xset")
    if program is None or QGuiApplication.platformName() != "xcb":
        return False
    process = QProcess()
    process.start(program, arguments)
    return process.waitForFinished(XSET_LIMIT_MS) and process.exitCode() == 0
