"""A process of its own that morphs from one picture to another in half a second and prints how long (s) that took.

Qt reads how it is to draw once in a process, when the first window is made: this shows what the stage itself asks for.
"""

import sys
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication

from kiosk.domain.impressions import EndedBy
from kiosk.stage.pieces import StageOptions, StagePiece
from kiosk.stage.window import StageWindow
from tests.stage.screen import SIZE, RunningClock

MORPH_S = 0.5


class Timed(QObject):
    """Cuts to the first piece, morphs to the second, and ends the process with the time between."""

    def __init__(self, paths: list[str]) -> None:
        super().__init__()
        self.clock = RunningClock()
        self.stage = StageWindow(StageOptions(windowed=SIZE), clock=self.clock)
        self.pieces = [StagePiece(path, Path(path)) for path in paths]
        self.begun_s = 0.0
        self.stage.opened.connect(self.opened)
        # Within a frame, where a morph may end, Qt survives no end of the window: quitting closes it at once.
        self.stage.morph_ended.connect(self.morph_ended, Qt.ConnectionType.QueuedConnection)
        self.stage.open()
        self.stage.prepare(self.pieces)
        self.stage.show("one", self.pieces[0], "none", 0.0, EndedBy.NEXT)

    @Slot(str, float, tuple)
    def opened(self, showing_id: str, _at_s: float, _coverage: tuple[float, ...]) -> None:
        if showing_id == "one":
            self.begun_s = self.clock.monotonic()
            self.stage.show("two", self.pieces[1], "dissolve", MORPH_S, EndedBy.NEXT)

    @Slot(str)
    def morph_ended(self, showing_id: str) -> None:
        if showing_id == "two":
            print(self.clock.monotonic() - self.begun_s)  # noqa: T201 (its one answer)
            self.stage.close()
            QGuiApplication.quit()


if __name__ == "__main__":
    app = QGuiApplication([])
    timed = Timed(sys.argv[1:])
    sys.exit(app.exec())
