"""The marbler's notebook: drops and strokes written down as they are done, in the form `ebru_bath` undoes them.

`ebru_patterns` holds the hand that does the work; `outline` and the forms below it are for drops that are not round.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.styles import ebru_bath as bath
from kiosk.generator.styles.ebru_inks import Inks

Floats = NDArray[np.float64]
_ANGLES = np.linspace(0, np.pi, 181)


@dataclass(frozen=True, slots=True)
class Marbling:
    """Operations in the order they were done: `kinds` (n,) int32, `ops` (n, COLUMNS) float32, and for each that is a
    drop its colours in linear RGB, `inks` (n, 2, 3) float32: at the centre and at the rim.
    """

    kinds: NDArray[np.int32]
    ops: NDArray[np.float32]
    inks: NDArray[np.float32]


@dataclass(slots=True)
class Bath:
    """The list under construction; lengths in frame heights, angles in radians."""

    inks: Inks
    kinds: list[int] = field(default_factory=list)
    ops: list[Floats] = field(default_factory=list)
    colours: list[Floats] = field(default_factory=list)

    def drop(self, x: float, y: float, radius: float, pigment: int) -> None:
        """Let a round drop fall."""
        self._add(bath.DROP, (x, y, 1.0, 0.0, radius * radius), self.inks.of(pigment))

    def shape(self, x: float, y: float, radius: float, pigment: int, turn: float, stretch: float, form: Floats) -> None:
        """Let a drop fall with the outline `form` (see `outline`), drawn out by `stretch` along its axis."""
        head = (x, y, np.cos(turn), np.sin(turn), radius * radius, np.sqrt(stretch))
        self._add(bath.SHAPE, (*head, *form), self.inks.of(pigment))

    def tine(self, x: float, y: float, turn: float, shift: float, reach: float) -> None:
        """Draw one needle through (x, y)."""
        self._add(bath.TINE, (x, y, np.cos(turn), np.sin(turn), shift, reach))

    def comb(self, offset: float, turn: float, shift: float, reach: float, pitch: float) -> None:
        """Draw a comb; `offset` (in pitches) says where its teeth start."""
        x, y = -np.sin(turn) * offset * pitch, np.cos(turn) * offset * pitch
        self._add(bath.COMB, (x, y, np.cos(turn), np.sin(turn), shift, reach, pitch))

    def wave(self, turn: float, height: float, waves: float, phase: float) -> None:
        """Sway everything along `turn`, `waves` times a frame height across."""
        self._add(bath.WAVE, (0.0, 0.0, np.cos(turn), np.sin(turn), height, waves, phase))

    def swirl(self, x: float, y: float, turns: float, size: float) -> None:
        """Turn the needle round (x, y), by `turns` of a circle at the centre."""
        self._add(bath.SWIRL, (x, y, 1.0, 0.0, turns, size))

    def ring(self, x: float, y: float, radius: float, turns: float, reach: float) -> None:
        """Drag the needle along a circle."""
        self._add(bath.RING, (x, y, 1.0, 0.0, turns, reach, radius))

    def _add(self, kind: int, columns: tuple[float, ...], colours: Floats | None = None) -> None:
        row = np.zeros(bath.COLUMNS)
        row[: len(columns)] = columns
        self.kinds.append(kind)
        self.ops.append(row)
        self.colours.append(np.zeros((2, 3)) if colours is None else colours)

    def done(self) -> Marbling:
        """Return the whole as arrays."""
        return Marbling(
            np.array(self.kinds, np.int32), np.array(self.ops, np.float32), np.array(self.colours, np.float32)
        )


def outline(radii: Floats) -> Floats:
    """Return the coefficients of the squared radius by the cosine of the bearing, of `radii` at 181 bearings 0-pi."""
    return np.asarray(np.polynomial.polynomial.polyfit(np.cos(_ANGLES), radii**2, bath.SHAPE_DEGREE), np.float64)


LEAF = outline(1.0 / (np.abs(np.cos(_ANGLES)) ** 1.35 + np.abs(np.sin(_ANGLES)) ** 1.35) ** (1 / 1.35))
PETAL = outline(0.80 + 0.26 * np.cos(_ANGLES) - 0.06 * np.cos(2 * _ANGLES))
LOBES = {n: outline(np.sqrt(1 + 0.42 * np.cos(n * _ANGLES))) for n in (4, 5, 6, 8)}
