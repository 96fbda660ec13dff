"""`kiosk analyze`: what a sound file holds, as the audioAnalysis record or in words."""

import argparse
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.cli.output import emit, say

if TYPE_CHECKING:
    from kiosk.audio.record import AudioAnalysis

_SURE = 0.3  # as the composer reads it: less is unknown


def run(arguments: argparse.Namespace) -> int:
    """Say what was found in the file."""
    from kiosk.audio.decode import KEPT_S

    heard = analysis_of(arguments.file)
    if arguments.json:
        emit(heard.to_json_dict())
        return 0
    part = f", the first {KEPT_S / 60:.0f} minutes analysed" if heard.duration_s > KEPT_S else ""
    say(f"{arguments.file}: {heard.kind}, {_minutes(heard.duration_s)}{part}")
    for line in _lines(heard):
        say(f"  {line}")
    return 0


def analysis_of(path: Path) -> "AudioAnalysis":
    """Return what is known of a sound file by its first four minutes, its whole duration with it. Raises BadSound."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read once, when numpy is imported
    from kiosk.audio.analyse import analyse
    from kiosk.audio.decode import RATE_HZ, decode

    sound = decode(path)
    return replace(analyse(sound.samples, RATE_HZ), duration_s=sound.duration_s)


def _lines(heard: "AudioAnalysis") -> Iterator[str]:
    """Yield what is known, a line for each measure."""
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
        yield f"clipped {100 * heard.clipped_ratio:.2g} % of the samples"


def _claim(what: str, value: str | None, confidence: float) -> str:
    if value is None:
        return f"{what} unknown"
    return f"{what} {value}, {'' if confidence >= _SURE else 'a guess, '}{100 * confidence:.0f} % sure"


def _minutes(duration_s: float) -> str:
    return f"{duration_s:.1f} s" if duration_s < 60 else f"{int(duration_s // 60)} min {duration_s % 60:.0f} s"
