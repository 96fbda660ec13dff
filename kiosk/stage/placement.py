"""Where the window goes: the whole of a screen, or a corner of it. Nothing here counts on a window manager."""

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QGuiApplication, QScreen, QWindow

from kiosk.stage.pieces import StageOptions


def chosen_screen(number: int) -> QScreen:
    """Return the screen of that number, the first one when there is none."""
    screens = QGuiApplication.screens()
    return screens[number] if 0 <= number < len(screens) else QGuiApplication.primaryScreen()


def place(window: QWindow, options: StageOptions) -> None:
    """Give the window its screen and geometry: in its size at the top left, or all of the screen.

    The geometry is set in so many words, for without a window manager nobody answers a wish for fullscreen.
    """
    screen = chosen_screen(options.screen)
    window.setScreen(screen)
    whole = screen.geometry()
    window.setGeometry(whole if options.windowed is None else QRect(whole.topLeft(), QSize(*options.windowed)))


def put_up(window: QWindow, options: StageOptions) -> None:
    """Make the window visible where it belongs."""
    if options.windowed is None:
        window.showFullScreen()
    else:
        window.showNormal()
    place(window, options)


def pixels(window: QWindow) -> tuple[int, int]:
    """Return the window's size in device pixels."""
    ratio = window.devicePixelRatio()
    return (round(window.width() * ratio), round(window.height() * ratio))
