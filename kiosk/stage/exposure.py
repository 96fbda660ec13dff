"""Whether the window can be seen: what Qt says of it, and what the X server says where Qt cannot know."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtQuick import QQuickWindow

from kiosk.stage.occlusion import OVERLAID, Occlusion


class Exposure(QObject):
    """Follows one window from its making to `close`; `changed(exposed)` comes on the GUI thread."""

    changed = Signal(bool)

    def __init__(self, window: QQuickWindow) -> None:
        super().__init__()
        self._window = window
        self._exposed = False
        self._covered = False
        self._occlusion: Occlusion | None = None
        window.installEventFilter(self)

    @property
    def exposed(self) -> bool:
        """True while the window is to be seen as far as the window system tells."""
        return self._exposed

    @property
    def beyond_help(self) -> str:
        """Why nobody can see it, where no program can change that: no monitor, a panel without power. Else empty."""
        reason = "" if self._occlusion is None else self._occlusion.reason
        return "" if reason == OVERLAID else reason

    @property
    def overlaid(self) -> bool:
        """True while other windows lie over all of it, where the window system tells."""
        return self._occlusion is not None and self._occlusion.reason == OVERLAID

    def watch(self) -> None:
        """Ask the window system too from now on; called just before the window is put up."""
        self._occlusion = Occlusion(int(self._window.winId()), platform=QGuiApplication.platformName(), parent=self)
        self._occlusion.changed.connect(self.set_covered)
        self._occlusion.settle()

    def look(self) -> None:
        """Ask again now: the panel was just switched."""
        if self._occlusion is not None:
            self._occlusion.look()

    def set_covered(self, covered: bool) -> None:
        """Take the window as hidden while something else lies over it, or its panel is off."""
        self._covered = covered
        self._check()

    def close(self) -> None:
        """End the watch: the window is not seen any more, and nobody is told."""
        if self._occlusion is not None:
            self._occlusion.close()
        self._window.removeEventFilter(self)
        self._exposed = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hear of exposure; take nothing away from the window."""
        if event.type() in {QEvent.Type.Expose, QEvent.Type.WindowStateChange, QEvent.Type.Hide}:
            self._check()
        return super().eventFilter(watched, event)

    def _check(self) -> None:
        minimized = bool(self._window.windowStates() & Qt.WindowState.WindowMinimized)
        exposed = self._window.isExposed() and self._window.isVisible() and not minimized and not self._covered
        if exposed != self._exposed:
            self._exposed = exposed
            self.changed.emit(exposed)
