"""The transitions, frame by frame: exact at both ends, half way at half time, forms travel, nothing torn, no bands."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QUrl
from PySide6.QtQuick import QQuickView
from pytestqt.qtbot import QtBot

from kiosk.imaging.motion import make_motion
from tests.stage.screen import LIMIT_MS, SIZE, noise, pixels, plain

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]
Still = Callable[..., Picture]
OpenBlend = Callable[..., QQuickView]
MOVING = ["flow", "dissolve", "ink"]
BLEND = Path(__file__).parent.parent / "qml" / "StillBlend.qml"


@pytest.fixture
def open_blend(qtbot: QtBot, tmp_path: Path) -> Iterator[OpenBlend]:
    """Opens a window with a blend of two pictures, and their motion but for `moved=False`; properties by keyword."""
    views: list[QQuickView] = []

    def make(first: Picture, second: Picture, *, moved: bool = True, **properties: object) -> QQuickView:
        view = QQuickView()
        views.append(view)
        folder = tmp_path / str(len(views))
        folder.mkdir()
        for name, picture in (("firstPicture", first), ("secondPicture", second)):
            Image.fromarray(picture).save(folder / f"{name}.ppm")
        if moved:
            (folder / "motionPicture.ppm").write_bytes(make_motion(first, second))
        urls = {path.stem: QUrl.fromLocalFile(str(path)) for path in folder.iterdir()}
        view.setInitialProperties({"progress": 0.0, **urls, **properties})
        view.setResizeMode(QQuickView.ResizeMode.SizeRootObjectToView)
        view.resize(*SIZE)
        view.setSource(QUrl.fromLocalFile(str(BLEND)))
        view.show()
        qtbot.waitUntil(lambda: view.isExposed() and bool(view.rootObject().property("ready")), timeout=LIMIT_MS)
        return view

    yield make
    for view in views:
        view.deleteLater()


@pytest.fixture
def still(open_blend: OpenBlend) -> Still:
    """Draws one frame: two pictures, a transition, its progress (0-1); `moved=False` leaves it without their motion."""

    def draw(first: Picture, second: Picture, transition: str, progress: float, *, moved: bool = True) -> Picture:
        view = open_blend(first, second, transition=transition, progress=progress, moved=moved)
        frame = pixels(view.grabWindow())
        view.hide()
        return frame

    return draw


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


@pytest.mark.parametrize("transition", MOVING)
@pytest.mark.parametrize(("first", "second"), [((250, 40, 130), (10, 200, 60)), ((0, 0, 90), (255, 255, 200))])
def test_light_is_mixed_as_light(open_blend: OpenBlend, transition: str, first: Colour, second: Colour) -> None:
    """Between two colours the share solved for in each channel's linear light is the same one, and it only grows."""
    light = [(np.array(colour) / 255.0) ** 2 for colour in (first, second)]
    view = open_blend(plain(first), plain(second), transition=transition)
    shares = []
    for progress in (0.25, 0.4, 0.5, 0.6, 0.75):
        view.rootObject().setProperty("progress", progress)
        frame = pixels(view.grabWindow())
        mixed = ((frame / 255.0) ** 2).mean(axis=(0, 1))
        solved = (mixed - light[0]) / (light[1] - light[0])
        assert np.ptp(solved) < 0.02
        shares.append(float(solved.mean()))
    assert shares == sorted(shares)
    assert shares[0] < 0.5 < shares[-1]


def test_what_is_in_both_pictures_is_half_way_at_half_time(still: Still) -> None:
    """A pattern that lies 24 pixels further right in the second picture is 12 further right in flow, and sharp."""
    wide = np.random.default_rng(6).integers(0, 256, (24, 48, 3), np.uint8)
    pattern = np.asarray(Image.fromarray(wide).resize((SIZE[0] + 24, SIZE[1]), Image.Resampling.BICUBIC))
    first, half, second = (pattern[:, 24 - shift : 24 - shift + SIZE[0]].copy() for shift in (0, 12, 24))
    inside = np.s_[60:-60, 120:-120]
    errors = {
        transition: np.abs(still(first, second, transition, 0.5)[inside].astype(int) - half[inside]).mean()
        for transition in ("flow", "dissolve")
    }
    assert errors["flow"] < 4
    assert errors["dissolve"] > 4 * errors["flow"]


@pytest.mark.parametrize("transition", MOVING)
def test_without_motion_it_is_a_dissolve(still: Still, transition: str) -> None:
    """A transition whose motion is not there does not wait for it and tears nothing: it dissolves."""
    dissolved = still(clouds(1), clouds(2), "dissolve", 0.4, moved=False)
    assert np.array_equal(still(clouds(1), clouds(2), transition, 0.4, moved=False), dissolved)


@pytest.mark.parametrize("transition", ["flow", "ink"])
def test_the_motion_matters(still: Still, transition: str) -> None:
    """With its motion a transition is no dissolve."""
    dissolved = still(clouds(1), clouds(2), "dissolve", 0.4).astype(int)
    assert np.abs(still(clouds(1), clouds(2), transition, 0.4) - dissolved).mean() > 4


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


@pytest.mark.parametrize("progress", [0.2, 0.4, 0.5, 0.6, 0.8])
def test_flow_leaves_no_pixel_out(still: Still, progress: float) -> None:
    """One picture alone, both, the other alone, side by side: no pixel between them shows what lies beneath."""
    first, second = (60 + clouds(seed) // 3 for seed in (7, 8))
    frame = still(first, second, "flow", progress)
    assert 59 <= frame.min() <= frame.max() <= 60 + 255 // 3 + 1


@pytest.mark.parametrize("transition", ["flow", "ink"])
def test_the_grid_moves_on_the_render_thread(open_blend: OpenBlend, qtbot: QtBot, transition: str) -> None:
    """An Animator moves the nodes as well as the pixels, while the property that Python would see stands still."""
    first, second = clouds(1), clouds(2)
    slow = open_blend(first, second, transition=transition, runMs=8_000)

    def under_way() -> bool:
        qtbot.wait(50)  # frames that nobody looks at
        frame = pixels(slow.grabWindow()).astype(int)
        return bool(min(np.abs(frame - picture).mean() for picture in (first, second)) > 4)

    qtbot.waitUntil(under_way, timeout=LIMIT_MS)
    assert slow.rootObject().property("shown") == 0.0
    slow.hide()
    quick = open_blend(first, second, transition=transition, runMs=200)
    qtbot.waitUntil(lambda: quick.rootObject().property("shown") == 1.0, timeout=LIMIT_MS)
    assert np.array_equal(pixels(quick.grabWindow()), second)


def test_slow_blends_show_no_bands(still: Still) -> None:
    """Half way between two neighbouring greys both are there, finely mixed, instead of one flat tone."""
    frame = still(plain((100, 100, 100)), plain((101, 101, 101)), "dissolve", 0.5)
    share = float((frame == 101).mean())
    assert set(np.unique(frame)) == {100, 101}
    assert 0.3 < share < 0.7
