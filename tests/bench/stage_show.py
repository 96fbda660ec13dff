"""The child processes of `bench_stage`: the wall morphing without a pause, or the same scene with no Python connected.

    python -m tests.bench.stage_show FIRST SECOND wall       StageWindow, its witness and its slots
    python -m tests.bench.stage_show FIRST SECOND bare       the same QML and shaders, an Animator, no Python
    python -m tests.bench.stage_show FIRST SECOND bare-gui   the same, moved by an animation of the GUI thread

With `--block` a busy Python holds the GUI thread and the interpreter for two seconds in the middle of a morph, and says
on stderr when, among the lines in which Qt names each frame.
"""

import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, QUrl, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine

from kiosk.domain.impressions import EndedBy
from kiosk.stage.pieces import StageOptions, StagePiece
from kiosk.stage.window import StageWindow
from tests.stage.screen import RunningClock

MORPH_S = 4.0
BLOCK_AFTER_MS = 3500
BLOCK_S = 2.0
BEGIN, END = "BLOCK BEGINS", "BLOCK ENDS"


class Show(QObject):
    """Morphs to and fro for ever."""

    def __init__(self, stage: StageWindow, pieces: list[StagePiece]) -> None:
        super().__init__(stage)
        self.stage = stage
        self.pieces = pieces
        self.count = 0
        stage.morph_ended.connect(self.go_on)

    @Slot(str)
    def go_on(self, _showing_id: str) -> None:
        self.count += 1
        self.stage.show(f"{self.count}", self.pieces[self.count % 2], "flow", MORPH_S, EndedBy.NEXT)


def hold_python() -> None:
    """Keeps the interpreter and the GUI thread busy."""
    os.write(2, f"{BEGIN}\n".encode())
    until = time.perf_counter() + BLOCK_S
    while time.perf_counter() < until:
        sum(range(1000))
    os.write(2, f"{END}\n".encode())


def main(first: str, second: str, kind: str, *flags: str) -> int:
    """Runs until it is ended from outside."""
    app = QGuiApplication([])
    if "--block" in flags:
        QTimer.singleShot(BLOCK_AFTER_MS, hold_python)
    if kind != "wall":
        engine = QQmlApplicationEngine()
        pictures = {"firstPicture": QUrl.fromLocalFile(first), "secondPicture": QUrl.fromLocalFile(second)}
        engine.setInitialProperties({**pictures, "onGuiThread": kind == "bare-gui"})
        engine.load(QUrl.fromLocalFile(str(Path(__file__).parent.parent / "qml" / "BareMorph.qml")))
        return app.exec()
    stage = StageWindow(StageOptions(windowed=(1280, 720)), clock=RunningClock())
    pieces = [StagePiece(path, Path(path), path, "", "", "", 1280, 720) for path in (first, second)]
    Show(stage, pieces)
    stage.open()
    stage.show("start", pieces[0], "none", 0.0, EndedBy.NEXT)
    stage.prepare(pieces)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
