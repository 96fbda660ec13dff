"""Keeping the screen awake: by the desktop session where one listens, by the X server's own timer, or not at all."""

import gc
import logging
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from Xlib import X, display

from kiosk.stage.inhibit import Inhibitor
from tests.fakes.dpms_server import dpms_server
from tests.journeys.screens import x_server
from tests.stage.screen import LIMIT_MS

SESSION = """
import sys
from PySide6.QtCore import ClassInfo, QCoreApplication, QObject, Slot
from PySide6.QtDBus import QDBusConnection

@ClassInfo({"D-Bus Interface": "org.freedesktop.ScreenSaver"})
class Saver(QObject):
    @Slot(str, str, result=int)
    def Inhibit(self, who, why):
        print(f"{who}: {why}", flush=True)
        return 7

app, saver = QCoreApplication([]), Saver()
bus = QDBusConnection.sessionBus()
everything = QDBusConnection.RegisterOption.ExportAllSlots
assert bus.registerObject("/org/freedesktop/ScreenSaver", saver, everything)
assert bus.registerService("org.freedesktop.ScreenSaver")
print("ready", flush=True)
app.exec()
"""
# In a process of its own: libdbus reads the address of the session bus once and keeps it.
ASKING = """
import os
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtGui import QGuiApplication
from kiosk.stage.inhibit import Inhibitor

app, inhibitor = QGuiApplication([]), Inhibitor()
inhibitor.hold()
while not inhibitor.by:
    app.processEvents()
print(inhibitor.by)
inhibitor.release()
print(inhibitor.by)
"""


@pytest.fixture
def no_session(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without a session bus."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")


@pytest.fixture(scope="module")
def x_name() -> Iterator[str]:
    """An X server of our own: on the shared one a stage of the test before may still be putting things back."""
    with x_server(size=(320, 240)) as screens:
        yield screens.name


@pytest.fixture
def saver(monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[str]]:
    """A session bus with a screen saver on it, which prints who asks it to hold back."""
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("there is no dbus-daemon on this machine")
    bus = subprocess.Popen([daemon, "--session", "--print-address", "--nofork"], stdout=subprocess.PIPE, text=True)
    assert bus.stdout is not None
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.stdout.readline().strip())
    session = subprocess.Popen([sys.executable, "-c", SESSION], stdout=subprocess.PIPE, text=True)
    assert session.stdout is not None
    assert session.stdout.readline().strip() == "ready"
    yield session
    for process in (session, bus):
        process.terminate()
        process.communicate()


def test_the_session_is_asked(saver: subprocess.Popen[str]) -> None:
    """Where a desktop session listens its screen saver is asked, with who asks and why."""
    asked = subprocess.run([sys.executable, "-c", ASKING], stdout=subprocess.PIPE, text=True, timeout=60, check=True)
    assert asked.stdout.splitlines() == ["('session',)", "()"]
    assert saver.stdout is not None
    assert saver.stdout.readline().strip() == "Gallery kiosk: Art is on the wall"


def test_x_blanks_no_more_until_the_release(
    qtbot: QtBot, no_session: None, x_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under X the screen saver and DPMS are off while held, and as they were after it; also when held twice."""
    with dpms_server(x_name) as (name, panel):
        monkeypatch.setenv("DISPLAY", name)
        x = display.Display(name)
        x.set_screen_saver(77, 5, 1, 1)
        x.sync()
        inhibitor = Inhibitor()
        for _ in range(2):
            inhibitor.hold()
            inhibitor.hold()
            qtbot.waitUntil(lambda: inhibitor.by == ("X",), timeout=LIMIT_MS)
            assert (x.get_screen_saver().timeout, panel.enabled) == (0, False)
            inhibitor.release()
            assert inhibitor.by == ()
            released(inhibitor)
            assert panel.enabled
            assert (x.get_screen_saver().timeout, x.get_screen_saver().interval) == (77, 5)
        x.close()


def test_the_last_of_several_screens_lets_it_blank(
    qtbot: QtBot, no_session: None, x_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A screen that is unplugged changes nothing for those that stay; after the last one all is as it was before the
    first, whoever lets go first.
    """
    with dpms_server(x_name) as (name, panel):
        monkeypatch.setenv("DISPLAY", name)
        x = display.Display(name)
        for order in (1, -1):
            x.set_screen_saver(77, 5, 1, 1)
            x.sync()
            screens = [Inhibitor(), Inhibitor()][::order]
            for screen in screens:
                screen.hold()
                qtbot.waitUntil(lambda screen=screen: screen.by == ("X",), timeout=LIMIT_MS)  # type: ignore[misc] # a default
            for screen in screens[::order]:
                assert (x.get_screen_saver().timeout, panel.enabled) == (0, False)
                screen.release()
                released(screen)
            assert (x.get_screen_saver().timeout, panel.enabled) == (77, True)
        x.close()


def released(screen: Inhibitor) -> None:
    """Wait until it has spoken to the X server."""
    screen._thread.submit(lambda: None).result(timeout=60)


def test_a_saver_that_runs_already_is_ended(
    qtbot: QtBot, no_session: None, x_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a screen that has been idle for long, and is blank when the wall comes up, the art is to be seen."""
    with dpms_server(x_name) as (name, _):
        monkeypatch.setenv("DISPLAY", name)
        x = display.Display(name)
        x.force_screen_saver(X.ScreenSaverActive)
        x.sync()
        inhibitor = Inhibitor()
        inhibitor.hold()
        qtbot.waitUntil(lambda: inhibitor.by == ("X",), timeout=LIMIT_MS)
        assert x.screen().root.screensaver_query_info().state != 1
        x.close()
        inhibitor.release()
        inhibitor._thread.shutdown()


def test_dpms_that_was_off_stays_off(
    qtbot: QtBot, no_session: None, x_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who had disabled DPMS finds it disabled after us."""
    with dpms_server(x_name) as (name, panel):
        monkeypatch.setenv("DISPLAY", name)
        panel.enabled = False
        inhibitor = Inhibitor()
        inhibitor.hold()
        qtbot.waitUntil(lambda: inhibitor.by == ("X",), timeout=LIMIT_MS)
        inhibitor.release()
        inhibitor._thread.shutdown()
        assert not panel.enabled


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # python-xlib leaves the socket it could not connect
def test_nothing_at_hand_is_said_once(
    qtbot: QtBot, no_session: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where nothing can keep the screen awake one line of the log says so, however often it is tried."""
    monkeypatch.setenv("DISPLAY", ":50123")
    inhibitor = Inhibitor()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            inhibitor.hold()
            qtbot.waitUntil(lambda: len(inhibitor._answers) == 2, timeout=LIMIT_MS)
            inhibitor.release()
    inhibitor._thread.shutdown()
    assert len(caplog.records) == 1
    assert inhibitor.by == ()
    gc.collect()
