"""The line of the wall label on how a piece was made, read off what the artwork carries. Pure.

    Silk, drawn from 92 bpm in D minor      music with a pulse and a key
    Flow, drawn from lively music           music, neither of them certain
    Silk, drawn from chance                 no music was heard
    Flow, bred from two pieces people liked

Nothing in it is trusted: an artwork may come from another server, of another version.
"""

from collections.abc import Mapping

from kiosk.domain.artworks import Artwork, Origin

_SIGNS = str.maketrans({"#": "♯"})
_MOODS = ((0.36, "calm"), (0.66, "measured"), (1.01, "lively"))
_LEVELS = 8


def made_line(artwork: Artwork) -> str:
    """Return one line on how the piece was made: an imported one's medium, or nothing where none is known."""
    medium = artwork.provenance.get("medium")
    if artwork.origin is Origin.IMPORTED:
        return medium.strip() if isinstance(medium, str) else ""
    genome = artwork.provenance.get("genome")
    genome = genome if isinstance(genome, Mapping) else {}
    style = artwork.style or _word(genome.get("style"))
    source = _parents(genome.get("parents")) or _music(genome.get("audio"))
    name = style.replace("_", " ").strip().capitalize()
    return f"{name}, {source}" if name else f"{source[:1].upper()}{source[1:]}"


def _parents(parents: object) -> str:
    if not isinstance(parents, list | tuple) or not parents:
        return ""
    return "bred from a piece people liked" if len(parents) == 1 else "bred from two pieces people liked"


def _music(audio: object) -> str:
    heard = audio if isinstance(audio, Mapping) else {}
    tempo, key, mode, energy = (
        heard.get("tempo"),
        _word(heard.get("key")),
        _word(heard.get("mode")),
        heard.get("energy"),
    )
    pulse = f"{tempo} bpm" if isinstance(tempo, int) and tempo > 0 else ""
    tonality = f"{key} {mode}".strip().translate(_SIGNS) if key else ""
    if pulse or tonality:
        return f"drawn from {' in '.join(filter(None, (pulse or 'music', tonality)))}"
    if isinstance(energy, int):
        level = (energy + 0.5) / _LEVELS
        return f"drawn from {next((word for limit, word in _MOODS if level < limit), 'lively')} music"
    return "drawn from chance"


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""
