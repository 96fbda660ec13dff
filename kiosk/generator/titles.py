"""Words for a piece: its title, the prompt it answers, and why it looks as it does. Pure.

All three are read off the genome, so they can be told again at any time. The colours they name are those that cover
most of the picture where its signature is given with it, and those of the palette before it is drawn.
"""

import random
from collections.abc import Collection

from kiosk.generator import words
from kiosk.generator.artists import manner_named, unknown_of
from kiosk.generator.features import LEVELS, level_in, recalled
from kiosk.generator.genome import Genome
from kiosk.generator.hues import relation_of
from kiosk.generator.seen import Tint, tints_of
from kiosk.generator.style_choice import called_for
from kiosk.generator.styles import recipe_named

ARTIST = "Gallery Kiosk"
_TRIES = 60
_LEVEL_WORDS = ("very low", "low", "moderate", "high", "very high")


def title_of(genome: Genome, taken: Collection[str] = (), *, signature: str = "") -> str:
    """Return a title for a gallery label, for example "Slow Tide in E Minor".

    The same genome and picture always have the same first choice; titles in `taken` are passed over, with a number at
    last.
    """
    stream = random.Random(f"title/{genome.to_json()}")
    colours = colour_words(genome, signature)
    title = ""
    for _ in range(_TRIES):
        title = _candidate(genome, colours, stream)
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


def summary_of(genome: Genome, signature: str = "") -> str:
    """Return what was heard and what came of it, in a line: "E minor, 92 bpm, quiet: cool analogous palette, …"."""
    audio = genome.audio
    heard = [_tonality(genome)] if audio.get("key") else []
    heard += [f"{audio['tempo']} bpm"] if audio.get("tempo") is not None else []
    energy = level_in(audio, "energy")
    heard += [] if energy is None else [words.LOUDNESS[energy * 3 // LEVELS]]
    hue_deg = tints_of(genome, signature).main.hue_deg
    warmth = "cool" if words.COOL_DEG[0] <= hue_deg <= words.COOL_DEG[1] else "warm"
    palette = f"{warmth} {words.SCHEMES[genome.palette.scheme]} palette"
    return f"{', '.join(heard) or 'no music'}: {palette}, {_forms(genome)}"


def explain(genome: Genome, signature: str = "") -> str:
    """Return the summary and a few short sentences: which part of the music, or whom, each part of the look is from."""
    summary = summary_of(genome, signature)
    return " ".join((f"{summary[:1].upper()}{summary[1:]}.", *_origin(genome, signature), *_manner(genome)))


def _origin(genome: Genome, signature: str) -> list[str]:
    audio = genome.audio
    colours = _colours(genome, signature)
    if genome.flame:
        return ["It was read from a .flam3 file, its colours with it."]
    is_heard = any(value is not None for value in audio.values())
    if genome.parents:
        liked = "a piece that was" if len(genome.parents) == 1 else "two pieces that were"
        inherited = f"It descends from {liked} liked: some of its forms or colours come from there, a little changed"
        rest = "from the music and from chance" if is_heard else "from chance, for no music was heard"
        return [f"{inherited}, the others {rest}.", f"It is a new drawing, in {colours}."]
    if not is_heard:
        return [f"No music was heard: a calm piece, left to chance, in {colours}."]
    parts = [f"the key of {_tonality(genome)} {_led(genome)}; mostly {colours}"] if audio.get("key") else []
    effects = recipe_named(genome.style).effects
    parts += _because(level_in(audio, "energy"), "loudness", effects.energy)
    parts += _because(level_in(audio, "brightness"), "brightness of sound", effects.brightness)
    parts += _because(level_in(audio, "onsets"), "density of notes", effects.onsets)
    if audio.get("tempo") is not None:
        parts.append(f"about {audio['tempo']} beats a minute set the {effects.tempo}")
    whole = "; ".join(parts)
    called = called_for(genome.style, recalled(audio))
    calls = [f"Music as {called} as this calls for {genome.style.replace('_', ' ')}."] if called else []
    return [f"{whole[:1].upper()}{whole[1:]}.", *calls]


def _led(genome: Genome) -> str:
    """Say what the key had to do with the hue: nothing but a choice, in an artist's manner."""
    if genome.artist:
        return "chose among the artist's hues"
    key, mode = str(genome.audio["key"]), str(genome.audio.get("mode") or "major")
    relation = relation_of(genome.palette.hue, key, mode)
    scheme = words.SCHEMES[genome.palette.scheme]
    where = "sets the first hue" if relation == "home" else f"leads to the hue of its {relation}"
    return f"{where}, the scheme is {scheme}"


def _manner(genome: Genome) -> list[str]:
    manner = manner_named(genome.artist) if genome.artist else None
    told = (
        [f"The colours are those of {manner.name} ({manner.years}); one thinks of {manner.gesture}."] if manner else []
    )
    unknown = unknown_of(genome.asked)
    return told + ([f"Asked for, but not known here: {', '.join(unknown)}."] if unknown else [])


def _forms(genome: Genome) -> str:
    """Return the forms and what the music made of them; of a child's, which are its parents', only what they are."""
    count, pace = level_in(genome.audio, "onsets"), recalled(genome.audio).tempo
    number = "" if count is None else "few" if count <= 2 else "many" if count >= 5 else ""
    length = "" if pace is None else "long" if pace < 0.33 else "short" if pace > 0.66 else ""
    if genome.parents or not (number or length):
        return recipe_named(genome.style).subject(genome.structure)
    return " ".join(filter(None, (number, length, words.FORMS_OF_STYLE.get(genome.style, "forms"))))


def colour_words(genome: Genome, signature: str = "") -> tuple[str, str]:
    """Return the names of the colour that covers most of the piece and of the next one; one name where it is one."""
    stream = random.Random(f"colours/{genome.seed}")
    tints = tints_of(genome, signature)
    return _name_of(tints.main, stream), _name_of(tints.other, stream) if tints.other != tints.main else ""


def _colours(genome: Genome, signature: str = "") -> str:
    return " and ".join(dict.fromkeys(word.lower() for word in colour_words(genome, signature) if word))


def _tonality(genome: Genome) -> str:
    """Return key and mode, or the key alone; nothing where it is not known."""
    return (
        f"{genome.audio.get('key') or ''} {genome.audio.get('mode') or ''}".strip() if genome.audio.get("key") else ""
    )


def _candidate(genome: Genome, colours: tuple[str, str], stream: random.Random) -> str:
    recipe = recipe_named(genome.style)
    kind = genome.structure.get(recipe.named_by, "")
    noun = stream.choice(recipe.nouns.get(kind) or sum(recipe.nouns.values(), ())).removeprefix("The ")
    adjective, form = stream.choice(_adjectives(genome)), stream.choice(words.FORMS)
    main, other = colours
    patterns = [
        f"{adjective} {noun}",
        f"{main} {noun}",
        f"{noun} in {main}",
        f"{adjective} {noun} in {main}",
        f"{form}: {noun}",
        f"{noun}, {'an' if form[0] in 'AEIOUÉ' else 'a'} {form}",
        f"{adjective} {form}: {noun}",
    ]
    if other and other != main:
        patterns += [f"{noun}, {main} and {other}", f"{noun} in {main} and {other}"]
    if (tempo := genome.audio.get("tempo")) is not None and isinstance(tempo, int):
        pace = next(word for limit, word in words.PACES if min(tempo, 999) < limit)
        patterns += [f"{noun}, {pace}"]
    key, mode = genome.audio.get("key"), genome.audio.get("mode")
    if key and mode:
        key_name = f"{str(key).replace('#', ' Sharp')} {str(mode).capitalize()}"
        patterns += [stream.choice((f"{adjective} {noun} in {key_name}", f"{form} in {key_name}, {noun}"))]
    return stream.choice(patterns)


def _adjectives(genome: Genome) -> tuple[str, ...]:
    energy = recalled(genome.audio).energy
    energy = 0.3 if energy is None else energy
    return words.CALM if energy < 0.36 else words.EVEN if energy < 0.66 else words.LIVELY


def _name_of(tint: Tint, stream: random.Random) -> str:
    dark, light = next((dark, light) for limit, dark, light in words.HUE_NAMES if tint.hue_deg < limit)
    return stream.choice(light if tint.lightness >= words.LIGHT_FROM else dark)


def _music_words(genome: Genome) -> str:
    audio = genome.audio
    if not any(value is not None for value in audio.values()):
        return "no music"
    level = level_in(audio, "energy")
    mood = "" if level is None else ("calm ", "measured ", "lively ")[level * 3 // LEVELS]
    tonality = f" in {_tonality(genome)}" if audio.get("key") else ""
    pace = f" at {audio['tempo']} beats a minute" if audio.get("tempo") is not None else ""
    return f"{mood}music{tonality}{pace}"


def _because(level: int | None, cause: str, effect: str) -> list[str]:
    return [] if level is None else [f"{_LEVEL_WORDS[level * len(_LEVEL_WORDS) // LEVELS]} {cause} sets the {effect}"]
