"""The paint box of a watercolour: how strongly each pigment takes red, green and blue out of the light. Pure.

The palette's eight pigments are made transparent: brown is a dark orange, so warm pigments keep their red and mix to
crimson. Two more are the night's: the veil of a nocturne is indigo, wine, viridian or violet, never brown.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.generator.color import lch_to_lab, map_to_gamut, oklab_to_linear
from kiosk.generator.genome import Genome
from kiosk.generator.hues import role_hues
from kiosk.generator.palette import Palette

NIGHT, DUSK = 8, 9
ROLE_OF = (0, 0, 1, 1, 2, 2, 3, 0, 4, 4)
_FRIENDS = (2, 3, 3, 2, 5, 4, 3, 1, 9, 8)  # what may run into a pigment, if their hues do not clash
_WARM_DEG = (8.0, 95.0)
_KEPT_RED = (0.55, 0.30, 0.22, 0.18, 0.30, 0.22, 0.22, 2.0)
_BLANK = (0.962, 0.001, 0.007)  # OKLab of the sheet a nocturne is painted on
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Box:
    """`paper` (3,) linear RGB; `absorption` (10, 3) of a full wash; `clash` (5, 5) 0-1: how roles keep apart;
    `friends` (10,): the pigment that may run into each.
    """

    paper: Floats
    absorption: Floats
    clash: Floats
    friends: tuple[int, ...]


def mix_box(genome: Genome, palette: Palette) -> Box:
    """Return the paints of a genome."""
    paper = oklab_to_linear(map_to_gamut(_paper(genome, palette)))
    absorption = np.array(
        [*(_transparent(lab, kept, paper) for lab, kept in zip(palette.pigments, _KEPT_RED, strict=True)),
         *(-np.log(oklab_to_linear(lab) / paper) for lab in _night(genome))]
    )  # fmt: skip
    clash = _clash(palette)
    friends = tuple(friend if clash[ROLE_OF[k], ROLE_OF[friend]] <= 0 else k for k, friend in enumerate(_FRIENDS))
    return Box(paper, np.maximum(absorption, 0.01), clash, friends)


def _paper(genome: Genome, palette: Palette) -> Floats:
    if palette.is_dark:
        return np.array(_BLANK)
    if genome.palette.ground == "tint":  # a wash of an opposite hue on a full tint would be khaki
        return palette.ground * (1.03, 0.6, 0.6)
    return palette.ground


def night_hue(hue_deg: float, away_deg: float) -> float:
    """Return the hue of a night under warm or cool lights of `hue_deg`; `away_deg` is the accent's, that warm lights
    ask whether the night may be blue.
    """
    hue = hue_deg % 360
    if hue < 120 or hue > 352:
        if abs((away_deg - hue + 180) % 360 - 180) > 90:
            return 280.0
        return 345.0 if hue > 352 or hue < 34 else 318.0
    if hue < 200:
        return 178.0 + (hue - 120) * 0.30
    if hue < 270:
        return 238.0 + (hue - 200) * 0.55
    return hue


def _night(genome: Genome) -> Floats:
    genes = genome.palette
    hues = role_hues(genes)
    is_deep = genes.ground == "deep"
    hue = night_hue(hues[2] if is_deep else hues[0], hues[3])
    lightness = (0.36 if is_deep else 0.27) + 0.05 * genes.lightness
    chroma = (0.115 if is_deep else 0.095) + 0.035 * genes.chroma
    turn = 26.0 if genome.gene("light") > 0.5 else -22.0
    lightnesses, hues_deg = np.array([lightness, lightness + 0.09]), np.array([hue, hue + turn])
    return map_to_gamut(lch_to_lab(lightnesses, np.array([chroma, chroma * 1.15]), hues_deg))


def _transparent(lab: Floats, kept_red: float, paper: Floats) -> Floats:
    absorption = -np.log(np.clip(oklab_to_linear(map_to_gamut(lab)), 0.012, 1) / paper)
    hue = np.rad2deg(np.arctan2(lab[2], lab[1])) % 360
    if _WARM_DEG[0] < hue < _WARM_DEG[1]:
        absorption[0] = min(absorption[0], kept_red)
    return np.asarray(absorption)


def _clash(palette: Palette) -> Floats:
    lab = palette.pigments[[1, 2, 4, 6]]
    hue = np.rad2deg(np.arctan2(lab[:, 2], lab[:, 1]))
    apart = np.abs((hue[:, None] - hue[None] + 180) % 360 - 180)
    clash = np.zeros((5, 5))
    clash[:4, :4] = np.clip((apart - 38) / 45, 0, 1)
    return clash
