"""Sound files to mono samples, and what is wrong with a file. Decoding is miniaudio's.

`kiosk analyze` reads files here; what a microphone hears comes by `capture`. `formats` refuses what is no sound.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import miniaudio
import numpy as np
from numpy.typing import NDArray

from kiosk.audio.damage import damage_of
from kiosk.audio.formats import Format, format_of, undecodable, without_sound

RATE_HZ = 44_100
KEPT_S = 240.0
_FRAMES_A_READ = 65_536
_CANCELLED = 0.25
_MEASURES = {
    Format.WAV: miniaudio.wav_get_file_info,
    Format.FLAC: miniaudio.flac_get_file_info,
    Format.VORBIS: miniaudio.vorbis_get_file_info,
    Format.MP3: miniaudio.mp3_get_file_info,
}


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono samples -1..1 at 44.1 kHz, of the first four minutes at most, and how long the whole file plays.

    `damage` says in words what is wrong with the file; empty when nothing is known to be.
    """

    samples: NDArray[np.float32]
    duration_s: float
    damage: str = ""


def decode(path: Path) -> Sound:
    """Read a sound file; raises BadSound for what `formats` refuses, and for a file without a sound in it.

    Two channels become their mean; where they cancel each other out, the louder one is taken.
    """
    form = format_of(path)
    wanted = round(KEPT_S * RATE_HZ)
    try:
        samples, count = _mono(path, wanted)
        promised_s = _MEASURES[form](str(path)).duration
        duration_s = max(promised_s if count >= wanted else 0.0, count / RATE_HZ)
        damage = damage_of(path, form, played_s=duration_s, promised_s=promised_s) if count else ""
    except (miniaudio.DecodeError, OSError) as error:
        raise undecodable(path) from error
    if count == 0:
        raise without_sound(path)
    return Sound(samples, duration_s, damage)


def _mono(path: Path, wanted: int) -> tuple[NDArray[np.float32], int]:
    """Return the mean of both channels, or the louder one where the mean has lost most of it; and the frames read.

    Both channels of four minutes would be 85 MB, so they are never held together: for the louder one the file is read
    once more.
    """
    parts = [np.empty(0, np.float32)]
    energy = np.zeros(3)
    count = 0
    for channels in _read(path, wanted):
        kept = channels[: wanted - count]
        count += len(channels)
        parts.append(kept.mean(axis=1))
        energy += [np.square(each, dtype=np.float64).sum() for each in (kept[:, 0], kept[:, 1], parts[-1])]
    loudest = int(np.argmax(energy[:2]))
    if energy[2] < _CANCELLED * energy[loudest] / 2:
        parts = [channels[:, loudest].copy() for channels in _read(path, wanted)]
    return np.concatenate(parts)[:wanted], count


def _read(path: Path, wanted: int) -> Iterator[NDArray[np.float32]]:
    """Yield frames of both channels (n, 2) until there are as many as wanted, or some more."""
    count = 0
    for chunk in miniaudio.stream_file(
        str(path), miniaudio.SampleFormat.FLOAT32, 2, RATE_HZ, frames_to_read=_FRAMES_A_READ
    ):
        yield np.frombuffer(chunk, np.float32).reshape(-1, 2)
        count += len(chunk) // 2
        if count >= wanted:
            return
