"""Frames of a contestant: a process of its own on a virtual screen, whose Qt says on stderr that it rendered a frame.

The lines come from Qt's render thread, so that no Python of the contestant is asked. `stage_show.py` is what is run;
`bench_stage.py` and `bench_4k.py` compare.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles

import numpy as np
from PIL import Image

from tests.bench.stage_show import BEGIN, CHANGE, END, RENDERER

FRAME = b"frame rendered in"
WARM_UP_S = 5.0
LIMIT_S = 60.0
REFRESH_S = 1 / 60
QT_LOG = {"QT_LOGGING_RULES": "qt.scenegraph.time.renderloop=true", "QT_MESSAGE_PATTERN": "%{time process} %{message}"}


@dataclass
class Frames:
    """The frames of one run. `heard_s`: when their lines came; `stamped_s`: the contestant's own clock, to 1 ms.

    `changes` and `held` are numbers of frames: a morph ended before the first; Python was held between the latter.
    """

    renderer: str = ""
    heard_s: list[float] = field(default_factory=list)
    stamped_s: list[float] = field(default_factory=list)
    changes: set[int] = field(default_factory=set)
    held: list[int] = field(default_factory=list)
    cpu_s: float = 0.0

    def intervals_ms(self) -> list[float]:
        """Frame times within morphs; the step from one morph to the next is left out."""
        return [1000 * interval_s for interval_s in self._intervals(self.heard_s)]

    def median_ms(self) -> float:
        return median(self.intervals_ms())

    def p99_ms(self) -> float:
        return quantiles(self.intervals_ms(), n=100)[98]

    def cpu_ms(self) -> float:
        """CPU time a frame."""
        return 1000 * self.cpu_s / len(self.heard_s)

    def missed_a_minute(self) -> float:
        """Refreshes of a 60 Hz screen within morphs that brought no frame, for each minute of morph."""
        intervals = self._intervals(self.stamped_s)
        return 60 * sum(map(_missed, intervals)) / sum(intervals)

    def frames_held(self) -> int:
        """How many frames came while Python was held."""
        begin, end = self.held
        return end - begin

    def missed_held(self) -> int:
        """Refreshes without a frame, from the last frame before Python was held to the first after."""
        begin, end = self.held
        times = self.stamped_s[max(0, begin - 1) : end + 1]
        return sum(_missed(after - before) for before, after in pairwise(times))

    def _intervals(self, times_s: Sequence[float]) -> list[float]:
        pairs = enumerate(pairwise(times_s), start=1)
        return [after - before for number, (before, after) in pairs if number not in self.changes]


def watch(arguments: Sequence[str], environment: Mapping[str, str], seconds: float | None) -> Frames:
    """Runs a contestant for so many seconds after its warm-up, or until its hold of Python is over."""
    command = [sys.executable, "-m", "tests.bench.stage_show", *arguments]
    began_s = time.perf_counter()
    process = subprocess.Popen(command, env={**environment, **QT_LOG}, stderr=subprocess.PIPE)
    frames = Frames()
    warm_up_s = 0.0 if seconds is None else WARM_UP_S
    spent_before_s = 0.0
    try:
        for at_s, line in _lines(process, began_s + LIMIT_S + (seconds or 0.0)):
            since_s = at_s - began_s - warm_up_s
            if line.startswith(RENDERER.encode()):
                frames.renderer = line.decode().removeprefix(RENDERER).strip()
            elif FRAME in line and since_s > 0:
                spent_before_s = spent_before_s or cpu_s(process.pid)
                frames.heard_s.append(at_s)
                frames.stamped_s.append(float(line.split()[0]))
            elif line.startswith(CHANGE.encode()):
                frames.changes.add(len(frames.heard_s))
            elif line.startswith((BEGIN.encode(), END.encode())):
                frames.held.append(len(frames.heard_s))
            if (len(frames.held) == 2 and len(frames.heard_s) > frames.held[1]) or since_s > (seconds or LIMIT_S):
                break
        frames.cpu_s = cpu_s(process.pid) - spent_before_s
    finally:
        process.terminate()
        process.wait()
    return frames


def in_rounds(contestants: Mapping[str, Callable[[], Frames]], rounds: int) -> dict[str, list[Frames]]:
    """Runs the contestants in turns, so that whatever disturbs one disturbs the others too."""
    runs: dict[str, list[Frames]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            runs[name].append(run())
    return runs


def middle(runs: Sequence[Frames], what: Callable[[Frames], float]) -> float:
    """The median over the runs."""
    return median(what(run) for run in runs)


@contextmanager
def loaded_cores() -> Iterator[None]:
    """Keeps every core busy with a process of another program."""
    burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


def pictures(folder: Path, size: tuple[int, int]) -> list[str]:
    """Writes two pictures of exactly that size (px) without compression, as both contestants load them."""
    made = []
    for seed in (1, 2):
        coarse = np.random.default_rng(seed).integers(0, 256, (9, 16, 3), np.uint8)
        path = folder / f"{size[0]}x{size[1]}-{seed}.ppm"
        Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC).save(path)
        made.append(str(path))
    return made


def cpu_s(pid: int) -> float:
    """The CPU time a process has had so far, in user and system mode."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _missed(interval_s: float) -> int:
    return max(0, round(interval_s / REFRESH_S) - 1)


def _lines(process: subprocess.Popen[bytes], limit_s: float) -> Iterator[tuple[float, bytes]]:
    assert process.stderr is not None
    for line in process.stderr:
        at_s = time.perf_counter()
        if at_s > limit_s:
            raise TimeoutError("a contestant drew no frames")
        yield at_s, line
