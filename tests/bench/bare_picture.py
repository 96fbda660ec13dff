"""The floor for a start: a Qt Quick window in Python that shows one picture and says so. `python -m … FILE`."""

import sys

from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlComponent, QQmlEngine
from PySide6.QtQuick import QQuickWindow

QML = b"""
import QtQuick
Window {
    property url picture
    width: 1280; height: 720; visible: true
    Image { anchors.fill: parent; source: parent.Window.window.picture }
}
"""


class Watch(QObject):
    """Ends the program with a line once a frame has been swapped."""

    @Slot()
    def swapped(self) -> None:
        print("shown", flush=True)
        QGuiApplication.quit()


def main(picture: str) -> None:
    """Show the picture."""
    app = QGuiApplication([])
    engine = QQmlEngine()
    component = QQmlComponent(engine)
    component.setData(QML, QUrl())
    window = component.createWithInitialProperties({"picture": QUrl.fromLocalFile(picture)})
    assert isinstance(window, QQuickWindow), component.errorString()
    watch = Watch()
    window.frameSwapped.connect(watch.swapped, Qt.ConnectionType.QueuedConnection)
    app.exec()
    window.deleteLater()


if __name__ == "__main__":
    main(sys.argv[1])
