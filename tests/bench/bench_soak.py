"""The soak of the wall's peers: 2,432 changes in ten minutes, each another piece, and what that leaves in memory.

A wall at its usual pace makes 300 changes an hour (12 s each), so growth is given for 300 changes: the slope of a
robust regression (Theil and Sen: the median of the slopes between all pairs of samples) from change 500 on.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from tests.bench.harness import Figure, Options
from tests.bench.machine import Cost, costs, held_mib, load_average, shared_files_mib
from tests.bench.virtual_screen import virtual_screen
from tests.bench.wall_process import RunningWall, kiosk, running_wall

NAME = "soak"
CHANGES = 2432
GROWTH_FROM = 500
HOUR_OF_CHANGES = 300
DWELL_S = 0.24
PACE = {
    "KIOSK_PLAYBACK__PIN_S": "0.1",
    "KIOSK_PLAYBACK__DWELL_S": f"{DWELL_S}",
    "KIOSK_PLAYBACK__MORPH_S": "0.1",
}
PEERS_MIB = 488.0
SAMPLE_EVERY_S = 2.0
STUCK_S = 60.0


@dataclass(frozen=True, slots=True)
class Sample:
    """Memory (MiB) after so many changes: of each process, and of all with the files they keep in shared memory."""

    at_s: float
    changes: int
    processes: Sequence[Cost]
    whole_mib: float

    @property
    def display_mib(self) -> float:
        """The display's resident memory."""
        return self.processes[0].rss_mib


def run(options: Options) -> Iterable[Figure]:
    """Yields: pace reached, peak memory of the display, of all and of each process, growth for an hour's changes."""
    changes, growth_from = (240, 80) if options.quick else (CHANGES, GROWTH_FROM)
    with TemporaryDirectory() as base, virtual_screen() as environment:
        folder = Path(base) / "wall"
        _pictures(Path(base) / "pictures", changes + 100)
        kiosk("import", str(Path(base) / "pictures"), folder=folder, environment=environment)
        yield load_average("the soak")
        files_before_mib = shared_files_mib()
        with running_wall(folder, {**environment, **PACE}) as wall:
            samples = list(_samples(wall, changes, files_before_mib))
    yield from _figures(samples, growth_from)


def _samples(wall: RunningWall, changes: int, files_before_mib: float) -> Iterator[Sample]:
    """Looks again and again until so many pieces were painted; TimeoutError when no other piece comes for a minute."""
    last, last_at_s = 0, time.monotonic()
    while last < changes:
        time.sleep(SAMPLE_EVERY_S)
        painted, now_s = int(wall.status()["impressions"]["painted"]), time.monotonic()
        if painted > last:
            last, last_at_s = painted, now_s
            whole_mib = held_mib(wall.pid) + shared_files_mib() - files_before_mib
            yield Sample(now_s, painted, costs(wall.pid), whole_mib)
        elif now_s - last_at_s > STUCK_S:
            raise TimeoutError(f"the wall stands still after {last} changes")


def _figures(samples: Sequence[Sample], growth_from: int) -> Iterator[Figure]:
    first, last = samples[0], samples[-1]
    yield Figure(
        name="changes a minute in the soak",
        value=60 * (last.changes - first.changes) / (last.at_s - first.at_s),
        unit="changes",
        rival="the pace asked for",
        rival_value=60 / DWELL_S,
    )
    yield Figure(
        name=f"peak memory of the display in {last.changes} changes",
        value=max(sample.display_mib for sample in samples),
        unit="MiB",
        rival="the peers' own soak",
        rival_value=PEERS_MIB,
    )
    yield Figure(
        name=f"peak memory of all processes in {last.changes} changes",
        value=max(sample.whole_mib for sample in samples),
        unit="MiB",
    )
    for role, peak_mib in _peaks(samples).items():
        yield Figure(name=f"peak resident memory of our process {role}", value=peak_mib, unit="MiB")
    late = [sample for sample in samples if sample.changes >= growth_from]
    for what, of in (("the display", "display_mib"), ("all processes", "whole_mib")):
        growth = slope([sample.changes for sample in late], [getattr(sample, of) for sample in late])
        yield Figure(
            name=f"growth of {what} from change {growth_from} on, for {HOUR_OF_CHANGES} changes (an hour's)",
            value=HOUR_OF_CHANGES * growth,
            unit="MiB",
            goal="< 1",
        )


def slope(x: Sequence[float], y: Sequence[float]) -> float:
    """The median slope between all pairs of points of different x (Theil and Sen)."""
    first, second = np.triu_indices(len(x), 1)
    run_, rise = np.subtract(x, 0.0), np.subtract(y, 0.0)
    across, up = run_[second] - run_[first], rise[second] - rise[first]
    return float(np.median(up[across != 0] / across[across != 0]))


def _peaks(samples: Sequence[Sample]) -> Mapping[str, float]:
    peaks: dict[str, float] = {}
    for sample in samples:
        for process in sample.processes:
            peaks[process.name] = max(peaks.get(process.name, 0.0), process.rss_mib)
    return peaks


def _pictures(folder: Path, count: int) -> None:
    """Writes so many small JPEG pictures, no two alike."""
    folder.mkdir()
    random = np.random.default_rng(1)
    for index in range(count):
        coarse = Image.fromarray(random.integers(0, 256, (9, 16, 3), np.uint8))
        coarse.resize((640, 360), Image.Resampling.BICUBIC).save(folder / f"{index:04d}.jpg", quality=80)
