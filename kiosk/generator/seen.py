"""Which colours a picture shows, read from its signature; without numpy, for the words a server puts to it. Pure.

`signatures` writes the text and shares the layout of its bytes: the bits of the hash, then `TILES` of OKLab, a byte a
value, then the texture. Before a piece is drawn its genome's palette tells what to expect.
"""

import base64
import math
from dataclasses import dataclass

from kiosk.generator.genome import Genome
from kiosk.generator.hues import painted_hue, role_hues

HASH_BYTES = 8
TILES = (9, 16)  # rows, columns
AB_REACH = 0.4  # OKLab's a and b lie within plus and minus this
_REACH_DEG = 24.0  # hues nearer than this are one colour
_APART_DEG = 40.0  # the second colour is at least this far from the first
_GREY = 0.02  # chroma of a tile that has no hue to speak of
_FULL = 0.10  # chroma from which on more does not count
_LEAST_SHARE = 0.08  # of all colour, below which there is no second one


@dataclass(frozen=True, slots=True)
class Tint:
    """A colour as it is named: its OKLCH hue in degrees [0, 360), and OKLab's lightness, 0-1."""

    hue_deg: float
    lightness: float


@dataclass(frozen=True, slots=True)
class Tints:
    """The colour that covers most of a picture, and the next one, which may be the same."""

    main: Tint
    other: Tint


def tints_of(genome: Genome, signature: str = "") -> Tints:
    """Return the tints of a piece: of its picture when its `signature` is known and has any, else of its palette."""
    return (tints_in(signature) if signature else None) or expected_of(genome)


def tints_in(signature: str) -> Tints | None:
    """Return the tints of a picture; None where the text is no signature of this version, or the picture is grey."""
    tiles = [_weighed(*tile) for tile in _layout(signature)]
    coloured = [tile for tile in tiles if tile[1] > 0]
    if not coloured:
        return None
    main = _widest(coloured)
    others = [tile for tile in coloured if _gap(tile[0].hue_deg, main.hue_deg) > _APART_DEG]
    if sum(weight for _, weight in others) < _LEAST_SHARE * sum(weight for _, weight in coloured):
        return Tints(main, main)
    return Tints(main, _widest(others))


def expected_of(genome: Genome) -> Tints:
    """Return what the palette leads one to expect: the first pigment, and the accent, as a painter mixes them."""
    hue, _, _, accent = role_hues(genome.palette)
    lightness = 0.4 + 0.3 * genome.palette.lightness
    main = Tint(painted_hue(0.5, hue) % 360, lightness)
    return Tints(main, Tint(painted_hue(0.69, accent) % 360, 0.69))


def _layout(signature: str) -> list[tuple[float, float, float]]:
    try:
        data = base64.b85decode(signature)
    except ValueError:
        return []
    values = data[HASH_BYTES : HASH_BYTES + 3 * TILES[0] * TILES[1]]
    if len(values) < 3 * TILES[0] * TILES[1]:
        return []
    return [
        (light / 255, (a / 255 * 2 - 1) * AB_REACH, (b / 255 * 2 - 1) * AB_REACH)
        for light, a, b in zip(values[::3], values[1::3], values[2::3], strict=True)
    ]


def _weighed(lightness: float, a: float, b: float) -> tuple[Tint, float]:
    chroma = math.hypot(a, b)
    return Tint(math.degrees(math.atan2(b, a)) % 360, lightness), min(chroma, _FULL) if chroma > _GREY else 0.0


def _widest(tiles: list[tuple[Tint, float]]) -> Tint:
    """Return the mean tint of the tiles round the hue that has the most of them."""

    def within(hue_deg: float) -> list[tuple[Tint, float]]:
        return [tile for tile in tiles if _gap(tile[0].hue_deg, hue_deg) <= _REACH_DEG]

    near = max((within(hue) for hue in range(0, 360, 8)), key=lambda found: sum(weight for _, weight in found))
    whole = sum(weight for _, weight in near)
    x = sum(weight * math.cos(math.radians(tint.hue_deg)) for tint, weight in near)
    y = sum(weight * math.sin(math.radians(tint.hue_deg)) for tint, weight in near)
    lightness = sum(weight * tint.lightness for tint, weight in near) / whole
    return Tint(math.degrees(math.atan2(y, x)) % 360, lightness)


def _gap(one_deg: float, other_deg: float) -> float:
    return abs((one_deg - other_deg + 180) % 360 - 180)
