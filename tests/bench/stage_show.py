"""The child processes of the stage's benches: the wall morphing without a pause, or the floor beneath it.

    python -m tests.bench.stage_show wall     WIDTHxHEIGHT FIRST SECOND    StageWindow, its witness, its flow morph
    python -m tests.bench.stage_show fade     WIDTHxHEIGHT FIRST SECOND    a bare cross-fade in QML, no Python connected
    python -m tests.bench.stage_show fade-gui WIDTHxHEIGHT FIRST SECOND    the same, moved by the GUI thread

With `--hold` a busy Python holds the GUI thread and the interpreter for two seconds in the middle of a morph. What
happens is said on stderr, among the lines in which Qt names each frame (`frames.py` reads them).
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QObject, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine

from kiosk.domain.impressions import EndedBy
from kiosk.imaging.motion import make_motion
from kiosk.stage.pieces import StageOptions, StagePiece
from kiosk.stage.renderer import renderer_name
from kiosk.stage.window import StageWindow
from tests.stage.screen import RunningClock

MORPH_S = 4.0
HOLD_AFTER_MS = 1000
FADE_READY_MS = 3000
HOLD_S = 2.0
RENDERER, CHANGE, BEGIN, END = "RENDERER ", "CHANGE", "HOLD BEGINS", "HOLD ENDS"


class WallShow(QObject):
    """Morphs to and fro for ever; all that the benches know of the stage is here. `hold` is called within a morph."""

    def __init__(self, size: tuple[int, int], first: str, second: str, hold: Callable[[], None] | None) -> None:
        super().__init__()
        self.stage = StageWindow(StageOptions(windowed=size), clock=RunningClock())
        self.pieces = [StagePiece(path, Path(path)) for path in (first, second)]
        self.hold = hold
        self.count = 0
        self.begun = False
        self.stage.morph_ended.connect(self.go_on, Qt.ConnectionType.QueuedConnection)
        self.stage.exposed_changed.connect(self.begin)
        self.stage.open()
        self.stage.prepare(self.pieces)
        self.stage.want_motions({(a, b): motion_file(a, b) for a, b in ((first, second), (second, first))})

    @Slot(bool)
    def begin(self, exposed: bool) -> None:
        """Begins when the window can be seen: one that nobody sees ends its morphs at once, for no frame would."""
        if exposed and not self.begun:
            self.begun = True
            self.stage.show("start", self.pieces[0], "none", 0.0, EndedBy.NEXT)

    @Slot(str)
    def go_on(self, _showing_id: str) -> None:
        say(CHANGE)
        self.count += 1
        self.stage.show(f"{self.count}", self.pieces[self.count % 2], "flow", MORPH_S, EndedBy.NEXT)
        if self.count == 2 and self.hold:
            QTimer.singleShot(HOLD_AFTER_MS, self.hold)


def motion_file(origin: str, goal: str) -> Path:
    """Make what a flow from one picture to the other is made of, beside the first."""
    pictures = [np.asarray(Image.open(path).convert("RGB")) for path in (origin, goal)]
    path = Path(origin).with_suffix(f".{Path(goal).stem}.motion")
    path.write_bytes(make_motion(*pictures))
    return path


def open_fade(size: tuple[int, int], first: str, second: str, *, on_gui_thread: bool) -> QQmlApplicationEngine:
    """Put up the floor: nothing of it is known to Python from then on."""
    engine = QQmlApplicationEngine()
    pictures = {"firstPicture": QUrl.fromLocalFile(first), "secondPicture": QUrl.fromLocalFile(second)}
    engine.setInitialProperties({**pictures, "width": size[0], "height": size[1], "onGuiThread": on_gui_thread})
    engine.load(QUrl.fromLocalFile(str(Path(__file__).parent.parent / "qml" / "BareFade.qml")))
    return engine


def hold_python() -> None:
    """Keeps the interpreter and the GUI thread busy."""
    say(BEGIN)
    until_s = time.perf_counter() + HOLD_S
    while time.perf_counter() < until_s:
        sum(range(1000))
    say(END)


def say(words: str) -> None:
    """A line on stderr, whole and at once."""
    os.write(2, f"{words}\n".encode())


def main(kind: str, size: str, first: str, second: str, *flags: str) -> int:
    """Runs until it is ended from outside."""
    width_px, height_px = map(int, size.split("x"))
    app = QGuiApplication([])
    say(f"{RENDERER}{renderer_name()}")
    hold = hold_python if "--hold" in flags else None
    if kind == "wall":
        show = WallShow((width_px, height_px), first, second, hold)
        show.setParent(app)
        return app.exec()
    engine = open_fade((width_px, height_px), first, second, on_gui_thread=kind == "fade-gui")
    engine.setParent(app)
    if hold:
        QTimer.singleShot(FADE_READY_MS, hold)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
