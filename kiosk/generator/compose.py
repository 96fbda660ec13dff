"""Composing: from an audio analysis and a seed to a genome. Pure.

What the music says and what it moves (the same words as `titles.explain` uses):

    key               hue anchor on the circle of fifths        mode     colour scheme
    loudness          chroma, contrast, turbulence              tempo    field frequency, length of strokes
    brightness (Hz)   lightness, detail                         onsets   number of elements, folds

Every choice is drawn from a stream that starts from the seed *and* the quantised music, so other music is another
shape and not only another colour. What is unknown is drawn from the seed among calm values.
"""

import random
from collections.abc import Mapping, Sequence

from kiosk.domain.errors import UsageError
from kiosk.generator.features import Features, features_of, quantise
from kiosk.generator.genome import SCHEMES, SEED_LIMIT, Genome, PaletteGenes
from kiosk.generator.hues import FIFTHS, HUE_OF_FIFTH
from kiosk.generator.recipe import Mood, Shares, near
from kiosk.generator.styles import RECIPES, STYLES

_SCHEME_SHARES = {"major": (0.28, 0.27, 0.22, 0.17, 0.06), "minor": (0.38, 0.20, 0.20, 0.06, 0.16)}


def compose(
    analysis: Mapping[str, object] | None,
    seed: int,
    style: str | None = None,
    *,
    styles: Sequence[str] = (),
    artists: Sequence[str] = (),
    dynamic_mode: bool = True,
) -> Genome:
    """Return the genome of a piece for this music (an audioAnalysis record, any value may be missing) and seed.

    `style` decides; otherwise one of the known among `styles`, otherwise any. `artists` is accepted and has no
    influence on a procedural piece. Without `dynamic_mode` the music is left out and the seed alone decides.
    Raises UsageError for an unknown `style` or a seed outside [0, 2^53).
    """
    del artists
    if not 0 <= seed < SEED_LIMIT:
        raise UsageError(f"The seed {seed} is out of range.", hint=f"Use a whole number from 0 to {SEED_LIMIT - 1}.")
    if style is not None and style not in STYLES:
        raise UsageError(f"There is no style {style!r}.", hint=f"Known styles are {', '.join(STYLES)}.")
    music = features_of(analysis) if dynamic_mode else Features()
    audio = quantise(music)
    stream = random.Random(f"{seed}/{sorted(audio.items())!r}")
    wanted = [name for name in styles if name in STYLES] or list(STYLES)
    chosen = style or (wanted[0] if len(wanted) == 1 else stream.choice(wanted))
    calm = Features(
        energy=stream.uniform(0.12, 0.5),
        brightness=stream.uniform(0.25, 0.7),
        onsets=stream.uniform(0.15, 0.55),
        tempo=stream.uniform(0.1, 0.5),
    )
    energy = _known(music.energy, calm.energy)
    brightness = _known(music.brightness, calm.brightness)
    onsets = _known(music.onsets, calm.onsets)
    tempo = _known(music.tempo, calm.tempo)
    mood = Mood(energy=energy, brightness=brightness, onsets=onsets, tempo=tempo)
    recipe = RECIPES[chosen]
    palette = _palette(music, energy, brightness, stream)
    structure = recipe.settle({name: _pick(shares, energy, stream) for name, shares in recipe.structure.items()})
    return Genome(
        style=chosen,
        seed=seed,
        palette=palette,
        genes={name: round(value, 4) for name, value in recipe.genes(mood, stream).items()},
        structure=structure,
        audio=audio,
    )


def _palette(music: Features, energy: float, brightness: float, stream: random.Random) -> PaletteGenes:
    anchor = HUE_OF_FIFTH[FIFTHS.index(music.key)] if music.key else stream.choice(HUE_OF_FIFTH)
    mode = music.mode or stream.choice(("major", "minor"))
    scheme = stream.choices(SCHEMES, _SCHEME_SHARES[mode])[0]
    light = 0.30 + 0.30 * brightness + (0.06 if mode == "major" else -0.08)
    ground = stream.choices(
        ("dark", "deep", "paper", "tint"), (0.62 * (1 - light), 0.38 * (1 - light), 0.62 * light, 0.38 * light)
    )[0]
    hue = (anchor + stream.gauss(0, 7) - (10 if mode == "minor" else 0)) % 360
    return PaletteGenes(
        hue=round(hue, 2) % 360,
        scheme=scheme,
        ground=ground,
        chroma=near(energy, 0.12, stream),
        contrast=near(0.25 + 0.6 * energy, 0.12, stream),
        lightness=near(brightness, 0.12, stream),
        spread=round(stream.random(), 4),
    )


def _pick(shares: Shares, energy: float, stream: random.Random) -> str:
    return stream.choices(list(shares), [calm + (energetic - calm) * energy for calm, energetic in shares.values()])[0]


def _known(heard: float | None, calm: float | None) -> float:
    return heard if heard is not None else calm or 0.0
