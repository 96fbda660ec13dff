"""`kiosk snapshot`: what is on the screen, as a PNG."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QImage

from kiosk.domain.errors import KioskError


class Snapshots:
    """Saves what `grab` returns (a null image while the window is not on the screen)."""

    def __init__(self, grab: Callable[[], QImage]) -> None:
        self._grab = grab

    def save_png(self, path: Path) -> tuple[int, int]:
        """Write the screen to `path` and return its size in device pixels; raise KioskError when that fails."""
        image = self._grab()
        if image.isNull():
            raise KioskError("The wall is not on a screen just now.", hint="Show its window and try again.")
        if not image.save(str(path), "PNG"):  # type: ignore[call-overload]  # the stub wants bytes, Qt takes a str
            raise KioskError(f"{path} cannot be written.", hint="Choose another place.")
        return image.width(), image.height()
