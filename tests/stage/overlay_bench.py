"""One QML file of the wall over a picture, in a real window: the label, the touch layer, without a stage.

Tests drive it. `python -m tests.stage.overlay_bench FOLDER` writes pictures of the label in several sizes for a person
to look at; it needs a screen with OpenGL (DISPLAY).
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QPointF, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlComponent, QQmlEngine
from PySide6.QtQuick import QQuickItem, QQuickWindow
from PySide6.QtTest import QTest

from kiosk.stage.label import Caption, label_text
from kiosk.stage.label_model import LabelModel
from kiosk.storage.resources import resource_path
from tests.stage.screen import pixels

LINK = "https://gallery.example/works/0b9f2f5e-6a51-4c22-8333-abcdefabcdef"
LIMIT_MS = 60_000
FADE, FADE_AT_ONCE = b"goal > 0 ? 900 :", b"goal > 0 ? 1 :"  # in WallLabel.qml
WINDOW = b"""
import QtQuick
Window {
    required property url picture
    required property int turned
    readonly property Item ground: place
    flags: Qt.FramelessWindowHint
    Image { anchors.fill: parent; fillMode: Image.PreserveAspectCrop; cache: false
        source: parent.Window.window.picture }
    Item {
        id: place
        anchors.centerIn: parent
        height: turned % 180 ? parent.width : parent.height
        rotation: turned
        width: turned % 180 ? parent.height : parent.width
    }
}
"""


class OverlayBench:
    """A window of `size` (px) with a picture and, turned by `turned` degrees, one of our QML files over it.

    `instead`: a piece of its source, and what takes its place.
    """

    def __init__(
        self,
        qml: str,
        properties: Mapping[str, object],
        *,
        size: tuple[int, int],
        picture: Path,
        turned: int = 0,
        instead: tuple[bytes, bytes] = (b"", b""),
    ) -> None:
        self._engine = QQmlEngine()
        self._kept: list[object] = list(properties.values())
        window = self._made(WINDOW, {"picture": QUrl.fromLocalFile(str(picture)), "turned": turned})
        assert isinstance(window, QQuickWindow)
        self.window = window
        ground = window.property("ground")
        assert isinstance(ground, QQuickItem)
        source = (resource_path("qml") / qml).read_bytes()
        assert instead[0] in source
        item = self._made(source.replace(*instead) if instead[0] else source, properties, qml)
        assert isinstance(item, QQuickItem)
        self.item = item
        item.setParentItem(ground)
        window.resize(*size)
        window.show()
        self.wait(window.isExposed)
        item.setSize(ground.size())

    def _made(self, source: bytes, properties: Mapping[str, object], name: str = "Bench.qml") -> object:
        component = QQmlComponent(self._engine)
        component.setData(source, QUrl.fromLocalFile(str(resource_path("qml") / name)))
        made = component.createWithInitialProperties(dict(properties))
        assert made is not None, component.errorString()
        self._kept += [component, made]
        return made

    def close(self) -> None:
        """Take the window down, and what was in it before what it showed."""
        self.window.hide()
        for made in (self.item, self.window, self._engine):
            made.deleteLater()
            QCoreApplication.sendPostedEvents(made, QEvent.Type.DeferredDelete.value)

    def wait(self, condition: Callable[[], bool]) -> None:
        """Let the event loop run until the condition holds; fail at the limit."""
        timer = QElapsedTimer()
        timer.start()
        while not condition():
            assert timer.elapsed() < LIMIT_MS, "it never came"
            QTest.qWait(10)

    def pixels(self) -> NDArray[np.uint8]:
        """What is in the window, (height, width, 3)."""
        return pixels(self.window.grabWindow())

    def items(self) -> Iterator[QQuickItem]:
        """Every item of the overlay that is visible, parents first."""
        waiting = [self.item]
        while waiting:
            item = waiting.pop(0)
            if item.isVisible():
                yield item
                waiting += item.childItems()

    def plates(self) -> list[QQuickItem]:
        """The plates of the label, left to right."""
        return [item for item in self.items() if item.property("capRatio") is not None]

    def texts(self) -> list[QQuickItem]:
        """The lines of text that are visible."""
        return [item for item in self.items() if item.property("text")]

    @staticmethod
    def box(item: QQuickItem) -> tuple[int, int, int, int]:
        """Where an item lies in its window, (left, top, right, bottom) in pixels."""
        one = item.mapToScene(QPointF(0, 0))
        other = item.mapToScene(QPointF(item.width(), item.height()))
        left, right = sorted((one.x(), other.x()))
        top, bottom = sorted((one.y(), other.y()))
        return round(left), round(top), round(right), round(bottom)

    def seen(self, item: QQuickItem) -> NDArray[np.uint8]:
        """The pixels an item lies on."""
        left, top, right, bottom = self.box(item)
        return self.pixels()[top:bottom, left:right]


def label_bench(
    captions: tuple[Caption, ...], *, size: tuple[int, int], picture: Path, turned: int = 0
) -> tuple[OverlayBench, LabelModel]:
    """A label over a picture, with all its weight: it comes in a millisecond, not in 900 that are full of frames."""
    model = LabelModel()
    bench = OverlayBench(
        "WallLabel.qml", {"label": model}, size=size, picture=picture, turned=turned, instead=(FADE, FADE_AT_ONCE)
    )
    model.tell(label_text(captions))
    (sheet,) = [item for item in bench.item.childItems() if item.childItems()] or [bench.item.childItems()[0]]
    bench.wait(lambda: sheet.opacity() == 1.0)
    return bench, model


SHOWN = {
    "plain": (Caption("Slow Tide in E Minor", "Gallery Kiosk", "2026", "Silk, drawn from 92 bpm in D minor"),),
    "code": (Caption("Hushed Encounter", "Gallery Kiosk", "2026", "Flow, drawn from 164 bpm in A major", LINK),),
    "long": (Caption("The ways in which the evening fell upon the harbour wall " * 2, "A. Painter", "1913", "", LINK),),
    "pair": (Caption("Woman with a Scarf", "A. Painter", "1926"), Caption("Low Tide", "B. Painter", "1927", "Etching")),
}
SIZES = {"720": (1280, 720), "1080": (1920, 1080), "upright": (1080, 1920), "4k": (3840, 2160)}


def main(folder: Path) -> None:
    """Write a picture of every label in every size over one of noise."""
    application = QGuiApplication(sys.argv[:1])
    folder.mkdir(parents=True, exist_ok=True)
    noise = folder / "noise.png"
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (540, 960, 3), np.uint8)).save(noise)
    for size_name, size in SIZES.items():
        for name, captions in SHOWN.items():
            bench, _ = label_bench(captions, size=size, picture=noise)
            Image.fromarray(bench.pixels()).save(folder / f"{name}-{size_name}.png")
            bench.close()
    application.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
