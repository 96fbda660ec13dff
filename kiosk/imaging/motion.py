"""What the stage has to know to turn one print into the next, as one small picture that it loads as a texture.

The texture is the motion at the nodes of a grid, one texel a node, in four bands one above the other (binary PPM, P6):

    band 0   way forth, x, high byte   way forth, y, high byte   flow: who leads, 1 first (-0.1 to 1.1)
    band 1   way forth, x, low byte    way forth, y, low byte    ink: when, 0 first
    band 2   way back, x, high byte    way back, y, high byte    ink: light around here
    band 3   way back, x, low byte     way back, y, low byte     ink: 1 where the bright come first, 0 where the dark

A way is a displacement in widths and heights of the picture, +-0.5, as a 16-bit number with 32768 for nothing; maps are
0-1 in a byte. No alpha, which a texture would be multiplied by. Its counterparts: `flow.vert`, `ink.vert`.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.imaging.motion_field import CELL_PX, find_fields
from kiosk.imaging.motion_maps import Field, Grey, Map, looked_up, resized
from kiosk.imaging.motion_turns import LEAD_ROOM, ink_order, rising_first

LOOKED_AT_PX: Final = 480  # the longer side of the pictures in which motion is looked for
CELLS: Final = 32  # of the grid, along the longer side
BANDS: Final = 4
_MIN_CELLS: Final = 10
_MIN_LOOKED_AT: Final = 24  # cells: DIS crashes on pictures in which its coarsest scale is finer than its finest
_NOTHING: Final = 32_768
_SCALE: Final = 65_534


def make_motion(origin: NDArray[np.uint8], goal: NDArray[np.uint8]) -> bytes:
    """Return the motion from one picture to another of the same size, both (rows, columns, 3) sRGB, as a P6 file."""
    rows, columns = origin.shape[:2]
    cells = grid_cells(columns, rows)
    looked_at = looked_at_size(columns, rows)
    old, new = (_grey(picture, looked_at) for picture in (origin, goal))
    forth, back = find_fields(old, new)
    nodes = (cells[0] + 1, cells[1] + 1)
    light = [resized((grey.astype(np.float32) / np.float32(255)) ** 2, nodes) for grey in (old, new)]
    lead = (rising_first(light[0], light[1]) + LEAD_ROOM) / (1 + 2 * LEAD_ROOM)
    order, around, bright_first = ink_order(light[0], light[1])
    return pack(_at_nodes(forth, nodes), _at_nodes(back, nodes), lead, order, around, np.full_like(lead, bright_first))


def looked_at_size(columns: int, rows: int) -> tuple[int, int]:
    """Return the size (width, height) in which motion is looked for in pictures of that shape: whole cells."""
    shares = (LOOKED_AT_PX / CELL_PX * side / max(columns, rows) for side in (columns, rows))
    width, height = (CELL_PX * max(_MIN_LOOKED_AT, round(share)) for share in shares)
    return width, height


def grid_cells(columns: int, rows: int) -> tuple[int, int]:
    """Return the cells (across, down) of the grid over a picture of that shape."""
    longest = max(columns, rows)
    return max(_MIN_CELLS, round(CELLS * columns / longest)), max(_MIN_CELLS, round(CELLS * rows / longest))


def pack(forth: Field, back: Field, lead: Map, order: Map, around: Map, bright_first: Map) -> bytes:
    """Return the P6 file; ways (nodes down, nodes across, 2) in +-0.5, maps (nodes down, nodes across) in 0-1."""
    numbers = [np.round(np.clip(way, -0.5, 0.5) * _SCALE).astype(np.int32) + _NOTHING for way in (forth, back)]
    ways = [part.astype(np.uint8) for number in numbers for part in (number >> 8, number & 255)]
    maps = [np.round(np.clip(each, 0, 1) * 255).astype(np.uint8) for each in (lead, order, around, bright_first)]
    bands = np.concatenate([np.dstack([way, each]) for way, each in zip(ways, maps, strict=True)])
    return f"P6\n{bands.shape[1]} {bands.shape[0]}\n255\n".encode() + bands.tobytes()


def _grey(picture: NDArray[np.uint8], size: tuple[int, int]) -> Grey:
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)


def _at_nodes(field: Field, nodes: tuple[int, int]) -> Field:
    """Return the field for the nodes, in widths and heights of the picture; those on the edge lie on it.

    Where a field bends, straight lines between its values run to one side of it, by a twelfth of the bend in the mean.
    Inner nodes lie so much to the other side: half the error.
    """
    rows, columns = field.shape[:2]
    x, y = np.meshgrid(np.linspace(0, columns - 1, nodes[0]), np.linspace(0, rows - 1, nodes[1]))
    at_nodes = looked_up(field, x.astype(np.float32), y.astype(np.float32))
    bend = np.diff(at_nodes, 2, axis=0)[:, 1:-1] + np.diff(at_nodes, 2, axis=1)[1:-1]
    at_nodes[1:-1, 1:-1] -= bend / np.float32(12)
    return np.asarray(at_nodes / np.array([columns, rows]), np.float32)
