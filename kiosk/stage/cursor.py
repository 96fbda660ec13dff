"""The mouse pointer, which does not belong on a wall: it shows while it moves, or while someone works with it."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QWindow

STAYS_MS = 2000


class Cursor(QObject):
    """Hides the pointer over a window at once, and again whenever it has not moved for two seconds."""

    def __init__(self, window: QWindow) -> None:
        super().__init__()
        self._window = window
        self._kept = False
        self._idle = QTimer(self, singleShot=True, interval=STAYS_MS)
        self._idle.timeout.connect(self._hide)
        window.installEventFilter(self)
        self._hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show the pointer for a while when it moves; take nothing away from the window."""
        if event.type() in {QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress}:
            self._window.unsetCursor()
            self._idle.start()
        return super().eventFilter(watched, event)

    def keep(self, kept: bool) -> None:
        """Keep the pointer while a panel is open, or let it go again."""
        self._kept = kept
        self._window.unsetCursor()
        self._idle.start()

    def close(self) -> None:
        """Leave the window alone from now on."""
        self._idle.stop()
        self._window.removeEventFilter(self)

    @Slot()
    def _hide(self) -> None:
        if not self._kept:
            self._window.setCursor(Qt.CursorShape.BlankCursor)
