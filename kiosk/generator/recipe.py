"""What a style tells the rest of the generator about itself: its words and genes, and how the music sets them. Pure.

`styles/<name>_recipe.py` makes one `Recipe` a style; `compose` draws genomes with it, `breed` settles crossed ones,
`titles` finds words in it. The pixels are the business of `styles/<name>.py`, which is imported only to draw.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Shares = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Mood:
    """The music as genes see it, every number 0-1 and known: what was not heard has been drawn among calm values."""

    energy: float
    brightness: float
    onsets: float
    tempo: float


@dataclass(frozen=True, slots=True)
class Effects:
    """What each part of the music moves in a style, as it stands in the explanation of a piece."""

    energy: str
    brightness: str
    onsets: str
    tempo: str


def as_they_are(structure: Mapping[str, str]) -> dict[str, str]:
    """Return the words unchanged: in most styles any of them go together."""
    return dict(structure)


@dataclass(frozen=True, slots=True)
class Recipe:
    """One style, but for its pixels.

    `structure`: for each structure word the choices, each with its share (>= 0) in calm and in energetic music.
    `genes`: the genes for a mood, 0-1 each, drawn from the stream. `settle`: corrects words that do not go together.
    `nouns`: the nouns of titles, by the choice of the structure word `named_by`. `subject`: what a genome of this style
    shows, as the beginning of a prompt, in lower case and without the colours. `light`: how much oftener than in others
    the ground is light.
    """

    name: str
    structure: Mapping[str, Shares]
    genes: Callable[[Mood, random.Random], dict[str, float]]
    named_by: str
    nouns: Mapping[str, tuple[str, ...]]
    subject: Callable[[Mapping[str, str]], str]
    effects: Effects
    has_ground: bool = True
    light: float = 1.0
    settle: Callable[[Mapping[str, str]], dict[str, str]] = as_they_are

    def knows(self, structure: Mapping[str, str]) -> bool:
        """Tell whether the style has all these words: those of another version of it may be gone."""
        return all(structure[name] in words for name, words in self.structure.items() if name in structure)


def near(centre: float, spread: float, stream: random.Random) -> float:
    """Return a gene drawn round `centre` with standard deviation `spread`, kept in 0-1."""
    return round(min(max(stream.gauss(centre, spread), 0.0), 1.0), 4)


def composition_genes(stream: random.Random) -> dict[str, float]:
    """Return the genes every style has: where things lie and where the light comes from, from chance alone."""
    return {name: stream.random() for name in ("angle", "light", "focus_x", "focus_y")}
