"""Fingers and the mouse on the wall: what each gesture stands for, at any rotation of the screen."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import SIGNAL, QObject, QPoint, QPointF, Qt, Slot
from PySide6.QtGui import QGuiApplication, QPointingDevice
from PySide6.QtTest import QTest

from kiosk.stage.keys import command_of
from tests.stage.overlay_bench import OverlayBench
from tests.stage.screen import plain

SIZE = (640, 360)
TURNS = (0, 90, 180, 270)
Place = tuple[float, float]


class Given(QObject):
    """What the touch layer gave, in order: commands, and `settings` for a long press."""

    def __init__(self, item: QObject) -> None:
        super().__init__()
        self.names: list[str | None] = []
        QObject.connect(item, SIGNAL("gave(int)"), self.gave)
        QObject.connect(item, SIGNAL("pressedLong()"), self.pressed_long)

    @Slot(int)
    def gave(self, key: int) -> None:
        self.names.append(command_of(key, control=False))

    @Slot()
    def pressed_long(self) -> None:
        self.names.append("settings")


class Hand:
    """One finger, or the mouse, on a wall that is turned; places are shares (0-1) of the wall as people see it."""

    def __init__(self, bench: OverlayBench, device: QPointingDevice | None) -> None:
        self.bench = bench
        self.given = Given(bench.item)
        self._device = device

    def _at(self, place: Place) -> QPoint:
        item = self.bench.item
        return item.mapToScene(QPointF(place[0] * item.width(), place[1] * item.height())).toPoint()

    def press(self, place: Place) -> None:
        if self._device is None:
            QTest.mousePress(self.bench.window, Qt.MouseButton.LeftButton, pos=self._at(place))
        else:
            QTest.touchEvent(self.bench.window, self._device).press(0, self._at(place), self.bench.window).commit()

    def move(self, place: Place) -> None:
        if self._device is None:
            QTest.mouseMove(self.bench.window, self._at(place))
        else:
            QTest.touchEvent(self.bench.window, self._device).move(0, self._at(place), self.bench.window).commit()

    def release(self, place: Place) -> None:
        if self._device is None:
            QTest.mouseRelease(self.bench.window, Qt.MouseButton.LeftButton, pos=self._at(place))
        else:
            QTest.touchEvent(self.bench.window, self._device).release(0, self._at(place), self.bench.window).commit()

    def sweep(self, start: Place, end: Place) -> None:
        self.press(start)
        for step in range(1, 9):
            share = step / 8
            self.move((start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])))
        self.release(end)

    def tap(self, place: Place = (0.5, 0.5)) -> None:
        if self._device is None:
            QTest.mouseClick(self.bench.window, Qt.MouseButton.LeftButton, pos=self._at(place))
        else:
            self._tap_at_once(self._device, place, 1)

    def tap_twice(self, place: Place) -> None:
        if self._device is None:  # two clicks of QTest's lie half a second apart; this one is double
            QTest.mouseDClick(self.bench.window, Qt.MouseButton.LeftButton, pos=self._at(place))
        else:
            self._tap_at_once(self._device, place, 2)

    def _tap_at_once(self, finger: QPointingDevice, place: Place, times: int) -> None:
        """All is on its way before any of it is looked at: a busy machine might take too long between the two."""
        window, at = self.bench.window, self._at(place)
        for _ in range(times):
            QTest.touchEvent(window, finger).press(0, at, window).commit(False)
            QTest.touchEvent(window, finger).release(0, at, window).commit(False)

    def gave(self, *names: str) -> None:
        """Wait until exactly these were given."""
        self.bench.wait(lambda: len(self.given.names) >= len(names))
        assert self.given.names == list(names)


TakeHand = Callable[..., Hand]


@pytest.fixture(scope="module")
def finger() -> QPointingDevice:
    """A touch screen."""
    return QTest.createTouchDevice()


@pytest.fixture
def hand(qapp: QGuiApplication, finger: QPointingDevice, tmp_path: Path) -> Iterator[TakeHand]:
    """Takes a finger or the mouse to a wall that is turned by so many degrees."""
    path = tmp_path / "ground.png"
    Image.fromarray(plain((90, 90, 90))).save(path)
    benches: list[OverlayBench] = []

    def take(device: str, turned: int = 0) -> Hand:
        benches.append(OverlayBench("Touch.qml", {}, size=SIZE, picture=path, turned=turned))
        return Hand(benches[-1], finger if device == "finger" else None)

    yield take
    for bench in benches:
        bench.close()


SWEEPS: Sequence[tuple[Place, Place, str]] = (
    ((0.7, 0.5), (0.3, 0.52), "next"),
    ((0.3, 0.5), (0.7, 0.48), "previous"),
    ((0.5, 0.8), (0.52, 0.3), "vote-up"),
    ((0.5, 0.2), (0.48, 0.7), "vote-down"),
)


@pytest.mark.parametrize("turned", TURNS)
@pytest.mark.parametrize("device", ["finger", "mouse"])
def test_sweeps_turn_pages_and_vote(hand: TakeHand, device: str, turned: int) -> None:
    """Left is next, right is previous, up is more and down is less like this, as the viewer sees it."""
    taken = hand(device, turned)
    for start, end, _ in SWEEPS:
        taken.sweep(start, end)
    taken.gave(*(name for _, _, name in SWEEPS))


@pytest.mark.parametrize("device", ["finger", "mouse"])
def test_taps_ask_for_the_label_and_pause(hand: TakeHand, device: str) -> None:
    """One tap is the label, two in a row are pause; the second of them is no label besides."""
    taken = hand(device)
    taken.tap()
    taken.gave("label")
    taken.tap_twice((0.3, 0.4))
    taken.gave("label", "pause")


@pytest.mark.parametrize("turned", TURNS)
@pytest.mark.parametrize("device", ["finger", "mouse"])
def test_a_long_press_in_a_corner_asks_for_settings(hand: TakeHand, device: str, turned: int) -> None:
    """It asks once, while the finger still rests, and is no tap when it leaves."""
    taken = hand(device, turned)
    taken.press((0.97, 0.05))
    taken.gave("settings")
    taken.release((0.97, 0.05))
    taken.sweep((0.7, 0.5), (0.3, 0.5))
    taken.gave("settings", "next")


@pytest.mark.parametrize("device", ["finger", "mouse"])
def test_what_is_not_meant_means_nothing(hand: TakeHand, device: str) -> None:
    """A short move, a slanting one, a short wipe down, a hand that comes back: none of them counts."""
    taken = hand(device)
    taken.sweep((0.5, 0.5), (0.45, 0.5))
    taken.sweep((0.3, 0.2), (0.6, 0.8))
    taken.sweep((0.5, 0.5), (0.5, 0.34))
    taken.press((0.3, 0.5))
    for x in (0.4, 0.6, 0.8, 0.6, 0.4, 0.31):
        taken.move((x, 0.5))
    taken.release((0.31, 0.5))
    taken.sweep((0.7, 0.5), (0.3, 0.5))
    taken.gave("next")


def test_two_fingers_are_no_sweep(hand: TakeHand, finger: QPointingDevice) -> None:
    """A pinch or two hands at once turn no page."""
    taken = hand("finger")
    window = taken.bench.window
    QTest.touchEvent(window, finger).press(0, QPoint(400, 150), window).press(1, QPoint(400, 250), window).commit()
    for x in (360, 300, 240, 160):
        QTest.touchEvent(window, finger).move(0, QPoint(x, 150), window).move(1, QPoint(x, 250), window).commit()
    QTest.touchEvent(window, finger).release(0, QPoint(160, 150), window).release(1, QPoint(160, 250), window).commit()
    taken.sweep((0.7, 0.5), (0.3, 0.5))
    taken.gave("next")
