"""The transitions, frame by frame: exact at both ends, half way at half time, nothing torn, no bands."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QUrl
from PySide6.QtQuick import QQuickView
from pytestqt.qtbot import QtBot

from tests.stage.screen import SIZE, noise, pixels, plain

Picture = NDArray[np.uint8]
Still = Callable[[Picture, Picture, str, float], Picture]
MOVING = ["flow", "dissolve", "ink"]
BLEND = Path(__file__).parent.parent / "qml" / "StillBlend.qml"


@pytest.fixture
def still(qtbot: QtBot, tmp_path: Path) -> Iterator[Still]:
    """Draws one frame: two pictures, a transition, its progress (0-1)."""
    views: list[QQuickView] = []

    def draw(first: Picture, second: Picture, transition: str, progress: float) -> Picture:
        view = QQuickView()
        views.append(view)
        names = {"firstPicture": first, "secondPicture": second}
        for name, picture in names.items():
            Image.fromarray(picture).save(tmp_path / f"{len(views)}-{name}.png")
        urls = {name: QUrl.fromLocalFile(str(tmp_path / f"{len(views)}-{name}.png")) for name in names}
        view.setInitialProperties({**urls, "transition": transition, "progress": progress})
        view.setResizeMode(QQuickView.ResizeMode.SizeRootObjectToView)
        view.resize(*SIZE)
        view.setSource(QUrl.fromLocalFile(str(BLEND)))
        view.show()
        qtbot.waitUntil(lambda: view.isExposed() and bool(view.rootObject().property("ready")), timeout=15_000)
        frame = pixels(view.grabWindow())
        view.hide()
        return frame

    yield draw
    for view in views:
        view.deleteLater()


def clouds(seed: int) -> Picture:
    """A soft picture of large forms."""
    coarse = np.random.default_rng(seed).integers(0, 256, (5, 8, 3), np.uint8)
    return np.asarray(Image.fromarray(coarse).resize(SIZE, Image.Resampling.BICUBIC)).copy()


@pytest.mark.parametrize("transition", MOVING)
@pytest.mark.parametrize(("progress", "seed"), [(0.0, 1), (1.0, 2)])
def test_both_ends_are_exact(still: Still, transition: str, progress: float, seed: int) -> None:
    """At progress 0 the first picture stands there untouched, at 1 the second, to the pixel."""
    assert np.array_equal(still(noise(1), noise(2), transition, progress), noise(seed))


@pytest.mark.parametrize("transition", MOVING)
def test_a_picture_turns_into_itself_unmoved(still: Still, transition: str) -> None:
    """Between two equal pictures nothing moves and nothing changes but by the dither, half way through."""
    difference = still(clouds(1), clouds(1), transition, 0.5).astype(int) - clouds(1)
    assert np.abs(difference).max() <= 1


@pytest.mark.parametrize("transition", MOVING)
@pytest.mark.parametrize(("first", "second"), [(20, 230), (230, 20)])
def test_half_the_light_at_half_the_time(still: Still, transition: str, first: int, second: int) -> None:
    """From dark clouds to bright ones and back, half way through half the linear light is the newcomer's."""
    grain = clouds(3).astype(float) / 255 * 20
    pictures = [np.clip(value + sign * grain, 0, 255).astype(np.uint8) for value, sign in ((first, 1), (second, -1))]
    light = [float(np.mean((picture / 255.0) ** 2)) for picture in pictures]
    half = float(np.mean((still(pictures[0], pictures[1], transition, 0.5) / 255.0) ** 2))
    assert (half - light[0]) / (light[1] - light[0]) == pytest.approx(0.5, abs=0.06)


def test_flow_moves_forms(still: Still) -> None:
    """A light on the left that is to be one on the right has left its place half way, and not only faded there."""
    left, right = plain((16, 16, 16)).astype(float), plain((16, 16, 16)).astype(float)
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    for picture, centre in ((left, 240), (right, 400)):
        picture += 200 * np.exp(-(((x - centre) / 50.0) ** 2 + ((y - 180) / 50.0) ** 2))[..., None]
    frame = still(left.astype(np.uint8), right.astype(np.uint8), "flow", 0.45).astype(float)[..., 1]
    faded = still(left.astype(np.uint8), right.astype(np.uint8), "dissolve", 0.45).astype(float)[..., 1]
    brightest = int(np.argmax(frame[180, :320]))
    assert brightest - int(np.argmax(faded[180, :320])) > 10


def test_flow_keeps_the_edges(still: Still) -> None:
    """Nothing is drawn in across the border: the rim of the frame holds only what the rims of the pictures hold."""
    first, second = plain((40, 40, 40)), clouds(4)
    first[8:-8, 8:-8] = clouds(5)[8:-8, 8:-8]
    second[:8], second[-8:], second[:, :8], second[:, -8:] = 40, 40, 40, 40
    frame = still(first, second, "flow", 0.5).astype(int)
    rim = np.concatenate([frame[0], frame[-1], frame[:, 0], frame[:, -1]])
    assert np.abs(rim - 40).max() <= 1


def test_slow_blends_show_no_bands(still: Still) -> None:
    """Half way between two neighbouring greys both are there, finely mixed, instead of one flat tone."""
    frame = still(plain((100, 100, 100)), plain((101, 101, 101)), "dissolve", 0.5)
    share = float((frame == 101).mean())
    assert set(np.unique(frame)) == {100, 101}
    assert 0.3 < share < 0.7
