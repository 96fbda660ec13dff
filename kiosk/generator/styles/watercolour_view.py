"""What the compositions of a watercolour share: where the focus lies, how forms spread, which pigment a place gets."""

from dataclasses import dataclass

import numpy as np

from kiosk.generator.genome import Genome
from kiosk.generator.styles.watercolour_box import DUSK, NIGHT, ROLE_OF
from kiosk.generator.styles.watercolour_paint import CLEAR, Brush

COLOURING = ("gradient", "zones", "tonal")
TAU = 2 * np.pi
_BODY = (1, 0, 2, 4, 3, 5)  # pigments that may cover large areas, in the order a gradient passes through them
_NIGHT = (4, 1, 2, 3, 5, 6)


@dataclass(frozen=True, slots=True)
class View:
    """A piece on the easel; lengths in frame heights, `aspect` wide and 1 high."""

    genome: Genome
    aspect: float
    is_dark: bool
    rng: np.random.Generator
    brush: Brush

    def gene(self, name: str) -> float:
        """Return a gene, 0-1."""
        return self.genome.gene(name)

    def pick(self, across: float, down: float) -> int:
        """Return a pigment for a place, 0-1 each way, by the colouring of the piece."""
        scheme = self.genome.choice("colouring", COLOURING)
        jitter = float(self.rng.normal(0, 0.10))
        if scheme == "tonal":
            return (2, 1, 3, 1)[int(self.rng.integers(4))] if self.is_dark else (0, 1, 1, 2)[int(self.rng.integers(4))]
        if scheme == "zones":
            waves = np.sin(5.0 * across + 9 * self.gene("light")) + np.sin(4.0 * down + 9 * self.gene("angle"))
            t = 0.5 + 0.25 * float(waves) + jitter
        else:
            turn = self.gene("light") * TAU
            t = 0.5 + 0.6 * ((across - 0.5) * np.cos(turn) + (down - 0.5) * np.sin(turn)) + jitter
        body = _NIGHT if self.is_dark else _BODY
        return body[int(np.clip(t, 0, 0.999) * len(body))]

    def focus(self, margin: float) -> tuple[float, float]:
        """Return the place to look at, at least `margin` from the upper and lower edge, mostly off the middle."""
        x = self.aspect * (0.26 + 0.48 * self.gene("focus_x"))
        return x, margin + (1 - 2 * margin) * (0.2 + 0.6 * self.gene("focus_y"))

    def scatter(self, count: int, apart: float, margin: float) -> list[tuple[float, float]]:
        """Return `count` places, the focus first, as far apart as room allows."""
        places = [self.focus(margin)]
        for attempt in range(80 * count):
            if len(places) == count:
                break
            x = self.rng.uniform(margin * 0.8, self.aspect - margin * 0.8)
            y = self.rng.uniform(margin, 1 - margin)
            if all(np.hypot(x - a, y - b) > apart * (1 - attempt / (100 * count)) for a, b in places):
                places.append((float(x), float(y)))
        return places

    def breath(self, x: float, y: float, length: float, breadth: float, pigment: int, tone: float) -> None:
        """Lay a soft, pale wash that forms stand in front of; where there is a veil, lifted out of it.

        Over a ground it would clash with it takes on the ground's hue.
        """
        ground = self.brush.ground
        self.glow(x, y, length, breadth, pigment if ground is None else self.beside(pigment, ground), tone)

    def glow(self, x: float, y: float, length: float, breadth: float, pigment: int, tone: float) -> None:
        """Lay a breath of just this pigment, whatever lies below."""
        turn = self.rng.normal(0, 0.3)
        is_veiled = self.brush.veiled is not None
        if is_veiled:
            self.brush.blob(x, y, length, breadth, turn, pigment, CLEAR, rough=1.5, wet=1.0, reserve=0.25 + tone)
            tone *= 1.3
        self.brush.blob(x, y, length, breadth, turn, pigment, 0.6 * tone, rough=1.5, wet=1.0, is_veil=is_veiled)

    def disc(self, x: float, y: float, radius: float, *, is_bare: bool = False) -> None:
        """Hang a sun or, at night and where `is_bare`, a moon of bare paper, its light round it."""
        is_bare = is_bare or self.is_dark
        turn = self.gene("light") * TAU
        halo = self.glow if self.brush.veiled is None else self.breath
        halo(x, y, 2.4 * radius, 2.1 * radius, 6, 0.10)
        tone = 0.8 * CLEAR if is_bare else 0.5
        pigment = 3 if is_bare else 6
        self.brush.blob(x, y, radius, radius, turn, pigment, tone, flow=0.4, rough=0.08, wet=0.0, reserve=0.98)

    def petal(self, pigment: int) -> int:
        """Return the pigment, or a clearer one of its hue where many thin glazes must not turn to black."""
        return (2, 2 if self.is_dark else 1, 2, 3, 5, 5, 6, 3)[pigment]

    def beside(self, pigment: int, other: int) -> int:
        """Return the pigment, or where it would clash with `other` the deepest of that one's own hue."""
        is_clash = self.brush.box_of_paints.clash[ROLE_OF[pigment], ROLE_OF[other]] > 0.2
        return (0, 0, 2, 2, 4, 4, 6, 0, NIGHT, NIGHT)[other] if is_clash else pigment

    def shade(self) -> int:
        """Return a pigment for what stands against the light."""
        if self.is_dark:
            return NIGHT if self.rng.random() < 0.6 else DUSK
        return 0
