"""The wall label on the glass: readable over anything, in its place, scannable; its words never change in view."""

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import SIGNAL, QObject, QRectF, Slot
from PySide6.QtGui import QGuiApplication

from kiosk.stage.label import DRIFT_MAX_PX, Caption, label_text
from kiosk.stage.label_model import LabelModel
from tests.stage.overlay_bench import LINK, SHOWN, OverlayBench, label_bench
from tests.stage.screen import noise, plain

SIZE = (1280, 720)
UPRIGHT = (600, 700)
PICTURES: dict[str, NDArray[np.uint8]] = {
    "white": plain((255, 255, 255)),
    "black": plain((0, 0, 0)),
    "noise": noise(1),
}
Show = Callable[..., tuple[OverlayBench, LabelModel]]


@pytest.fixture
def show(qapp: QGuiApplication, tmp_path: Path) -> Iterator[Show]:
    """Shows a label over a picture of that name, and takes it down at the end."""
    benches: list[OverlayBench] = []

    def make(
        captions: tuple[Caption, ...], picture: str = "noise", size: tuple[int, int] = SIZE, turned: int = 0
    ) -> tuple[OverlayBench, LabelModel]:
        path = tmp_path / f"{picture}.png"
        Image.fromarray(PICTURES[picture]).save(path)
        bench, model = label_bench(captions, size=size, picture=path, turned=turned)
        benches.append(bench)
        return bench, model

    yield make
    for bench in benches:
        bench.close()


def luminance(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Relative luminance after WCAG 2, 0-1."""
    share = picture / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    weighed: NDArray[np.float64] = linear @ np.array([0.2126, 0.7152, 0.0722])
    return weighed


@pytest.mark.parametrize("picture", PICTURES)
def test_contrast_is_kept_over_any_picture(show: Show, picture: str) -> None:
    """Every line stands at 7:1 or more (WCAG AAA) against the brightest spot of the plate behind it."""
    bench, _ = show(SHOWN["plain"], picture)
    (plate,) = bench.plates()
    ground = luminance(bench.seen(plate)[2:10, 8:-8]).max()
    lines = bench.texts()
    assert len(lines) == 3
    for line in lines:
        ink = np.quantile(luminance(bench.seen(line)), 0.995)
        assert (ink + 0.05) / (ground + 0.05) >= 7


@pytest.mark.parametrize("size", [SIZE, UPRIGHT])
def test_capitals_are_a_45th_of_the_shorter_side(show: Show, size: tuple[int, int]) -> None:
    """Measured in pixels: on a 43-inch wall that is 12 mm, ten minutes of arc at four metres."""
    bench, _ = show((Caption("HHH", artist="HHH", made="HHH"),), "black", size)
    for line in bench.texts():
        lit = np.flatnonzero((luminance(bench.seen(line)) > 0.2).any(axis=1))
        assert lit[-1] - lit[0] + 1 >= round(min(size) / 45) - 1


@pytest.mark.parametrize(("size", "turned"), [(SIZE, 0), (SIZE, 90), (UPRIGHT, 0), (UPRIGHT, 180)])
def test_the_code_can_be_scanned(show: Show, size: tuple[int, int], turned: int) -> None:
    """What OpenCV reads from a picture of the wall is the link, at any rotation, over noise."""
    bench, _ = show(SHOWN["code"], "noise", size, turned)
    (plate,) = bench.plates()
    found, _, _ = cv2.QRCodeDetector().detectAndDecode(bench.seen(plate))
    assert found == LINK


def test_codes_are_crisp(show: Show) -> None:
    """Every module is whole pixels: the code has two colours and nothing between them."""
    bench, _ = show(SHOWN["code"])
    (code,) = [item for item in bench.items() if item.property("modulePx") and item.isVisible()]
    assert len(np.unique(bench.seen(code).reshape(-1, 3), axis=0)) == 2


@pytest.mark.parametrize("size", [SIZE, UPRIGHT, (320, 180)])
@pytest.mark.parametrize(
    "captions",
    [
        *SHOWN.values(),
        (Caption("ليلة هادئة على الشاطئ " * 6, "محمود سعيد", "1938"),),
        (Caption("富嶽三十六景神奈川沖浪裏" * 8, "葛飾北斎", "1831", "", LINK),),
        (Caption("W" * 300, "W" * 300, "W" * 300, "W" * 300, LINK),) * 2,
        (Caption("<img src='http://127.0.0.1:9/a.png'> & </i>", "<b>A</b>", "<i>1</i>"),),
    ],
    ids=lambda captions: captions[0].title[:8],
)
def test_the_label_stays_in_its_place(show: Show, captions: tuple[Caption, ...], size: tuple[int, int]) -> None:
    """However long and in whatever script: within the window, within the plate, and two plates never touch."""
    bench, _ = show(captions, "black", size)
    window = QRectF(0, 0, *size)
    boxes = [QRectF(plate.mapRectToScene(plate.boundingRect())) for plate in bench.plates()]
    assert len(boxes) == len(captions)
    assert all(window.contains(box) for box in boxes)
    assert all(not one.intersects(other) for one in boxes for other in boxes if one is not other)
    for line in bench.texts():
        words = QRectF(line.mapRectToScene(QRectF(0, 0, line.property("contentWidth"), line.property("contentHeight"))))
        assert any(box.adjusted(-1, -1, 1, 1).contains(words) for box in boxes)


def test_titles_are_words_not_markup(show: Show) -> None:
    """What looks like markup in a title is shown as it was written."""
    bench, _ = show((Caption("A <b>&amp; B</b>", "A"),), "black")
    (title,) = [line for line in bench.texts() if "amp" in line.property("text")]
    assert "&lt;b&gt;&amp;amp; B&lt;/b&gt;" in title.property("text")


def test_it_stands_a_little_elsewhere_for_each_piece(show: Show) -> None:
    """The plate keeps to its corner, off by the piece's own few pixels."""
    for title in ("One", "Two", "Three"):
        captions = (Caption(title, "A"),)
        bench, _ = show(captions, "black")
        (plate,) = bench.plates()
        left, _, _, bottom = bench.box(plate)
        drift = label_text(captions).drift_px
        margin = 2.2 * 720 / 45
        assert abs(left - margin - drift[0]) <= 1
        assert abs(720 - bottom - margin + drift[1]) <= 1
        assert max(map(abs, drift)) <= DRIFT_MAX_PX


class Watcher(QObject):
    """Notes how much of the label could be seen at the moment its words changed."""

    def __init__(self, bench: OverlayBench) -> None:
        super().__init__()
        self.opacities: list[float] = []
        self._sheet = bench.item.childItems()[0]
        QObject.connect(bench.item, SIGNAL("entriesChanged()"), self.changed)

    @Slot()
    def changed(self) -> None:
        self.opacities.append(self._sheet.opacity())


def test_words_change_only_while_unseen(show: Show) -> None:
    """Another piece's label, told at once after a cut: the old words fade out before the new ones take their place."""
    bench, model = show((Caption("First"),), "white", (320, 180))
    watcher = Watcher(bench)
    model.hide()
    model.tell(label_text((Caption("Second"),)))
    model.tell(label_text((Caption("Third"),)))
    bench.wait(lambda: any("Third" in line.property("text") for line in bench.texts()))
    assert watcher.opacities == [0.0]
    bench.wait(lambda: bench.item.childItems()[0].opacity() == 1.0)
    model.hide()
    bench.wait(lambda: int(bench.pixels().min()) == 255)
