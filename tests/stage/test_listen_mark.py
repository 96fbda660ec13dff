"""The mark of an open microphone: there while one is open, crisp, and to be seen over any picture."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtGui import QGuiApplication
from PySide6.QtQuick import QQuickItem

from kiosk.stage.listen_mark import ListenMark
from tests.stage.overlay_bench import OverlayBench
from tests.stage.screen import noise, plain

PICTURES: dict[str, NDArray[np.uint8]] = {
    "white": plain((255, 255, 255)),
    "black": plain((0, 0, 0)),
    "noise": noise(1),
}
CONTRAST_MIN = 4.5


@pytest.fixture(params=[(1280, 720, 0), (600, 700, 0), (1280, 720, 90)], ids=["wide", "upright", "turned"])
def place(request: pytest.FixtureRequest) -> tuple[int, int, int]:
    """A window's size in pixels, and by how much the scene in it is turned."""
    size: tuple[int, int, int] = request.param
    return size


@pytest.fixture(params=list(PICTURES))
def bench(
    qapp: QGuiApplication, tmp_path: Path, request: pytest.FixtureRequest, place: tuple[int, int, int]
) -> Iterator[tuple[OverlayBench, ListenMark]]:
    """A mark over a picture, not yet shown."""
    path = tmp_path / "picture.png"
    Image.fromarray(PICTURES[request.param]).save(path)
    mark = ListenMark()
    made = OverlayBench("ListenMark.qml", {"mark": mark}, size=place[:2], picture=path, turned=place[2])
    yield made, mark
    made.close()


def luminance(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Relative luminance after WCAG 2, 0-1."""
    share = picture / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


def alike(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    """Tell whether two pictures are the same, but for what scaling in software rounds otherwise now and then."""
    return bool(np.abs(one.astype(np.int16) - other).max() <= 4)


def plate(bench: OverlayBench) -> QQuickItem:
    """The mark's ground."""
    (found,) = bench.item.childItems()
    return found


def test_it_is_there_while_a_microphone_is_open(bench: tuple[OverlayBench, ListenMark]) -> None:
    """Nothing of it is on the glass before and after; shown, its ink stands out from its ground over any picture."""
    made, mark = bench
    before = made.pixels()
    mark.show(shown=True)
    made.wait(plate(made).isVisible)
    seen = luminance(made.seen(plate(made)))
    ground, ink = np.quantile(seen[seen.shape[0] // 4 : -seen.shape[0] // 4], [0.1, 0.98])
    assert (ink + 0.05) / (ground + 0.05) >= CONTRAST_MIN
    assert 0.02 < plate(made).width() / min(made.item.width(), made.item.height()) < 0.08
    left, top, right, bottom = made.box(plate(made))
    outside = made.pixels()
    outside[top:bottom, left:right] = before[top:bottom, left:right]
    assert alike(outside, before)
    mark.show(shown=False)
    made.wait(lambda: not plate(made).isVisible())
    assert alike(made.pixels(), before)
