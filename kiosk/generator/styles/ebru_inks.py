"""The inks of a marbler's table: which pigment a drop gets by where and when it falls, and how it looks inside."""

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.color import map_to_gamut, oklab_to_linear
from kiosk.generator.genome import Genome
from kiosk.generator.palette import Palette

COLOURING = ("masses", "shells", "scatter")
GROUND = -1
Floats = NDArray[np.float64]


class Inks:
    """Draws pigments (indices of the palette, or GROUND for clear size) from one stream."""

    def __init__(self, genome: Genome, palette: Palette, rng: np.random.Generator) -> None:
        self._palette = palette
        self._rng = rng
        self._scheme = genome.choice("colouring", COLOURING)
        self._tone = 0.02 + 0.06 * genome.gene("tone")
        self._pool = rng.permutation((0, 1, 2, 3, 4, 5))[: int(rng.integers(3, 6))]
        self._centres = rng.uniform(0, 1, (4, 2))
        self._mains = rng.choice(self._pool, 4)

    def of(self, pigment: int) -> Floats:
        """Return a drop's colours, (2, 3) linear RGB: at the centre and at the rim."""
        lab = self._palette.ground if pigment == GROUND else self._palette.pigments[pigment]
        wobble = self._rng.normal(0, 0.012)
        tone = 0.006 if pigment == GROUND else self._tone
        pair = np.array([lab, lab])
        pair[:, 0] += wobble + np.array([tone, -0.6 * tone])
        return oklab_to_linear(map_to_gamut(pair))

    def stone(self, x: float, y: float, progress: float) -> int:
        """Return the pigment of a drop at (x, y), 0-1 of the frame, `progress` 0-1 of the way through the work."""
        rng = self._rng
        luck = rng.random()
        if luck < 0.10:
            return GROUND
        if luck < 0.15:
            return 6
        if luck < 0.19:
            return 7
        if self._scheme == "masses" and luck < 0.85:
            near = np.hypot(*(self._centres - (x, y)).T) + rng.normal(0, 0.05, 4)
            return int(self._mains[int(np.argmin(near))])
        if self._scheme == "shells" and luck < 0.9:
            return int(self._pool[min(int(progress * len(self._pool)), len(self._pool) - 1)])
        return int(rng.choice(self._pool))

    def spark(self) -> int:
        """Return the pigment of a small, late drop: the accents and clear size."""
        return int(self._rng.choice((6, 7, GROUND, 3, 5), p=(0.28, 0.2, 0.3, 0.12, 0.1)))

    def quiet(self) -> int:
        """Return a pigment for a ground that flowers shall stand on: mostly clear size and two neighbours."""
        return int(self._rng.choice((GROUND, 3, 2, 5), p=(0.45, 0.25, 0.2, 0.1)))

    def lines(self) -> tuple[int, int]:
        """Return the ink of a set of rings and what lies between them."""
        return int(self._rng.choice((0, 1, 4, 6, 7, 2), p=(0.25, 0.2, 0.2, 0.15, 0.1, 0.1))), GROUND

    def petals(self) -> tuple[int, int, int]:
        """Return three pigments for a flower: body, inner, heart."""
        choices = ((6, 3, 7), (4, 5, 6), (1, 2, 6), (6, 5, 4), (0, 1, 6))
        a, b, c = choices[int(self._rng.integers(len(choices)))]
        return a, b, c

    def leaf(self) -> int:
        """Return the pigment of stems and leaves."""
        return 0
