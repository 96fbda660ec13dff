"""Loads the stage's QML: the engine, the files from `resources/qml`, and the order in which it all goes again."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QUrl
from PySide6.QtQml import QQmlComponent, QQmlEngine
from PySide6.QtQuick import QQuickItem, QQuickWindow

from kiosk.domain.errors import KioskError
from kiosk.storage.resources import resource_path


class StageError(KioskError):
    """The window could not be put up; the message says what Qt said of it."""

    code = "stage"


SCENE = "scene"


class Scene:
    """One QML engine with a window of ours and what is laid over it."""

    def __init__(self) -> None:
        self._engine = QQmlEngine()
        self._components: list[QQmlComponent] = []  # what a component made dies with it

    def window(self, qml: str, properties: Mapping[str, object]) -> QQuickWindow:
        """Load a window, a file in resources/qml; raises StageError with Qt's own words."""
        window = self._load(qml, properties)
        assert isinstance(window, QQuickWindow)
        return window

    def overlay(self, qml: str | Path, properties: Mapping[str, object], window: QQuickWindow) -> QQuickItem:
        """Load an item (a name in resources/qml, or a path) into a window's scene, over all; raises StageError."""
        item = self._load(qml, properties)
        assert isinstance(item, QQuickItem)
        scene = window.findChild(QQuickItem, SCENE)
        assert scene is not None
        item.setParentItem(scene)
        return item

    def take_down(self, window: QQuickWindow) -> None:
        """Hide the window; delete it, its render thread with it, and then the engine.

        Inside an event loop that waits until control is back there: whoever asks may have been called from QML, and an
        object that is deleted while its own QML runs ends the process.
        """
        window.hide()
        for item in (window, self._engine):
            item.deleteLater()
            if QThread.currentThread().loopLevel() == 0:
                QCoreApplication.sendPostedEvents(item, QEvent.Type.DeferredDelete.value)

    def _load(self, qml: str | Path, properties: Mapping[str, object]) -> QObject:
        component = QQmlComponent(self._engine, QUrl.fromLocalFile(str(resource_path("qml") / qml)))
        item = component.createWithInitialProperties(dict(properties)) if component.isReady() else None
        if item is None:
            raise StageError(f"{qml} cannot be shown: {component.errorString().strip()}")
        self._components.append(component)
        return item
