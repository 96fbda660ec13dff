"""When frames were swapped, by a thread that does nothing else.

The news of a swap reach the GUI thread only when it comes round to them, under load once half a second late. The same
news go to this thread too, which is idle otherwise: its date comes after the swap, never before it, and is late by what
it takes to be woken. `witness.py` asks for the dates in the order of the swaps.
"""

import weakref
from collections import deque

from PySide6.QtCore import QObject, Qt, QThread, Slot
from PySide6.QtQuick import QQuickWindow

from kiosk.domain.ports import Clock


class SwapTimes(QObject):
    """Dates the swaps of a window from now until `close`; `take` and `close` are called on the GUI thread."""

    def __init__(self, window: QQuickWindow, clock: Clock) -> None:
        super().__init__()
        self._window = window
        self._clock = clock
        self._dated: deque[tuple[int, float]] = deque()
        self._swapped = self._taken = 0
        thread = QThread()
        thread.setObjectName("swap-times")
        self.moveToThread(thread)
        window.frameSwapped.connect(self._frame_swapped, Qt.ConnectionType.QueuedConnection)
        thread.start()
        self._end = weakref.finalize(self, _end, thread)  # a thread that outlives its object ends the process

    def take(self) -> float:
        """Return when the oldest swap not asked for yet took place (monotonic s); now, when it is not dated yet."""
        self._taken += 1
        while self._dated:
            number, at_s = self._dated.popleft()
            if number == self._taken:
                return at_s
        return self._clock.monotonic()

    def close(self) -> None:
        """Date no more swaps, and end the thread."""
        if self._end.alive:
            self._window.frameSwapped.disconnect(self._frame_swapped)
            self._end()

    @Slot()
    def _frame_swapped(self) -> None:
        self._swapped += 1
        self._dated.append((self._swapped, self._clock.monotonic()))


def _end(thread: QThread) -> None:
    thread.quit()
    thread.wait()
