"""How long a morph takes, pure: the operator's time, moved a little so that it lasts whole bars of the music the piece
was made from.

A generated piece carries its tempo in its genome (`audio.tempo`, beats a minute). Without one nothing moves.
"""

from kiosk.domain.artworks import Artwork

TEMPO_BPM = (30.0, 300.0)
BEATS = (16, 12, 8, 4, 2, 1)
STRETCH = (0.75, 4 / 3)


def tempo_of(artwork: Artwork) -> float | None:
    """Return the tempo (beats a minute) of the music a piece was made from, None when it is not known."""
    genome = artwork.provenance.get("genome")
    audio = genome.get("audio") if isinstance(genome, dict) else None
    tempo = audio.get("tempo") if isinstance(audio, dict) else None
    if isinstance(tempo, bool) or not isinstance(tempo, int | float) or not TEMPO_BPM[0] <= tempo <= TEMPO_BPM[1]:
        return None
    return float(tempo)


def paced_s(morph_s: float, tempo_bpm: float | None) -> float:
    """Return the length (s) of a morph in time with the music: whole beats, bars before single ones.

    Of the lengths within a quarter less and a third more than `morph_s` the one with the most regular count of beats
    is taken, the nearest of these; where none fits, `morph_s` stays.
    """
    if tempo_bpm is None or morph_s <= 0:
        return morph_s
    beat_s = 60.0 / tempo_bpm
    for unit in BEATS:
        count = max(1, round(morph_s / (unit * beat_s)))
        length_s = count * unit * beat_s
        if STRETCH[0] * morph_s <= length_s <= STRETCH[1] * morph_s:
            return length_s
    return morph_s
