"""Where the window goes: the whole of a screen, or a corner of it. Nothing here counts on a window manager."""

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QGuiApplication, QScreen, QWindow

from kiosk.stage.pieces import StageOptions


def chosen_screen(number: int) -> QScreen:
    """Return the screen of that number, the first one when there is none."""
    screens = QGuiApplication.screens()
    return screens[number] if 0 <= number < len(screens) else QGuiApplication.primaryScreen()


def place(window: QWindow, options: StageOptions) -> None:
    """Put the window up: at the screen's top left in its size, or over all of the screen.

    The geometry is set in so many words, for without a window manager nobody answers a wish for fullscreen.
    """
    screen = chosen_screen(options.screen)
    window.setScreen(screen)
    if options.windowed is None:
        window.setGeometry(screen.geometry())
        window.showFullScreen()
        window.setGeometry(screen.geometry())
        return
    window.setGeometry(QRect(screen.geometry().topLeft(), QSize(*options.windowed)))
    window.showNormal()


def pixels(window: QWindow) -> tuple[int, int]:
    """Return the window's size in device pixels."""
    ratio = window.devicePixelRatio()
    return (round(window.width() * ratio), round(window.height() * ratio))
