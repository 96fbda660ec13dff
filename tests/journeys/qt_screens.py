"""A program that puts a window on each screen and says what Qt tells it of screens, a JSON line for each signal.

`{"said": SIGNAL, "of": NAME, "to": NAME or rectangle}`; a line on stdin is answered by `{"said": "state", ...}`: the
screens' names and rectangles, the windows' screens and rectangles, and whether each is exposed and `covered`.
"""

import json
import os
import sys
from typing import Any

from PySide6.QtCore import QRect, QSocketNotifier
from PySide6.QtGui import QColor, QGuiApplication, QScreen
from PySide6.QtQuick import QQuickWindow

from kiosk.stage.occlusion import Occlusion


def say(said: str, of: str, to: Any = None) -> None:
    """Write down one signal."""
    write({"said": said, "of": of, "to": to})


def write(line: dict[str, Any]) -> None:
    """Write one line of JSON."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def rectangle(area: QRect) -> list[int]:
    """A rectangle as JSON has it: x, y, width, height."""
    return [area.x(), area.y(), area.width(), area.height()]


def follow(screen: QScreen) -> None:
    """Say when the screen changes."""
    screen.geometryChanged.connect(lambda area: say("geometryChanged", screen.name(), rectangle(area)))


def window_on(screen: QScreen, name: str) -> tuple[QQuickWindow, Occlusion]:
    """Put a window over the whole screen, and watch what covers it."""
    window = QQuickWindow()
    window.setObjectName(name)
    window.setColor(QColor("#8899aa"))
    window.screenChanged.connect(lambda to: say("screenChanged", name, to.name()))
    window.setScreen(screen)
    window.setGeometry(screen.geometry())
    occlusion = Occlusion(int(window.winId()), platform=QGuiApplication.platformName(), parent=window)
    occlusion.changed.connect(lambda covered: say("covered", name, covered))
    occlusion.settle()
    window.showFullScreen()
    window.setGeometry(screen.geometry())
    return window, occlusion


def main() -> None:
    """Runs until stdin ends."""
    app = QGuiApplication([])
    app.screenAdded.connect(follow)
    app.screenAdded.connect(lambda screen: say("screenAdded", screen.name(), rectangle(screen.geometry())))
    app.screenRemoved.connect(lambda screen: say("screenRemoved", screen.name()))
    app.primaryScreenChanged.connect(lambda screen: say("primaryScreenChanged", screen.name()))
    for screen in app.screens():
        follow(screen)
    windows = [window_on(screen, f"window {number}") for number, screen in enumerate(app.screens(), start=1)]

    def answer() -> None:
        line = os.read(sys.stdin.fileno(), 100)
        if not line:
            app.quit()
            return
        screens = {screen.name(): rectangle(screen.geometry()) for screen in app.screens()}
        states = {
            window.objectName(): {
                "screen": window.screen().name(),
                "area": rectangle(window.geometry()),
                "exposed": window.isExposed(),
                "covered": occlusion.covered,
            }
            for window, occlusion in windows
        }
        write({"said": "state", "screens": screens, "windows": states})

    commands = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    commands.activated.connect(answer)
    app.exec()
    for window, occlusion in windows:
        occlusion.close()
        window.destroy()


if __name__ == "__main__":
    main()
