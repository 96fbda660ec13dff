"""Rendering: from a genome to an image file, in this process or as a job of a worker process.

`render_job` is what the server's process pool calls: texts and numbers in, a picklable `RenderedPiece` out.
"""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.domain.errors import UsageError
from kiosk.generator.compose import compose
from kiosk.generator.encode import MEDIA_TYPES, check_format, encode
from kiosk.generator.genome import Genome, genome_from_json
from kiosk.generator.styles import STYLES, style_named

ENGINE_VERSION = "1"
MIN_SIDE_PX = 16
MAX_PIXELS = 40_000_000


@dataclass(frozen=True, slots=True)
class RenderedPiece:
    """An image file in memory: `sha256` of `data` in hex, `seconds` the wall time it took."""

    data: bytes
    media_type: str
    width_px: int
    height_px: int
    sha256: str
    seconds: float
    engine_version: str = ENGINE_VERSION


def render_piece(
    genome: Genome, width_px: int, height_px: int, *, format: str = "jpeg", threads: int = 0
) -> RenderedPiece:
    """Draw and encode a piece; `format` is "jpeg", "png" or "webp".

    The same genome, size and engine version give the same bytes for any number of `threads` (0: one a core).
    Raises UsageError for a size or format that cannot be, `BadGenome` for an unknown style.
    """
    from kiosk.generator.dither import to_srgb8  # noqa: PLC0415 - numba costs the server 0.5 s and 60 MB it never uses

    check_format(format)
    check_size(width_px, height_px)
    started = time.perf_counter()
    linear = style_named(genome.style)(genome, width_px, height_px, threads=threads)
    image = to_srgb8(linear, genome.stream_seed("dither"), threads=threads)
    data = encode(image, format)
    return RenderedPiece(
        data=data,
        media_type=MEDIA_TYPES[format],
        width_px=width_px,
        height_px=height_px,
        sha256=hashlib.sha256(data).hexdigest(),
        seconds=time.perf_counter() - started,
    )


def render_job(genome_json: str, width_px: int, height_px: int, format: str = "jpeg") -> RenderedPiece:
    """Do `render_piece` for a genome in JSON: the form a worker process is called in. Same errors, and `BadGenome`."""
    return render_piece(genome_from_json(genome_json), width_px, height_px, format=format)


def check_size(width_px: int, height_px: int) -> None:
    """Raise UsageError unless a picture of this size can be rendered."""
    if min(width_px, height_px) < MIN_SIDE_PX or width_px * height_px > MAX_PIXELS:
        raise UsageError(
            f"A picture cannot be {width_px}x{height_px} pixels.",
            hint=f"Sides start at {MIN_SIDE_PX} pixels, the whole ends at {MAX_PIXELS // 1_000_000} megapixels.",
        )


def warm_up() -> Iterator[str]:
    """Compile all kernels, or load them from the cache, by drawing each style very small; yields each when it is done.

    The first time on a machine a style takes some seconds, so whoever has other work goes by steps.
    """
    for style in STYLES:
        render_piece(compose(None, 1, style), 48, 27, format="jpeg", threads=1)
        yield style
