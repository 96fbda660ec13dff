"""Where the window goes: the whole of a monitor, or a corner of it. Nothing here counts on a window manager."""

from PySide6.QtCore import QObject, QRect, QSize, Qt, Slot
from PySide6.QtGui import QGuiApplication, QScreen, QWindow


def application() -> QGuiApplication:
    """Return the application, which tells of monitors that come and go."""
    instance = QGuiApplication.instance()
    assert isinstance(instance, QGuiApplication)
    return instance


def chosen_screen(number: int) -> QScreen:
    """Return the monitor of that number, the first one when there is none."""
    screens = QGuiApplication.screens()
    return screens[number] if 0 <= number < len(screens) else QGuiApplication.primaryScreen()


class Placement(QObject):
    """Keeps a window where it belongs: `windowed` pixels at the top left of its monitor, or on all of it.

    The geometry is set in so many words, for without a window manager nobody answers a wish for fullscreen; a monitor
    that gets another resolution is filled again for the same reason.
    """

    def __init__(self, window: QWindow, windowed: tuple[int, int] | None) -> None:
        super().__init__()
        self._window = window
        self._windowed = windowed
        self.monitor = ""

    def settle_on(self, monitor: QScreen) -> None:
        """Give the window its monitor; `monitor` is from now on that one's name."""
        self.monitor = monitor.name()
        self._window.setScreen(monitor)
        self._fill()
        monitor.geometryChanged.connect(self._fill, Qt.ConnectionType.UniqueConnection)

    def put_up(self) -> None:
        """Make the window visible where it belongs."""
        if self._windowed is None:
            self._window.showFullScreen()
        else:
            self._window.showNormal()
        self._fill()

    @Slot()
    def _fill(self) -> None:
        monitor = self._window.screen()
        if monitor.name() == self.monitor:
            whole = monitor.geometry()
            corner = None if self._windowed is None else QRect(whole.topLeft(), QSize(*self._windowed))
            self._window.setGeometry(corner or whole)


def pixels(window: QWindow) -> tuple[int, int]:
    """Return the window's size in device pixels."""
    ratio = window.devicePixelRatio()
    return (round(window.width() * ratio), round(window.height() * ratio))
