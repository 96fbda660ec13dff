"""Which way the forms of one picture go to become those of another: a smooth field that tears nothing.

What optical flow finds alike in both pictures leads; where it finds nothing, or not the same both ways, the field
follows the light: the first step of optimal transport, the flux from where the old picture is too bright to where the
new one is. Fields are float32 (rows, columns, 2), x then y, in grid cells. Its counterpart is `motion.py`.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.imaging.motion_maps import Field, Grey, Map, blurred, looked_up, resized

CELL_PX: Final = 4  # a cell of the field is so many pixels of the pictures it is found in
_LIGHT_WAY: Final = 0.24  # of the longer side: how far forms go with the light, in the mean, when pictures differ much
_LIGHT_LITTLE: Final = 0.005  # of the longer side: a flux this small halves that
_LIGHT_LIMIT: Final = 0.26  # of the longer side
_LIMIT: Final = 0.25  # of the longer side
_STEEPEST: Final = 0.85  # how much neighbours may part on their way, as a share of their distance: at 1 they would fold
_LARGE_FORMS: Final = (3.0, 1 / 12, 0.2)  # strayed this far (px) a flow is in doubt; spread, of the longer side; doubt
_ALL_FORMS: Final = (1.0, 1 / 32, 0.03)


def find_fields(origin: Grey, goal: Grey) -> tuple[Field, Field]:
    """Return the way from each place of the origin to its place in the goal, and of the goal's to the origin.

    Both pictures are 8-bit brightness, (4 rows, 4 columns).
    """
    cells = (origin.shape[1] // CELL_PX, origin.shape[0] // CELL_PX)
    longest = max(cells)
    small = [resized(picture, cells) / np.float32(255) for picture in (origin, goal)]
    light = _follow_light(small[0], small[1], longest)
    fields = [light, -light]
    broad = [_large_forms(picture, longest) for picture in small]
    for (first, second), (stray_px, spread, doubt) in ((broad, _LARGE_FORMS), ([origin, goal], _ALL_FORMS)):
        forth, back = _flow(first, second), _flow(second, first)
        sure = (_sure(first, second, forth, back, stray_px), _sure(second, first, back, forth, stray_px))
        for index, way in enumerate((forth, back)):
            fields[index] = _led_by(fields[index], way, sure[index], spread * longest, doubt)
    return _settled(fields[0], longest), _settled(fields[1], longest)


def _flow(origin: Grey, goal: Grey) -> Field:
    """Return the optical flow between two pictures, in pixels (DIS; Kroeger et al. 2016)."""
    finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    way = np.zeros((*origin.shape, 2), np.float32)
    return np.asarray(finder.calc(origin, goal, way), np.float32)


def _sure(origin: Grey, goal: Grey, forth: Field, back: Field, stray_px: float) -> Map:
    """Return how sure a flow is (0-1): it leads to what looks alike, and from there the flow back returns."""
    rows, columns = np.indices(origin.shape).astype(np.float32)
    x, y = columns + forth[..., 0], rows + forth[..., 1]
    returned = forth + looked_up(back, x, y)
    strayed = (returned**2).sum(axis=-1) / (stray_px**2 + 0.02 * (forth**2).sum(axis=-1))
    unlike = blurred(np.abs(looked_up(goal, x, y) - origin), 3.0) / 255
    contrast = blurred(np.abs(np.asarray(cv2.Laplacian(origin, cv2.CV_32F, ksize=5), np.float32)), 3.0) / 255
    return np.asarray(np.exp(-0.5 * strayed - 12 * unlike) * np.minimum(1, contrast), np.float32)


def _large_forms(small: Map, longest: int) -> Grey:
    """Return the large forms alone, twice the size of the cells, light and contrast made alike everywhere."""
    soft = blurred(small, longest / 80)
    around = blurred(soft, longest / 10)
    spread = np.sqrt(blurred((soft - around) ** 2, longest / 10))
    even = np.clip(128 + 50 * (soft - around) / (spread + 0.02), 0, 255)
    return cv2.resize(even, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR).astype(np.uint8)


def _follow_light(origin: Map, goal: Map, longest: int) -> Field:
    """Return the flux that carries the origin's light to where the goal has it, none of it across the edge.

    Its sources are what the origin has too much, so it is the slope of a height that solves Poisson's equation.
    """
    lack = blurred(goal - origin, longest / 12)
    rows, columns = lack.shape
    even = np.pad(lack, ((0, rows % 2), (0, columns % 2)), mode="edge")
    y, x = (np.arange(size, dtype=np.float32) * np.float32(np.pi / size) for size in even.shape)
    stiffness = 2 * (np.cos(y)[:, None] + np.cos(x)[None, :]) - 4
    stiffness[0, 0] = 1
    height = np.asarray(cv2.idct(cv2.dct(even - even.mean()) / -stiffness), np.float32)[:rows, :columns]
    slope = np.dstack([np.gradient(height, axis=1), np.gradient(height, axis=0)])
    mean = float(np.linalg.norm(slope, axis=-1).mean())
    flux = slope * (_LIGHT_WAY * longest / (mean + _LIGHT_LITTLE * longest))
    size = np.linalg.norm(flux, axis=-1, keepdims=True)
    return np.asarray(flux / (1 + size / (_LIGHT_LIMIT * longest)), np.float32)


def _led_by(field: Field, way: Field, sure: Map, spread: float, doubt: float) -> Field:
    """Return the field drawn towards the way seen, as far around it as `spread` cells and as much as it is sure."""
    cells = (field.shape[1], field.shape[0])
    cell_px = way.shape[1] / cells[0]
    weighed = resized(np.dstack([way * sure[..., None] / np.float32(cell_px), sure]), cells)
    soft = blurred(weighed, spread)
    return np.asarray((soft[..., :2] + doubt * field) / (soft[..., 2:] + doubt), np.float32)


def _settled(field: Field, longest: int) -> Field:
    """Return the field smooth enough to fold nowhere, and nowhere across the edge."""
    size = np.linalg.norm(field, axis=-1, keepdims=True)
    field = _edged(blurred(field / (1 + (size / (_LIMIT * longest)) ** 4) ** 0.25, longest / 36))
    for _ in range(6):
        if _steepness(field) <= _STEEPEST:
            return field
        field = _edged(blurred(field, longest / 30))
    return field * np.float32(min(1.0, _STEEPEST / max(_steepness(field), _STEEPEST)))


def _steepness(field: Field) -> float:
    return max(float(np.abs(np.diff(field, axis=axis)).max()) for axis in (0, 1))


def _edged(field: NDArray[np.floating]) -> Field:
    """Return the field with nothing across the edges: near one, no further than half the way to it."""
    edged = np.empty(field.shape, np.float32)
    for axis, size in ((0, field.shape[1]), (1, field.shape[0])):
        place = np.arange(size)
        room = 0.5 * np.minimum(place, size - 1 - place) + 1e-6
        room = room[None, :] if axis == 0 else room[:, None]
        edged[..., axis] = room * np.tanh(field[..., axis] / room)
    return edged
