"""The line of the wall label on how a piece was made, read off what the artwork carries. Pure.

    Silk, drawn from 92 bpm in D minor      music with a pulse and a key
    Flow, drawn from lively music           music, neither of them certain
    Silk, drawn from chance                 no music was heard
    Silk, composed for 92 bpm in D minor    a bundled piece: nobody heard that music
    Flow, bred from two pieces people liked
    Ebru after Katsushika Hokusai, drawn from chance
    Painted by gpt-image-1, from 92 bpm in D minor

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
    made = "composed for" if artwork.provenance.get("imagined") is True else "drawn from"
    source = _parents(genome.get("parents")) or f"{made} {_music(genome.get('audio'))}"
    if painter := _painter(artwork.provenance):
        return f"Painted by {painter}, {source.replace('drawn from', 'from', 1)}"
    style = artwork.style or _word(genome.get("style"))
    artist = _word(genome.get("artist")).strip()
    name = style.replace("_", " ").strip().capitalize() + (f" after {artist}" if style and artist else "")
    return f"{name}, {source}" if name else f"{source[:1].upper()}{source[1:]}"


def _painter(provenance: Mapping[str, object]) -> str:
    """Return the model of the service that painted the piece, or the service's name; nothing for our own generator."""
    provider = _word(provenance.get("provider")).strip()
    if provider in ("", "procedural"):
        return ""
    return _word(provenance.get("model")).strip() or provider


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
        return " in ".join(filter(None, (pulse or "music", tonality)))
    if isinstance(energy, int):
        level = (energy + 0.5) / _LEVELS
        return f"{next((word for limit, word in _MOODS if level < limit), 'lively')} music"
    return "chance"


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""
