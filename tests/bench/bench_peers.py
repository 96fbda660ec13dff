"""The same show beside the peers' way of it: our wall, and a CSS cross-fade in Debian's Chromium, on equal screens.

Each has a virtual screen of 1920x1080 of its own, drawn in software, the same JPEG pictures, dwell and morph; one eye
on the screen counts the frames of both. Of ours everything is counted: display, server, imaging.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench import chromium
from tests.bench.harness import Figure, Options
from tests.bench.machine import costs, cpu_s, held_mib, load_average, shared_files_mib
from tests.bench.screen_eye import watch_screen
from tests.bench.virtual_screen import virtual_screen
from tests.bench.wall_process import add, running_wall, until, waves

NAME = "peers"
DWELL_S = 12.0
MORPH_S = 4.0
WARM_UP_S = DWELL_S + MORPH_S + 4
SHORTEST_CHANGE_S = MORPH_S / 2
OURS = "our wall"
Player = Callable[[Mapping[str, str]], AbstractContextManager[int]]


@dataclass(frozen=True, slots=True)
class Show:
    """One run of a player: frames a second of cross-fade, longest wait in one (ms), CPU s a minute, memory (MiB).

    `frame_cpu_ms` is all CPU time for each frame shown, which says most where other programs take the cores.
    """

    frames_per_s: float
    longest_wait_ms: float
    cpu_s: float
    frame_cpu_ms: float
    screen_cpu_s: float
    memory_mib: float
    parts: Mapping[str, float]


def run(options: Options) -> Iterable[Figure]:
    """Yields, beside each way of running Chromium: frames shown, longest wait, CPU time, memory."""
    chromium.install()
    seconds = (3 if options.quick else 8) * DWELL_S
    with TemporaryDirectory() as base:
        pictures = waves(Path(base) / "pictures", 40)
        players: dict[str, Player] = {OURS: partial(_wall, base=Path(base), pictures=pictures)}
        for renderer in chromium.RENDERERS:
            players[f"Chromium {renderer}"] = partial(
                chromium.running_page, pictures, renderer=renderer, dwell_s=DWELL_S, morph_s=MORPH_S
            )
        yield load_average("the shows")
        shows: dict[str, list[Show]] = {name: [] for name in players}
        for _ in range(1 if options.quick else 2):
            for name, player in players.items():
                shows[name].append(watch_show(player, seconds))
        ours = shows.pop(OURS)
        for name, theirs in shows.items():
            yield from _beside(ours, name, theirs)
        for role, rss_mib in ours[-1].parts.items():
            yield Figure(name=f"resident memory of our process {role}", value=rss_mib, unit="MiB")


def watch_show(player: Player, seconds: float) -> Show:
    """Runs a player on a screen of its own and watches it after its warm-up for so long."""
    shared_before = shared_files_mib()
    memory: list[float] = []

    def weigh(since_s: float, root: int) -> None:
        if since_s >= DWELL_S * len(memory):
            memory.append(held_mib(root) + shared_files_mib() - shared_before)

    with virtual_screen() as environment, player(environment) as root:
        watch_screen(environment["DISPLAY"], WARM_UP_S, lambda _since_s: None)
        began_s, before, screen_before = time.perf_counter(), cpu_s(root), _screen_cpu_s()
        changes = watch_screen(environment["DISPLAY"], seconds, partial(weigh, root=root))
        spent, screen_spent = cpu_s(root) - before, _screen_cpu_s() - screen_before
        minutes = (time.perf_counter() - began_s) / 60
        parts = {cost.name: cost.rss_mib for cost in sorted(costs(root), key=lambda cost: cost.rss_mib)}
    fades = [change for change in changes if change.frames_s[-1] - change.frames_s[0] > SHORTEST_CHANGE_S]
    if not fades:
        raise RuntimeError("no change of pictures was seen on the screen")
    return Show(
        frames_per_s=median(len(fade.frames_s) for fade in fades) / MORPH_S,
        longest_wait_ms=1000 * median(fade.longest_wait_s for fade in fades),
        cpu_s=spent / minutes,
        frame_cpu_ms=1000 * spent / sum(len(fade.frames_s) for fade in fades),
        screen_cpu_s=screen_spent / minutes,
        memory_mib=median(memory),
        parts=parts,
    )


@contextmanager
def _wall(environment: Mapping[str, str], *, base: Path, pictures: Sequence[Path]) -> Iterator[int]:
    pace = {"KIOSK_PLAYBACK__DWELL_S": f"{DWELL_S}", "KIOSK_PLAYBACK__MORPH_S": f"{MORPH_S}"}
    with TemporaryDirectory(dir=base) as folder, running_wall(Path(folder), {**environment, **pace}, size=None) as wall:
        add(wall, pictures, environment)
        until(lambda: wall.status()["cache"]["pieces"] >= 2, "the first pictures are here")
        yield wall.pid


def _beside(ours: Sequence[Show], name: str, theirs: Sequence[Show]) -> Iterable[Figure]:
    for what, unit, of, goal in (
        ("frames shown in a cross-fade", "a second", lambda show: show.frames_per_s, "more"),
        ("longest wait for a frame in a cross-fade", "ms", lambda show: show.longest_wait_ms, None),
        ("CPU time, all processes", "s a minute", lambda show: show.cpu_s, "less"),
        ("CPU time, all processes, for each frame shown", "ms", lambda show: show.frame_cpu_ms, None),
        ("CPU time of the X server for it", "s a minute", lambda show: show.screen_cpu_s, None),
        ("memory, all processes", "MiB", lambda show: show.memory_mib, "less"),
    ):
        yield Figure(
            name=f"{what}, 1920x1080",
            value=median(map(of, ours)),
            unit=unit,
            rival=name,
            rival_value=median(map(of, theirs)),
            goal=goal,
        )


def _screen_cpu_s() -> float:
    return sum(cost.cpu_s for cost in costs(os.getpid()) if cost.name == "Xvfb")
