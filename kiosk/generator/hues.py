"""Hues (degrees round OKLab's circle): of keys in music, and of a palette's four roles. Pure, and without numpy.

A server that composes and breeds needs these alone; colours are `palette`'s.
"""

from kiosk.generator.genome import PaletteGenes

# The circle of fifths (C G D A E B F# C# G# D# A# F) on hues picked by eye; the olive gap 84-156 has none.
FIFTHS = ("C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#", "F")
HUE_OF_FIFTH = (26.0, 44.0, 60.0, 76.0, 162.0, 188.0, 216.0, 240.0, 262.0, 290.0, 330.0, 4.0)
_ROLES = {  # hue offsets of: dominant, neighbour, secondary, accent
    "analogous": (0.0, 26.0, -30.0, 58.0),
    "complement": (0.0, 20.0, -18.0, 180.0),
    "split": (0.0, 22.0, 150.0, 206.0),
    "triad": (0.0, 18.0, 122.0, 240.0),
    "mono": (0.0, 9.0, -12.0, 34.0),
}


def role_hues(genes: PaletteGenes) -> tuple[float, float, float, float]:
    """Return the hues (degrees) of dominant, neighbour, secondary and accent, none of them olive."""
    stretch = 0.7 + 0.6 * genes.spread
    offsets = _ROLES[genes.scheme]
    if genes.scheme == "analogous" and 36 < genes.hue < 116:  # ambers go on to rose; the other way lies olive
        offsets = (0.0, -26.0, 24.0, -62.0)
    narrow = tuple(offset * stretch if abs(offset) < 90 else offset for offset in offsets)
    a, b, c, d = (clean_hue(genes.hue + offset) for offset in narrow)
    return a, b, c, d


def clean_hue(hue_deg: float) -> float:
    """Return the hue with the olive gap closed: 76-112 is pressed into 76-85, 112-166 into 156-166."""
    hue = hue_deg % 360
    if 76 <= hue < 112:
        return 76 + (hue - 76) / 4
    if 112 <= hue < 166:
        return 156 + (hue - 112) * 10 / 54
    return hue
