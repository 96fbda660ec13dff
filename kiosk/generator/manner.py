"""A manner: how one painter or movement worked, as a plain value. Pure; `artists` finds the one that is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Manner:
    """How one painter or movement worked, in the generator's terms.

    `chords`: pairs of an OKLCH hue in degrees and a scheme, each a harmony of theirs. `grounds` and `styles`: shares of
    the genome's grounds and of styles; a style not named has the share 1. `chroma`, `contrast` and `lightness`: from
    what they have in calm or dark music to what they have in energetic or bright music, 0-1. `mood`: added to energy,
    brightness, onsets and tempo. `words`: by style and structure word the choices that are like them.
    """

    name: str
    years: str
    chords: tuple[tuple[float, str], ...]
    grounds: Mapping[str, float]
    chroma: Range
    contrast: Range
    lightness: Range
    styles: Mapping[str, float]
    mood: tuple[float, float, float, float]
    gesture: str
    words: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    other_names: tuple[str, ...] = ()
