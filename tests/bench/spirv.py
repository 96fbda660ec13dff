"""What a fragment shader asks of a GPU for each pixel, counted in its compiled form.

A `.qsb` file is Qt's package of one shader in several languages: four bytes of length, then zlib. Within it lies
SPIR-V: a header of five words, then instructions, each with its length and number in its first word (Khronos, SPIR-V
1.0, sections 2.3 and 3.32). A shader with a loop is refused; those for the glass have none.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MAGIC = b"\x03\x02\x23\x07"
HEADER_WORDS = 5
TYPE_FLOAT, TYPE_VECTOR, EXTENDED, DOT, LOOP = 22, 23, 12, 148, 246
FETCHES = range(87, 99)
ARITHMETIC = {*range(126, 149), *range(164, 192)} - {DOT}
EXTENDED_COST = {46: 2, 49: 6, 43: 2, 66: 6, 69: 6, 26: 2}  # mix, smoothstep, clamp, length, normalize, pow; others: 1


@dataclass(frozen=True, slots=True)
class Work:
    """For one pixel: texture fetches, and scalar operations (a vector's count one for each component)."""

    fetches: int
    operations: int


def work_of(shader: Path) -> Work:
    """Counts what one invocation does; ValueError for a shader with loops or without SPIR-V."""
    widths: dict[int, int] = {}
    fetches = operations = 0
    for number, words in _instructions(_spirv(shader)):
        if number == TYPE_FLOAT:
            widths[int(words[1])] = 1
        elif number == TYPE_VECTOR:
            widths[int(words[1])] = int(words[3])
        elif number == LOOP:
            raise ValueError(f"{shader.name} has a loop: what it does cannot be counted so")
        elif number in FETCHES:
            fetches += 1
        elif number == DOT:
            operations += 5
        elif number == EXTENDED:
            operations += widths.get(int(words[1]), 1) * EXTENDED_COST.get(int(words[4]), 1)
        elif number in ARITHMETIC:
            operations += widths.get(int(words[1]), 1)
    return Work(fetches, operations)


def _spirv(shader: Path) -> bytes:
    package = zlib.decompress(shader.read_bytes()[4:])
    start = package.find(MAGIC)
    if start < 0:
        raise ValueError(f"{shader.name} holds no SPIR-V")
    length = int.from_bytes(package[start - 4 : start], "big")
    return package[start : start + length]


def _instructions(code: bytes) -> Iterator[tuple[int, NDArray[np.uint32]]]:
    words = np.frombuffer(code, "<u4")
    at = HEADER_WORDS
    while at < len(words):
        length, number = int(words[at]) >> 16, int(words[at]) & 0xFFFF
        yield number, words[at : at + length]
        at += length
