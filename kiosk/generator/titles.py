"""Words for a piece: its title, the prompt it answers, and why it looks as it does. Pure.

All three are read off the genome, so they can be told again at any time, and never say what the picture does not show.
"""

import random
from collections.abc import Collection

from kiosk.generator import words
from kiosk.generator.artists import manner_named, unknown_of
from kiosk.generator.features import LEVELS, Features, pace_of
from kiosk.generator.genome import Genome
from kiosk.generator.hues import role_hues
from kiosk.generator.style_choice import called_for
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
    recipe = recipe_named(genome.style)
    subject = recipe.subject(genome.structure)
    manner = f", in the manner of {genome.artist}" if genome.artist else ""
    ground = {"dark": "a dark", "deep": "a deep coloured", "paper": "a paper-white", "tint": "a tinted"}
    stage = f", on {ground[genome.palette.ground]} ground" if recipe.has_ground else ""
    return f"{subject[:1].upper()}{subject[1:]}{manner}, in {_colours(genome)}{stage}; {_music_words(genome)}."


def summary_of(genome: Genome) -> str:
    """Return what was heard and what came of it, in a line: "E minor, 92 bpm, quiet: cool analogous palette, …"."""
    audio = genome.audio
    heard = [_tonality(genome)] if audio.get("key") else []
    heard += [f"{audio['tempo']} bpm"] if audio.get("tempo") is not None else []
    energy = level_of(genome, "energy")
    heard += [] if energy is None else [words.LOUDNESS[energy * 3 // LEVELS]]
    warmth = "cool" if words.COOL_DEG[0] <= role_hues(genome.palette)[0] <= words.COOL_DEG[1] else "warm"
    palette = f"{warmth} {words.SCHEMES[genome.palette.scheme]} palette"
    return f"{', '.join(heard) or 'no music'}: {palette}, {_forms(genome)}"


def explain(genome: Genome) -> str:
    """Return the summary and a few short sentences: which part of the music, or whom, each part of the look is from."""
    summary = summary_of(genome)
    return " ".join((f"{summary[:1].upper()}{summary[1:]}.", *_origin(genome), *_manner(genome)))


def _origin(genome: Genome) -> list[str]:
    audio = genome.audio
    if genome.flame:
        return ["It was read from a .flam3 file, its colours with it."]
    if genome.parents:
        liked = "a piece that was" if len(genome.parents) == 1 else "two pieces that were"
        return [f"It descends from {liked} liked: drawn anew from its seed {genome.seed}, in {_colours(genome)}."]
    if not any(value is not None for value in audio.values()):
        return [f"No music was heard: a calm piece, chosen by its seed {genome.seed}, in {_colours(genome)}."]
    hue = colour_words(genome)[0].lower()
    parts = []
    if audio.get("key") and genome.artist:
        parts.append(f"the key of {_tonality(genome)} chose {hue} among the artist's hues")
    elif audio.get("key"):
        scheme = words.SCHEMES[genome.palette.scheme]
        parts.append(f"the key of {_tonality(genome)} sets the hue at {hue}, the scheme is {scheme}")
    effects = recipe_named(genome.style).effects
    parts += _because(level_of(genome, "energy"), "loudness", effects.energy)
    parts += _because(level_of(genome, "brightness"), "brightness of sound", effects.brightness)
    parts += _because(level_of(genome, "onsets"), "density of notes", effects.onsets)
    if audio.get("tempo") is not None:
        parts.append(f"about {audio['tempo']} beats a minute set the {effects.tempo}")
    whole = "; ".join(parts)
    called = called_for(genome.style, heard_in(genome))
    calls = [f"Music as {called} as this calls for {genome.style.replace('_', ' ')}."] if called else []
    return [f"{whole[:1].upper()}{whole[1:]}.", *calls]


def _manner(genome: Genome) -> list[str]:
    manner = manner_named(genome.artist) if genome.artist else None
    told = (
        [f"The colours are those of {manner.name} ({manner.years}); one thinks of {manner.gesture}."] if manner else []
    )
    unknown = unknown_of(genome.asked)
    return told + ([f"Asked for, but not known here: {', '.join(unknown)}."] if unknown else [])


def _forms(genome: Genome) -> str:
    """Return the forms and what the music made of them; of a child's, which are its parents', only what they are."""
    count, pace = level_of(genome, "onsets"), heard_in(genome).tempo
    number = "" if count is None else "few" if count <= 2 else "many" if count >= 5 else ""
    length = "" if pace is None else "long" if pace < 0.33 else "short" if pace > 0.66 else ""
    if genome.parents or not (number or length):
        return recipe_named(genome.style).subject(genome.structure)
    return " ".join(filter(None, (number, length, words.FORMS_OF_STYLE.get(genome.style, "forms"))))


def colour_words(genome: Genome) -> tuple[str, str]:
    """Return the names of the dominant and the accent colour, as they appear in the piece."""
    dominant, _, _, accent = role_hues(genome.palette)
    bright = genome.palette.lightness > 0.5
    return _hue_name(dominant, bright=bright), _hue_name(accent, bright=True)


def heard_in(genome: Genome) -> Features:
    """Return the music of a genome, as far as its fingerprint tells."""
    energy, brightness, onsets = (
        None if (level := level_of(genome, name)) is None else (level + 0.5) / LEVELS
        for name in ("energy", "brightness", "onsets")
    )
    tempo = genome.audio.get("tempo")
    pace = pace_of(float(tempo)) if isinstance(tempo, int) else None
    return Features(energy=energy, brightness=brightness, onsets=onsets, tempo=pace)


def level_of(genome: Genome, name: str) -> int | None:
    """Return a level of the fingerprint, 0-7 whatever a genome made by hand says; None where it is unknown."""
    level = genome.audio.get(name)
    return min(max(level, 0), LEVELS - 1) if isinstance(level, int) else None


def _colours(genome: Genome) -> str:
    dominant, accent = (word.lower() for word in colour_words(genome))
    return dominant if dominant == accent else f"{dominant} and {accent}"


def _tonality(genome: Genome) -> str:
    """Return key and mode, or the key alone; nothing where it is not known."""
    return (
        f"{genome.audio.get('key') or ''} {genome.audio.get('mode') or ''}".strip() if genome.audio.get("key") else ""
    )


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
    level = level_of(genome, "energy")
    energy = 0.3 if level is None else (level + 0.5) / LEVELS
    return words.CALM if energy < 0.36 else words.EVEN if energy < 0.66 else words.LIVELY


def _hue_name(hue_deg: float, *, bright: bool) -> str:
    return next((light if bright else dark) for limit, dark, light in words.HUE_NAMES if hue_deg < limit)


def _music_words(genome: Genome) -> str:
    audio = genome.audio
    if not any(value is not None for value in audio.values()):
        return "no music"
    level = level_of(genome, "energy")
    mood = "" if level is None else ("calm ", "measured ", "lively ")[level * 3 // LEVELS]
    tonality = f" in {_tonality(genome)}" if audio.get("key") else ""
    pace = f" at {audio['tempo']} beats a minute" if audio.get("tempo") is not None else ""
    return f"{mood}music{tonality}{pace}"


def _because(level: int | None, cause: str, effect: str) -> list[str]:
    return [] if level is None else [f"{_LEVEL_WORDS[level * len(_LEVEL_WORDS) // LEVELS]} {cause} sets the {effect}"]
