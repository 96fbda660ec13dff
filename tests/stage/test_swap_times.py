"""Swaps are dated when they happen, whatever the GUI thread does meanwhile."""

import subprocess
import sys
from contextlib import closing

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from kiosk.stage.pieces import StagePiece
from kiosk.stage.swap_times import SwapTimes
from tests.stage.conftest import OpenStage
from tests.stage.screen import LIMIT_MS, Screen

Pieces = dict[str, StagePiece]


class Holder(QObject):
    """Holds the GUI thread once, right after the scene with that showing's half weight was handed over for drawing.

    It is held until so many further frames have been swapped, which the render thread does without it.
    """

    _due = Signal()

    def __init__(self, screen: Screen, times: SwapTimes, showing_id: str, frames: int) -> None:
        super().__init__()
        self._screen = screen
        self._times = times
        self._showing_id = showing_id
        self._frames = frames
        self.over_s = 0.0
        screen.stage.window.afterAnimating.connect(self._after_animating, Qt.ConnectionType.DirectConnection)
        self._due.connect(self._hold, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def _after_animating(self) -> None:
        held = self._screen.stage._wall.holder
        if held is not None and held.showing_id == self._showing_id and not self.over_s:
            self._due.emit()

    @Slot()
    def _hold(self) -> None:
        if not self.over_s:
            clock, enough = self._screen.clock, frames_dated(self._times) + self._frames
            deadline_s = clock.monotonic() + LIMIT_MS / 1000
            while frames_dated(self._times) < enough and clock.monotonic() < deadline_s:
                QThread.msleep(5)
            self.over_s = clock.monotonic()


def test_a_showing_is_dated_by_the_frame_and_not_by_the_gui_thread(open_stage: OpenStage, pieces: Pieces) -> None:
    """The GUI thread is held as a morph passes its middle: the showing opened with a frame of that time, not later."""
    screen = open_stage()
    screen.put("one", pieces["warm"])
    with closing(SwapTimes(screen.stage.window, screen.clock)) as times:
        holder = Holder(screen, times, "two", frames=4)
        screen.show("two", pieces["cold"], "dissolve", 8.0)
        screen.wait(lambda: screen.heard.heard("opened", "two"))
        (at_s, _) = screen.heard.rest("opened", "two")
        dates = [times.take() for _ in range(frames_dated(times))]
    assert isinstance(at_s, float)
    assert at_s < holder.over_s
    assert dates == sorted(dates)
    assert at_s <= dates[-1]


def frames_dated(times: SwapTimes) -> int:
    """Return how many dates lie ready."""
    return len(times._dated)


def test_a_swap_not_dated_yet_is_dated_now_and_none_after_it_is_mistaken(open_stage: OpenStage, pieces: Pieces) -> None:
    """Who asks before the thread got there is told the time, and the next one asked for is the next one."""
    screen = open_stage()
    with closing(SwapTimes(screen.stage.window, screen.clock)) as times:
        asked_s = screen.clock.monotonic()
        assert asked_s <= times.take() <= screen.clock.monotonic()
        screen.put("one", pieces["warm"])
        screen.wait(lambda: frames_dated(times) >= 3)
        first, second = list(times._dated)[:2]
        assert times.take() == second[1] > first[1]


def test_a_window_that_is_never_closed_ends_its_thread(xvfb_display: str) -> None:
    """A program that ends without a word to the window ends well: no thread outlives it."""
    script = """
from PySide6.QtGui import QGuiApplication
from PySide6.QtQuick import QQuickWindow
from kiosk.app.clock import SystemClock
from kiosk.stage.swap_times import SwapTimes
application = QGuiApplication([])
times = SwapTimes(QQuickWindow(), SystemClock())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
