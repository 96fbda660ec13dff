"""Words for a piece: its title, the prompt it answers, and why it looks as it does. Pure.

All three are read off the genome, so they can be told again at any time, and never say what the picture does not show.
"""

import random
from collections.abc import Collection

from kiosk.generator import words
from kiosk.generator.features import LEVELS
from kiosk.generator.genome import Genome
from kiosk.generator.hues import role_hues
from kiosk.generator.styles import recipe_named

ARTIST = "Gallery Kiosk"
_TRIES = 60
_LEVEL_WORDS = ("very low", "low", "moderate", "high", "very high")


def title_of(genome: Genome, taken: Collection[str] = ()) -> str:
    """Return a title for a gallery label, for example "Slow Tide in E Minor".

    The same genome always has the same first choice; titles in `taken` are passed over, with a number at last.
    """
    stream = random.Random(f"title/{genome.to_json()}")
    title = ""
    for _ in range(_TRIES):
        title = _candidate(genome, stream)
        if title not in taken:
            return title
    number = 2
    while f"{title} No. {number}" in taken:
        number += 1
    return f"{title} No. {number}"


def prompt_of(genome: Genome) -> str:
    """Return one sentence that describes the piece, as one would ask for it."""
    dominant, accent = colour_words(genome)
    colours = dominant.lower() if dominant == accent else f"{dominant.lower()} and {accent.lower()}"
    recipe = recipe_named(genome.style)
    subject = recipe.subject(genome.structure)
    ground = {"dark": "a dark", "deep": "a deep coloured", "paper": "a paper-white", "tint": "a tinted"}
    stage = f", on {ground[genome.palette.ground]} ground" if recipe.has_ground else ""
    return f"{subject.capitalize()}, in {colours}{stage}; {_music_words(genome)}."


def explain(genome: Genome) -> str:
    """Return two or three short sentences: which part of the music made which part of the look."""
    audio = genome.audio
    dominant, accent = colour_words(genome)
    colours = f"{dominant.lower()} and {accent.lower()}"
    if genome.parents:
        liked = "a piece that was" if len(genome.parents) == 1 else "two pieces that were"
        return f"It descends from {liked} liked: drawn anew from its seed {genome.seed}, in {colours}."
    if not any(value is not None for value in audio.values()):
        return f"No music was heard: a calm piece, chosen by its seed {genome.seed}, in {colours}."
    parts = []
    if audio.get("key"):
        mode = f" {audio['mode']}" if audio.get("mode") else ""
        parts.append(
            f"The key of {audio['key']}{mode} sets the hue at {dominant.lower()}, the scheme is {genome.palette.scheme}"
        )
    effects = recipe_named(genome.style).effects
    parts += _because(audio.get("energy"), "loudness", effects.energy)
    parts += _because(audio.get("brightness"), "brightness of sound", effects.brightness)
    parts += _because(audio.get("onsets"), "density of notes", effects.onsets)
    if audio.get("tempo") is not None:
        parts.append(f"about {audio['tempo']} beats a minute set the {effects.tempo}")
    return "; ".join(parts) + "."


def colour_words(genome: Genome) -> tuple[str, str]:
    """Return the names of the dominant and the accent colour, as they appear in the piece."""
    dominant, _, _, accent = role_hues(genome.palette)
    bright = genome.palette.lightness > 0.5
    return _hue_name(dominant, bright=bright), _hue_name(accent, bright=True)


def _candidate(genome: Genome, stream: random.Random) -> str:
    recipe = recipe_named(genome.style)
    kind = genome.structure.get(recipe.named_by, "")
    noun = stream.choice(recipe.nouns.get(kind) or sum(recipe.nouns.values(), ()))
    adjective = stream.choice(_adjectives(genome))
    dominant, accent = colour_words(genome)
    key, mode = genome.audio.get("key"), genome.audio.get("mode")
    key_name = f"{str(key).replace('#', ' Sharp')} {str(mode).capitalize()}" if key and mode else None
    patterns = [
        f"{adjective} {noun}",
        f"{dominant} {noun}",
        f"{noun} in {dominant}",
        f"{adjective} {noun} in {dominant}",
    ]
    if dominant != accent:
        patterns += [f"{noun}, {dominant} and {accent}", f"{dominant} on {accent}"]
    if key_name:
        patterns += [f"{adjective} {noun} in {key_name}"] * 2
        patterns += [f"{dominant} {noun} in {key_name}", f"{stream.choice(words.FORMS)} in {key_name}, {noun}"]
    else:
        patterns += [f"{stream.choice(words.FORMS)} in {dominant}", f"{adjective} {dominant}"]
    return stream.choice(patterns)


def _adjectives(genome: Genome) -> tuple[str, ...]:
    level = genome.audio.get("energy")
    energy = (level + 0.5) / LEVELS if isinstance(level, int) else 0.3
    return words.CALM if energy < 0.36 else words.EVEN if energy < 0.66 else words.LIVELY


def _hue_name(hue_deg: float, *, bright: bool) -> str:
    return next((light if bright else dark) for limit, dark, light in words.HUE_NAMES if hue_deg < limit)


def _music_words(genome: Genome) -> str:
    audio = genome.audio
    if not any(value is not None for value in audio.values()):
        return "no music"
    level = audio.get("energy")
    mood = "" if not isinstance(level, int) else ("calm ", "measured ", "lively ")[min(level * 3 // LEVELS, 2)]
    tonality = f" in {audio['key']} {audio['mode'] or ''}".rstrip() if audio.get("key") else ""
    pace = f" at {audio['tempo']} beats a minute" if audio.get("tempo") is not None else ""
    return f"{mood}music{tonality}{pace}"


def _because(level: int | str | None, cause: str, effect: str) -> list[str]:
    if not isinstance(level, int):
        return []
    word = _LEVEL_WORDS[min(max(level * len(_LEVEL_WORDS) // LEVELS, 0), len(_LEVEL_WORDS) - 1)]
    return [f"{word} {cause} sets the {effect}"]
