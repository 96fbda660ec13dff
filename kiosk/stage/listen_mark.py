"""The mark of an open microphone on the wall: whether it shows. `resources/qml/ListenMark.qml` draws it."""

from PySide6.QtCore import Property, QObject, Signal
from PySide6.QtQml import QmlElement, QmlUncreatable

QML_IMPORT_NAME = "Kiosk.Stage"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlUncreatable("made by the application")
class ListenMark(QObject):  # type: ignore[operator]  # PySide6 types QmlUncreatable without __call__
    """One for all screens of a wall: there while a microphone is open, and only then."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown = False

    def show(self, *, shown: bool) -> None:
        """Show the mark, or take it away."""
        if shown != self._shown:
            self._shown = shown
            self.changed.emit()

    shown = Property(bool, lambda self: self._shown, notify=changed)
