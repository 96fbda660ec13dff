"""Where each turn of the GUI thread's event loop begins and ends.

Qt's own `awake` and `aboutToBlock` do not bound a turn: with GLib's dispatcher both are emitted around the wait and the
work together, with Qt's own the work after the wait lies outside them. GLib's poll function does: what lies between its
return and its next call is one turn, everything in it. Python's counterpart of the turn's watch is `kiosk.app.stalls`.
"""

import ctypes
import logging
import os
import sys
from collections.abc import Callable

log = logging.getLogger(__name__)

_POLL = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)
_GLIB = "libglib-2.0.so.0"


class LoopTurns:
    """Calls `begun()` when the loop wakes and `over()` before it waits again, on the loop's thread.

    `hook` returns False where the loop cannot be watched: no GLib, or a Qt told not to use it.
    """

    def __init__(self, *, begun: Callable[[], None], over: Callable[[], None]) -> None:
        self._begun = begun
        self._over = over
        self._glib: ctypes.CDLL | None = None
        self._callback = _POLL(self._poll)
        self._wait: Callable[[int | None, int, int], int] | None = None

    def hook(self) -> bool:
        """Watch from the next turn on."""
        if self._glib is not None:
            return True
        if not sys.platform.startswith("linux") or os.environ.get("QT_NO_GLIB", "0") not in {"", "0"}:
            return False
        try:
            glib, libc = ctypes.CDLL(_GLIB), ctypes.CDLL(None)
        except OSError as error:
            log.info("the event loop's turns are not watched: %s", error)
            return False
        glib.g_main_context_set_poll_func.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
        glib.g_main_context_set_poll_func.restype = None
        libc.poll.argtypes = (ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int)
        self._wait = libc.poll
        self._glib = glib
        glib.g_main_context_set_poll_func(None, ctypes.cast(self._callback, ctypes.c_void_p))
        return True

    def unhook(self) -> None:
        """Watch no more; never from within `begun` or `over`."""
        if self._glib is not None:
            self._glib.g_main_context_set_poll_func(None, None)
            self._glib = None

    def _poll(self, fds: int | None, count: int, timeout_ms: int) -> int:
        self._over()
        assert self._wait is not None
        ready = self._wait(fds, count, timeout_ms)
        self._begun()
        return max(0, ready)  # an interrupted wait is one in which nothing came
