"""Rendering: from a genome to an image file, in this process or as a job of a worker process.

`render_job` is what the server's process pool calls: texts and numbers in, a picklable `RenderedPiece` out. It draws
another piece of the same kind where the one asked for comes too near to a recent one; `diversity` says how.
"""

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kiosk.domain.errors import UsageError
from kiosk.generator.compose import compose
from kiosk.generator.encode import MEDIA_TYPES, check_format, encode
from kiosk.generator.genome import Genome, genome_from_json
from kiosk.generator.styles import STYLES, style_named

ENGINE_VERSION = "2"
MIN_SIDE_PX = 16
MAX_PIXELS = 40_000_000


@dataclass(frozen=True, slots=True)
class RenderedPiece:
    """An image file in memory: `sha256` of `data` in hex, `seconds` the wall time it took.

    Of a job also: the `genome` that was drawn, as JSON; how many `tries` it took to be apart from recent pieces, the
    distance to the `nearest` of them (1 for none), and its `signature` as `diversity` keeps it.
    """

    data: bytes
    media_type: str
    width_px: int
    height_px: int
    sha256: str
    seconds: float
    engine_version: str = ENGINE_VERSION
    genome: str = ""
    tries: int = 1
    nearest: float = 1.0
    signature: str = ""


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


def render_job(
    genome_json: str, width_px: int, height_px: int, format: str = "jpeg", recent: Sequence[str] = ()
) -> RenderedPiece:
    """Do `render_piece` for a genome in JSON, or for one of its kind that is apart from the `recent` pieces.

    `recent` are their signatures. The form a worker process is called in. Same errors, and `BadGenome`.
    """
    from kiosk.generator.diversity import settle  # noqa: PLC0415 - as above

    check_format(format)
    check_size(width_px, height_px)
    started = time.perf_counter()
    settled = settle(genome_from_json(genome_json), (width_px, height_px), recent)
    piece = render_piece(settled.genome, width_px, height_px, format=format)
    return replace(
        piece,
        seconds=time.perf_counter() - started,
        genome=settled.genome.to_json(),
        tries=settled.tries,
        nearest=round(settled.nearest, 3),
        signature=settled.signature,
    )


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
