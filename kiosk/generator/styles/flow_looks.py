"""How each flow ribbon looks: its pigments and its texture.

`flow` calls it between tracing and drawing; the columns are those of `flow_draw`.
"""

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.genome import Genome
from kiosk.generator.palette import Palette
from kiosk.generator.styles import flow_draw as fd
from kiosk.generator.styles.flow_trace import Ribbons

TEXTURES = ("flat", "satin", "bristle", "striped", "dashed")
COLOURING = ("zones", "bearing", "gradient", "scatter")
_LEAD_SHARE = 0.7  # of the leading strokes have one pigment
_BROAD = 0.028  # frame heights: broader strokes of the palest or darkest pigment look like holes
Floats = NDArray[np.float64]


def looks_of(
    genome: Genome,
    palette: Palette,
    ribbons: Ribbons,
    width: Floats,
    arc: Floats,
    leads: NDArray[np.bool_],
    aspect: float,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Return the looks table (m, LOOK_COLUMNS) of m ribbons, `width` and `arc` long in frame heights; `leads` (m,)
    says which of them lead the eye.
    """
    count = len(width)
    pick = _pigment_index(genome, palette, ribbons, aspect, rng)
    main = rng.choice((6, 7, 3 if palette.is_dark else 0), p=(0.5, 0.25, 0.25))
    pick = np.where(leads, np.where(rng.random(count) < _LEAD_SHARE, main, rng.choice((3, 5, 6, 7), count)), pick)
    pick = np.where((pick == 7) & (width > _BROAD), 3 if palette.is_dark else 0, pick)
    colour = palette.pigments[pick].copy()
    colour[:, 0] += rng.normal(0, 0.022, count)
    partner = palette.pigments[np.where(pick < 6, pick ^ 1, pick)]  # of its own hue: other hues would meet in mud
    looks = np.zeros((count, fd.LOOK_COLUMNS), np.float32)
    blend = (0.1 + 0.5 * genome.gene("blend")) * rng.random(count)[:, None]
    looks[:, fd.START : fd.START + 3] = colour
    looks[:, fd.END : fd.END + 3] = colour + (partner - colour) * blend
    texture = genome.choice("texture", TEXTURES)
    strength = genome.gene("shading")
    looks[:, fd.EDGE] = 0.05
    looks[:, fd.SATIN] = {"satin": 0.10 + 0.14 * strength, "flat": 0.02}.get(texture, 0.05)
    looks[:, fd.BRISTLE] = 0.05 + 0.10 * strength if texture == "bristle" else 0.022
    looks[:, fd.BRISTLE_COUNT] = np.clip(width * 420, 2.0, 24.0)
    if texture in ("striped", "dashed"):
        patterned = (rng.random(count) < 0.35 + 0.3 * strength) & (width > 0.010) & ~leads
        other = (pick + 2) % 7
        if texture == "striped":
            other = np.where(pick < 6, pick ^ 1, other)  # fine stripes of two hues are mud from afar
        looks[:, fd.STRIPE : fd.STRIPE + 3] = palette.pigments[other]
        if texture == "striped":
            looks[:, fd.STRIPES] = np.where(patterned, rng.integers(2, 6, count), 0)
        else:
            looks[:, fd.DASH] = np.where(patterned, width * rng.uniform(0.5, 2.5, count), 0)
    looks[:, fd.SEED] = rng.random(count)
    looks[:, fd.LENGTH] = arc
    return looks


def _pigment_index(
    genome: Genome, palette: Palette, ribbons: Ribbons, aspect: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Choose a pigment for each ribbon: masses of colour that read from afar, with some strokes out of turn."""
    count = len(ribbons.candidate)
    loose = rng.choice(8, count, p=palette.weights)
    middle = ribbons.points[(ribbons.first[:-1] + ribbons.first[1:]) // 2].astype(np.float64)
    scheme = genome.choice("colouring", COLOURING)
    if scheme == "zones":
        centres = rng.uniform(0, 1, (6, 2)) * (aspect, 1)
        zone_pigment = rng.choice(7, 6, p=palette.weights[:7] / palette.weights[:7].sum())
        wobble = rng.normal(0, 0.10, (count, 2))
        nearest = np.argmin(((middle + wobble)[:, None] - centres[None]) ** 2 @ np.ones(2), axis=1)
        ordered = zone_pigment[nearest]
    elif scheme == "bearing":
        ends = ribbons.points[ribbons.first[1:] - 1] - ribbons.points[ribbons.first[:-1]]
        turn = (np.arctan2(ends[:, 1], ends[:, 0]) / np.pi + genome.gene("angle")) % 1.0
        ordered = np.array([0, 1, 2, 3, 5, 4])[np.minimum((turn * 6).astype(int), 5)]
    elif scheme == "gradient":
        angle = genome.gene("light") * 2 * np.pi
        t = (middle[:, 0] / aspect - 0.5) * np.cos(angle) + (middle[:, 1] - 0.5) * np.sin(angle)
        t = np.clip(0.5 + 0.95 * t + rng.normal(0, 0.09, count), 0, 0.999)
        ordered = np.array([0, 1, 2, 3, 5, 4])[(t * 6).astype(int)]
    else:
        return np.asarray(loose)
    stray = rng.random(count) < 0.14 + 0.24 * genome.gene("scatter")
    return np.where(stray, loose, ordered)
