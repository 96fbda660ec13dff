"""What an X screen really shows: its root window's pixels, by any program, read over the X protocol.

Needs python-xlib and a 24-bit screen; Wayland has nothing of the kind.
"""

import cv2
import numpy as np
from Xlib import X
from Xlib.display import Display

from kiosk.imaging.errors import NoPrint
from kiosk.imaging.files import write_png
from kiosk.imaging.fingerprint import fingerprint
from kiosk.imaging.light import Codes, decoding_table
from kiosk.imaging.orders import Fault, Look, LookOrder

_BAND_BYTES = 1 << 20  # the library joins what it receives anew for each packet: long replies would cost their square


class Eyes:
    """Looks at X screens; keeps the connection to the one looked at last."""

    def __init__(self) -> None:
        self._name = ""
        self._display: Display | None = None

    def look(self, order: LookOrder) -> Look:
        """Return what the screen shows within `rect`; NoPrint when it cannot be seen."""
        try:
            pixels = self._pixels(order)
        except NoPrint:
            raise
        except Exception as error:
            self.close()
            raise NoPrint(
                Fault.FAILED, f"The screen {order.display} cannot be read: {str(error) or type(error).__name__}."
            ) from error
        if order.out is not None:
            write_png(order.out, pixels)
        mean = cv2.mean(cv2.LUT(pixels, decoding_table(256)))
        upright = np.ascontiguousarray(np.rot90(pixels, order.turned // 90))
        return Look(fingerprint(upright), 0.2126 * mean[0] + 0.7152 * mean[1] + 0.0722 * mean[2])

    def _pixels(self, order: LookOrder) -> Codes:
        if self._display is None or self._name != order.display:
            self.close()
            self._display, self._name = Display(order.display), order.display
        root = self._display.screen().root
        size = root.get_geometry()
        left, top = max(0, order.rect[0]), max(0, order.rect[1])
        right = min(size.width, order.rect[0] + order.rect[2])
        bottom = min(size.height, order.rect[1] + order.rect[3])
        if right <= left or bottom <= top:
            raise NoPrint(
                Fault.FAILED, f"The screen {order.display} has {size.width}x{size.height} pixels, none of them there."
            )
        width, step = right - left, max(1, _BAND_BYTES // (4 * (right - left)))
        bands = []
        for first in range(top, bottom, step):
            height = min(step, bottom - first)
            image = root.get_image(left, first, width, height, X.ZPixmap, 0xFFFFFFFF)
            bands.append(np.frombuffer(image.data, np.uint8).reshape(height, width, 4))
        return np.asarray(cv2.cvtColor(np.concatenate(bands), cv2.COLOR_BGRA2RGB), np.uint8)

    def close(self) -> None:
        """Let go of the screen; the next look opens it again."""
        display, self._display = self._display, None
        if display is not None:
            try:
                display.close()
            except Exception:  # noqa: BLE001 - it is broken already
                return
