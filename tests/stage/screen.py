"""A stage on the virtual screen, the record of what it said, and pictures made for it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QElapsedTimer, QObject, QPoint, Qt, Slot
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from kiosk.domain.impressions import EndedBy
from kiosk.stage.label import Caption
from kiosk.stage.pieces import StageOptions, StagePiece
from kiosk.stage.window import StageWindow
from tests.fakes.clock import FakeClock

SIZE = (640, 360)
LIMIT_MS = 60_000


class RunningClock(FakeClock):
    """A monotonic clock that runs, for frames that are really drawn."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QElapsedTimer()
        self._timer.start()

    def monotonic(self) -> float:
        return self._timer.nsecsElapsed() / 1e9


class Witnessed(QObject):
    """Everything a stage says, in order: (signal, first argument, the rest)."""

    def __init__(self, stage: StageWindow) -> None:
        super().__init__()
        self.said: list[tuple[str, str, tuple[object, ...]]] = []
        stage.opened.connect(self.opened)
        stage.ended.connect(self.ended)
        stage.morph_ended.connect(self.morph_ended)
        stage.failed.connect(self.failed)
        stage.command.connect(self.command)

    @Slot(str, float, tuple)
    def opened(self, showing_id: str, at_s: float, coverage: tuple[float, ...]) -> None:
        self.said.append(("opened", showing_id, (at_s, coverage)))

    @Slot(str, float, int, int, str)
    def ended(self, showing_id: str, at_s: float, visible_ms: int, frames: int, ended_by: str) -> None:
        self.said.append(("ended", showing_id, (at_s, visible_ms, frames, ended_by)))

    @Slot(str)
    def morph_ended(self, showing_id: str) -> None:
        self.said.append(("morph_ended", showing_id, ()))

    @Slot(str, str)
    def failed(self, showing_id: str, key: str) -> None:
        self.said.append(("failed", showing_id, (key,)))

    @Slot(str)
    def command(self, name: str) -> None:
        self.said.append(("command", name, ()))

    def heard(self, signal: str, first: str) -> bool:
        return any(said[:2] == (signal, first) for said in self.said)

    def all(self, *signals: str) -> list[tuple[str, str]]:
        return [said[:2] for said in self.said if said[0] in signals]

    def rest(self, signal: str, first: str) -> tuple[object, ...]:
        return next(said[2] for said in self.said if said[:2] == (signal, first))


class Screen:
    """A stage in a small window, with the means to wait for it."""

    def __init__(self, qtbot: QtBot, options: StageOptions) -> None:
        self.qtbot = qtbot
        self.clock = RunningClock()
        self.stage = StageWindow(options, clock=self.clock)
        self.heard = Witnessed(self.stage)

    def open(self) -> None:
        self.stage.open()
        self.wait(lambda: self.stage.exposed)

    def wait(self, condition: Callable[[], bool], limit_ms: int = LIMIT_MS) -> None:
        """Lets the event loop run until the condition holds; fails the test at the limit."""
        self.qtbot.waitUntil(condition, timeout=limit_ms)

    def show(
        self, showing_id: str, piece: StagePiece, transition: str = "none", morph_s: float = 0.4, *, skip: bool = False
    ) -> None:
        cause = EndedBy.SKIP if skip else EndedBy.NEXT
        self.stage.show(showing_id, piece, transition, morph_s, cause)

    def put(self, showing_id: str, piece: StagePiece) -> None:
        """Cuts to a piece and waits until it is proved to be on the glass."""
        self.show(showing_id, piece)
        self.wait(lambda: self.heard.heard("opened", showing_id))

    def press(self, x: int, y: int) -> None:
        self.qtbot.mousePress(self.stage.window, Qt.MouseButton.LeftButton, pos=QPoint(x, y))

    def release(self, x: int, y: int) -> None:
        self.qtbot.mouseRelease(self.stage.window, Qt.MouseButton.LeftButton, pos=QPoint(x, y))

    def move(self, x: int, y: int) -> None:
        self.qtbot.mouseMove(self.stage.window, QPoint(x, y))

    def see(self, condition: Callable[[NDArray[np.uint8]], bool]) -> None:
        """Lets the event loop run until the glass looks like that; between two looks, which are dear, it only waits."""

        def look() -> bool:
            if condition(self.pixels()):
                return True
            self.qtbot.wait(50)
            return False

        self.wait(look)

    def pixels(self) -> NDArray[np.uint8]:
        """What is on the glass, (height, width, 3)."""
        return pixels(self.stage.grab())


def pixels(image: QImage) -> NDArray[np.uint8]:
    """A QImage as an array, (height, width, 3) sRGB."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : plain.width() * 3].reshape(plain.height(), plain.width(), 3).copy()


def write_piece(folder: Path, name: str, picture: NDArray[np.uint8]) -> StagePiece:
    """Writes an array (height, width, 3) as a print and returns it as a piece of that name."""
    path = folder / f"{name}.ppm"
    Image.fromarray(picture).save(path)
    return StagePiece(name, path, captions=(Caption(name.title(), "A. Painter", "2026"),))


def plain(colour: tuple[int, int, int], size: tuple[int, int] = SIZE) -> NDArray[np.uint8]:
    """A picture of one colour; `size` is (width, height) in pixels."""
    return np.full((size[1], size[0], 3), colour, np.uint8)


def noise(seed: int, size: tuple[int, int] = SIZE) -> NDArray[np.uint8]:
    """A picture in which no pixel is like its neighbours, so that none can be moved or smoothed unseen."""
    return np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)
