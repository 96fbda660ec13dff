"""Hues (degrees round OKLab's circle): of keys in music, and of a palette's four roles. Pure, and without numpy.

A server that composes and breeds needs these alone; colours are `palette`'s. A key is at home at one hue, and leads to
those of its relations, as a piece of music goes to other keys and comes back:

    home           the key's own                        relative     of the same notes: C major and A minor
    dominant       a fifth up, the brighter side        mediant      a third off: C to E, A minor to F
    subdominant    a fifth down, the darker side        far side     across the circle: C to F sharp
"""

import random

from kiosk.generator.genome import PaletteGenes

# The circle of fifths (C G D A E B F# C# G# D# A# F) on hues picked by eye; the olive gap 84-156 has none.
FIFTHS = ("C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#", "F")
HUE_OF_FIFTH = (26.0, 44.0, 60.0, 76.0, 162.0, 188.0, 216.0, 240.0, 262.0, 290.0, 330.0, 4.0)
_MINOR_DEG = -10.0
_STEPS = {  # round the circle of fifths, of a major and of a minor key; share, and how bright music adds to it
    "home": (0, 0, 0.40, 0.0),
    "dominant": (1, 1, 0.06, 0.16),
    "subdominant": (-1, -1, 0.22, -0.16),
    "relative": (3, -3, 0.12, 0.0),
    "mediant": (4, -4, 0.10, 0.0),
    "far side": (6, 6, 0.10, 0.0),
}
_ROLES = {  # hue offsets of: dominant, neighbour, secondary, accent
    "analogous": (0.0, 26.0, -30.0, 58.0),
    "complement": (0.0, 20.0, -18.0, 180.0),
    "split": (0.0, 22.0, 150.0, 206.0),
    "triad": (0.0, 18.0, 122.0, 240.0),
    "mono": (0.0, 9.0, -12.0, 34.0),
}


def anchors_of(key: str, mode: str) -> dict[str, float]:
    """Return the hue of a key ("C" … "B", "major" or "minor"), "home", and those of its relations by name."""
    at, is_minor = FIFTHS.index(key), mode == "minor"
    steps = {name: minor if is_minor else major for name, (major, minor, _, _) in _STEPS.items()}
    shift = _MINOR_DEG if is_minor else 0.0
    return {name: (HUE_OF_FIFTH[(at + step) % len(FIFTHS)] + shift) % 360 for name, step in steps.items()}


def lead(key: str, mode: str, brightness: float, stream: random.Random) -> float:
    """Return the hue a key leads to in one piece: its home the oftenest; `brightness` (0-1) leads to the dominant."""
    shares = [share + more * brightness for _, _, share, more in _STEPS.values()]
    return stream.choices(list(anchors_of(key, mode).values()), shares)[0]


def relation_of(hue_deg: float, key: str, mode: str) -> str:
    """Return the name of the relation of a key whose hue is the nearest."""
    return min(anchors_of(key, mode).items(), key=lambda pair: abs((pair[1] - hue_deg + 180) % 360 - 180))[0]


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


def painted_hue(lightness: float, hue_deg: float) -> float:
    """Return the hue a painter mixes for one: dark warm colours lean to wine, dark greens to teal, dark cyans to
    indigo; light reds lean to peach. `lightness` is OKLab's.
    """
    hue = clean_hue(hue_deg)
    dark = min(max((0.86 - lightness) / 0.5, 0.0), 1.0)
    light = min(max((lightness - 0.74) / 0.22, 0.0), 1.0)
    if 14 <= hue <= 110:
        hue += (-6 - hue) * 0.66 * dark
    elif 110 < hue <= 205:
        hue += (218 - hue) * 0.45 * dark
    elif 205 < hue <= 268:
        hue += (276 - hue) * 0.35 * dark
    if hue <= 50:
        hue += (58 - hue) * 0.45 * light
    elif hue >= 345:
        hue += 14 * light
    return hue
