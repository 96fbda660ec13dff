"""What drawing costs the wall: a flow morph while four pieces are drawn, beside the same with nothing else to do.

The third contestant is the same drawing at the usual priority: what the wall would suffer if renderers were rude.
"""

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.frames import Frames, in_rounds, middle, pictures, watch
from tests.bench.harness import Figure, Options
from tests.bench.machine import load_average
from tests.bench.virtual_screen import virtual_screen

NAME = "pacing"
SIZE = (1280, 720)
RENDERERS = 4


def run(options: Options) -> Iterable[Figure]:
    """Yields missed refreshes and frame times of a morph, each beside both rivals."""
    rounds, seconds = (1, 8.0) if options.quick else (3, 16.0)
    with TemporaryDirectory() as folder, virtual_screen() as environment:
        yield load_average("the pacing figures")
        named = f"{SIZE[0]}x{SIZE[1]}"
        show = partial(watch, ["wall", named, *pictures(Path(folder), SIZE)], environment, seconds)
        runs = in_rounds(
            {"alone": show, "polite": partial(_beside, show, "polite"), "rude": partial(_beside, show, "rude")}, rounds
        )
    for what, unit, of in (
        ("refreshes missed", "a minute", Frames.missed_a_minute),
        ("frame time, median", "ms", Frames.median_ms),
        ("frame time, 99th percentile", "ms", Frames.p99_ms),
    ):
        for rival, words in (("alone", "nothing drawn"), ("rude", "renderers that do not give way")):
            yield Figure(
                name=f"flow morph at {named} while {RENDERERS} pieces of 1920x1080 are drawn: {what}",
                value=middle(runs["polite"], of),
                unit=unit,
                rival=words,
                rival_value=middle(runs[rival], of),
            )


def _beside(show: Callable[[], Frames], manner: str) -> Frames:
    with ExitStack() as stack:
        for number in range(RENDERERS):
            stack.enter_context(_drawing(manner, number))
        return show()


@contextmanager
def _drawing(manner: str, number: int) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.bench.draw_for_ever", manner, str(number)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None or process.stdout.readline() != "READY\n":
                raise RuntimeError("a renderer did not start")
            yield
        finally:
            process.kill()
