"""What a marbler does, in order: which drops fall where, which combs and needles are drawn through them.

`marbling` turns a genome into the work written down in `ebru_work`: operations, and the colours of each drop.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.genome import Genome
from kiosk.generator.palette import Palette
from kiosk.generator.styles.ebru_inks import GROUND, Inks
from kiosk.generator.styles.ebru_work import LEAF, LOBES, PETAL, Bath, Marbling

PATTERNS = (
    "battal", "gelgit", "combed", "nonpareil", "peacock", "nightingale", "suminagashi", "tulip", "rosette",
)  # fmt: skip
LAYOUTS = ("full", "medallion", "river", "shore", "corner")
DROPS = ("mixed", "broad", "fine")
Floats = NDArray[np.float64]


def marbling(genome: Genome, palette: Palette, aspect: float) -> Marbling:
    """Return the work of one sheet."""
    rng = np.random.default_rng(genome.stream_seed("ebru"))
    work = Bath(Inks(genome, palette, rng))
    pattern = genome.choice("pattern", PATTERNS)
    hand = _Hand(genome, aspect, rng, work)
    getattr(hand, pattern)()
    hand.breath()
    return work.done()


@dataclass(frozen=True, slots=True)
class _Hand:
    """One pattern a method, each done as a marbler would."""

    genome: Genome
    aspect: float
    rng: np.random.Generator
    work: Bath

    def battal(self) -> None:
        self._stones(1.0)
        self._sprinkle(1.0)
        self._drift(0.6)

    def gelgit(self) -> None:
        self._stones(0.85)
        self._to_and_fro()

    def combed(self) -> None:
        self._stones(0.85)
        turn = self._to_and_fro()
        self.work.comb(self.rng.random(), turn + np.pi / 2, 0.07 + 0.12 * self._g("pull"), 0.008, self._fine_pitch())
        self._drift(0.8)

    def nonpareil(self) -> None:
        self._stones(0.85)
        turn = self._to_and_fro(crossed=False)
        pitch = self._fine_pitch()
        self.work.comb(self.rng.random(), turn + np.pi / 2, 0.10 + 0.12 * self._g("pull"), 0.25 * pitch, pitch)
        self._drift(0.6)

    def peacock(self) -> None:
        self._stones(0.85)
        turn = self._to_and_fro(crossed=False)
        pitch = self._fine_pitch()
        across = turn + np.pi / 2
        self.work.comb(self.rng.random(), across, 0.10 + 0.08 * self._g("pull"), 0.25 * pitch, pitch)
        wide = 0.13 + 0.12 * (1 - self._g("pitch"))
        for half in (0.0, 0.5):  # two rows of teeth, half a pitch apart, swaying against each other
            sway, waves, phase = 0.30 * wide, 0.8 / wide, half
            self.work.wave(across + np.pi / 2, -sway, waves, phase)
            self.work.comb(half, across, (0.08 + 0.08 * self._g("pull")) * (1 if half else -1), 0.10 * wide, wide)
            self.work.wave(across + np.pi / 2, sway, waves, phase)

    def nightingale(self) -> None:
        self._stones(0.9)
        self._to_and_fro(crossed=False, strength=0.7)
        size = 0.075 + 0.11 * (1 - self._g("pitch"))
        sign = 1.0
        for x, y in self._places(3 + int(9 * self._g("drops")), 1.9 * size):
            sign = -sign if self.rng.random() < 0.5 else sign
            self.work.swirl(x, y, sign * (0.7 + 0.9 * self._g("pull")), size * self.rng.uniform(0.8, 1.25))

    def suminagashi(self) -> None:
        count = 4 + int(5 * self._g("drops"))
        rings = 13 + int(12 * self._g("fineness"))
        places = [*self._places(count, 0.40), self.rng.uniform((0, 0), (self.aspect, 1))]
        inks = [self.work.inks.lines() for _ in places]
        reach = np.array([0.46, *self.rng.uniform(0.18, 0.36, len(places) - 1)]) * (1.1 if count < 6 else 0.95)
        order = [(ring, k) for k in range(len(places)) for ring in range(rings)]
        if self.genome.gene("turn") > 0.5:
            order.sort()
        for ring, k in order:
            x, y = places[k] + self.rng.normal(0, 0.004, 2)
            ink, gap = inks[k]
            radius = reach[k] / np.sqrt(rings) * self.rng.uniform(0.7, 1.3)
            pigment = ink if ring % 2 else gap
            self.work.drop(x, y, radius * (0.85 if ring % 2 else 1.0), 6 if ring == rings - 3 and k == 0 else pigment)
        pull = 0.5 + self._g("pull")
        turn = self._turn()
        for _ in range(2 + int(4 * self._g("wander"))):
            x, y = self.rng.uniform((0.1 * self.aspect, 0.1), (0.9 * self.aspect, 0.9))
            bearing = turn + self.rng.normal(0, 0.5)
            self.work.tine(x, y, bearing, self.rng.uniform(-0.2, 0.2) * pull, self.rng.uniform(0.08, 0.2))
        for _ in range(3 + int(4 * self._g("wander"))):
            x, y = self.rng.uniform((0, 0), (self.aspect, 1))
            sign = self.rng.choice((-1, 1))
            self.work.swirl(x, y, sign * self.rng.uniform(0.12, 0.30) * pull, self.rng.uniform(0.15, 0.4))
        self.work.wave(turn, 0.030 * pull, 1.4 + self._g("pitch"), self.rng.random())
        self.work.wave(turn + np.pi / 2, 0.020 * pull, 2.5 + 1.5 * self._g("pitch"), self.rng.random())
        self.work.wave(turn + 1.0, 0.007 * pull, 5 + 3 * self._g("pitch"), self.rng.random())

    def tulip(self) -> None:
        self._stones(0.9, quiet=True)
        self._sprinkle(0.5, quiet=True)
        self._drift(0.8)
        count = 1 + int(4.9 * self._g("drops"))
        size = 0.27 / (1 + 0.16 * (count - 1))
        xs = self.aspect * ((np.arange(count) + 0.5) / count * 0.8 + 0.1) + self.rng.normal(0, 0.02, count)
        for x in self.rng.permutation(xs):
            self._flower(float(x), 0.34 + self.rng.uniform(-0.07, 0.10), size * self.rng.uniform(0.85, 1.1))

    def rosette(self) -> None:
        self._stones(0.8, quiet=True)
        self._drift(0.5)
        count = 3 + int(7 * self._g("drops"))
        size = 0.25 / np.sqrt(0.40 * count + 0.4)
        lobes = LOBES[int(self.rng.choice((4, 5, 6, 8)))]
        twist = self.rng.choice((-1, 1)) * self.rng.uniform(0.02, 0.30) * (0.4 + self._g("pull"))
        start = self.rng.uniform(0, 2 * np.pi)
        for k, (x, y) in enumerate(self._places(count, 2.1 * size)):
            large = size * (1.35 if k == 0 else self.rng.uniform(0.6, 1.0))
            body, inner, heart = self.work.inks.petals()
            for pigment in (GROUND, body, GROUND, inner):
                self.work.drop(x, y, large * 0.36, pigment)
            for ring, pigment in enumerate((body, GROUND, body, GROUND, inner, body, GROUND)):
                self.work.shape(x, y, large * (0.42 if ring % 2 else 0.34), pigment, start + 0.12 * ring, 1.0, lobes)
            self.work.drop(x, y, large * 0.22, heart)
            self.work.drop(x, y, large * 0.10, inner)
            self.work.swirl(x, y, twist, 1.3 * large)
            self.work.ring(x, y, 0.9 * large, 0.3 * twist, 0.08 * large)

    def breath(self) -> None:
        """The last, slow sway of the water, so that no line is ruled."""
        turn = self._turn() + 0.7
        height = 0.006 + 0.016 * self._g("wander")
        self.work.wave(turn, height, 1.0 + 1.2 * self._g("pitch"), self.rng.random())
        self.work.wave(turn + 1.9, 0.6 * height, 2.1 + 1.5 * self._g("pitch"), self.rng.random())

    def _flower(self, x: float, y: float, size: float) -> None:
        rng, work = self.rng, self.work
        pigments = work.inks.petals()
        lean = rng.normal(0, 0.10)
        up = -np.pi / 2 + lean
        foot = np.array([x - np.cos(up) * 0.55 * size, y - np.sin(up) * 0.55 * size])
        leaf = work.inks.leaf()
        below = 1.08 - foot[1]
        middle = foot + np.array([-np.cos(up), -np.sin(up)]) * below * 0.5
        work.shape(middle[0], middle[1], np.sqrt(0.52 * below * 0.011), leaf, up, 0.52 * below / 0.011, LEAF)
        for side in rng.permutation((-1.0, 1.0)):
            reach = size * rng.uniform(0.9, 1.4)
            turn = up + side * rng.uniform(0.32, 0.55)
            at = middle + np.array([np.cos(turn), np.sin(turn)]) * reach * 0.55
            work.shape(at[0], at[1] + 0.10, reach * 0.36, leaf, turn, 6.5, LEAF)
        kind = self.genome.gene("turn")
        if kind < 0.45:
            for turn, length, which in (
                (-0.42, 0.46, 0),
                (0.42, 0.46, 0),
                (-0.17, 0.46, 1),
                (0.17, 0.46, 1),
                (0.0, 0.42, 0),
            ):
                at = foot + np.array([np.cos(up + turn), np.sin(up + turn)]) * size * (0.60 - 0.25 * abs(turn))
                work.shape(at[0], at[1], size * length, pigments[which], up + turn * 0.8, 3.2, LEAF)
                work.shape(at[0], at[1], size * 0.10, pigments[2], up + turn * 0.8, 6.0, LEAF)
        elif kind < 0.75:
            for turn in np.linspace(-1.25, 1.25, 7)[rng.permutation(7)]:
                at = foot + np.array([np.cos(up + turn), np.sin(up + turn)]) * size * 0.5
                work.shape(at[0], at[1], size * 0.33, pigments[0], up + turn, 1.9, PETAL)
                work.shape(at[0], at[1], size * 0.20, pigments[1], up + turn, 2.6, LEAF)
            work.shape(foot[0], foot[1], size * 0.25, leaf, up, 1.5, LEAF)
        else:
            lobes = LOBES[int(rng.choice((5, 6)))]
            start = rng.uniform(0, 2 * np.pi)
            for share, which in ((0.62, 0), (0.42, 1), (0.36, 0), (0.25, 2)):
                work.shape(x, y, size * share, pigments[which], start, 1.0, lobes)
            work.drop(x, y, size * 0.16, pigments[2])
        work.swirl(x, y + size, rng.normal(0, 0.05), 1.3 * size)

    def _stones(self, amount: float, *, quiet: bool = False) -> None:
        """Drops, the large first, as many as cover the sheet about twice where colour is to lie."""
        size = {"broad": 0.135, "mixed": 0.105, "fine": 0.075}[self.genome.choice("drops", DROPS)]
        size *= 1.2 - 0.45 * self._g("fineness")
        area = amount * self.aspect * (1.0 + 0.9 * self._g("drops"))
        laid = 0.0
        count = 0
        while laid < area and count < 170:
            x, y = self._place()
            shrink = 1.25 - 0.7 * laid / area
            radius = size * shrink * np.exp(self.rng.normal(0, 0.35))
            pigment = self.work.inks.quiet() if quiet else self.work.inks.stone(x / self.aspect, y, laid / area)
            self.work.drop(x, y, radius, pigment)
            laid += np.pi * radius * radius
            count += 1

    def _sprinkle(self, amount: float, *, quiet: bool = False) -> None:
        for _ in range(int(amount * (12 + 70 * self._g("sprinkle")))):
            x, y = self._place()
            pigment = self.work.inks.quiet() if quiet else self.work.inks.spark()
            self.work.drop(x, y, 0.004 + 0.030 * self.rng.random() ** 2.5, pigment)

    def _to_and_fro(self, *, crossed: bool = True, strength: float = 1.0) -> float:
        """Draw a coarse comb there and back, and again across; return its direction."""
        turn = self._turn()
        pitch = 0.14 + 0.14 * (1 - self._g("pitch"))
        pull = strength * (0.12 + 0.22 * self._g("pull"))
        start = self.rng.random()
        self.work.comb(start, turn, pull, 0.18 * pitch, pitch)
        self.work.comb(start + 0.5, turn, -pull, 0.18 * pitch, pitch)
        if crossed:
            self.work.comb(start, turn + np.pi / 2, 0.7 * pull, 0.10 * pitch, 0.55 * pitch)
            self.work.comb(start + 0.5, turn + np.pi / 2, -0.7 * pull, 0.10 * pitch, 0.55 * pitch)
        return turn

    def _drift(self, amount: float) -> None:
        turn = self._turn()
        height = amount * (0.02 + 0.05 * self._g("wander"))
        self.work.wave(turn, height, 0.8 + 0.9 * self._g("pitch"), self.rng.random())
        self.work.wave(turn + np.pi / 2, 0.7 * height, 1.1 + 1.1 * self._g("pitch"), self.rng.random())
        for _ in range(1 + int(3 * amount * self._g("pull"))):
            x, y = self.rng.uniform((0, 0), (self.aspect, 1))
            self.work.swirl(x, y, self.rng.normal(0, 0.22) * amount, self.rng.uniform(0.2, 0.45))

    def _place(self) -> Floats:
        """Return a place where the layout wants colour, the frame's surroundings included."""
        at = np.array([self.aspect / 2, 0.5])
        for _ in range(40):
            at = self.rng.uniform((-0.1, -0.1), (self.aspect + 0.1, 1.1))
            if self.rng.random() < self._wanted(at):
                break
        return at

    def _wanted(self, at: Floats) -> float:
        layout = self.genome.choice("layout", LAYOUTS)
        x, y = at[0] / self.aspect - 0.5, at[1] - 0.5
        turn = np.pi * (self._g("angle") - 0.5)
        along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
        if layout == "medallion":
            far = np.hypot((x - 0.2 * (self._g("focus_x") - 0.5)) * self.aspect, y) / (0.30 + 0.12 * self.aspect)
            return float(np.clip(3.0 - 3.0 * far, 0.0, 1))
        if layout == "river":
            return float(np.clip(2.2 - abs(across + 0.1 * np.sin(5 * along)) / 0.13, 0.0, 1))
        if layout == "shore":
            return float(np.clip(0.6 + 5 * (across + 0.08 * np.sin(6 * along)), 0.0, 1))
        if layout == "corner":
            corner = np.array([np.sign(self._g("focus_x") - 0.5), np.sign(self._g("focus_y") - 0.5)]) * 0.5
            return float(np.clip(3.0 - 3.2 * np.hypot(x - corner[0], y - corner[1]), 0.0, 1))
        return 1.0

    def _places(self, count: int, apart: float) -> list[Floats]:
        """Return up to `count` places inside the frame, wanted by the layout and about `apart` from one another."""
        places: list[Floats] = []
        for attempt in range(60 * count):
            at = self.rng.uniform((0.10 * self.aspect, 0.14), (0.90 * self.aspect, 0.86))
            spacing = apart * (1 - attempt / (90 * count))
            if self.rng.random() < self._wanted(at) and all(np.hypot(*(at - other)) > spacing for other in places):
                places.append(at)
            if len(places) == count:
                break
        return places

    def _fine_pitch(self) -> float:
        return 0.022 + 0.036 * (1 - self._g("pitch")) + 0.012 * (1 - self._g("fineness"))

    def _turn(self) -> float:
        quarter = int(self._g("angle") * 4) * np.pi / 2
        return float(quarter + (self._g("light") - 0.5) * 0.9)

    def _g(self, name: str) -> float:
        return self.genome.gene(name)
