"""Keeping the screen awake: by the desktop session where one listens, by the X server's own timer, or not at all."""

import logging
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from kiosk.stage.inhibit import Inhibitor

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
print(inhibitor.by)
inhibitor.release()
print(inhibitor.by)
"""


@pytest.fixture
def no_session(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without a session bus and without xset."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    monkeypatch.setenv("PATH", str(tmp_path))


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


def test_xset_turns_the_timer_off_and_on(
    qapp: QGuiApplication, no_session: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where xset is at hand it turns blanking off while held, and on again at the release."""
    script = tmp_path / "xset"
    script.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n')
    script.chmod(0o755)
    inhibitor = Inhibitor()
    inhibitor.hold()
    inhibitor.hold()
    assert inhibitor.by == ("xset",)
    inhibitor.release()
    assert (tmp_path / "asked").read_text().splitlines() == ["s off -dpms", "s on +dpms"]


def test_nothing_at_hand_is_said_once(
    qapp: QGuiApplication, no_session: None, caplog: pytest.LogCaptureFixture
) -> None:
    """Where nothing can keep the screen awake one line of the log says so, however often it is tried."""
    inhibitor = Inhibitor()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            inhibitor.hold()
            inhibitor.release()
    assert len(caplog.records) == 1
    assert inhibitor.by == ()
