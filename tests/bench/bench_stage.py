"""The stage's motion: frames while Python is blocked, and frame times beside the same scene with no Python at all.

Every contestant is a process of its own on one virtual screen, drawn by the same software renderer. The frames are
counted from the lines in which Qt's render thread names each of them, so that no Python of the contestant is asked.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from tests.bench.harness import Figure, Options
from tests.bench.stage_show import BEGIN, END
from tests.bench.virtual_screen import virtual_screen

NAME = "stage"
FRAME = b"frame rendered in"
WARM_UP_S = 5.0
LIMIT_S = 60.0


@dataclass(frozen=True)
class Frames:
    """When frames were rendered (s, as heard by the parent), what the process spent on them, how many came blocked."""

    times_s: list[float]
    cpu_s: float
    blocked: int

    @property
    def intervals_ms(self) -> list[float]:
        return [1000 * (after - before) for before, after in zip(self.times_s, self.times_s[1:], strict=False)]


def run(options: Options) -> Iterable[Figure]:
    """Yields: frames while blocked; median and 99th percentile of a morph's frame times; CPU time a frame."""
    with TemporaryDirectory() as folder, virtual_screen() as environment:
        pictures = [_picture(Path(folder), seed) for seed in (1, 2)]
        ours = watch([*pictures, "wall", "--block"], environment, None)
        rival = watch([*pictures, "bare-gui", "--block"], environment, None)
        yield Figure(
            name="frames swapped while Python is blocked for 2 s",
            value=ours.blocked,
            unit="frames",
            rival="an animation of the GUI thread",
            rival_value=rival.blocked,
            goal=">= 25",
        )
        seconds = 6.0 if options.quick else 20.0
        wall = watch([*pictures, "wall"], environment, seconds)
        bare = watch([*pictures, "bare"], environment, seconds)
        yield from _beside(wall, bare)


def watch(arguments: list[str], environment: dict[str, str], seconds: float | None) -> Frames:
    """Runs a contestant for so many seconds after its warm-up, or until its block is over; returns its frames."""
    command = [sys.executable, "-m", "tests.bench.stage_show", *arguments]
    environment = {**environment, "QT_LOGGING_RULES": "qt.scenegraph.time.renderloop=true"}
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
    times: list[float] = []
    marks: dict[str, int] = {}
    spent_before = 0.0
    try:
        for at, line in _lines(process, started + LIMIT_S):
            if FRAME in line and at - started > WARM_UP_S * (seconds is not None):
                spent_before = spent_before or _cpu_s(process.pid)
                times.append(at)
            marks.update({mark: len(times) for mark in (BEGIN, END) if mark.encode() in line})
            if END in marks or (seconds is not None and at - started > WARM_UP_S + seconds):
                break
        spent = _cpu_s(process.pid) - spent_before
    finally:
        process.terminate()
        process.wait()
    return Frames(times, spent, marks.get(END, 0) - marks.get(BEGIN, 0))


def _beside(wall: Frames, bare: Frames) -> Iterator[Figure]:
    rival = "no Python, same QML and shaders"
    for what, of in (("median", median), ("99th percentile", lambda times: quantiles(times, n=100)[-1])):
        yield Figure(
            name=f"frame time of a flow morph at 1280x720, {what}",
            value=of(wall.intervals_ms),
            unit="ms",
            rival=rival,
            rival_value=of(bare.intervals_ms),
        )
    yield Figure(
        name="CPU time a frame of a flow morph at 1280x720",
        value=1000 * wall.cpu_s / len(wall.times_s),
        unit="ms",
        rival=rival,
        rival_value=1000 * bare.cpu_s / len(bare.times_s),
    )


def _lines(process: subprocess.Popen[bytes], limit: float) -> Iterator[tuple[float, bytes]]:
    assert process.stderr is not None
    for line in process.stderr:
        at = time.perf_counter()
        if at > limit:
            raise TimeoutError("a contestant drew no frames")
        yield at, line


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _picture(folder: Path, seed: int) -> str:
    coarse = np.random.default_rng(seed).integers(0, 256, (9, 16, 3), np.uint8)
    path = folder / f"{seed}.png"
    Image.fromarray(coarse).resize((1280, 720), Image.Resampling.BICUBIC).save(path)
    return str(path)
