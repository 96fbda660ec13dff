"""What the X screen shows in the window's place, through the imaging process; nothing on other platforms.

Wayland lets no program read the screen, eglfs has no windows but ours: there the window's frames are all there is.
"""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication, QWindow

from kiosk.imaging.orders import Look, LookOrder, Order, Result

Rect = tuple[int, int, int, int]


class XScreen:
    """Looks where the window is. `carry_out` is the imaging process's.

    `turned` returns by how many degrees clockwise the scene in the window is turned.
    """

    def __init__(
        self, window: QWindow, carry_out: Callable[[Order], Awaitable[Result]], turned: Callable[[], int] = lambda: 0
    ) -> None:
        self._window = window
        self._carry_out = carry_out
        self._turned = turned
        self._display = os.environ.get("DISPLAY", "") if QGuiApplication.platformName() == "xcb" else ""

    async def look(self) -> Look | None:
        """Return what is to be seen there; None where it cannot be had."""
        return await self._look(None)

    async def save_png(self, path: Path) -> tuple[int, int] | None:
        """Write it to `path` and return its size in pixels; None where it cannot be had."""
        rect = self._rect()
        return rect[2:] if await self._look(path) is not None else None

    async def _look(self, out: Path | None) -> Look | None:
        if not self._display or not self._window.isVisible():
            return None
        result = await self._carry_out(LookOrder(self._display, self._rect(), out, self._turned()))
        return result if isinstance(result, Look) else None

    def _rect(self) -> Rect:
        screen = self._window.screen()
        return in_pixels(self._window.geometry(), screen.geometry(), screen.devicePixelRatio())


def in_pixels(window: QRect, screen: QRect, ratio: float) -> Rect:
    """Return x, y, width, height of a window in device pixels, as far as it lies on its screen.

    Qt scales within a screen: its upper left corner is in device pixels already, lengths are divided by `ratio`.
    """
    seen = window.intersected(screen)
    origin, offset = screen.topLeft(), seen.topLeft() - screen.topLeft()
    return (
        origin.x() + round(offset.x() * ratio),
        origin.y() + round(offset.y() * ratio),
        round(seen.width() * ratio),
        round(seen.height() * ratio),
    )
