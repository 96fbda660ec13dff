"""The stage and its people: keys, touch, the pointer, closing, and what it tells them."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent

from kiosk.stage.pieces import StagePiece
from kiosk.stage.scene import StageError
from tests.stage.conftest import OpenStage
from tests.stage.screen import LIMIT_MS, Screen

Pieces = dict[str, StagePiece]
LABEL_COMES_S = 0.9  # WallLabel.qml


def test_keys_become_commands(open_stage: OpenStage) -> None:
    """A key pressed on the wall comes out as the command it means."""
    screen = open_stage()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_X):
        screen.qtbot.keyClick(screen.stage.window, key)
    screen.wait(lambda: len(screen.heard.all("command")) == 2)
    assert screen.heard.all("command") == [("command", "next"), ("command", "pause")]


def test_a_key_that_is_held_counts_once(open_stage: OpenStage) -> None:
    """Held down, M mutes: its repeats, which would turn that over again and again, are no commands."""
    screen = open_stage()
    for repeated in (False, True, True):
        press = QKeyEvent(
            QEvent.Type.KeyPress, Qt.Key.Key_M, Qt.KeyboardModifier.NoModifier, 0, 0, 0, "m", autorep=repeated
        )
        QCoreApplication.sendEvent(screen.stage.window, press)
    screen.qtbot.keyClick(screen.stage.window, Qt.Key.Key_Right)
    screen.wait(lambda: ("command", "next") in screen.heard.all("command"))
    assert screen.heard.all("command") == [("command", "mute"), ("command", "next")]


def test_settings_by_keys_and_by_corner(open_stage: OpenStage) -> None:
    """Ctrl+, asks for the settings, and so does a long press in a corner; one in the middle does not."""
    screen = open_stage()
    with screen.qtbot.waitSignal(screen.stage.settings_requested, timeout=LIMIT_MS):
        screen.qtbot.keyClick(screen.stage.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    with screen.qtbot.waitSignal(screen.stage.settings_requested, timeout=LIMIT_MS):
        screen.press(600, 20)
    screen.release(600, 20)
    with screen.qtbot.assertNotEmitted(screen.stage.settings_requested, wait=1600):
        screen.press(320, 180)
    screen.release(320, 180)


def test_closing_is_asked_for_not_done(open_stage: OpenStage, pieces: Pieces) -> None:
    """The close button asks; the window and what it shows stay until the application decides."""
    screen = open_stage()
    screen.put("one", pieces["first"])
    with screen.qtbot.waitSignal(screen.stage.close_requested, timeout=LIMIT_MS):
        screen.stage.window.close()
    assert screen.stage.exposed
    assert screen.heard.all("ended") == []


def test_fullscreen_covers_the_screen_without_a_window_manager(open_stage: OpenStage) -> None:
    """With nobody to manage windows, the fullscreen window has the screen's own geometry."""
    screen = open_stage(windowed=None)
    window = screen.stage.window
    assert window.geometry() == window.screen().geometry()


def test_the_label_comes_after_the_morph(open_stage: OpenStage, pieces: Pieces) -> None:
    """With `corner` the label darkens the lower left once the piece stands; with `off` it goes again."""
    screen = open_stage(label="corner")
    screen.put("one", pieces["bright"])
    screen.see(lambda seen: int(seen[-60:, :150].min()) < 60)
    screen.stage.set_label("off")
    screen.see(lambda seen: int(seen.min()) == 240)


def test_no_label_during_a_morph(open_stage: OpenStage, pieces: Pieces) -> None:
    """A label that is wanted in the middle of a morph comes once the piece stands, not over the piece before it."""
    screen = open_stage(label="corner")
    screen.put("one", pieces["bright"])
    screen.stage.prepare([pieces["warm"]])
    screen.wait(lambda: pieces["warm"].key in screen.stage.ready_keys())
    screen.wait(lambda: labelled(screen))
    screen.show("two", pieces["warm"], "dissolve", 3600.0)
    screen.wait(lambda: not labelled(screen))
    screen.stage.set_label("corner")
    there_s = screen.clock.monotonic() + 2 * LABEL_COMES_S
    screen.wait(lambda: screen.clock.monotonic() > there_s)  # one that came would stay
    assert not labelled(screen)


def labelled(screen: Screen) -> bool:
    """Whether the plate of a label darkens the lower left of a bright picture."""
    return int(screen.pixels()[-60:, :150].max(axis=2).min()) < 60


def test_a_word_to_the_operator_comes_and_goes(open_stage: OpenStage, pieces: Pieces) -> None:
    """A flashed message darkens the middle of the upper edge, away from every label, and fades away by itself."""
    screen = open_stage()
    screen.put("one", pieces["bright"])

    def darkened() -> bool:
        screen.stage.flash("Paused")  # each time anew: on a busy machine it may have faded before anybody looked
        return int(screen.pixels()[:60, 280:360].min()) < 120

    screen.wait(darkened)
    screen.see(lambda seen: int(seen.min()) == 240)


@pytest.mark.parametrize(("name", "side"), [("next", np.s_[:, -60:]), ("previous", np.s_[:, :60])])
def test_a_turn_is_answered_at_the_side_it_goes_to(
    open_stage: OpenStage, pieces: Pieces, name: str, side: tuple[slice, slice]
) -> None:
    """An angle shows at the right or left edge, nowhere else, and fades away by itself."""
    screen = open_stage()
    screen.put("one", pieces["bright"])

    def darkened() -> bool:
        screen.stage.flash(name)  # each time anew: on a busy machine it may have faded before anybody looked
        seen = screen.pixels()
        elsewhere = seen.copy()
        elsewhere[side] = 240
        assert int(elsewhere.min()) == 240
        return int(seen[side].min()) < 160

    screen.wait(darkened)
    screen.see(lambda seen: int(seen.min()) == 240)


def test_a_paused_wall_has_its_mark_away_from_the_label(open_stage: OpenStage, pieces: Pieces) -> None:
    """The mark is in the upper right corner while paused, and only then."""
    screen = open_stage()
    screen.put("one", pieces["bright"])
    screen.stage.set_paused_mark(True)
    screen.see(lambda seen: int(seen[:60, -60:].min()) < 120)
    assert int(screen.pixels()[60:].min()) == 240
    screen.stage.set_paused_mark(False)
    screen.see(lambda seen: int(seen.min()) == 240)


def test_gestures_become_commands(open_stage: OpenStage) -> None:
    """A sweep of the mouse over the wall comes out as the command that the key for it gives."""
    screen = open_stage()
    screen.press(500, 180)
    for x in (440, 380, 320, 260, 200):
        screen.move(x, 180)
    screen.release(200, 180)
    screen.wait(lambda: screen.heard.all("command") == [("command", "next")])


def test_brightness_dims_the_glass(open_stage: OpenStage, pieces: Pieces) -> None:
    """Half brightness halves what is on the glass; full brightness shows the picture untouched again."""
    screen = open_stage()
    screen.put("one", pieces["bright"])
    screen.stage.set_brightness(0.5)
    screen.see(lambda seen: abs(int(seen.max()) - 120) <= 2)
    screen.stage.set_brightness(1.0)
    screen.see(lambda seen: int(seen.min()) == 240)


def test_the_cursor_hides(open_stage: OpenStage) -> None:
    """The pointer is hidden at the start, shows when it moves, and hides again."""
    screen = open_stage()
    window = screen.stage.window
    assert window.cursor().shape() == Qt.CursorShape.BlankCursor
    screen.move(100, 100)
    screen.wait(lambda: window.cursor().shape() != Qt.CursorShape.BlankCursor)
    screen.wait(lambda: window.cursor().shape() == Qt.CursorShape.BlankCursor)


def test_an_overlay_lies_over_the_wall(open_stage: OpenStage, pieces: Pieces, tmp_path: Path) -> None:
    """What is laid over the wall is seen there and told its properties; a file that does not load is named."""
    screen = open_stage()
    screen.put("one", pieces["first"])
    (tmp_path / "Sheet.qml").write_text(
        "import QtQuick\nRectangle { required property color tint; anchors.fill: parent; color: tint }"
    )
    screen.stage.add_overlay(tmp_path / "Sheet.qml", {"tint": "#203040"})
    screen.see(lambda seen: bool(np.all(seen == (0x20, 0x30, 0x40))))
    with pytest.raises(StageError, match=r"Missing\.qml"):
        screen.stage.add_overlay("Missing.qml", {})
