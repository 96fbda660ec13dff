"""Whether anything can be seen of the window under X: another window over it, a panel without power, no monitor there.

Qt tells none of this: a covered window stays exposed to it, one on an unplugged monitor too, and when the only monitor
goes not even a signal comes. So we ask the X server ourselves, on a connection and a thread of our own: covering and
monitors by its events, the panel's power (DPMS) and the built-in screen saver every `POLL_S`, for which it has none.
The GUI thread waits for none of it; what changes comes home as a queued signal.

Under a compositing manager every window is drawn aside and X calls none of them covered; then only power, saver and
monitors are told here. On Wayland, or without a server to ask, Qt's own exposure is the only word.
"""

import logging
import os
import select
import threading
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from Xlib import X, display
from Xlib.error import ConnectionClosedError, DisplayError, XauthError, XError
from Xlib.ext import randr

log = logging.getLogger(__name__)

OVERLAID, OFF_MONITOR, BLANK = "another window lies over it", "it is on no monitor", "its panel is blank"
POLL_S = 0.25
JOIN_LIMIT_S = 2.0
SETTLE_LIMIT_S = 1.0
SAVER_ON = 1
GONE = (OSError, DisplayError, ConnectionClosedError, XauthError, XError)  # the server, or the window: both have ended


class Occlusion(QObject):
    """Tells whether a window of ours is hidden from all eyes. Made on the GUI thread, before the window is put up.

    X tells a change of covering, never how things stand: `settle` before the window is put up, or a cover that is there
    already is not noticed. `changed(covered)` comes on the GUI thread.
    """

    changed = Signal(bool)
    _seen = Signal(str)

    def __init__(
        self, window_id: int, *, platform: str, display_name: str | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._reason = ""
        self._closed = False
        self._seen.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._watching = threading.Event()
        self._wake_fd, self._alarm_fd = os.pipe()
        self._thread = threading.Thread(
            target=self._watch, args=(window_id, display_name), name="occlusion", daemon=True
        )
        self._runs = platform == "xcb"
        if self._runs:
            self._thread.start()

    @property
    def covered(self) -> bool:
        """True when nothing of the window can be seen, as far as X tells."""
        return bool(self._reason)

    @property
    def reason(self) -> str:
        """Why nothing can be seen: OVERLAID, OFF_MONITOR or BLANK; empty when something can."""
        return self._reason

    def settle(self) -> None:
        """Wait until the server was asked, some 50 ms after the construction; at most `SETTLE_LIMIT_S`."""
        if self._runs:
            self._watching.wait(SETTLE_LIMIT_S)

    def look(self) -> None:
        """Have power and monitors looked at now, and not at the next turn."""
        if not self._closed:
            os.write(self._alarm_fd, b"l")

    def close(self) -> None:
        """End the watch; nothing is told any more."""
        if self._closed:
            return
        self._closed = True
        os.close(self._alarm_fd)  # the reader sees the end of the pipe
        if self._runs:
            self._thread.join(JOIN_LIMIT_S)
        if not self._thread.is_alive():
            os.close(self._wake_fd)

    @Slot(str)
    def _take(self, reason: str) -> None:
        was_covered, self._reason = self.covered, "" if self._closed else reason
        if not self._closed and was_covered != self.covered:
            self.changed.emit(self.covered)

    def _watch(self, window_id: int, display_name: str | None) -> None:
        """The thread: ask, tell what changed, wait for an event, the alarm, or the next turn."""
        try:
            server = _Server(window_id, display_name)
            self._watching.set()
            try:
                told = ""
                while not self._closed:
                    reason = server.hides_all()
                    if reason != told:
                        told = reason
                        self._seen.emit(reason)
                    server.wait(self._wake_fd)
            finally:
                server.close()
        except GONE as error:
            if not self._closed:
                log.warning("whether something covers the art cannot be told any more: %s", error)
                self._seen.emit("")
        finally:
            self._watching.set()


class _Server:
    """One connection to the X server, and what it says of one window."""

    def __init__(self, window_id: int, display_name: str | None) -> None:
        self._x: Any = display.Display(display_name)  # python-xlib adds the methods of extensions at run time
        self._x.set_error_handler(_ignore)
        self._window: Any = self._x.create_resource_object("window", window_id)
        self._root: Any = self._x.screen().root
        self._obscured = False
        self._on_monitor = True
        self._has_power_state = bool(self._x.has_extension("DPMS"))
        self._has_saver = bool(self._x.has_extension("MIT-SCREEN-SAVER"))
        self._has_monitors = hasattr(self._root, "xrandr_get_monitors")
        self._window.get_attributes()  # raises BadWindow where there is none
        self._window.change_attributes(event_mask=X.VisibilityChangeMask | X.StructureNotifyMask)
        if self._has_monitors:
            self._root.change_attributes(event_mask=X.StructureNotifyMask)  # all that tells of a RandR 1.5 monitor
            self._root.xrandr_select_input(randr.RRScreenChangeNotifyMask | randr.RRCrtcChangeNotifyMask)
        self._on_monitor = self._lies_on_a_monitor()  # its reply says that the wishes before it are granted

    def close(self) -> None:
        try:
            self._x.close()
        except GONE:
            log.debug("the X server ended before us")

    def hides_all(self) -> str:
        """Take in what happened, ask what has no event; return why nothing can be seen, or nothing."""
        moved = False
        while self._x.pending_events():
            event = self._x.next_event()
            if event.type == X.VisibilityNotify:
                self._obscured = event.state == X.VisibilityFullyObscured
            elif event.type == X.DestroyNotify:
                raise ConnectionError("the window is gone")
            else:
                moved = True
        if moved:
            self._on_monitor = self._lies_on_a_monitor()
        if not self._on_monitor:
            return OFF_MONITOR
        if self._is_blank():
            return BLANK
        return OVERLAID if self._obscured else ""

    def wait(self, wake_fd: int) -> None:
        """Return at the next event or alarm, at the latest after `POLL_S`."""
        if self._x.pending_events():
            return
        ready, _, _ = select.select([self._x.fileno(), wake_fd], [], [], POLL_S)
        if wake_fd in ready:
            os.read(wake_fd, 64)
            self._on_monitor = self._lies_on_a_monitor()

    def _is_blank(self) -> bool:
        if self._has_power_state:
            power = self._x.dpms_info()
            if power.state and power.power_level:
                return True
        return self._has_saver and self._root.screensaver_query_info().state == SAVER_ON

    def _lies_on_a_monitor(self) -> bool:
        """Tell whether any lit monitor shows a part of the window; True where the server cannot say."""
        if not self._has_monitors:
            return True
        size = self._window.get_geometry()
        corner = self._root.translate_coords(self._window, 0, 0)
        return any(
            corner.x < monitor.x + monitor.width_in_pixels
            and monitor.x < corner.x + size.width
            and corner.y < monitor.y + monitor.height_in_pixels
            and monitor.y < corner.y + size.height
            for monitor in self._root.xrandr_get_monitors().monitors
        )


def _ignore(error: object, request: object) -> None:  # noqa: ARG001 - python-xlib gives both
    """Take an error nobody waits for: the window has just gone, and its end is told by other means."""
    log.debug("the X server answered with %s", error)
