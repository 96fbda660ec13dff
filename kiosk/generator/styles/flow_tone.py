"""The light on a flow piece: how far every place stands out from the ground, so that a picture has a form and a focus.

`flow` asks it for the strokes' widths and colours. Grids are those of `flow_field`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.genome import Genome
from kiosk.generator.noise import noise_map
from kiosk.generator.styles.flow_field import CELLS, LAYOUTS, MARGIN, Field, void_region

_POOL_RADIUS = 0.72  # of the light round the focus, in frame heights
_LEAST_RANGE = 1.2
_BANK_LIGHT = 0.7  # an edge of a void stands out
_DIM = -1.4  # the tone round a disc that stands alone
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tone:
    """`grid`: the tone of each cell of the field, from -1.65 (sinks into the ground) to 1 (stands out); `focus`: where
    the picture is strongest, in frame heights.
    """

    grid: Floats
    focus: tuple[float, float]

    def at(self, points: NDArray[np.floating]) -> Floats:
        """Return the tone at points (n, 2), in frame heights."""
        rows, columns = self.grid.shape
        x = np.clip((points[:, 0] + MARGIN) * CELLS, 0, columns - 1.001)
        y = np.clip((points[:, 1] + MARGIN) * CELLS, 0, rows - 1.001)
        column, row = x.astype(int), y.astype(int)
        tx, ty = x - column, y - row
        top = self.grid[row, column] * (1 - tx) + self.grid[row, column + 1] * tx
        low = self.grid[row + 1, column] * (1 - tx) + self.grid[row + 1, column + 1] * tx
        return np.asarray(top * (1 - ty) + low * ty)


def build_tone(genome: Genome, field: Field, aspect: float) -> Tone:
    """Return the light of a genome.

    The gene `form` goes from a pool of light round the focus over dusk (light from one side) and the sheen of brushed
    metal (light by the strokes' bearing) to folds; each is mixed with the pool.
    """
    rows, columns = field.u.shape
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float64) / CELLS - MARGIN
    focus = (aspect * (0.18 + 0.64 * genome.gene("focus_x")), 0.22 + 0.56 * genome.gene("focus_y"))
    lamp = genome.gene("light") * 2 * np.pi
    pool = 2 * np.exp(-(((x - focus[0]) ** 2 + (y - focus[1]) ** 2) / _POOL_RADIUS**2)) - 1
    from_lamp = 1.5 * np.array([np.cos(lamp), np.sin(lamp)])
    if from_lamp @ (focus[0] / aspect - 0.5, focus[1] - 0.5) < 0:
        from_lamp = -from_lamp  # the focus lies on the lit side
    dusk = (x / aspect - 0.5) * from_lamp[0] + (y - 0.5) * from_lamp[1]
    u, v = field.u.astype(np.float64), field.v.astype(np.float64)
    sheen = (u * u - v * v) * np.cos(2 * lamp) + 2 * u * v * np.sin(2 * lamp)
    folds = np.tanh(5 * noise_map((rows, columns), 1.9, genome.stream_seed("tone") & 0x7FFFFFFF, 1.3, 0.4))
    kinds = (pool, dusk, sheen, folds)
    place = genome.gene("form") * (len(kinds) - 1)
    shares = [max(0.0, 1 - abs(place - k)) for k in range(len(kinds))]
    form = sum(share * kind for share, kind in zip(shares, kinds, strict=True))
    focus_share = 0.48 + 0.3 * genome.gene("density")  # the more strokes, the more the eye needs a place to go
    tone = _with_contrast(form * (1 - 0.5 * focus_share) + pool * focus_share + 0.08)
    tone = np.clip(tone + _BANK_LIGHT * field.bank, -1, 1)
    if is_surround_dim(genome, field):
        tone = np.where(field.region == 0, _DIM + 0.25 * tone, np.maximum(tone, -0.5))
    return Tone(tone, focus)


def _with_contrast(tone: Floats) -> Floats:
    """Return the tone with at least `_LEAST_RANGE` between the strong and the calm parts of the frame."""
    edge = round(MARGIN * CELLS)
    low, high = np.percentile(tone[edge:-edge:4, edge:-edge:4], (8, 92))
    middle = (low + high) / 2
    gain = max(1.0, _LEAST_RANGE / (high - low + 1e-9))
    return np.asarray(np.clip(middle, -0.35, 0.1) + (tone - middle) * gain)


def is_surround_dim(genome: Genome, field: Field) -> bool:
    """Tell whether the strokes round a disc are nearly the ground's colour; in other layouts a void has none."""
    return genome.choice("layout", LAYOUTS) == "disc" and void_region(genome, field) == 0


def presence(tone: Floats, *, is_dark: bool) -> Floats:
    """Return how far a stroke's colour goes from the ground's (0) to its pigment (1) and a little beyond."""
    raised, sunk = (0.20, 0.52) if is_dark else (0.28, 0.32)
    return np.clip(1 + raised * np.maximum(tone, 0) - sunk * np.maximum(-tone, 0), 0.16, 1.3)
