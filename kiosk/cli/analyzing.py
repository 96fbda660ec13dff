"""`kiosk analyze`: what a sound file holds, as the audioAnalysis record or in words, and what is wrong with it."""

import argparse
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.cli.output import emit, on_one_line, say

if TYPE_CHECKING:
    from kiosk.audio.record import AudioAnalysis

_SURE = 0.3  # as the composer reads it: less is unknown
_FEWEST_SHARE = 1e-4


def run(arguments: argparse.Namespace) -> int:
    """Say what was found in the file; the record says what is wrong with it as `damage`, where anything is."""
    heard, damage = _heard_in(arguments.file)
    if arguments.json:
        emit(heard.to_json_dict() | ({"damage": damage} if damage else {}))
        return 0
    for line in _lines(arguments.file, heard, damage):
        say(line)
    return 0


def analysis_of(path: Path) -> "AudioAnalysis":
    """Return what is known of a sound file by its first four minutes, its whole duration with it. Raises BadSound."""
    return _heard_in(path)[0]


def _heard_in(path: Path) -> tuple["AudioAnalysis", str]:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read once, when numpy is imported
    from kiosk.audio.analyse import analyse
    from kiosk.audio.decode import RATE_HZ, decode

    sound = decode(path)
    return replace(analyse(sound.samples, RATE_HZ), duration_s=sound.duration_s), sound.damage


def _lines(path: Path, heard: "AudioAnalysis", damage: str) -> Iterator[str]:
    """Yield the file's name with its kind, then a line for each thing known."""
    from kiosk.audio.analyse import SHORTEST_S
    from kiosk.audio.decode import KEPT_S

    kind = "too short to tell" if heard.kind == "noise" and heard.duration_s < SHORTEST_S else heard.kind
    part = f", the first {KEPT_S / 60:.0f} minutes analysed" if heard.duration_s > KEPT_S else ""
    yield f"{on_one_line(str(path))}: {kind}, {_minutes(heard.duration_s)}{part}"
    if damage:
        yield f"  damaged: {damage}"
    for line in _measures(heard):
        yield f"  {line}"


def _measures(heard: "AudioAnalysis") -> Iterator[str]:
    if heard.kind == "music":
        yield _claim("tempo", None if heard.tempo_bpm is None else f"{heard.tempo_bpm:.0f} bpm", heard.tempo_confidence)
        yield _claim("key", None if heard.key is None else f"{heard.key} {heard.mode}", heard.key_confidence)
    if heard.loudness_dbfs is not None:
        yield f"loudness {heard.loudness_dbfs:.1f} LUFS"
    if heard.brightness_hz is not None:
        yield f"brightness {heard.brightness_hz:.0f} Hz, {heard.onsets_per_s:.1f} onsets a second"
        low, mid, high = (round(100 * share) for share in (heard.bands.low, heard.bands.mid, heard.bands.high))
        yield f"power {low} % below 250 Hz, {mid} % to 2 kHz, {high} % above"
    if heard.clipped_ratio > 0:
        yield f"clipped {_percent(heard.clipped_ratio)} of the samples"


def _claim(what: str, value: str | None, confidence: float) -> str:
    if value is None:
        return f"{what} unknown"
    return f"{what} {value}, {'' if confidence >= _SURE else 'a guess, '}{100 * confidence:.0f} % sure"


def _percent(share: float) -> str:
    """Return a share above 0 as people write it: with two figures that count, none beyond the hundredth."""
    if share < _FEWEST_SHARE:
        return f"less than {100 * _FEWEST_SHARE:g} %"
    return f"{100 * share:.2g} %" if share < 0.995 else "100 %"


def _minutes(duration_s: float) -> str:
    if duration_s < 0.1:
        return "less than 0.1 s"
    return f"{duration_s:.1f} s" if duration_s < 60 else f"{int(duration_s // 60)} min {duration_s % 60:.0f} s"
