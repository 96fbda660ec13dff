"""The whole wall as a process: its start, and the way from news to the glass.

Run beside the barest program that shows a picture with the same Python and Qt, which is the floor for a start.
"""

import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from kiosk.storage.resources import resource_path
from tests.bench.harness import Figure, Options
from tests.bench.machine import load_average
from tests.bench.virtual_screen import virtual_screen
from tests.bench.wall_process import LIMIT_S, RunningWall, add, kiosk, running_wall, until, waves

NAME = "wall"


def run(options: Options) -> Iterable[Figure]:
    """Yields: seconds to the first picture (warm cache, cold), news to glass."""
    with TemporaryDirectory() as base, virtual_screen() as environment:
        pictures = waves(Path(base) / "pictures", 20)
        yield load_average("the wall's figures")
        yield from _starts(Path(base), pictures, environment, runs=2 if options.quick else 5)
        yield from _news(Path(base) / "news", pictures[:20], environment)


def _starts(base: Path, pictures: list[Path], environment: Mapping[str, str], runs: int) -> Iterable[Figure]:
    demo = resource_path("demo")
    picture = next(demo.glob("*.jpg"))
    floor_s = median(_timed_bare(picture, environment) for _ in range(runs))
    cold_s = median(_timed_start(base / f"cold-{index}", environment) for index in range(runs))
    warm = base / "warm"
    with running_wall(warm, {**environment, "KIOSK_PLAYBACK__DWELL_S": "600"}) as wall:
        add(wall, pictures[:20], environment)
        until(lambda: wall.status()["cache"]["pieces"] >= 20, "the cache is warm")
    warm_s = median(_timed_start(warm, environment) for _ in range(runs))
    bare = "a bare window with one picture"
    for what, value, goal in (("cold start, offline", cold_s, "<= 3"), ("warm cache", warm_s, "<= 1.5")):
        yield Figure(name=f"first picture, {what}", value=value, unit="s", rival=bare, rival_value=floor_s, goal=goal)


def _news(folder: Path, pictures: list[Path], environment: Mapping[str, str]) -> Iterable[Figure]:
    """Each picture is added while the wall holds; from its file in the cache to the frame that first showed it."""
    fast = {
        **environment,
        "KIOSK_PLAYBACK__TRANSITION": "none",
        "KIOSK_PLAYBACK__PIN_S": "0.1",
        "KIOSK_PLAYBACK__DWELL_S": "0.1",
        "KIOSK_OUTBOX__FLUSH_AFTER_S": "0.1",
    }
    waits_ms = []
    with running_wall(folder, fast) as wall:
        until(
            lambda: wall.status()["state"] == "holding" and wall.status()["link"]["state"] == "live", "the wall holds"
        )
        for picture in pictures:
            (added,) = add(wall, [picture], environment)["added"]
            until(partial(_shows, wall, added["id"]), "the picture is on the glass")
            cached = next((folder / "cache").glob(f"{added['sha256']}.*"))
            waits_ms.append((added["id"], cached.stat().st_mtime))
    rows = kiosk("report", "--from", "2020-01-01", "--to", "2100-01-01", folder=folder, environment=environment)
    shown = {row["artworkId"]: datetime.fromisoformat(row["first"]).timestamp() for row in rows}
    waits = sorted(1000 * (shown[id_] - local_s) for id_, local_s in waits_ms)
    yield Figure(name="news to glass once the image is local, median", value=median(waits), unit="ms", goal="<= 300")
    yield Figure(name="news to glass once the image is local, worst", value=waits[-1], unit="ms", goal="<= 300")


def _shows(wall: RunningWall, artwork_id: str) -> bool:
    artwork = wall.status()["artwork"]
    return bool(artwork) and artwork["id"] == artwork_id


def _timed_start(folder: Path, environment: Mapping[str, str]) -> float:
    begun_s = time.perf_counter()
    with running_wall(folder, environment) as wall:
        until(lambda: wall.status()["artwork"], "the first picture")
        return time.perf_counter() - begun_s


def _timed_bare(picture: Path, environment: Mapping[str, str]) -> float:
    begun_s = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "tests.bench.bare_picture", str(picture)],
        env=dict(environment),
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=LIMIT_S,
    )
    return time.perf_counter() - begun_s
