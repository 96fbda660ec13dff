"""The stage's motion beside the floor: a cross-fade of the same two pictures in bare QML, with no Python connected.

Every contestant is a process of its own on one virtual screen, drawn by the same software renderer; they run in turns.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.frames import Frames, in_rounds, loaded_cores, middle, pictures, watch
from tests.bench.harness import Figure, Options
from tests.bench.machine import load_average
from tests.bench.virtual_screen import virtual_screen

NAME = "stage"
SIZES = ((1280, 720), (1920, 1080))
FLOOR = "a bare cross-fade"


def run(options: Options) -> Iterable[Figure]:
    """Yields: frames while Python is held; missed frames so, and beside a load on all cores; frame times by size."""
    rounds = 1 if options.quick else 3
    seconds = 6.0 if options.quick else 12.0
    with TemporaryDirectory() as folder, virtual_screen() as environment:
        yield load_average("the stage's figures")
        yield from _held(Path(folder), environment, rounds)
        yield from _loaded(Path(folder), environment, rounds, seconds)
        for size in SIZES:
            yield from frame_times(Path(folder), environment, size, rounds, seconds)


def frame_times(
    folder: Path, environment: Mapping[str, str], size: tuple[int, int], rounds: int, seconds: float
) -> Iterator[Figure]:
    """Yields the frame time of a flow morph beside the floor's, median and 99th percentile, and CPU time a frame."""
    files = pictures(folder, size)
    runs = in_rounds(
        {kind: partial(watch, [kind, _named(size), *files], environment, seconds) for kind in ("wall", "fade")}, rounds
    )
    for what, of, goal in (
        ("frame time, median", Frames.median_ms, "<= 1.15x"),
        ("frame time, 99th percentile", Frames.p99_ms, "<= 1.15x"),
        ("CPU time a frame", Frames.cpu_ms, None),
    ):
        yield Figure(
            name=f"flow morph at {_named(size)} on {runs['wall'][0].renderer}: {what}",
            value=middle(runs["wall"], of),
            unit="ms",
            rival=FLOOR,
            rival_value=middle(runs["fade"], of),
            goal=goal,
        )


def _held(folder: Path, environment: Mapping[str, str], rounds: int) -> Iterator[Figure]:
    files = pictures(folder, SIZES[0])
    runs = in_rounds(
        {
            kind: partial(watch, [kind, _named(SIZES[0]), *files, "--hold"], environment, None)
            for kind in ("wall", "fade", "fade-gui")
        },
        rounds,
    )
    yield Figure(
        name="frames drawn while Python is held for 2 s",
        value=middle(runs["wall"], Frames.frames_held),
        unit="frames",
        rival="a cross-fade moved by the GUI thread",
        rival_value=middle(runs["fade-gui"], Frames.frames_held),
        goal=">= 25",
    )
    yield Figure(
        name="refreshes missed in a morph while Python is held for 2 s",
        value=middle(runs["wall"], Frames.missed_held),
        unit="refreshes",
        rival=FLOOR,
        rival_value=middle(runs["fade"], Frames.missed_held),
        goal="no more than the floor",
    )


def _loaded(folder: Path, environment: Mapping[str, str], rounds: int, seconds: float) -> Iterator[Figure]:
    files = pictures(folder, SIZES[0])
    with loaded_cores():
        runs = in_rounds(
            {kind: partial(watch, [kind, _named(SIZES[0]), *files], environment, seconds) for kind in ("wall", "fade")},
            rounds,
        )
    yield Figure(
        name="refreshes missed in a morph while another program loads every core",
        value=middle(runs["wall"], Frames.missed_a_minute),
        unit="a minute",
        rival=FLOOR,
        rival_value=middle(runs["fade"], Frames.missed_a_minute),
        goal="no more than the floor",
    )


def _named(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"
