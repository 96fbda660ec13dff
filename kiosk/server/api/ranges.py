"""Byte ranges of RFC 9110, as much of them as images need: one range. Pure."""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Slice:
    """Bytes from `start` up to and without `end`; `is_partial` when a range was asked for."""

    start: int
    end: int
    is_partial: bool


def slice_of(header: str | None, size: int) -> Slice | None:
    """Return what a Range header asks of `size` bytes; None when nothing of it is there (416).

    A header that is missing, malformed, or asks for several ranges counts as not there, as the RFC allows.
    """
    match = _RANGE.fullmatch((header or "").strip())
    if match is None or match[0] == "bytes=-":
        return Slice(0, size, is_partial=False)
    if not match[1]:
        length = min(int(match[2]), size)
        return Slice(size - length, size, is_partial=True) if length else None
    start = int(match[1])
    last = int(match[2]) if match[2] else size - 1
    if last < start:
        return Slice(0, size, is_partial=False) if match[2] else None
    return Slice(start, min(last + 1, size), is_partial=True) if start < size else None
