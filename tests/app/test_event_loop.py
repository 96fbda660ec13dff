"""Qt's and asyncio's loop in one, without Qt Widgets."""

import subprocess
import sys

PROGRAM = """
import asyncio, os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from kiosk.app.event_loop import event_loop
from PySide6.QtCore import QTimer

async def both():
    fired = asyncio.Event()
    QTimer.singleShot(0, fired.set)
    await asyncio.wait_for(fired.wait(), 60)
    return await asyncio.to_thread(lambda: "both")

with event_loop() as loop:
    print(loop.run_until_complete(both()))
print("PySide6.QtWidgets" in sys.modules)
from PySide6 import QtWidgets
print(QtWidgets.QApplication.__module__)
"""


def test_events_of_qt_and_asyncio_without_widgets() -> None:
    """A timer of Qt wakes a coroutine, a thread's result comes home; Qt Widgets is loaded only when asked for."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["both", "False", "PySide6.QtWidgets"]
