"""What is wrong with a sound file that can be decoded all the same: a part is missing, or its checksums fail.

Decoders pass over damage in silence, and what is left may seem to be of another tempo. Read by `decode`.

WAV         RIFF size(4) WAVE, then chunks: name(4) size(4, little endian) content; the sound is in `data`. A recorder
            that wrote to a pipe left a size near the largest there is, or none.
Ogg Vorbis  pages: OggS version(1) flags(1) position(8) stream(4) number(4) checksum(4) count(1), `count` lengths,
            content (RFC 3533). The last page has flag 4; the checksum is a CRC-32, nothing in it reflected.
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from kiosk.audio.formats import Format

_MISSED_S = 0.05  # an encoder may count a frame of MP3 (26 ms) too many
_UNKNOWN_SIZE = 0x7FFF_0000
_CHUNK = struct.Struct("<4sI")
_PAGE = struct.Struct("<4sBBqIIIB")
_LAST_PAGE = 4
_REFLECTED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_ONES = 0xFFFF_FFFF


def damage_of(path: Path, form: Format, *, played_s: float, promised_s: float) -> str:
    """Return in words what is wrong with a file, empty when nothing is known to be; raises OSError.

    `played_s` is how long it plays, `promised_s` how long it should by its own head.
    """
    if form is Format.WAV:
        promised_s = played_s * _whole_of_wav(path)
    if promised_s - played_s > _MISSED_S:
        return f"of {promised_s:.1f} s only {played_s:.1f} s can be played"
    return _damage_of_ogg(path) if form is Format.VORBIS else ""


def _whole_of_wav(path: Path) -> float:
    """Return by what the sound there is must be multiplied to be what the chunk of sound says, 1 for a whole file."""
    size_bytes = path.stat().st_size
    with path.open("rb") as file:
        place = file.seek(12)
        while len(head := file.read(_CHUNK.size)) == _CHUNK.size:
            name, length = _CHUNK.unpack(head)
            place += _CHUNK.size
            if name == b"data":
                held = size_bytes - place
                return length / held if held < length < _UNKNOWN_SIZE else 1.0
            place = file.seek(place + length + length % 2)
    return 1.0


def _damage_of_ogg(path: Path) -> str:
    last = 0
    with path.open("rb") as file:
        for flags in _page_flags(file):
            if flags is None:
                return "a part of it is not as it was written"
            last = flags
    return "" if last & _LAST_PAGE else "its end is missing"


def _page_flags(file: BinaryIO) -> Iterator[int | None]:
    """Yield the flags of each page, None for one that is not as it was written; ends with that."""
    while head := file.read(_PAGE.size):
        if len(head) < _PAGE.size or not head.startswith(b"OggS"):
            yield None
            return
        _, _, flags, _, _, _, checksum, count = _PAGE.unpack(head)
        lengths = file.read(count)
        page = head[:22] + bytes(4) + head[26:] + lengths + file.read(sum(lengths))
        if _checksum(page) != checksum:
            yield None
            return
        yield flags


def _checksum(page: bytes) -> int:
    """Return Ogg's CRC-32 of a page: zlib's of the bytes with their bits turned round, turned round itself."""
    reflected = zlib.crc32(page.translate(_REFLECTED), _ONES) ^ _ONES
    return int.from_bytes(reflected.to_bytes(4, "little").translate(_REFLECTED), "big")
