"""`kiosk snapshot`: what is on the screen, as a PNG.

Where the screen itself can be read, it is what people see, whoever drew it; elsewhere it is the window's own picture.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtGui import QImage

from kiosk.domain.errors import KioskError


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A written PNG: its size in device pixels, and whether it shows the screen or only our window."""

    path: Path
    width_px: int
    height_px: int
    source: Literal["screen", "window"]


async def nobody_looks(path: Path) -> tuple[int, int] | None:
    """Stand in for a look at the screen where there is none to be had."""
    del path
    return None


class Snapshots:
    """Saves the screen, else the window.

    `look(path)` writes what the screen shows and returns its size, or None where the screen cannot be read; `grab`
    returns the window's picture, a null image while it is not on the screen.
    """

    def __init__(
        self, grab: Callable[[], QImage], look: Callable[[Path], Awaitable[tuple[int, int] | None]] = nobody_looks
    ) -> None:
        self._grab = grab
        self._look = look

    async def save_png(self, path: Path) -> Snapshot:
        """Write the picture to `path`; raise KioskError when that fails."""
        seen = await self._look(path)
        if seen is not None:
            return Snapshot(path, *seen, source="screen")
        image = self._grab()
        if image.isNull():
            raise KioskError("The wall is not on a screen just now.", hint="Show its window and try again.")
        if not await asyncio.to_thread(_save, image, path):
            raise KioskError(f"{path} cannot be written.", hint="Choose another place.")
        return Snapshot(path, image.width(), image.height(), source="window")


def _save(image: QImage, path: Path) -> bool:
    return image.save(str(path), "PNG")  # type: ignore[call-overload,no-any-return]  # the stub wants bytes, Qt a str
