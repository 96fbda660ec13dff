"""Composing: from an audio analysis and a seed to a genome. Pure.

What the music says and what it moves (the same words as `titles.explain` uses):

    key               hue anchor on the circle of fifths        mode     colour scheme
    loudness          chroma, contrast, turbulence              tempo    field frequency, length of strokes
    brightness (Hz)   lightness, detail                         onsets   number of elements, folds

Every choice is drawn from a stream that starts from the seed *and* the quantised music, so other music is another
shape and not only another colour. What is unknown is drawn from the seed among calm values. `style_choice` says which
style the music calls for; the manner of an artist asked for bends mood, words and colours, and the key still chooses
among the artist's own hues. What was shown a short while ago does not come again yet: `compositions` says how long.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kiosk.domain.errors import UsageError
from kiosk.generator.artists import asked_for, manners_of
from kiosk.generator.compositions import Composition, awake_in, resting
from kiosk.generator.features import Features, features_of, quantise, recalled
from kiosk.generator.genome import SCHEMES, SEED_LIMIT, Genome, PaletteGenes
from kiosk.generator.hues import FIFTHS, HUE_OF_FIFTH, lead
from kiosk.generator.manner import Manner, Range
from kiosk.generator.recipe import Mood, Recipe, Shares, near
from kiosk.generator.style_choice import choose_style
from kiosk.generator.styles import RECIPES, STYLES

_LIKE_THEM = 0.8  # of a manner's words stand in a piece; the others are the music's
_SCHEME_SHARES = {"major": (0.28, 0.27, 0.22, 0.17, 0.06), "minor": (0.38, 0.20, 0.20, 0.06, 0.16)}


def compose(
    analysis: Mapping[str, object] | None,
    seed: int,
    style: str | None = None,
    *,
    styles: Sequence[str] = (),
    artists: Sequence[str] = (),
    dynamic_mode: bool = True,
    recent: Sequence[Genome] = (),
) -> Genome:
    """Return the genome of a piece for this music (an audioAnalysis record, any value may be missing) and seed.

    `style` decides; otherwise it is one of the known among `styles`, otherwise any: in `dynamic_mode` the one the music
    calls for is the likeliest, without it the seed alone chooses. The piece is in the manner of one of the known among
    `artists`. Its composition is none of the `recent` pieces' (newest first), as far as there are others. Raises
    UsageError for an unknown `style` or a seed outside [0, 2^53).
    """
    if not 0 <= seed < SEED_LIMIT:
        raise UsageError(f"The seed {seed} is out of range.", hint=f"Use a whole number from 0 to {SEED_LIMIT - 1}.")
    if style is not None and style not in STYLES:
        raise UsageError(f"There is no style {style!r}.", hint=f"Known styles are {', '.join(STYLES)}.")
    music = features_of(analysis)
    asked = asked_for(artists)
    manner = _manner_for(music, seed, asked)
    wished = (style,) if style else tuple(name for name in styles if name in STYLES) or STYLES
    rest = resting(recent, wished)
    waking = [name for name in wished if awake_in(name, rest)] or wished
    lots = random.Random(f"style/{_stream_key(music, seed) if dynamic_mode else seed}")
    chosen = choose_style(waking, music if dynamic_mode else None, manner, lots)
    return _composed(music, seed, chosen, manner, asked, rest)


def recompose(genome: Genome, style: str, rest: frozenset[Composition] = frozenset()) -> Genome:
    """Return the piece that the same music and seed would be in another style, but for what `rest`s.

    The music is the genome's fingerprint of it, so numbers may differ a little from `compose`'s.
    """
    music = recalled(genome.audio)
    composed = _composed(music, genome.seed, style, _manner_for(music, genome.seed, genome.asked), genome.asked, rest)
    return replace(composed, audio=genome.audio)


def _composed(
    music: Features,
    seed: int,
    style: str,
    manner: Manner | None,
    asked: tuple[str, ...],
    rest: frozenset[Composition],
) -> Genome:
    recipe = RECIPES[style]
    key = _stream_key(music, seed)
    stream = random.Random(key)
    mood = _mood(music, stream)
    palette = _palette(music, mood, recipe, stream, random.Random(f"relation/{key}"))
    if manner is not None:
        mood = _bent(mood, manner)
        palette = _palette_like(manner, music, mood, stream)
    awake = {recipe.named_by: awake_in(style, rest) or tuple(recipe.structure[recipe.named_by])}
    structure = {
        name: _pick({word: shares[word] for word in awake.get(name, shares)}, mood.energy, stream)
        for name, shares in recipe.structure.items()
    }
    if manner is not None:
        structure |= _words_like(manner, recipe, awake, stream)
    structure = recipe.settle(structure)
    return Genome(
        style=style,
        seed=seed,
        palette=palette,
        genes={name: round(value, 4) for name, value in recipe.genes(mood, stream).items()},
        structure=structure,
        audio=quantise(music),
        artist=manner.name if manner else "",
        asked=asked,
    )


def _stream_key(music: Features, seed: int) -> str:
    return f"{seed}/{sorted(quantise(music).items())!r}"


def _manner_for(music: Features, seed: int, asked: Sequence[str]) -> Manner | None:
    manners = manners_of(asked)
    return random.Random(f"artist/{_stream_key(music, seed)}").choice(manners) if manners else None


def _mood(music: Features, stream: random.Random) -> Mood:
    calm = Mood(
        energy=stream.uniform(0.12, 0.5),
        brightness=stream.uniform(0.25, 0.7),
        onsets=stream.uniform(0.15, 0.55),
        tempo=stream.uniform(0.1, 0.5),
    )
    return Mood(
        energy=_known(music.energy, calm.energy),
        brightness=_known(music.brightness, calm.brightness),
        onsets=_known(music.onsets, calm.onsets),
        tempo=_known(music.tempo, calm.tempo),
    )


def _bent(mood: Mood, manner: Manner) -> Mood:
    numbers = (mood.energy, mood.brightness, mood.onsets, mood.tempo)
    return Mood(*(min(max(value + more, 0.0), 1.0) for value, more in zip(numbers, manner.mood, strict=True)))


def _words_like(
    manner: Manner, recipe: Recipe, awake: Mapping[str, tuple[str, ...]], stream: random.Random
) -> dict[str, str]:
    words = manner.words.get(recipe.name, {})
    known = {name: [word for word in words[name] if word in awake.get(name, recipe.structure[name])] for name in words}
    return {name: stream.choice(choices) for name, choices in known.items() if choices and stream.random() < _LIKE_THEM}


def _palette(
    music: Features, mood: Mood, recipe: Recipe, stream: random.Random, relations: random.Random
) -> PaletteGenes:
    energy, brightness = mood.energy, mood.brightness
    key = music.key or stream.choice(FIFTHS)
    mode = music.mode or stream.choice(("major", "minor"))
    anchor = lead(key, mode, brightness, relations)
    scheme = stream.choices(SCHEMES, _SCHEME_SHARES[mode])[0]
    light = 0.30 + 0.30 * brightness + (0.06 if mode == "major" else -0.08)
    light = min(light * recipe.light, 0.95)
    ground = stream.choices(
        ("dark", "deep", "paper", "tint"), (0.62 * (1 - light), 0.38 * (1 - light), 0.62 * light, 0.38 * light)
    )[0]
    hue = (anchor + stream.gauss(0, 7)) % 360
    return PaletteGenes(
        hue=round(hue, 2) % 360,
        scheme=scheme,
        ground=ground,
        chroma=near(energy, 0.12, stream),
        contrast=near(0.25 + 0.6 * energy, 0.12, stream),
        lightness=near(brightness, 0.12, stream),
        spread=round(stream.random(), 4),
    )


def _palette_like(manner: Manner, music: Features, mood: Mood, stream: random.Random) -> PaletteGenes:
    """Return colours of the manner: of its harmonies the nearer to the key's hue the likelier."""
    anchor = HUE_OF_FIFTH[FIFTHS.index(music.key)] if music.key else stream.choice(HUE_OF_FIFTH)
    gaps = [abs((hue - anchor + 180) % 360 - 180) for hue, _ in manner.chords]
    hue, scheme = stream.choices(manner.chords, [1 / (30 + gap) for gap in gaps])[0]
    return PaletteGenes(
        hue=round((hue + stream.gauss(0, 5)) % 360, 2) % 360,
        scheme=scheme,
        ground=stream.choices(list(manner.grounds), list(manner.grounds.values()))[0],
        chroma=near(_between(manner.chroma, mood.energy), 0.06, stream),
        contrast=near(_between(manner.contrast, mood.energy), 0.06, stream),
        lightness=near(_between(manner.lightness, mood.brightness), 0.06, stream),
        spread=round(stream.random(), 4),
    )


def _between(ends: Range, share: float) -> float:
    return ends[0] + (ends[1] - ends[0]) * share


def _pick(shares: Shares, energy: float, stream: random.Random) -> str:
    return stream.choices(list(shares), [calm + (energetic - calm) * energy for calm, energetic in shares.values()])[0]


def _known(heard: float | None, calm: float) -> float:
    return calm if heard is None else heard
