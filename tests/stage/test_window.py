"""The stage on a screen: what it shows, pixel by pixel, and what it says was seen."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication

from kiosk.domain.impressions import EndedBy
from kiosk.stage.pieces import StagePiece
from tests.stage.conftest import OpenStage
from tests.stage.screen import SIZE, Screen, noise, plain, write_piece

Pieces = dict[str, StagePiece]
ORIENTATION, TURN_CLOCKWISE = 0x0112, 6


def test_a_shown_piece_stands_there_untouched(open_stage: OpenStage, pieces: Pieces) -> None:
    """A picture of the window's size is on the glass exactly, pixel by pixel, after a cut and after every morph."""
    screen = open_stage()
    for index, (name, transition) in enumerate(
        [("first", "none"), ("second", "dissolve"), ("third", "flow"), ("first", "ink"), ("second", "flow")]
    ):
        screen.show(f"{index}", pieces[name], transition, 0.3)
        screen.wait(lambda index=index: screen.heard.heard("morph_ended", f"{index}"))  # type: ignore[misc]
        expected = noise({"first": 1, "second": 2, "third": 3}[name])
        assert np.array_equal(screen.pixels(), expected), (name, transition)


def test_the_witness_speaks_in_order(open_stage: OpenStage, pieces: Pieces) -> None:
    """Each piece opens once, and ends as the next one opens, by what brought it; the last by the closing."""
    screen = open_stage()
    screen.put("one", pieces["first"])
    screen.show("two", pieces["second"], "flow", 0.4, skip=True)
    screen.wait(lambda: screen.heard.heard("opened", "two"))
    screen.stage.close()
    assert screen.heard.all("opened", "ended") == [
        ("opened", "one"),
        ("ended", "one"),
        ("opened", "two"),
        ("ended", "two"),
    ]
    assert screen.heard.rest("ended", "one")[3] == EndedBy.SKIP.value
    assert screen.heard.rest("ended", "two")[3] == EndedBy.EXIT.value
    assert screen.heard.rest("ended", "one")[0] == screen.heard.rest("opened", "two")[0]


def test_a_piece_opens_at_half_its_weight(open_stage: OpenStage, pieces: Pieces) -> None:
    """In a morph from black to white the newcomer opens when the glass is past the middle, before the morph is over."""
    screen = open_stage()
    screen.put("one", pieces["warm"])
    screen.show("two", pieces["bright"], "dissolve", 3.0)
    screen.wait(lambda: screen.heard.heard("opened", "two"))
    assert not screen.heard.heard("morph_ended", "two")
    linear = (screen.pixels().reshape(-1, 3).mean(axis=0) / 255) ** 2
    start, end = (np.array(colour) / 255 for colour in ((200, 120, 40), (240, 240, 240)))
    weights = (linear - start**2) / (end**2 - start**2)
    assert np.all(weights >= 0.5)


def test_never_black_between_pieces(open_stage: OpenStage, pieces: Pieces) -> None:
    """However quickly pieces are asked for, in the middle of morphs too, no frame is darker than the pieces are."""
    screen = open_stage()
    screen.put("start", pieces["bright"])
    darkest = 255.0
    order = ["warm", "square", "bright", "warm", "bright", "square", "warm"]
    for index, name in enumerate(order):
        screen.show(f"{index}", pieces[name], ("flow", "dissolve", "ink")[index % 3], 0.5)
        frames = screen.stage.status().frames_swapped
        for _ in range(3):
            darkest = min(darkest, float(screen.pixels().max(axis=2).mean()))
        screen.wait(lambda frames=frames: screen.stage.status().frames_swapped > frames + 3)  # type: ignore[misc]
    screen.wait(lambda: screen.heard.heard("morph_ended", f"{len(order) - 1}"))
    assert darkest > 190


def test_a_morph_begun_within_a_morph_starts_from_the_glass(open_stage: OpenStage, pieces: Pieces) -> None:
    """What was on the glass, half one picture and half another, is where the next morph begins: nothing jumps."""
    screen = open_stage()
    screen.put("one", pieces["warm"])
    screen.stage.prepare([pieces["bright"], pieces["square"]])
    screen.show("two", pieces["bright"], "dissolve", 4.0)
    screen.wait(lambda: screen.heard.heard("opened", "two"))
    before = screen.pixels().reshape(-1, 3).mean(axis=0)
    screen.show("three", pieces["square"], "dissolve", 60.0)
    frames = screen.stage.status().frames_swapped
    screen.wait(lambda: screen.stage.status().frames_swapped > frames + 8)
    after = screen.pixels().reshape(-1, 3).mean(axis=0)
    assert np.all(after >= before - 3)
    assert np.all(np.abs(after - before) < 40)
    assert before[2] < 225


@pytest.mark.qt_log_ignore("Error decoding", "Unable to read")
def test_a_broken_picture_leaves_the_old_one(open_stage: OpenStage, pieces: Pieces) -> None:
    """A file that does not decode is named with its reason, the old picture stays, and stays open; the next comes."""
    screen = open_stage()
    screen.put("one", pieces["first"])
    broken = pieces["second"]
    broken.path.write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    screen.show("two", broken, "dissolve")
    screen.wait(lambda: screen.heard.heard("failed", "two"))
    assert screen.heard.rest("failed", "two") == ("second", "it cannot be decoded")
    assert np.array_equal(screen.pixels(), noise(1))
    assert screen.heard.all("ended") == []
    screen.put("three", pieces["third"])
    assert np.array_equal(screen.pixels(), noise(3))


@pytest.mark.qt_log_ignore("Cannot open")
def test_a_missing_file_in_the_look_ahead_is_named(open_stage: OpenStage, pieces: Pieces) -> None:
    """A piece whose file is gone is named as soon as the look-ahead finds out, before it is due."""
    screen = open_stage()
    screen.put("one", pieces["first"])
    pieces["second"].path.unlink()
    screen.stage.prepare([pieces["second"], pieces["third"]])
    screen.wait(lambda: screen.heard.heard("failed", ""))
    assert screen.heard.rest("failed", "") == ("second", "its file is missing")


def test_a_window_never_put_up_proves_nothing(open_stage: OpenStage, pieces: Pieces) -> None:
    """Without an exposed window a piece may be asked for and its morph ends, but nothing opens."""
    screen = open_stage(up=False)
    screen.show("one", pieces["first"], "flow")
    screen.wait(lambda: screen.heard.heard("morph_ended", "one"))
    screen.stage.close()
    assert screen.heard.all("opened", "ended") == []


def test_hiding_ends_and_showing_opens_again(open_stage: OpenStage, pieces: Pieces) -> None:
    """A hidden window ends what was open and opens nothing; seen again, the same piece opens anew."""
    screen = open_stage()
    screen.put("one", pieces["first"])
    screen.stage.window.hide()
    screen.wait(lambda: screen.heard.heard("ended", "one"))
    assert screen.heard.rest("ended", "one")[3] == EndedBy.HIDDEN.value
    screen.show("two", pieces["second"], "dissolve", 0.3)
    screen.wait(lambda: screen.heard.heard("morph_ended", "two"))
    assert screen.heard.all("opened") == [("opened", "one")]
    screen.stage.window.show()
    screen.wait(lambda: screen.heard.heard("opened", "two"))


def test_sleep_is_dark_and_waking_opens_again(open_stage: OpenStage, pieces: Pieces) -> None:
    """A wall put to sleep ends what was open and goes black; awake again the same piece opens anew, in full light."""
    screen = open_stage()
    screen.put("one", pieces["bright"])
    screen.stage.set_asleep(True)
    screen.wait(lambda: int(screen.pixels().max()) == 0)
    assert screen.heard.all("opened", "ended") == [("opened", "one"), ("ended", "one")]
    assert screen.heard.rest("ended", "one")[3] == EndedBy.SLEEP.value
    screen.stage.set_asleep(False)
    screen.wait(lambda: screen.heard.all("opened").count(("opened", "one")) == 2)
    screen.wait(lambda: int(screen.pixels().min()) == 240)


def test_a_still_picture_gives_signs_of_life(open_stage: OpenStage, pieces: Pieces) -> None:
    """While nothing moves frames still come, so that the age of the last one tells a hung wall from a quiet one."""
    screen = open_stage()
    screen.put("one", pieces["first"])
    frames = screen.stage.status().frames_swapped
    screen.wait(lambda: screen.stage.status().frames_swapped >= frames + 2)


def test_status_names_renderer_and_size(open_stage: OpenStage, pieces: Pieces) -> None:
    """The status says who draws, how large, and how long morph frames take."""
    screen = open_stage()
    screen.put("one", pieces["first"])
    screen.show("two", pieces["second"], "flow", 0.5)
    screen.wait(lambda: screen.heard.heard("morph_ended", "two"))
    status = screen.stage.status()
    assert status.size == SIZE
    assert "llvmpipe" in status.renderer
    assert status.frames_swapped > 3
    assert 0 < status.median_ms <= status.p99_ms


def _edges(screen: Screen) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    shot = screen.pixels()
    return shot[180, 20], shot[180, 320]


def test_fits_on_the_glass(open_stage: OpenStage, pieces: Pieces) -> None:
    """A square picture fills the screen by `cover`, stands between dark mats by `contain`, over itself by `blur`."""
    screen = open_stage(fit="contain")
    screen.put("one", pieces["square"])
    side, middle = _edges(screen)
    assert middle.tolist() == [90, 160, 220]
    assert side.max() < 30
    assert screen.heard.rest("opened", "one")[1] == pytest.approx(0.5625, abs=0.001)
    screen.stage.set_fit("cover")
    screen.wait(lambda: _edges(screen)[0].tolist() == [90, 160, 220])
    screen.stage.set_fit("blur")
    screen.wait(lambda: 30 < _edges(screen)[0].max() < 200)
    assert _edges(screen)[1].tolist() == [90, 160, 220]


def test_large_pictures_are_decoded_to_the_screen(open_stage: OpenStage, tmp_path: Path) -> None:
    """A picture far larger than the screen is decoded to the screen's own size."""
    screen = open_stage()
    screen.put("one", write_piece(tmp_path, "large", plain((10, 200, 30), (5000, 4000))))
    assert screen.stage.decoded_px() == [(640, 512)]


@pytest.mark.parametrize("stored", [(2000, 1500), (1500, 2000)])
def test_a_picture_on_its_side_is_turned_once(open_stage: OpenStage, tmp_path: Path, stored: tuple[int, int]) -> None:
    """A JPEG that says it lies on its side stands upright and sharp, whichever way its size was noted down."""
    picture = plain((200, 60, 60), (2000, 1500))
    picture[:, 1000:] = (60, 60, 200)
    tag = Image.Exif()
    tag[ORIENTATION] = TURN_CLOCKWISE
    Image.fromarray(picture).save(tmp_path / "side.jpg", quality=95, exif=tag)
    screen = open_stage(fit="contain")
    screen.put("one", StagePiece("side", tmp_path / "side.jpg", "side", "", "", "", *stored))
    shot = screen.pixels().astype(int)
    assert shot[20, 320, 0] - shot[20, 320, 2] > 100
    assert shot[340, 320, 2] - shot[340, 320, 0] > 100
    assert shot[180, 100].max() < 30
    ((width_px, height_px),) = screen.stage.decoded_px()
    assert 270 <= width_px <= 360
    assert height_px * 3 == width_px * 4


def test_a_lost_scene_is_built_anew(open_stage: OpenStage, pieces: Pieces) -> None:
    """When the renderer throws away all it had in the middle of a morph, the wall says so and shows the newcomer."""
    screen = open_stage()
    screen.put("one", pieces["first"])
    screen.stage.prepare([pieces["second"]])
    screen.wait(lambda: len(screen.stage.decoded_px()) == 2)
    screen.show("two", pieces["second"], "flow", 60.0)
    window = screen.stage.window
    window.setPersistentSceneGraph(False)
    window.setPersistentGraphics(False)
    with screen.qtbot.waitSignal(screen.stage.scene_lost):
        window.hide()
    window.show()
    screen.wait(lambda: screen.heard.heard("opened", "two"))
    assert np.array_equal(screen.pixels(), noise(2))


def test_frames_go_on_while_python_is_busy(open_stage: OpenStage, pieces: Pieces) -> None:
    """While Python holds the GUI thread and the interpreter, a morph is drawn on: its frames are counted afterwards."""
    screen = open_stage()
    screen.put("one", pieces["first"])
    screen.stage.prepare([pieces["second"]])
    screen.show("two", pieces["second"], "flow", 60.0)
    frames = screen.stage.status().frames_swapped
    screen.wait(lambda: screen.stage.status().frames_swapped > frames + 5)
    before = screen.stage.status().frames_swapped
    until = screen.clock.monotonic() + 1.0
    while screen.clock.monotonic() < until:
        sum(range(1000))
    QCoreApplication.sendPostedEvents()
    assert screen.stage.status().frames_swapped > before + 3


def test_a_morph_takes_its_time(qapp: QGuiApplication, pieces: Pieces) -> None:
    """In a process as fresh as the wall, a morph is not over before its time however fast frames are drawn."""
    command = [sys.executable, "-m", "tests.stage.timed_morph", str(pieces["first"].path), str(pieces["second"].path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert float(done.stdout) >= 1.48
