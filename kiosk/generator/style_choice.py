"""Which style a piece has: what the music calls for, what an artist's manner leans to, and chance. Pure.

    calm and sparse      watercolour        slow, with held notes    silk
    measured             ebru               quick, yet light         attractor
    busy and moving      flow               loud and dense           flame

A style that nobody described stands in the middle. Every style wished for comes up sooner or later, whatever plays.
"""

import math
import random
from collections.abc import Mapping, Sequence

from kiosk.generator.features import Features
from kiosk.generator.manner import Manner

# Energy, onset density and tempo (0-1) of the music that calls for a style most, and how one would say that.
_CALLS: Mapping[str, tuple[tuple[float, float, float], str]] = {
    "watercolour": ((0.15, 0.15, 0.2), "calm and sparse"),
    "silk": ((0.35, 0.15, 0.4), "held and spacious"),
    "ebru": ((0.4, 0.5, 0.25), "measured and ornate"),
    "attractor": ((0.4, 0.45, 0.75), "quick and light"),
    "flow": ((0.65, 0.7, 0.55), "busy and moving"),
    "flame": ((0.85, 0.75, 0.85), "loud and dense"),
}
_MIDDLE = ((0.5, 0.5, 0.5), "even")
_REACH = 0.06  # mean square at which the call has faded to 1/e
_LEAST = 0.06  # of a full call: what the music does not call for comes too


def choose_style(wished: Sequence[str], music: Features | None, manner: Manner | None, stream: random.Random) -> str:
    """Return one of `wished`. With no `music` (None, or nothing heard) only the manner and chance have a say."""
    weights = [_call(style, music) * (manner.styles.get(style, 1.0) if manner else 1.0) for style in wished]
    return stream.choices(list(wished), weights)[0]


def called_for(style: str, music: Features) -> str | None:
    """Return how music sounds that calls for this style, when this music calls for no other one more."""
    calls = {name: _call(name, music) for name in {*_CALLS, style}}
    heard = any(value is not None for value in (music.energy, music.onsets, music.tempo))
    return _CALLS.get(style, _MIDDLE)[1] if heard and calls[style] >= max(calls.values()) else None


def _call(style: str, music: Features | None) -> float:
    """Return how much the music calls for a style, above 0 and at most about 1; 1 where nothing is heard."""
    ideal, _ = _CALLS.get(style, _MIDDLE)
    heard = (music.energy, music.onsets, music.tempo) if music is not None else ()
    squares = [(value - wanted) ** 2 for value, wanted in zip(heard, ideal, strict=False) if value is not None]
    return _LEAST + math.exp(-sum(squares) / len(squares) / _REACH) if squares else 1.0
