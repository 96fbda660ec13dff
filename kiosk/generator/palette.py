"""Palettes: from the palette genes to colours in OKLab, all inside the sRGB gamut. Pure.

A scheme sets four hues by role, a lightness ladder spreads them, and two rules of painters keep them clean: dark
colours lean to wine, teal or indigo instead of turning into mud, and no hue stays in the olive gap. Ramps run through
their stops by monotone cubics in OKLab and go round the hue circle where the straight way would cross grey.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from kiosk.generator.color import Array, lch_to_lab, map_to_gamut
from kiosk.generator.genome import PaletteGenes
from kiosk.generator.hues import painted_hue, role_hues

RAMP_SIZE = 512
WEAVE_ROWS = 17
_LEAST_CONTRAST = 0.2  # OKLab distance between a pigment and the ground it lies on


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours in OKLab: `ground` (3,), `pigments` (8, 3) with their share `weights` (8,),
    `weave` (17, 512, 3): rows from the main ramp to the accent's, columns dark to light; `sheen` (3,) for highlights,
    `rim` (3,) for the accent light.
    """

    ground: Array
    pigments: Array
    weights: Array
    weave: Array
    sheen: Array
    rim: Array
    is_dark: bool


def build_palette(genes: PaletteGenes) -> Palette:
    """Return the palette of some genes."""
    hues = role_hues(genes)
    chroma = 0.120 + 0.068 * genes.chroma
    is_dark = genes.ground in ("dark", "deep")
    ground = {
        "dark": paint(0.165 + 0.03 * genes.lightness, 0.022 + 0.02 * genes.chroma, hues[0]),
        "deep": paint(0.27 + 0.04 * genes.lightness, 0.055 + 0.03 * genes.chroma, hues[2]),
        "paper": paint(0.95 + 0.012 * genes.lightness, 0.014, 78.0),
        "tint": paint(0.86 + 0.04 * genes.lightness, 0.034 + 0.02 * genes.chroma, hues[1]),
    }[genes.ground]
    pigments, weights = _pigments(hues, chroma, genes, is_dark=is_dark)
    pigments = _apart_from(ground, pigments, is_dark=is_dark)
    ramp = _ramp(_ramp_stops(hues[0], hues[1], hues[2], chroma, genes))
    second = _ramp(_ramp_stops(hues[3], hues[3], hues[1], chroma, genes))
    return Palette(
        ground=ground,
        pigments=pigments,
        weights=weights,
        weave=_weave(ramp, second),
        sheen=paint(0.95, 0.022 + 0.02 * genes.chroma, hues[1]),
        rim=paint(0.72, chroma * 1.05, hues[3]),
        is_dark=is_dark,
    )


def paint(lightness: float, chroma: float, hue_deg: float) -> Array:
    """Return one OKLab colour as a painter would mix it (`painted_hue`), inside the gamut."""
    limit = chroma * (1.0 - 0.3 * max(0.0, 0.4 - lightness) / 0.3)
    hue = painted_hue(lightness, hue_deg)
    return map_to_gamut(lch_to_lab(np.array(lightness), np.array(limit), np.array(hue)))


def pchip(positions: Array, values: Array, at: Array) -> Array:
    """Interpolate (n, k) values by monotone cubics (Fritsch and Butland, 1984): no overshoot between the knots."""
    step = np.diff(positions)[:, None]
    slope = np.diff(values, axis=0) / step
    tangent = np.empty_like(values)
    tangent[0], tangent[-1] = slope[0], slope[-1]
    before, after = slope[:-1], slope[1:]
    w1, w2 = 2 * step[1:] + step[:-1], step[1:] + 2 * step[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (w1 + w2) * before * after / (w1 * after + w2 * before)
    tangent[1:-1] = np.where(before * after > 0, mean, 0.0)
    index = np.clip(np.searchsorted(positions, at, side="right") - 1, 0, len(positions) - 2)
    h = step[index]
    t = ((at - positions[index]) / h[:, 0])[:, None]
    h00, h10 = (1 + 2 * t) * (1 - t) ** 2, t * (1 - t) ** 2
    h01, h11 = t * t * (3 - 2 * t), t * t * (t - 1)
    return np.asarray(
        h00 * values[index] + h10 * h * tangent[index] + h01 * values[index + 1] + h11 * h * tangent[index + 1]
    )


def _pigments(
    hues: tuple[float, float, float, float], chroma: float, genes: PaletteGenes, *, is_dark: bool
) -> tuple[Array, Array]:
    lift = 0.05 * (genes.lightness - 0.5)
    reach = 0.8 + 0.4 * genes.contrast
    ladder = (
        (0.40, 0.54, 0.68, 0.80, 0.60, 0.74, 0.69, 0.93)
        if is_dark
        else (0.32, 0.46, 0.60, 0.72, 0.50, 0.64, 0.66, 0.22)
    )
    strength = (0.95, 1.1, 1.05, 0.8, 1.1, 0.95, 1.3, 0.22 if is_dark else 0.3)
    hue_of = (hues[0], hues[0], hues[1], hues[1], hues[2], hues[2], hues[3], hues[1] if is_dark else hues[0])
    centre = 0.62 if is_dark else 0.54
    low, high = (0.33, 0.955) if is_dark else (0.2, 0.78)
    colours = [
        paint(min(max(centre + (level - centre) * reach + lift, low), high), chroma * strong, hue)
        for level, strong, hue in zip(ladder, strength, hue_of, strict=True)
    ]
    weights = np.array([0.19, 0.21, 0.17, 0.10, 0.13, 0.07, 0.07, 0.06])
    return np.array(colours), weights


def _apart_from(ground: Array, pigments: Array, *, is_dark: bool) -> Array:
    """Return the pigments with those lighter (on dark) or darker (on light) that would vanish into the ground."""
    near = np.sqrt(((pigments - ground) ** 2).sum(axis=1))
    shift = np.maximum(_LEAST_CONTRAST - near, 0.0) * (1 if is_dark else -1)
    moved = pigments.copy()
    moved[:, 0] += shift
    return map_to_gamut(moved)


def _ramp_stops(
    main: float, neighbour: float, other: float, chroma: float, genes: PaletteGenes
) -> list[tuple[float, float, float, float]]:
    """Position, lightness, chroma, hue of each stop of a ramp from shadow to highlight."""
    lift = 0.07 * (genes.lightness - 0.5)
    return [
        (0.0, 0.15 + lift / 2, 0.05 + 0.02 * genes.chroma, other),
        (0.2, 0.30 + lift, chroma * 0.8, main),
        (0.42, 0.46 + lift, chroma * 1.1, main),
        (0.62, 0.60 + lift, chroma * 1.1, neighbour),
        (0.82, 0.76 + lift, chroma * 0.9, neighbour),
        (1.0, 0.90 + lift, chroma * 0.45, neighbour),
    ]


def _ramp(stops: list[tuple[float, float, float, float]]) -> Array:
    knots: list[tuple[float, Array]] = []
    for (p0, l0, c0, h0), (p1, l1, c1, h1) in itertools.pairwise(stops):
        turn = hue_turn(h0, h1)
        parts = max(1, round(abs(turn) / 40))
        for i in range(parts):
            t = i / parts
            knots.append((p0 + (p1 - p0) * t, paint(l0 + (l1 - l0) * t, c0 + (c1 - c0) * t, h0 + turn * t)))
    knots.append((stops[-1][0], paint(*stops[-1][1:])))
    lab = pchip(np.array([k[0] for k in knots]), np.array([k[1] for k in knots]), np.linspace(0, 1, RAMP_SIZE))
    return map_to_gamut(lab)


def _weave(main: Array, second: Array) -> Array:
    """Return the colours between two ramps, by hue and not through grey, a little softer half-way."""
    hue_main, hue_second = (np.rad2deg(np.arctan2(ramp[:, 2], ramp[:, 1])) for ramp in (main, second))
    chroma_main, chroma_second = np.hypot(main[:, 1], main[:, 2]), np.hypot(second[:, 1], second[:, 2])
    middle = RAMP_SIZE // 2
    whole = hue_turn(float(hue_main[middle]), float(hue_second[middle]))
    turn = whole + (hue_second - hue_main - whole + 180) % 360 - 180
    t = np.linspace(0, 1, WEAVE_ROWS)[:, None]
    dip = 1 - np.minimum(np.abs(turn) / 180, 1) * 0.45 * 4 * t * (1 - t)
    return map_to_gamut(
        lch_to_lab(
            main[:, 0] + (second[:, 0] - main[:, 0]) * t,
            (chroma_main + (chroma_second - chroma_main) * t) * dip,
            hue_main + turn * t,
        )
    )


def hue_turn(start_deg: float, end_deg: float) -> float:
    """Return the signed angle from one hue to another: the short way, unless that crosses the olive gap."""
    short = (end_deg - start_deg + 180) % 360 - 180
    low, high = sorted((start_deg, start_deg + short))
    crosses = any(low < 118 + turn * 360 < high for turn in (-1, 0, 1))
    if crosses and abs(short) > 60:
        return short - 360 if short > 0 else short + 360
    return short
