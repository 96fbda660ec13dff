"""Watches the window's frames and feeds `painted.py` with what they show, in the order in which it became true.

`afterAnimating` comes on the GUI thread itself; the news of swapped frames come from the render thread through the
event queue (a direct call would need Python there, and `grabWindow` would then hang for ever). So the scene's state,
taken at `afterAnimating`, travels through the same queue: swaps of before it are delivered before it and prove
nothing of it.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtQuick import QQuickWindow

from kiosk.domain.impressions import Showing
from kiosk.domain.ports import Clock
from kiosk.stage import frame_stats
from kiosk.stage.frame_stats import FrameFigures, FrameStats
from kiosk.stage.painted import (
    AboutToSync,
    Asleep,
    Closing,
    Ended,
    Fact,
    FrameSwapped,
    Glass,
    Hidden,
    Opened,
    PaintedState,
    advance,
    tally,
    undecided,
)


class Witness(QObject):
    """Says when a showing was certainly on the glass and when it left it; counts frames on the way.

    `look` returns what the scene holds at the moment it is asked, `morphing` whether a morph is running.
    """

    opened = Signal(str, float, tuple)
    ended = Signal(str, float, int, int, str)
    _handedOver = Signal(object, int)

    def __init__(
        self,
        window: QQuickWindow,
        look: Callable[[], Glass],
        morphing: Callable[[], bool],
        clock: Clock,
        refresh_s: float,
    ) -> None:
        super().__init__()
        self._window = window
        self._look = look
        self._morphing = morphing
        self._clock = clock
        self._state = PaintedState()
        self._stats = FrameStats(refresh_s=refresh_s)
        self._epoch = 0
        window.afterAnimating.connect(self._after_animating, Qt.ConnectionType.DirectConnection)
        window.frameSwapped.connect(self._frame_swapped, Qt.ConnectionType.QueuedConnection)
        self._handedOver.connect(self._handed_over, Qt.ConnectionType.QueuedConnection)

    def hidden(self) -> None:
        """The window is no longer seen."""
        self._go_dark(Hidden(self._clock.monotonic()))

    def asleep(self) -> None:
        """The wall was put to sleep."""
        self._go_dark(Asleep(self._clock.monotonic()))

    def closing(self) -> None:
        """The window goes; the witness has seen all it will see."""
        self._window.afterAnimating.disconnect(self._after_animating)
        self._window.frameSwapped.disconnect(self._frame_swapped)
        self._go_dark(Closing(self._clock.monotonic()))

    def tally(self) -> Showing | None:
        """Return what is known so far of the showing that is open, None when none is."""
        return tally(self._state, self._clock.monotonic())

    def figures(self) -> FrameFigures:
        """Return the frame times so far."""
        return frame_stats.figures(self._stats, self._clock.monotonic())

    def _go_dark(self, fact: Fact) -> None:
        self._epoch += 1
        self._feed(fact)

    @Slot()
    def _after_animating(self) -> None:
        self._handedOver.emit(AboutToSync(self._look(), self._clock.monotonic()), self._epoch)

    @Slot(object, int)
    def _handed_over(self, fact: AboutToSync, epoch: int) -> None:
        if epoch == self._epoch:
            self._feed(fact)
            self._draw_on_while_undecided()

    @Slot()
    def _frame_swapped(self) -> None:
        at_s = self._clock.monotonic()
        self._stats = frame_stats.frame_swapped(self._stats, at_s, morphing=self._morphing())
        self._feed(FrameSwapped(at_s))
        self._draw_on_while_undecided()

    def _draw_on_while_undecided(self) -> None:
        if undecided(self._state):
            self._window.update()

    def _feed(self, fact: Fact) -> None:
        self._state, outcomes = advance(self._state, fact)
        for outcome in outcomes:
            match outcome:
                case Opened(showing_id, at_s, coverage):
                    self.opened.emit(showing_id, at_s, coverage)
                case Ended(showing_id, at_s, visible_ms, frames_painted, ended_by):
                    self.ended.emit(showing_id, at_s, visible_ms, frames_painted, ended_by.value)
