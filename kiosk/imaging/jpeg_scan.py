"""The scans of a JPEG: how many there are, and whether a single one fills the picture. Pure.

Where a scan ends before the picture does (a file cut off and ended again, a height that is a lie), decoders meet the
end mark, paint the rest grey, and call it a success. Without the mark they ask for more, and so the lack is found.
"""

import re
from collections.abc import Iterator
from typing import Final

_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)  # neither stuffing nor a restart
_EOI, _SOS, _BASELINE = 0xD9, 0xDA, frozenset({0xC0, 0xC1})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_FILLER: Final = b"\xfe" * 16  # decoders look a few bytes ahead


def scans_in(data: bytes) -> int:
    """Return how many scans a JPEG has: each costs a decoder one walk over all of the picture."""
    return sum(kind == _SOS for kind, _, _ in _markers(data))


def without_end_mark(data: bytes) -> bytes:
    """Return a JPEG with filler in place of its end mark and of what follows; `data` itself where that proves nothing.

    That is so for several scans (progressive ones among them): there the end mark alone tells that no other comes.
    """
    components, fills_it = 0, False
    for kind, at, start in _markers(data):
        if kind in _FRAMES:
            components = data[start + 7] if kind in _BASELINE and start + 7 < len(data) else 0
        elif kind == _SOS:
            fills_it = start + 2 < len(data) and 0 < components == data[start + 2]
        elif fills_it:
            return data[:at] + _FILLER if kind == _EOI else data
    return data


def _markers(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield each marker, where it begins, and where its segment does, up to the end mark."""
    position = 2
    while (marker := _MARKER.search(data, position)) is not None:
        kind, start = marker[1][0], marker.end()
        yield kind, marker.start(), start
        if kind == _EOI:
            return
        position = start + int.from_bytes(data[start : start + 2], "big")
