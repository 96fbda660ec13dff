"""A decoded picture as the rest of the package sees it: rows of linear light, asked for in strips.

`decode` makes them. Only one strip at a time is float: a picture of 40 megapixels stays in the bytes of its decoder.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kiosk.imaging.light import Linear, srgb_to_linear

MAT_CODES: Final = (14, 14, 16)
_MAT: Final = srgb_to_linear(np.array(MAT_CODES) / 255).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as stored. `rows(first, end)` gives (end - first, width, 3) linear sRGB, laid over the mat.

    `orientation` is EXIF's, 1 to 8; `small(side)` the same picture at about `side` px (never less than it has) for a
    look at the whole.
    """

    width: int
    height: int
    orientation: int
    rows: Callable[[int, int], Linear]
    small: Callable[[int], Linear]

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height as people see it."""
        return (self.height, self.width) if self.orientation >= 5 else (self.width, self.height)


def over_mat(light: Linear, alpha: Linear) -> Linear:
    """Lay (h, w, 3) linear light with (h, w) alpha, 0-1, over the mat."""
    share = alpha[..., None]
    return np.asarray(light * share + _MAT * (1 - share), np.float32)


def turned(stored: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Return a view of (h, w, ...) as EXIF's orientation wants it seen."""
    if orientation >= 5:
        stored = stored.swapaxes(0, 1)
    upside_down, mirrored = orientation in {3, 4, 7, 8}, orientation in {2, 3, 6, 7}
    return stored[:: -1 if upside_down else 1, :: -1 if mirrored else 1]


def unturned(upright: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Return a view of an upright (h, w, ...) as it would be stored: what `turned` undoes."""
    return turned(upright, {6: 8, 8: 6}.get(orientation, orientation))
