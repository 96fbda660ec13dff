"""What the wall label's QML is given: its entries with their codes, its place, its type, and whether it is to be seen.

`label.py` says what stands in it, `window.py` when it shows; `resources/qml/WallLabel.qml` is the counterpart.
"""

from PySide6.QtCore import Property, QObject, QPoint, Signal
from PySide6.QtQml import QmlElement, QmlUncreatable

from kiosk.stage.label import LabelEntry, LabelText
from kiosk.stage.label_fonts import LabelType, register_label_fonts
from kiosk.stage.qr import code_of

QML_IMPORT_NAME = "Kiosk.Stage"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlUncreatable("made by the stage")
class LabelModel(QObject):  # type: ignore[operator]  # PySide6 types QmlUncreatable without __call__
    """The wall label. Its words stay as they were while it fades out."""

    changed = Signal()
    constant = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._type: LabelType = register_label_fonts()
        self._text = LabelText()
        self._entries: list[dict[str, object]] = []
        self._turn = 0
        self._shown = False

    def tell(self, text: LabelText) -> None:
        """Show this label; one without entries is none, and what was shown fades out."""
        if not text.entries:
            self.hide()
            return
        if text != self._text:
            self._text = text
            self._turn += 1
            self._entries = [_shown(entry) for entry in text.entries]
        self._shown = True
        self.changed.emit()

    def hide(self) -> None:
        """Fade the label out."""
        self._shown = False
        self.changed.emit()

    entries = Property(list, lambda self: self._entries, notify=changed)
    drift = Property(QPoint, lambda self: QPoint(*self._text.drift_px), notify=changed)
    turn = Property(int, lambda self: self._turn, notify=changed)
    shown = Property(bool, lambda self: self._shown, notify=changed)
    family = Property(str, lambda self: self._type.family, notify=constant)
    capRatio = Property(float, lambda self: self._type.cap_ratio, notify=constant)


def _shown(entry: LabelEntry) -> dict[str, object]:
    code = code_of(entry.link)
    return {
        "artist": entry.artist,
        "title": entry.title,
        "slanted": entry.slanted,
        "year": entry.year,
        "made": entry.made,
        "code": code.source,
        "modules": code.modules,
    }
