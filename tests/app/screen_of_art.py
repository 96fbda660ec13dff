"""A real screen with a print on it, for those who look at screens: a window, and others that cover it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QElapsedTimer, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPaintEvent, QRasterWindow, QTransform

from kiosk.app.clock import SystemClock
from kiosk.app.imaging_process import ImagingProcess
from kiosk.app.x_screen import XScreen
from kiosk.imaging.orders import Print, PrintOrder, Source

SIZE_PX = (480, 270)
LIMIT_MS = 60_000


class Pane(QRasterWindow):
    """A bare window full of a picture, or of one colour."""

    def __init__(self, filling: QImage | QColor, rect: QRect) -> None:
        super().__init__()
        self._filling = filling
        self.paints = 0
        self.setFlags(Qt.WindowType.FramelessWindowHint | Qt.WindowType.BypassWindowManagerHint)
        self.setGeometry(rect)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill it."""
        painter = QPainter(self)
        if isinstance(self._filling, QImage):
            painter.drawImage(0, 0, self._filling)
        else:
            painter.fillRect(QRect(0, 0, self.width(), self.height()), self._filling)
        painter.end()
        self.paints += 1


@dataclass
class ScreenOfArt:
    """The print, the window that shows it, the imaging process that looks."""

    imaging: ImagingProcess
    made: Print
    window: Pane
    screen: XScreen
    above: list[Pane] = field(default_factory=list)

    def cover(self, colour: str, rect: QRect | None = None) -> None:
        """Put another window over ours."""
        pane = Pane(QColor(colour), rect or self.window.geometry())
        pane.show()
        self.above.append(pane)
        painted(pane)

    def uncover(self) -> None:
        """Take what lies above away; our window is painted again."""
        for pane in self.above:
            pane.close()
        self.above.clear()
        painted(self.window)


def painted(pane: Pane) -> None:
    """Turn the loop until the window is up and has been painted once more."""
    pane.update()
    before, timer = pane.paints, QElapsedTimer()
    timer.start()
    while not pane.isExposed() or pane.paints == before:
        QGuiApplication.processEvents()
        assert not timer.hasExpired(LIMIT_MS), "the window never came up"
    QGuiApplication.sync()


def picture(path: Path, seed: int) -> Path:
    """Write a picture of soft forms."""
    grid = np.random.default_rng(seed).integers(0, 256, (5, 8, 3), np.uint8)
    Image.fromarray(grid).resize((960, 540), Image.Resampling.BICUBIC).save(path)
    return path


@contextmanager
def screen_of_art(folder: Path, turned: int = 0) -> Iterator[ScreenOfArt]:
    """Print a picture, put it up, turned clockwise by so many degrees, and yield it all."""
    imaging = ImagingProcess(clock=SystemClock())
    imaging.start()
    try:
        source = Source(picture(folder / "a.png", 1), "", 0, 0, 0)
        made = asyncio.run(imaging.carry_out(PrintOrder((source,), SIZE_PX, "cover", folder / "a.ppm")))
        assert isinstance(made, Print)
        shown = QImage(str(made.path)).transformed(QTransform().rotate(turned))
        window = Pane(shown, QRect(QPoint(60, 40), shown.size()))
        window.show()
        painted(window)
        art = ScreenOfArt(imaging, made, window, XScreen(window, imaging.carry_out, lambda: turned))
        yield art
        for pane in (*art.above, window):
            pane.close()
            pane.deleteLater()
        QGuiApplication.processEvents()
    finally:
        imaging.close()
