"""The operator's panel as an operator meets it: a real window, real touches and keys, real settings files."""

import tomllib
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from kiosk.settings import pin
from kiosk.settings.fields import FIELDS, GROUPS
from tests.qml.operator_bench import SIZES, SMALL, OperatorBench, items_of, type_of, wait_for

PIN = "270451"
LEAST_TOUCH_PX = 44
LEAST_WORDS_PX = 90
LONG_MS = 600_000
Open = Callable[..., OperatorBench]


@pytest.fixture
def open_bench(qapp: QGuiApplication, tmp_path: Path) -> Iterator[Open]:
    """Builds panels over a settings file with the given text, opens them, and takes them down afterwards."""
    benches: list[OperatorBench] = []

    def build(text: str = "", size: str = "wide", environ: dict[str, str] | None = None) -> OperatorBench:
        file = tmp_path / "settings.toml"
        if text:
            file.write_text(text)
        bench = OperatorBench(file, {**SIZES, **SMALL}[size], environ)
        benches.append(bench)
        bench.window.requestActivate()
        bench.model.open()
        wait_until_at_rest(bench)
        return bench

    yield build
    for bench in benches:
        bench.close()


def wait_until_at_rest(bench: OperatorBench) -> None:
    """Wait until the sheet has slid in."""
    slider = next(item for item in bench.panel.childItems() if item.childItems())
    wait_for(lambda: slider.x() == 0 and slider.y() == 0)


def controls(bench: OperatorBench, kind: str) -> list[QQuickItem]:
    """Every visible item of a QML type, in tab order."""
    return [item for item in items_of(bench.panel) if item.isVisible() and type_of(item).startswith(kind)]


def words(bench: OperatorBench) -> set[str]:
    """Every text to be read on the panel."""
    return {str(item.property("text")) for item in controls(bench, "Words")}


def touch(bench: OperatorBench, item: QQuickItem, across: float = 0.5) -> None:
    """Click into an item, `across` of its width from its left edge."""
    bench.draw()
    point = item.mapToScene(QPointF(item.width() * across, item.height() / 2)).toPoint()
    QTest.mouseClick(bench.window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, point)


def press(bench: OperatorBench, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press and release a key on the window."""
    QTest.keyClick(bench.window, key, modifier)


def enter(bench: OperatorBench, digits: str) -> None:
    """Touch a PIN into the number pad."""
    for key in [*digits, "OK"]:
        touch(bench, bench.find("PushButton", key))


@pytest.mark.parametrize("size", SIZES)
def test_every_page_fits_and_can_be_touched(open_bench: Open, size: str) -> None:
    """On each screen size and page: all settings of the group are there, none leaves the sheet, none is too small."""
    bench = open_bench('[playback]\npin_s = 9\nfit = "blur"\n', size)
    for group in [*GROUPS, "Status"]:
        bench.page(group)
        QGuiApplication.processEvents()
        titles = words(bench)
        assert {field.title for field in FIELDS if field.group == group} <= titles
        for item in [*controls(bench, "Words"), *controls(bench, "PushButton"), *controls(bench, "Stepper")]:
            right = item.mapToScene(QPointF(item.width(), 0)).x()
            assert right <= bench.window.width() + 0.5, (group, type_of(item), item.property("text"))
        for kind in ("PushButton", "Stepper", "Choice", "Toggle", "Entry", "Fraction"):
            for item in controls(bench, kind):
                assert item.height() >= LEAST_TOUCH_PX, (group, type_of(item), item.property("text"))


@pytest.mark.parametrize("size", SMALL)
def test_in_a_small_window_the_panel_is_small_and_whole(open_bench: Open, size: str) -> None:
    """No button lies over another, and no line of words is narrower than a word."""
    bench = open_bench(size=size)
    for group in GROUPS:
        bench.page(group)
        QGuiApplication.processEvents()
        buttons = [bench.find("PushButton", name) for name in ("Next", "Pause", "Sleep", "Done")]
        places = [item.mapRectToScene(item.boundingRect()) for item in buttons]
        assert not [(one, other) for one, other in combinations(places, 2) if one.intersects(other)], group
        explanations = {field.explanation for field in FIELDS if field.group == group}
        told = [item for item in controls(bench, "Words") if item.property("text") in explanations]
        assert told
        assert min(item.width() for item in told) >= LEAST_WORDS_PX


def test_what_was_set_aside_is_listed_with_its_reason(open_bench: Open) -> None:
    """The status page ends with a quiet group of the pictures never shown; without any there is no such group."""
    bench = open_bench()
    bench.page("Status")
    assert {"Set aside: 2 pictures", "Harbour at night", "It breaks off in line 412"} <= words(bench)
    bench.model.set_status({}, paused=False)
    QGuiApplication.processEvents()
    assert not [text for text in words(bench) if text.startswith("Set aside")]


def test_a_choice_counts_at_once(open_bench: Open) -> None:
    """One touch on a fit writes it, puts it into force, and offers the way back, which takes it out again."""
    bench = open_bench()
    bench.page("Display")
    touch(bench, controls(bench, "Choice")[0], across=0.9)
    wait_for(lambda: ("applied", "playback.fit") in bench.log)
    assert tomllib.loads(bench.file.read_text())["playback"] == {"fit": "blur"}
    touch(bench, bench.find("PushButton", "Back to cover"))
    wait_for(lambda: bench.loaded.settings.playback.fit == "cover")
    assert "fit" not in tomllib.loads(bench.file.read_text())["playback"]


def test_the_way_back_of_a_switch_says_on_or_off(open_bench: Open) -> None:
    """A switch that was turned goes back to what it says on the wall, not to a word of the file."""
    bench = open_bench("[generate]\nenabled = false\n")
    bench.page("Art")
    touch(bench, bench.find("PushButton", "Back to on"))
    wait_for(lambda: bench.loaded.settings.generate.enabled)


def test_a_wrong_number_is_named_while_typed_and_never_kept(open_bench: Open) -> None:
    """Typing what is not allowed shows the reason under the field and writes nothing; a right one is kept on Enter."""
    bench = open_bench()
    entry = controls(bench, "Entry")[0]
    touch(bench, entry)
    press(bench, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    press(bench, Qt.Key.Key_0)
    problem = "Must be a number from 0.1 to 86400."
    wait_for(lambda: problem in words(bench))
    press(bench, Qt.Key.Key_Return)
    assert not bench.file.exists()
    press(bench, Qt.Key.Key_Backspace)
    press(bench, Qt.Key.Key_7)
    press(bench, Qt.Key.Key_Return)
    wait_for(lambda: bench.loaded.settings.playback.pin_s == 7)
    assert problem not in words(bench)


def test_steps_are_kept_together_and_within_the_range(open_bench: Open) -> None:
    """Several taps on + are one write; a step lands on the grid; nothing leaves the range."""
    bench = open_bench("[playback]\nmorph_s = 1.3\n")
    field = bench.field("playback.morph_s")
    more = [item for item in controls(bench, "PushButton") if item.property("text") == "+"][2]
    field._soon.setInterval(LONG_MS)
    for _ in range(3):
        touch(bench, more)
    assert bench.log == []
    field._soon.setInterval(0)
    wait_for(lambda: ("applied", "playback.morph_s") in bench.log)
    assert bench.loaded.settings.playback.morph_s == 2.5
    assert bench.log.count(("applied", "playback.morph_s")) == 1
    field.stepBy(-100)
    bench.model.close()
    assert bench.loaded.settings.playback.morph_s == 0.1


def test_brightness_is_seen_while_dragged_and_kept_when_let_go(open_bench: Open) -> None:
    """Dragging previews on the wall without writing; letting go writes once."""
    bench = open_bench()
    bench.page("Display")
    wait_for(lambda: bool(controls(bench, "Fraction")))
    slider = controls(bench, "Fraction")[0]
    slider.forceActiveFocus()
    QTest.keyPress(bench.window, Qt.Key.Key_Left)
    wait_for(lambda: ("preview", "display.brightness", "0.950") in bench.log)
    assert not bench.file.exists()
    QTest.keyRelease(bench.window, Qt.Key.Key_Left)
    wait_for(lambda: bench.loaded.settings.display.brightness == 0.95)


def test_a_preview_that_is_not_kept_is_taken_back(open_bench: Open) -> None:
    """Closing in the middle of a drag puts the wall back to what is in force."""
    bench = open_bench()
    bench.field("display.brightness").preview("0.4")
    bench.model.close()
    assert bench.log == [("preview", "display.brightness", "0.4"), ("preview", "display.brightness", "1")]
    assert not bench.file.exists()


def test_a_pin_guards_everything(open_bench: Open) -> None:
    """With a PIN set nothing but the pad is on the sheet and no action works, until the right PIN was entered."""
    bench = open_bench(f'[operator]\npin_hash = "{pin.hash_pin(PIN)}"\n')
    assert controls(bench, "OperatorFieldRow") == []
    bench.model.act("next")
    bench.model.leave()
    assert bench.log == []
    enter(bench, "111112")
    wait_for(lambda: bench.model.property("pinMessage") == "That is not the PIN. 4 tries left.")
    assert controls(bench, "OperatorFieldRow") == []
    enter(bench, PIN)
    wait_for(lambda: bool(controls(bench, "OperatorFieldRow")))
    touch(bench, bench.find("PushButton", "Next"))
    assert bench.log == [("next",)]


def test_after_five_tries_the_pad_rests_and_counts_down(open_bench: Open) -> None:
    """Five wrong PINs disable the pad and show the time left; when it is over the right PIN opens."""
    bench = open_bench(f'[operator]\npin_hash = "{pin.hash_pin(PIN)}"\n')
    for _ in range(5):
        enter(bench, "111112")
    pad = controls(bench, "NumberPad")[0]
    assert not pad.isEnabled()
    assert "Too many tries. The next one in 0:30." in words(bench)
    enter(bench, PIN)
    assert bench.model.property("locked")
    bench.now_s += 12
    wait_for(lambda: bench.model.property("pinWaitS") == 18)
    bench.model.close()
    bench.model.open()
    assert bench.model.property("pinWaitS") == 18
    bench.now_s += 18
    wait_for(pad.isEnabled)
    enter(bench, PIN)
    wait_for(lambda: not bench.model.property("locked"))


def test_a_new_pin_is_asked_for_twice(open_bench: Open) -> None:
    """Too short is said at once, a slip starts over, two alike are kept, and the next opening asks for it."""
    bench = open_bench()
    bench.page("Operator")
    touch(bench, bench.find("PushButton", "Set a PIN"))
    answers = {"123": "A PIN has at least 6 digits.", PIN: "", "999991": "The two did not match. Once more."}
    for digits, message in answers.items():
        enter(bench, digits)
        assert bench.model.property("pinMessage") == message
    enter(bench, PIN)
    enter(bench, PIN)
    assert pin.verify_pin(bench.loaded.settings.operator.pin_hash, PIN)
    assert PIN not in bench.file.read_text()
    bench.model.close()
    bench.model.open()
    assert bench.model.property("locked")


@pytest.mark.parametrize("way", ["escape", "comma", "done", "idle"])
def test_the_panel_closes_and_gives_the_keys_back(open_bench: Open, way: str) -> None:
    """Esc, Ctrl+comma, Done and time all close it; while open no key reaches the wall, afterwards the wall has them."""
    bench = open_bench()
    bench.model.close()
    wall = bench.window.contentItem().childItems()[0]
    wall.setFocus(True)
    bench.model.open()
    wait_for(lambda: not wall.hasActiveFocus())
    wait_until_at_rest(bench)
    if way == "escape":
        press(bench, Qt.Key.Key_Escape)
    elif way == "comma":
        press(bench, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    elif way == "done":
        touch(bench, bench.find("PushButton", "Done"))
    else:
        bench.panel.setProperty("idleMs", 20)
        press(bench, Qt.Key.Key_Down)
    wait_for(lambda: not bench.model.property("opened"))
    wait_for(wall.hasActiveFocus)
    wait_for(lambda: not bench.panel.isVisible())


def test_a_touch_beside_the_sheet_does_nothing(open_bench: Open) -> None:
    """The art beside the panel takes no touches while it is open, and the panel stays."""
    bench = open_bench()
    QTest.mouseClick(bench.window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(100, 300))
    QGuiApplication.processEvents()
    assert bench.model.property("opened")
    assert bench.log == []


def test_the_keyboard_reaches_everything(open_bench: Open) -> None:
    """Tab walks from the groups over every control and the actions and comes round again; space switches."""
    bench = open_bench()
    press(bench, Qt.Key.Key_Down)
    press(bench, Qt.Key.Key_Down)
    wait_for(lambda: bool(controls(bench, "Toggle")))
    visited: list[str] = []
    for _ in range(40):
        press(bench, Qt.Key.Key_Tab)
        focused = bench.window.activeFocusItem()
        visited.append(f"{type_of(focused).partition('_')[0]} {focused.property('text') or ''}".strip())
        if visited[-1] == "OperatorGroups":
            break
        if visited[-1] == "Toggle" and visited.count("Toggle") == 1:
            press(bench, Qt.Key.Key_Space)
    assert visited.count("Toggle") == 2
    assert len([name for name in visited if name.startswith("Entry")]) == 10
    assert [name for name in visited if "Button" in name][-4:] == [
        "PushButton Next",
        "PushButton Pause",
        "PushButton Sleep",
        "PushButton Done",
    ]
    assert visited[-1] == "OperatorGroups"
    assert not bench.loaded.settings.generate.enabled


def test_a_broken_file_is_said_and_can_be_mended(open_bench: Open) -> None:
    """Faulty keys are named above the settings with what is used instead; putting one right makes its line go."""
    bench = open_bench('[playback]\nmorph_s = "soon"\n[display]\nbrightnes = 0.5\n')
    assert any("playback.morph_s" in text and "using 4" in text for text in words(bench))
    assert any("display.brightnes" in text for text in words(bench))
    bench.field("playback.morph_s").put("6")
    wait_for(lambda: not any("playback.morph_s" in text for text in words(bench)))
    assert bench.loaded.settings.playback.morph_s == 6


def test_a_file_that_is_no_toml_does_not_keep_the_panel_shut(open_bench: Open) -> None:
    """With a ruined file the panel opens with the defaults, says so, and can write; the ruin is kept."""
    bench = open_bench("[[[")
    assert any("settings.toml" in text for text in words(bench))
    bench.field("playback.pin_s").put("6")
    assert bench.loaded.settings.playback.pin_s == 6
    assert (bench.file.parent / "settings.toml.broken-1").read_text() == "[[["


def test_a_disk_that_refuses_is_said_at_the_field(open_bench: Open) -> None:
    """When a value cannot be written the field says so, keeps the old value, and the panel goes on."""
    bench = open_bench()
    bench.file = bench.file.parent / "gone" / "settings.toml"
    (bench.file.parent).write_text("a file where a folder should be")
    bench.field("playback.fit").put("blur")
    assert "could not be written" in bench.field("playback.fit").property("problem")
    assert bench.field("playback.fit").property("text") == "cover"


def test_what_the_environment_holds_cannot_be_changed_here(open_bench: Open) -> None:
    """A value set from outside is shown, marked, and out of reach."""
    bench = open_bench(environ={"KIOSK_SYNC__POLL_S": "20"})
    bench.page("Sync")
    wait_for(lambda: len(controls(bench, "Stepper")) == 7)
    assert [index for index, stepper in enumerate(controls(bench, "Stepper")) if not stepper.isEnabled()] == [1]
    assert "Set by the environment, so it cannot be changed here." in words(bench)


def test_leaving_takes_two_touches(open_bench: Open) -> None:
    """The first touch on Leave asks, the second leaves."""
    bench = open_bench()
    bench.page("Operator")
    touch(bench, bench.find("PushButton", "Leave"))
    assert bench.log == []
    touch(bench, bench.find("PushButton", "Leave now"))
    assert bench.log == [("leave",)]


def test_the_sheet_is_drawn_and_the_art_stays_beside_it(open_bench: Open) -> None:
    """On the glass: the art's own colour on the left, dark glass on the right; after closing, art everywhere."""
    bench = open_bench()

    def colour(x_px: int) -> QColor:
        picture = bench.window.grabWindow()
        ratio = picture.devicePixelRatio()
        return picture.pixelColor(round(x_px * ratio), round(360 * ratio))

    wait_for(lambda: colour(1270).lightness() < 60)
    assert colour(100).blue() > 60
    bench.model.close()
    wait_for(lambda: not bench.panel.isVisible())
    assert colour(1270).lightness() > 150


def test_the_panel_is_not_seen_before_it_is_opened(qapp: QGuiApplication, tmp_path: Path) -> None:
    """A wall that starts shows art from its first frame: the panel does not slide away, it was never there."""
    bench = OperatorBench(tmp_path / "settings.toml", SIZES["wide"])
    try:
        assert not bench.panel.isVisible()
    finally:
        bench.close()


def test_microphones_are_named_to_be_chosen(open_bench: Open) -> None:
    """The page of the sound says what is heard and names the microphones; a touch on one keeps its name."""
    bench = open_bench()
    bench.page("Sound")
    assert "Listening to USB Audio: music in D minor, 92 bpm" in words(bench)
    touch(bench, bench.find("PushButton", "Built-in Audio Analog Stereo"))
    assert bench.field("audio.device").value.text == "Built-in Audio Analog Stereo"
    assert tomllib.loads(bench.file.read_text())["audio"]["device"] == "Built-in Audio Analog Stereo"
