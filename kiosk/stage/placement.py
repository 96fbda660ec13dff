"""Where the window goes: the whole of a monitor, or a corner of it. Nothing here counts on a window manager."""

from PySide6.QtCore import QRect, QSize
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


def place(window: QWindow, monitor: QScreen, windowed: tuple[int, int] | None) -> None:
    """Give the window its monitor and geometry: `windowed` pixels at the top left, or all of the monitor.

    The geometry is set in so many words, for without a window manager nobody answers a wish for fullscreen.
    """
    window.setScreen(monitor)
    whole = monitor.geometry()
    window.setGeometry(whole if windowed is None else QRect(whole.topLeft(), QSize(*windowed)))


def put_up(window: QWindow, monitor: QScreen, windowed: tuple[int, int] | None) -> None:
    """Make the window visible where it belongs."""
    if windowed is None:
        window.showFullScreen()
    else:
        window.showNormal()
    place(window, monitor, windowed)


def pixels(window: QWindow) -> tuple[int, int]:
    """Return the window's size in device pixels."""
    ratio = window.devicePixelRatio()
    return (round(window.width() * ratio), round(window.height() * ratio))
