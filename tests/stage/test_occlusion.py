"""What X tells of a window nobody can see. The window is an X client's own; Occlusion asks about any."""

import gc
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from Xlib import X, display

from kiosk.stage.occlusion import Occlusion
from tests.fakes.dpms_server import dpms_server
from tests.journeys.screens import Monitor, Screens, side_by_side, x_server

LIMIT_MS = 60_000
WINDOW = (400, 0, 300, 200)
Watch = Callable[..., Occlusion]


@pytest.fixture
def screens() -> Iterator[Screens]:
    """An X server with two monitors of 400x300 next to each other."""
    with x_server(*side_by_side(2, 400, 300), size=(800, 600)) as screens:
        yield screens


@pytest.fixture
def art(screens: Screens) -> Iterator[Any]:
    """A window on the second monitor, not yet put up."""
    connection: Any = display.Display(screens.name)
    window = connection.screen().root.create_window(*WINDOW, 0, X.CopyFromParent, override_redirect=True)
    connection.sync()
    yield window
    connection.close()


@pytest.fixture
def watch(qtbot: QtBot, screens: Screens, art: Any) -> Iterator[Watch]:
    """Makes an Occlusion of the window and puts the window up."""
    made: list[Occlusion] = []

    def make(platform: str = "xcb") -> Occlusion:
        made.append(Occlusion(art.id, platform=platform, display_name=screens.name))
        watches(qtbot, made[-1])
        art.map()
        art.display.flush()
        return made[-1]

    yield make
    for occlusion in made:
        occlusion.close()


def watches(qtbot: QtBot, occlusion: Occlusion) -> None:
    """Wait until it would notice what happens; `settle` itself gives up after a second."""
    occlusion.settle()
    qtbot.waitUntil(lambda: occlusion._watching.is_set() or not occlusion._runs, timeout=LIMIT_MS)


def until(qtbot: QtBot, occlusion: Occlusion, *, covered: bool) -> None:
    """Wait until it says so."""
    qtbot.waitUntil(lambda: occlusion.covered is covered, timeout=LIMIT_MS)


def test_a_window_over_ours_is_told(qtbot: QtBot, screens: Screens, watch: Watch) -> None:
    """Fully covered counts, by one window or by two together; a part does not; uncovering is told too."""
    occlusion = watch()
    told: list[bool] = []
    occlusion.changed.connect(told.append)
    screens.cover(400, 0, 300, 100)
    screens.cover(400, 100, 300, 100)
    until(qtbot, occlusion, covered=True)
    screens.uncover()
    until(qtbot, occlusion, covered=False)
    screens.cover(400, 0, 299, 200)
    screens.blank(on=True)  # what is told next is this, and not the part before it
    until(qtbot, occlusion, covered=True)
    screens.uncover()
    screens.blank(on=False)
    until(qtbot, occlusion, covered=False)
    assert told == [True, False, True, False]


def test_an_unplugged_monitor_is_told(qtbot: QtBot, screens: Screens, watch: Watch) -> None:
    """A window left where no monitor is any more counts as covered, until a monitor shows it again."""
    occlusion = watch()
    screens.unplug("WALL-2")
    until(qtbot, occlusion, covered=True)
    screens.plug(Monitor("WALL-3", 600, 0, 200, 300))
    until(qtbot, occlusion, covered=False)


def test_a_window_that_moves_off_its_monitor_is_told(qtbot: QtBot, screens: Screens, watch: Watch, art: Any) -> None:
    """Moved to where no monitor is, it is covered; moved back, it is not."""
    occlusion = watch()
    art.configure(y=350)
    art.display.flush()
    until(qtbot, occlusion, covered=True)
    art.configure(y=50)
    art.display.flush()
    until(qtbot, occlusion, covered=False)


def test_the_only_monitor_can_go(qtbot: QtBot) -> None:
    """Qt says nothing when the only monitor is unplugged; we do, and when it is back."""
    with x_server(size=(640, 480)) as screens:
        connection: Any = display.Display(screens.name)
        window = connection.screen().root.create_window(0, 0, 640, 480, 0, X.CopyFromParent)
        connection.sync()
        occlusion = Occlusion(window.id, platform="xcb", display_name=screens.name)
        watches(qtbot, occlusion)
        screens.unplug_output()
        until(qtbot, occlusion, covered=True)
        screens.replug_output()
        until(qtbot, occlusion, covered=False)
        occlusion.close()
        connection.close()


def test_a_panel_without_power_is_told(qtbot: QtBot, screens: Screens, art: Any) -> None:
    """Standby, suspend and off hide the art, by whoever's hand; DPMS that is disabled hides nothing."""
    with dpms_server(screens.name) as (name, panel):
        occlusion = Occlusion(art.id, platform="xcb", display_name=name)
        for level in (1, 2, 3):
            panel.force(level)
            until(qtbot, occlusion, covered=True)
            panel.force(0)
            occlusion.look()
            until(qtbot, occlusion, covered=False)
        panel.force(3)
        until(qtbot, occlusion, covered=True)
        panel.enabled = False
        until(qtbot, occlusion, covered=False)
        occlusion.close()


def test_without_a_window_nothing_is_covered(
    qtbot: QtBot, screens: Screens, watch: Watch, art: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A window that ends while covered is not covered any more, and one line of the log says that the watch is over."""
    occlusion = watch()
    screens.cover(400, 0, 300, 200)
    until(qtbot, occlusion, covered=True)
    with caplog.at_level(logging.WARNING):
        screens.destroy(art.id)
        until(qtbot, occlusion, covered=False)
    assert len(caplog.records) == 1


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # python-xlib leaves the socket it could not connect
def test_no_server_is_no_fault(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    """A server that cannot be reached is said once, and nothing is covered."""
    with caplog.at_level(logging.WARNING):
        occlusion = Occlusion(1, platform="xcb", display_name=":50123")
        qtbot.waitUntil(lambda: len(caplog.records) == 1, timeout=LIMIT_MS)
    assert not occlusion.covered
    occlusion.close()
    gc.collect()


def test_a_server_that_dies_uncovers(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    """When the X server is killed under a covered window the watch ends, uncovered, with one line."""
    with x_server(size=(640, 480)) as screens:
        connection: Any = display.Display(screens.name)
        window = connection.screen().root.create_window(0, 0, 640, 480, 0, X.CopyFromParent)
        connection.sync()
        occlusion = Occlusion(window.id, platform="xcb", display_name=screens.name)
        watches(qtbot, occlusion)
        screens.unplug_output()
        until(qtbot, occlusion, covered=True)
        with caplog.at_level(logging.WARNING):
            screens.kill()
            until(qtbot, occlusion, covered=False)
        assert len(caplog.records) == 1
        occlusion.close()
        connection.display.socket.close()


def test_other_platforms_are_left_to_qt(qtbot: QtBot, screens: Screens, watch: Watch) -> None:
    """Off X nothing is asked and nothing covered."""
    occlusion = watch("wayland")
    screens.cover(400, 0, 300, 200)
    occlusion.look()
    qtbot.wait(20)
    assert not occlusion.covered
    assert not occlusion._thread.is_alive()
