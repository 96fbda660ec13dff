"""The golden pictures: `python -m tests.generator.golden` makes `golden.json` anew, for styles changed on purpose.

A record holds a whole genome, so that only a change of pictures shows, and not one of the composer; and what its
picture at `SIZE_PX` looks like: 63 bits of perceptual hash as hex, and the colours of 8x4 tiles, as OKLab times 100.
The file names the engine version that drew them. Under one version no look changes: who means it raises the version.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kiosk.domain.errors import BadGenome
from kiosk.generator.compose import compose
from kiosk.generator.distance import LAYOUT_PX, signature
from kiosk.generator.dither import to_srgb8
from kiosk.generator.genome import Genome, genome_from_dict
from kiosk.generator.render import ENGINE_VERSION
from kiosk.generator.styles import STYLES, style_named
from tests.generator.music import EIGHT

FILE = Path(__file__).with_name("golden.json")
SIZE_PX = (256, 144)
PIECES = (("no music", 1), ("lullaby", 2), ("jazz", 3), ("party", 4))  # of each style
TILES = (4, 8)
HASH_TOLERANCE_BITS = 4  # other processors round otherwise, and a value at the median may fall to either side
COLOUR_TOLERANCE = 0.02  # OKLab, the mean over the tiles; a step one just sees


class Look(NamedTuple):
    """What a picture looks like, roughly."""

    bits: int
    tiles: list[list[int]]

    def bits_apart(self, other: "Look") -> int:
        """In how many bits two hashes differ."""
        return (self.bits ^ other.bits).bit_count()

    def colours_apart(self, other: "Look") -> float:
        """How far the tiles' colours are apart, in OKLab."""
        return float(np.linalg.norm(np.subtract(self.tiles, other.tiles), axis=1).mean()) / 100

    def is_like(self, other: "Look") -> bool:
        """Whether two pictures are the same within the tolerances."""
        return self.bits_apart(other) <= HASH_TOLERANCE_BITS and self.colours_apart(other) <= COLOUR_TOLERANCE


def look_of(genome: Genome) -> Look:
    """Draw a genome small and look at it."""
    linear = style_named(genome.style)(genome, *SIZE_PX)
    found = signature(to_srgb8(linear, genome.stream_seed("dither")))
    bits = sum(1 << index for index, bit in enumerate(found.hash_bits) if bit)
    down, across = LAYOUT_PX[1], LAYOUT_PX[0]
    grid = found.layout.reshape(down, across, 3)[: down - down % TILES[0]]
    tiles = grid.reshape(TILES[0], -1, TILES[1], across // TILES[1], 3).mean(axis=(1, 3)).reshape(-1, 3)
    return Look(bits, [[round(100 * float(value)) for value in tile] for tile in tiles])


class Golden(NamedTuple):
    """What the file holds: the engine version, and genomes with the looks their pictures had under it."""

    engine_version: str
    pieces: list[tuple[Genome, Look]]


def golden(file: Path = FILE) -> Golden:
    """Read the file; raises BadGenome for a genome that this engine does not know any more."""
    known = json.loads(file.read_text("utf-8"))
    return Golden(
        known["engineVersion"],
        [
            (genome_from_dict(record["genome"]), Look(int(record["hash"], 16), record["tiles"]))
            for record in known["pieces"]
        ],
    )


def changed(pieces: Iterable[tuple[Genome, Look]]) -> list[str]:
    """Return the names of the pieces that do not look any more as they did."""
    return [f"{genome.style} {genome.seed}" for genome, look in pieces if not look_of(genome).is_like(look)]


def make(file: Path = FILE, styles: Sequence[str] = tuple(STYLES)) -> None:
    """Make the file anew; raises SystemExit, and leaves it, where a look has changed and the engine version has not.

    Under an unchanged version a look that is there is kept to the bit, so that none creeps within the tolerances.
    """
    kept: dict[str, Look] = {}
    if json.loads(file.read_text("utf-8"))["engineVersion"] == ENGINE_VERSION:
        try:
            pieces = golden(file).pieces
            others = changed(pieces)
        except BadGenome as error:
            pieces, others = [], [error.message]
        if others:
            raise SystemExit(
                f"These do not look as they did under engine version {ENGINE_VERSION}: {', '.join(others)}.\n"
                "Raise ENGINE_VERSION in kiosk/generator/render.py if that is meant, and run this again."
            )
        kept = {genome.to_json(): look for genome, look in pieces}
    lines = []
    for genome in (compose(EIGHT[music], seed, style) for style in styles for music, seed in PIECES):
        look = kept.get(genome.to_json()) or look_of(genome)
        record: dict[str, Any] = {"genome": genome.to_dict(), "hash": f"{look.bits:016x}", "tiles": look.tiles}
        lines.append(json.dumps(record, separators=(",", ":"), sort_keys=True))
    text = ",\n".join(lines)
    file.write_text(f'{{"engineVersion":"{ENGINE_VERSION}","pieces":[\n{text}\n]}}\n', "utf-8")


if __name__ == "__main__":
    make()
