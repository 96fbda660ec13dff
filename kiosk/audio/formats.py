"""Which sound file it is, by its first bytes, and what is refused before anything of it is decoded.

`decode` and `capture` open files by this, so that both say the same of one that cannot be read.
"""

import stat
from enum import Enum
from pathlib import Path

from kiosk.domain.errors import KioskError

LARGEST_BYTES = 2 * 1024**3
READABLE = "WAV, FLAC, MP3 and Ogg Vorbis files can be read."
_HEAD_BYTES = 64


class Format(Enum):
    """The kinds of files that can be read."""

    WAV = "WAV"
    FLAC = "FLAC"
    VORBIS = "Ogg Vorbis"
    MP3 = "MP3"


class BadSound(KioskError):
    """A sound file was refused; the message says why."""

    code = "bad_sound"


def format_of(path: Path) -> Format:
    """Return a file's format, told by its content and not by its name.

    Raises BadSound for what is no sound file of these formats, cannot be read or named, is empty or over 2 GiB.
    """
    try:
        str(path).encode()
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            raise BadSound(f"{path} is a folder.", hint="Name one sound file.")
        if not stat.S_ISREG(about.st_mode):
            raise BadSound(f"{path} is no file.", hint="Name one sound file.")
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except UnicodeEncodeError as error:
        raise BadSound(f"The name of {path} cannot be read here.", hint="Give it a name in UTF-8.") from error
    except OSError as error:
        raise BadSound(f"{path} cannot be read: {error.strerror or error}.") from error
    if not head:
        raise BadSound(f"{path} is empty.", hint=READABLE)
    if about.st_size > LARGEST_BYTES:
        raise BadSound(f"{path} is larger than 2 GiB.", hint="Cut out the part that matters.")
    match head[:4]:
        case b"RIFF" | b"RF64" if head[8:12] == b"WAVE":
            return Format.WAV
        case b"fLaC":
            return Format.FLAC
        case b"OggS" if b"\x01vorbis" in head:
            return Format.VORBIS
        case _ if head[:3] == b"ID3" or (head[0] == 0xFF and head[1:2] >= b"\xe0"):
            return Format.MP3
    raise BadSound(f"{path} is no sound file of a kind known here.", hint=READABLE)


def undecodable(path: Path) -> BadSound:
    """Return what is said of a file that its decoder does not take."""
    return BadSound(f"{path} cannot be decoded: it is damaged, or of a kind not known.", hint=READABLE)


def without_sound(path: Path) -> BadSound:
    """Return what is said of a file in which there is not one sample."""
    return BadSound(f"There is no sound in {path}.", hint=READABLE)
