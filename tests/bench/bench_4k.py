"""A screen of 3840x2160: what a frame costs on this renderer, and by counting what it asks of a GPU at 60 Hz.

The counting: a frame of the morph reads each texel of both pictures once and writes each pixel once; a bare cross-fade
draws one picture and then the other over it, so that it writes twice and reads the first result back. The screen reads
what was drawn once each refresh. Four bytes a pixel; the motion between the pictures is some kB.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from kiosk.storage.resources import resource_path
from tests.bench.bench_stage import FLOOR, frame_times
from tests.bench.harness import Figure, Options
from tests.bench.machine import load_average
from tests.bench.spirv import work_of
from tests.bench.virtual_screen import virtual_screen

NAME = "4k"
SIZE = (3840, 2160)
REFRESH_HZ = 60
PIXEL_BYTES = 4
MORPH_ACCESSES = 2 + 1
FADE_ACCESSES = (1 + 1) + (1 + 1 + 1)
SCREEN_ACCESSES = 1


def run(options: Options) -> Iterable[Figure]:
    """Yields: frame times here; memory traffic, fetches and arithmetic a GPU needs for 60 frames a second."""
    width_px, height_px = SIZE
    with TemporaryDirectory() as folder, virtual_screen(f"{width_px}x{height_px}x24") as environment:
        yield load_average("a frame of 4K")
        yield from frame_times(Path(folder), environment, SIZE, *((1, 6.0) if options.quick else (3, 15.0)))
    yield from _counted()


def _counted() -> Iterator[Figure]:
    pixels_a_second = SIZE[0] * SIZE[1] * REFRESH_HZ
    each_gb_s = pixels_a_second * PIXEL_BYTES / 1e9
    flow = work_of(resource_path("shaders/flow.frag.qsb"))
    yield Figure(
        name="memory traffic at 3840x2160 and 60 Hz with the screen's own, flow morph, counted",
        value=(MORPH_ACCESSES + SCREEN_ACCESSES) * each_gb_s,
        unit="GB/s",
        rival=FLOOR,
        rival_value=(FADE_ACCESSES + SCREEN_ACCESSES) * each_gb_s,
    )
    yield Figure(name="texture fetches a pixel of the flow morph", value=flow.fetches, unit="fetches")
    yield Figure(name="scalar operations a pixel of the flow morph", value=flow.operations, unit="operations")
    yield Figure(
        name="fetches of the flow morph at 3840x2160 and 60 Hz",
        value=flow.fetches * pixels_a_second / 1e9,
        unit="10^9 a second",
    )
    yield Figure(
        name="arithmetic of the flow morph at 3840x2160 and 60 Hz",
        value=flow.operations * pixels_a_second / 1e9,
        unit="10^9 scalar operations a second",
    )
