"""Tells whether a PNG holds data for all of the picture its header promises. Pure.

Decoders stop where the compressed data ends, and leave the rest black without a word; the data is counted here instead.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Final

_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PASSES: Final = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_STEP_BYTES: Final = 1 << 20


def is_filled(data: bytes) -> bool:
    """Return whether the picture's data is as long as its header says; damage of other kinds may count as not."""
    try:
        width, height, depth, color, _, _, interlaced = struct.unpack(">IIBBBBB", data[16:29])
        bits = depth * _CHANNELS[color]
        passes = _PASSES if interlaced else ((0, 0, 1, 1),)
        wanted = sum(_pass_bytes(width, height, bits, *pass_) for pass_ in passes)
        inflate, found = zlib.decompressobj(), 0
        for part in _parts(data):
            while part and found < wanted:
                found += len(inflate.decompress(part, _STEP_BYTES))
                part = inflate.unconsumed_tail
            if found >= wanted:
                return True
        return found + len(inflate.flush()) >= wanted
    except (struct.error, zlib.error, KeyError):
        return False


def _pass_bytes(width: int, height: int, bits: int, left: int, top: int, across: int, down: int) -> int:
    columns, rows = -(-(width - left) // across), -(-(height - top) // down)
    return rows * (1 + (columns * bits + 7) // 8) if columns > 0 and rows > 0 else 0


def _parts(data: bytes) -> Iterator[bytes]:
    """Yield the contents of the picture's data chunks (those of further frames are named otherwise)."""
    position = 8
    while position + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        if kind == b"IDAT":
            yield data[position + 8 : position + 8 + length]
        position += 12 + length
