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
from kiosk.generator.styles import STYLES

_SCHEME_SHARES = {"major": (0.28, 0.27, 0.22, 0.17, 0.06), "minor": (0.38, 0.20, 0.20, 0.06, 0.16)}
_FLOW_STRUCTURE: dict[str, dict[str, tuple[float, float]]] = {  # share when calm, share when energetic
    "field": {
        "drift": (3, 1), "curl": (2, 2), "vortices": (1, 3), "waves": (3, 1), "orbit": (2, 2), "magnet": (1, 2),
        "facets": (0.5, 1.6),
    },
    "layout": {
        "full": (2, 3), "disc": (1.4, 1), "horizon": (1.6, 0.8), "diagonal": (1, 1.2), "islands": (1, 1.2),
        "column": (1, 0.8),
    },
    "widths": {"mixed": (2, 3), "broad": (1.6, 1), "fine": (1.2, 1.2), "even": (1.2, 1)},
    "texture": {
        "flat": (1.5, 2), "satin": (2.4, 1.4), "bristle": (1.6, 1.4), "striped": (0.8, 1.2), "dashed": (0.6, 1),
    },
    "ends": {"round": (1.5, 2), "tapered": (2, 1), "brush": (1, 1.2)},
    "colouring": {"zones": (2, 2), "bearing": (1, 1.4), "gradient": (2, 1), "scatter": (0.4, 0.8)},
    "depth": {"single": (2, 1.6), "double": (1, 1.2)},
    "void_region": {"none": (3, 4), "0": (1, 0.7), "1": (1, 0.7)},
}  # fmt: skip
_SILK_STRUCTURE: dict[str, dict[str, tuple[float, float]]] = {
    "surface": {
        "satin": (2, 2), "drape": (2, 1.4), "strata": (1.2, 1.8), "dune": (1.6, 1), "swirl": (1, 2), "veil": (1.6, 1),
    },
}  # fmt: skip


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
    make = _flow_genes if chosen == "flow" else _silk_genes
    table = _FLOW_STRUCTURE if chosen == "flow" else _SILK_STRUCTURE
    palette = _palette(music, energy, brightness, stream)
    structure = settle({name: _pick(shares, energy, stream) for name, shares in table.items()})
    return Genome(
        style=chosen,
        seed=seed,
        palette=palette,
        genes={name: round(value, 4) for name, value in make(energy, brightness, onsets, tempo, stream).items()},
        structure=structure,
        audio=audio,
    )


def settle(structure: Mapping[str, str]) -> dict[str, str]:
    """Return the words of a genome as they go together."""
    words = dict(structure)
    if words.get("texture") == "satin" and words.get("widths") in ("broad", "mixed"):
        words["ends"] = "tapered"  # broad round satin looks like sausages
    return words


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
        chroma=_near(energy, 0.12, stream),
        contrast=_near(0.25 + 0.6 * energy, 0.12, stream),
        lightness=_near(brightness, 0.12, stream),
        spread=round(stream.random(), 4),
    )


def _flow_genes(
    energy: float, brightness: float, onsets: float, tempo: float, stream: random.Random
) -> dict[str, float]:
    return {
        "frequency": _near(0.15 + 0.7 * tempo, 0.14, stream),
        "length": _near(1 - 0.85 * tempo, 0.14, stream),
        "turbulence": _near(energy, 0.14, stream),
        "density": _near(0.2 + 0.8 * onsets, 0.12, stream),
        "fineness": _near(0.1 + 0.8 * brightness, 0.16, stream),
        "gap": stream.random() ** 1.3,
        "blend": stream.random(),
        "shading": _near(0.3 + 0.5 * energy, 0.2, stream),
        "scatter": _near(0.2 + 0.6 * onsets, 0.2, stream),
        "void": _near(0.6 - 0.5 * onsets, 0.2, stream),
        **_composition_genes(stream),
        "region_turn": stream.choice((0.0, 0.0, 0.5, stream.random())),
        "region_size": stream.random(),
    }


def _silk_genes(
    energy: float, brightness: float, onsets: float, tempo: float, stream: random.Random
) -> dict[str, float]:
    return {
        "frequency": _near(0.15 + 0.7 * tempo, 0.14, stream),
        "folds": _near(onsets, 0.2, stream),
        "warp": _near(0.1 + 0.8 * energy, 0.14, stream),
        "relief": _near(0.2 + 0.6 * energy, 0.18, stream),
        "detail": _near(0.1 + 0.8 * brightness, 0.14, stream),
        "stretch": stream.random(),
        "shot": stream.random(),
        "sheen": _near(0.2 + 0.6 * brightness, 0.2, stream),
        "rim": stream.random(),
        "mix": stream.random(),
        "pool": stream.random(),
        **_composition_genes(stream),
    }


def _composition_genes(stream: random.Random) -> dict[str, float]:
    return {name: stream.random() for name in ("angle", "light", "focus_x", "focus_y")}


def _pick(shares: Mapping[str, tuple[float, float]], energy: float, stream: random.Random) -> str:
    return stream.choices(list(shares), [calm + (energetic - calm) * energy for calm, energetic in shares.values()])[0]


def _near(centre: float, spread: float, stream: random.Random) -> float:
    return round(min(max(stream.gauss(centre, spread), 0.0), 1.0), 4)


def _known(heard: float | None, calm: float | None) -> float:
    return heard if heard is not None else calm or 0.0
