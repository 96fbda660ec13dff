"""Sound files to mono samples: WAV, FLAC, MP3 and Ogg Vorbis, told by their content and not by their name.

`kiosk analyze` reads files here; what a microphone hears comes by `capture`. Decoding is miniaudio's.
"""

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import miniaudio
import numpy as np
from numpy.typing import NDArray

from kiosk.domain.errors import KioskError

RATE_HZ = 44_100
KEPT_S = 240.0
LARGEST_BYTES = 2 * 1024**3
_FRAMES_A_READ = 65_536
_HEAD_BYTES = 64
_CANCELLED = 0.25
_READABLE = "WAV, FLAC, MP3 and Ogg Vorbis files can be read."


class BadSound(KioskError):
    """A sound file was refused; the message says why."""

    code = "bad_sound"


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono samples -1..1 at 44.1 kHz, of the first four minutes at most, and how long the whole file plays."""

    samples: NDArray[np.float32]
    duration_s: float


def decode(path: Path) -> Sound:
    """Read a sound file; raises BadSound for anything else, and for a file over 2 GiB or without a sound in it.

    Two channels become their mean; where they cancel each other out, the louder one is taken.
    """
    measure = _measure_of(path)
    wanted = round(KEPT_S * RATE_HZ)
    parts: list[NDArray[np.float32]] = []
    count = 0
    try:
        stream = miniaudio.stream_file(
            str(path), miniaudio.SampleFormat.FLOAT32, 2, RATE_HZ, frames_to_read=_FRAMES_A_READ
        )
        for chunk in stream:
            parts.append(np.frombuffer(chunk, np.float32).reshape(-1, 2))
            count += len(parts[-1])
            if count >= wanted:
                break
        whole_s = measure(str(path)).duration if count >= wanted else 0.0
    except UnicodeEncodeError as error:
        raise BadSound(f"The name of {path} cannot be read here.", hint="Give it a name in UTF-8.") from error
    except (miniaudio.DecodeError, OSError) as error:
        raise BadSound(f"{path} cannot be decoded: it is damaged, or of a kind not known.", hint=_READABLE) from error
    if count == 0:
        raise BadSound(f"There is no sound in {path}.", hint=_READABLE)
    samples = _mono(np.concatenate(parts)[:wanted])
    return Sound(samples, max(whole_s, count / RATE_HZ))


def _measure_of(path: Path) -> Any:
    """Return how a file's duration is found, by the file's first bytes; raises BadSound where they are no sound's."""
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            raise BadSound(f"{path} is a folder.", hint="Name one sound file.")
        if not stat.S_ISREG(about.st_mode):
            raise BadSound(f"{path} is no file.", hint="Name one sound file.")
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise BadSound(f"{path} cannot be read: {error.strerror or error}.") from error
    if not head:
        raise BadSound(f"{path} is empty.", hint=_READABLE)
    if about.st_size > LARGEST_BYTES:
        raise BadSound(f"{path} is larger than 2 GiB.", hint="Cut out the part that matters.")
    match head[:4]:
        case b"RIFF" | b"RF64" if head[8:12] == b"WAVE":
            return miniaudio.wav_get_file_info
        case b"fLaC":
            return miniaudio.flac_get_file_info
        case b"OggS" if b"\x01vorbis" in head:
            return miniaudio.vorbis_get_file_info
        case _ if head[:3] == b"ID3" or (head[0] == 0xFF and head[1:2] >= b"\xe0"):
            return miniaudio.mp3_get_file_info
    raise BadSound(f"{path} is no sound file of a kind known here.", hint=_READABLE)


def _mono(channels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of both channels (frames, 2), or the louder one where the mean has lost most of it."""
    mean: NDArray[np.float32] = channels.mean(axis=1)
    power = np.square(channels, dtype=np.float64).mean(axis=0)
    loudest = int(np.argmax(power))
    if np.square(mean, dtype=np.float64).mean() < _CANCELLED * power[loudest] / 2:
        return np.ascontiguousarray(channels[:, loudest])
    return mean
