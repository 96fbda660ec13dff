"""The stage on a screen: what it shows, pixel by pixel, and what it says was seen."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication
from PySide6.QtQuick import QQuickItem

from kiosk.domain.impressions import EndedBy
from kiosk.stage.pieces import StagePiece
from tests.journeys.xwindows import covered
from tests.stage.conftest import OpenStage
from tests.stage.screen import LIMIT_MS, SIZE, noise, plain, write_piece

Pieces = dict[str, StagePiece]


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
    said = screen.heard.all("opened", "morph_ended")
    assert ("morph_ended", "two") not in said[: said.index(("opened", "two"))]
    linear = (screen.pixels().reshape(-1, 3).mean(axis=0) / 255) ** 2
    start, end = (np.array(colour) / 255 for colour in ((200, 120, 40), (240, 240, 240)))
    weights = (linear - start**2) / (end**2 - start**2)
    assert np.all(weights >= 0.5)


def light_of(picture: NDArray[np.uint8]) -> float:
    """Return a picture's mean light (0-1), squares standing for sRGB's curve as they do in the shaders."""
    return float(((picture / 255) ** 2).mean())


def test_never_black_between_pieces(open_stage: OpenStage, pieces: Pieces) -> None:
    """However quickly pieces are asked for, within morphs too, no frame has less light than the darkest piece."""
    screen = open_stage()
    screen.put("start", pieces["bright"])
    darkest = 1.0
    order = ["warm", "cold", "bright", "warm", "bright", "cold", "warm"]
    for index, name in enumerate(order):
        screen.show(f"{index}", pieces[name], ("flow", "dissolve", "ink")[index % 3], 0.5)
        frames = screen.stage.status().frames_swapped
        for _ in range(3):
            darkest = min(darkest, light_of(screen.pixels()))
        screen.wait(lambda frames=frames: screen.stage.status().frames_swapped > frames + 3)  # type: ignore[misc]
    screen.wait(lambda: screen.heard.heard("morph_ended", f"{len(order) - 1}"))
    assert darkest > 0.98 * light_of(plain((200, 120, 40)))


def test_a_morph_begun_within_a_morph_starts_from_the_glass(open_stage: OpenStage, pieces: Pieces) -> None:
    """What was on the glass, half one picture and half another, is where the next morph begins: nothing jumps."""
    screen = open_stage()
    screen.put("one", pieces["warm"])
    screen.stage.prepare([pieces["bright"], pieces["cold"]])
    screen.show("two", pieces["bright"], "dissolve", 8.0)
    glass: list[NDArray[np.float64]] = []

    def is_mixed(seen: NDArray[np.uint8]) -> bool:
        glass.append(seen.reshape(-1, 3).mean(axis=0))
        return bool(glass[-1][2] > 80)  # from 40 to 240

    screen.see(is_mixed)
    before = glass[-1]
    screen.show("three", pieces["cold"], "dissolve", 3600.0)
    frames = screen.stage.status().frames_swapped
    screen.wait(lambda: screen.stage.status().frames_swapped > frames + 8)
    after = screen.pixels().reshape(-1, 3).mean(axis=0)
    assert np.all(after >= before - 3)
    assert np.all(np.abs(after - before) < 40)
    assert before[2] < 225


@pytest.mark.qt_log_ignore("Error decoding", "Unable to read")
def test_a_broken_picture_leaves_the_old_one(open_stage: OpenStage, pieces: Pieces) -> None:
    """A print that cannot be read is named, the old picture stays, and stays open; the next comes."""
    screen = open_stage()
    screen.put("one", pieces["first"])
    broken = pieces["second"]
    broken.path.write_bytes(b"P6\nbroken")
    screen.show("two", broken, "dissolve")
    screen.wait(lambda: screen.heard.heard("failed", "two"))
    assert screen.heard.rest("failed", "two") == ("second",)
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
    assert screen.heard.rest("failed", "") == ("second",)


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
    screen.see(lambda seen: int(seen.max()) == 0)
    assert screen.heard.all("opened", "ended") == [("opened", "one"), ("ended", "one")]
    assert screen.heard.rest("ended", "one")[3] == EndedBy.SLEEP.value
    screen.stage.set_asleep(False)
    screen.wait(lambda: screen.heard.all("opened").count(("opened", "one")) == 2)
    screen.see(lambda seen: int(seen.min()) == 240)


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
    screen.show("two", pieces["second"], "flow", 3600.0)
    screen.wait(lambda: screen.stage.status().frames_swapped > 3 and screen.stage.status().median_ms > 0)
    status = screen.stage.status()
    assert status.size == SIZE
    assert "llvmpipe" in status.renderer
    assert status.median_ms <= status.p99_ms


def test_a_print_of_another_size_takes_its_place(open_stage: OpenStage, pieces: Pieces, tmp_path: Path) -> None:
    """The print on the glass is replaced by a new one of the same content, without a new showing; the old one stays
    until then.
    """
    screen = open_stage()
    screen.put("one", pieces["first"])
    screen.stage.replace(replace(pieces["first"], path=write_piece(tmp_path, "again", noise(7)).path))
    screen.see(lambda seen: np.array_equal(seen, noise(7)))
    assert screen.heard.all("opened", "ended") == [("opened", "one")]


def test_the_witness_tells_each_pictures_share(open_stage: OpenStage, pieces: Pieces) -> None:
    """What opens says how much of the screen each picture in it has, as its print does."""
    screen = open_stage()
    screen.put("one", replace(pieces["first"], coverage=(0.5, 0.25)))
    assert screen.heard.rest("opened", "one")[1] == (0.5, 0.25)


def test_a_covered_window_proves_nothing(open_stage: OpenStage, pieces: Pieces) -> None:
    """What lies under another window is not seen: it ends as hidden, and opens again when it is free."""
    screen = open_stage()
    screen.put("one", pieces["first"])
    with covered(os.environ["DISPLAY"], SIZE, (0, 90, 0)):
        screen.wait(lambda: screen.heard.heard("ended", "one"))
        assert screen.heard.rest("ended", "one")[3] == EndedBy.HIDDEN.value
        frames = screen.stage.status().frames_swapped
        screen.wait(lambda: screen.stage.status().frames_swapped > frames + 1)
        assert screen.heard.all("opened") == [("opened", "one")]
    screen.wait(lambda: screen.heard.all("opened").count(("opened", "one")) == 2)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_wall(open_stage: OpenStage, tmp_path: Path, rotation: int) -> None:
    """On a screen hung on its side prints have the upright size and stand on the glass turned, pixel by pixel."""
    screen = open_stage(rotation=rotation)
    upright = SIZE if rotation == 180 else SIZE[::-1]
    assert screen.stage.scene_px == upright
    screen.put("one", write_piece(tmp_path, "upright", noise(5, upright)))
    assert np.array_equal(screen.pixels(), np.rot90(noise(5, upright), -rotation // 90))


def test_the_look_ahead_waits_for_the_morph(open_stage: OpenStage, pieces: Pieces) -> None:
    """What comes later is not loaded while a morph runs, only after it: no upload costs it a frame."""
    screen = open_stage()
    screen.put("one", pieces["first"])
    screen.show("two", pieces["second"], "dissolve", 1.0)
    screen.wait(lambda: screen.heard.heard("opened", "two"))
    screen.stage.prepare([pieces["third"]])
    assert "third" not in screen.stage.ready_keys()
    screen.wait(lambda: screen.heard.heard("morph_ended", "two"))
    screen.wait(lambda: "third" in screen.stage.ready_keys())


def test_a_lost_scene_is_built_anew(open_stage: OpenStage, pieces: Pieces) -> None:
    """When the renderer throws away all it had in the middle of a morph, the wall says so and shows the newcomer."""
    screen = open_stage()
    screen.put("one", pieces["first"])
    screen.stage.prepare([pieces["second"]])
    screen.wait(lambda: len(screen.stage.ready_keys()) == 2)
    screen.show("two", pieces["second"], "flow", 60.0)
    window = screen.stage.window
    window.setPersistentSceneGraph(False)
    window.setPersistentGraphics(False)
    with screen.qtbot.waitSignal(screen.stage.scene_lost, timeout=LIMIT_MS):
        window.hide()
    window.show()
    screen.wait(lambda: screen.heard.heard("opened", "two"))
    assert np.array_equal(screen.pixels(), noise(2))


def test_a_piece_taken_over_past_its_half_was_seen(open_stage: OpenStage, pieces: Pieces) -> None:
    """While Python is busy the render thread takes a change past its half; the next then takes over: three pieces."""
    screen = open_stage()
    screen.put("one", pieces["first"])
    screen.stage.prepare([pieces["second"], pieces["third"]])
    screen.wait(lambda: len(screen.stage.ready_keys()) == 3)
    screen.show("two", pieces["second"], "dissolve", 1.0)
    frames = screen.stage.status().frames_swapped
    screen.wait(lambda: screen.stage.status().frames_swapped > frames + 5)
    until = screen.clock.monotonic() + 0.8
    while screen.clock.monotonic() < until:
        sum(range(1000))
    screen.show("three", pieces["third"], "dissolve", 2.0)
    screen.wait(lambda: screen.heard.heard("opened", "three"))
    assert [name for _, name in screen.heard.all("opened")] == ["one", "two", "three"]


def test_a_frozen_picture_is_given_back(open_stage: OpenStage, pieces: Pieces) -> None:
    """What an interrupted morph was frozen into is kept for the morph that goes on from it, and no longer."""
    screen = open_stage()
    frozen = [item for item in screen.stage.window.findChildren(QQuickItem) if item.property("live") is False]
    assert len(frozen) == 2
    screen.put("one", pieces["first"])
    screen.stage.prepare([pieces["second"], pieces["third"]])
    screen.wait(lambda: len(screen.stage.ready_keys()) == 3)
    screen.show("two", pieces["second"], "dissolve", 60.0)
    screen.show("three", pieces["third"], "dissolve", 1.0)
    screen.wait(lambda: any(item.property("sourceItem") is not None for item in frozen))
    screen.wait(lambda: screen.heard.heard("morph_ended", "three"))
    assert [item.property("sourceItem") for item in frozen] == [None, None]


def test_frames_go_on_while_python_is_busy(open_stage: OpenStage, pieces: Pieces) -> None:
    """While Python holds the GUI thread and the interpreter, a morph is drawn on: its frames are counted afterwards."""
    screen = open_stage()
    screen.put("one", pieces["first"])
    screen.stage.prepare([pieces["second"]])
    screen.show("two", pieces["second"], "flow", 60.0)
    frames = screen.stage.status().frames_swapped
    begun_s = screen.clock.monotonic()
    screen.wait(lambda: screen.stage.status().frames_swapped > frames + 5)
    before = screen.stage.status().frames_swapped
    until = screen.clock.monotonic() + max(0.3, 4 * (screen.clock.monotonic() - begun_s))  # as this machine needs
    while screen.clock.monotonic() < until:
        sum(range(1000))
    QCoreApplication.sendPostedEvents()
    assert screen.stage.status().frames_swapped > before + 3


def test_a_morph_takes_its_time(qapp: QGuiApplication, pieces: Pieces) -> None:
    """In a process as fresh as the wall, a morph is not over before its time however fast frames are drawn."""
    command = [sys.executable, "-m", "tests.stage.timed_morph", str(pieces["first"].path), str(pieces["second"].path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert float(done.stdout) >= 0.48
