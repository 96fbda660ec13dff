"""A painter's box and brush: turns a plain description of a wash into a row of the table `watercolour_wash` lays.

How much pigment, water and roughness a wash gets follows from the genome here, so that `watercolour_layout` speaks of
places, sizes and tones alone.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.genome import Genome
from kiosk.generator.styles import watercolour_wash as ww
from kiosk.generator.styles.watercolour_box import ROLE_OF, Box

CLEAR = -0.16  # the tone of clear water
EDGES = ("mixed", "crisp", "wet")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sheet:
    """All washes of a piece, (n, COLUMNS) float32; how roles clash, (ROLES, ROLES) float32 0-1; `sway` of the hand and
    `margin` of bare paper round the picture in frame heights.
    """

    washes: NDArray[np.float32]
    clash: NDArray[np.float32]
    sway: float
    margin: float


@dataclass(slots=True)
class Brush:
    """Collects washes. Lengths in frame heights, angles in radians, `tone` 0 (a breath of colour) to 1 (full).
    `wet` (0-1) is how far edges may bleed; None leaves it to the genome. `reserve` (0-1): how much of a veil below the
    form keeps off the paper; all of it, where the pigments would meet in mud. `veiled` is the pigment of the
    veil, `ground` that of the last wash over all the paper, veil or not.
    """

    genome: Genome
    box_of_paints: Box
    rng: np.random.Generator
    rows: list[Floats] = field(default_factory=list)
    veiled: int | None = None
    ground: int | None = None

    def blob(
        self,
        x: float,
        y: float,
        length: float,
        breadth: float,
        turn: float,
        pigment: int,
        tone: float,
        *,
        taper: float = 0.0,
        flow: float = 0.0,
        rough: float = 1.0,
        fine: float = 1.0,
        dry: float = 0.0,
        wet: float | None = None,
        reserve: float = 0.94,
        is_veil: bool = False,
    ) -> None:
        """Lay a round, long or drop-shaped wash; `rough` and `fine` scale how far and how often its edge wanders.

        What `is_veil` is covered by reserved paper like the veil itself.
        """
        row = self._row(ww.BLOB, (x, y), turn, pigment, tone, min(length, breadth), wet)
        row[[ww.ROUGH, ww.FREQUENCY]] *= rough, fine
        row[[ww.LENGTH, ww.BREADTH, ww.TAPER, ww.FLOW, ww.DRY]] = length, breadth, taper, flow, dry
        row[ww.RESERVE] = max(reserve, 0.97 * self._clash_with_veil(pigment)) if reserve > 0 else 0.0
        row[ww.VEIL] = 1.0 if is_veil else 0.0
        wide = breadth * (1 + abs(taper))
        across, down = abs(np.cos(turn)), abs(np.sin(turn))
        self._add(row, 1.25 * (length * across + wide * down), 1.25 * (length * down + wide * across))

    def veil(self, turn: float, pigment: int, tone: float, flow: float) -> None:
        """Wash the whole paper with what lights are reserved from: the night, or a wood behind its trunks."""
        self.veiled = self.ground = pigment
        row = self._row(ww.SHEET, (0.9, 0.5), turn, pigment, tone, 0.3, 0.0)
        row[[ww.LENGTH, ww.FLOW, ww.VEIL, ww.DENSITY]] = 0.6, flow, 1.0, tone
        row[ww.BLOOM] = min(max(row[ww.BLOOM], 0.2), 0.45)
        self._add(row, 9.0)

    def mound(
        self, x: float, y: float, length: float, high: float, pigment: int, tone: float, *, mirrored: bool = False
    ) -> None:
        """Raise land over its waterline at `y`, or lay its mirror image below it."""
        turn = np.pi if mirrored else 0.0
        row = self._row(ww.MOUND, (x, y), turn, pigment, tone, 0.5 * high, 0.6 if mirrored else 0.1)
        row[[ww.LENGTH, ww.BREADTH, ww.TAPER]] = length, high, 1.6 / length
        row[[ww.ROUGH, ww.SOFT_RANGE]] *= 0.5, 0.3
        self._add(row, 1.2 * max(length, 1.6 * high))

    def ridge(self, y: float, relief: float, pitch: float, fade: float, turn: float, pigment: int, tone: float) -> None:
        """Lay a wash with a skyline at `y` (at mid-frame) that fades downward over `fade`."""
        row = self._row(ww.RIDGE, (0.9, y), turn, pigment, tone, 0.03, None)
        row[[ww.LENGTH, ww.BREADTH, ww.TAPER, ww.FLOW]] = pitch, fade, relief, 0.86
        row[ww.ROUGH] = 0.003 + 0.012 * self.genome.gene("roughness")
        row[ww.SOFT_RANGE] = min(row[ww.SOFT_RANGE] * 3, 0.05)
        self._add(row, 4.0)

    def fir(self, x: float, y: float, high: float, half: float, lean: float, pigment: int, tone: float) -> None:
        """Stand a fir on (`x`, `y`), `half` as broad as its lowest boughs reach; its foot is lost in mist."""
        row = self._row(ww.FIR, (x, y), lean - np.pi / 2, pigment, tone, 0.5 * half, 0.0)
        row[[ww.LENGTH, ww.BREADTH, ww.TAPER, ww.FLOW]] = high, half, self.rng.uniform(9, 15), 0.8
        row[ww.ROUGH] = 0.10 * half
        row[ww.FREQUENCY] = min(1.6 / half, 60.0)
        row[ww.SOFT_RANGE] = 0.06 * half
        row[ww.RIM] *= 0.4
        self._add(row, 1.6 * half + 0.2 * high, 1.05 * high)

    def box(
        self, x: float, y: float, half_width: float, half_height: float, turn: float, pigment: int, tone: float
    ) -> None:
        """Fill a rectangle by hand."""
        size = 0.4 * min(half_width, half_height)
        row = self._row(ww.BOX, (x, y), turn, pigment, tone, size, None)
        row[[ww.LENGTH, ww.BREADTH, ww.FLOW]] = half_width, half_height, self.rng.uniform(-0.55, 0.55)
        self._add(row, 1.3 * float(np.hypot(half_width, half_height)))

    def stroke(
        self, x: float, y: float, length: float, half: float, turn: float, pigment: int, tone: float, reserve: float
    ) -> None:
        """Draw a stroke of one breadth, `half` each side, that the next one can join without a dark overlap."""
        row = self._row(ww.BOX, (x, y), turn, pigment, tone, half, 0.0)
        row[[ww.LENGTH, ww.BREADTH, ww.DRY, ww.RESERVE]] = length, half, 0.4, reserve
        row[ww.ROUGH] *= 0.7
        row[ww.RIM] *= 0.3
        self._add(row, 1.3 * float(np.hypot(length, half)))

    def sheet(self, turn: float, pigment: int, tone: float, flow: float) -> None:
        """Wash the whole paper, denser toward `turn` by `flow` (0-1)."""
        self.ground = pigment
        row = self._row(ww.SHEET, (0.9, 0.5), turn, pigment, tone, 0.2, 0.0)
        row[[ww.LENGTH, ww.FLOW]] = 0.9, flow
        self._add(row, 9.0)

    def done(self, margin: float) -> Sheet:
        """Return the whole as arrays."""
        sway = 0.015 + 0.045 * self.genome.gene("roughness")
        return Sheet(np.array(self.rows, np.float32), self.box_of_paints.clash.astype(np.float32), sway, margin)

    def _clash_with_veil(self, pigment: int) -> float:
        if self.veiled is None:
            return 0.0
        return float(self.box_of_paints.clash[ROLE_OF[pigment], ROLE_OF[self.veiled]])

    def _row(
        self, kind: int, at: tuple[float, float], turn: float, pigment: int, tone: float, size: float, wet: float | None
    ) -> Floats:
        genome, rng = self.genome, self.rng
        softness = {"crisp": 0.08, "mixed": 0.55, "wet": 1.0}[genome.choice("edges", EDGES)] if wet is None else wet
        row = np.zeros(ww.COLUMNS)
        row[[ww.KIND, ww.X, ww.Y, ww.DX, ww.DY]] = kind, *at, np.cos(turn), np.sin(turn)
        row[ww.ROUGH] = min(size, 0.16) * (0.25 + 0.6 * genome.gene("roughness"))
        row[ww.FREQUENCY] = min(0.22 / max(size, 0.004), 60.0) * (0.7 + 0.8 * genome.gene("fineness")) + 1.2
        row[ww.POOL_FREQUENCY] = min(0.30 / max(size, 0.03), 5.0) + 0.8 + genome.gene("fineness")
        row[ww.SOFT] = 0.0011 + max(softness - 0.5, 0) * (min(0.6 * size, 0.036) if wet is None else min(size, 0.35))
        row[ww.SOFT_RANGE] = softness * min(0.8 * size, 0.12)
        row[ww.RIM] = (0.2 + 0.7 * genome.gene("rim")) * (1.15 - 0.6 * softness)
        row[ww.POOL] = 0.32 + 0.26 * genome.gene("strength")
        row[ww.GRAIN] = 0.08 + 0.30 * genome.gene("granulation")
        row[ww.BLOOM] = max(genome.gene("backruns") * 1.3 - 0.2, 0.0) if rng.random() < 0.6 else 0.0
        row[[ww.ROLE, ww.SEED]] = ROLE_OF[pigment], rng.integers(1, 4000)
        absorption = self.box_of_paints.absorption
        row[ww.ABSORB : ww.ABSORB + 3] = absorption[pigment] * rng.uniform(0.94, 1.06)
        row[ww.CHARGED : ww.CHARGED + 3] = absorption[self.box_of_paints.friends[pigment]]
        row[ww.CHARGE] = rng.uniform(0.3, 1.0)
        load = (0.14 + 0.86 * tone) * (0.8 + 0.4 * genome.gene("strength")) * (1.1 - 0.3 * genome.gene("paleness"))
        row[ww.DENSITY] = load
        return row

    def _add(self, row: Floats, reach: float, down: float | None = None) -> None:
        more = row[ww.ROUGH] + row[ww.SOFT] + row[ww.SOFT_RANGE] + 0.1
        x, y, right, low = row[ww.X], row[ww.Y], reach + more, (reach if down is None else down) + more
        row[[ww.LEFT, ww.TOP, ww.RIGHT, ww.BOTTOM]] = x - right, y - low, x + right, y + low
        self.rows.append(row)
