"""The whole wall as a process: its start, the way from news to the glass, its memory after two hundred changes.

Run beside the barest program that shows a picture with the same Python and Qt, which is the floor for a start.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image

from kiosk.cli.display_client import ask_display
from kiosk.domain.errors import KioskError
from kiosk.storage.folder import DataFolder
from kiosk.storage.resources import resource_path
from tests.bench.harness import Figure, Options
from tests.bench.virtual_screen import virtual_screen

NAME = "wall"
LIMIT_S = 120.0
POLL_S = 0.01


def run(options: Options) -> Iterable[Figure]:
    """Yields: seconds to the first picture (warm cache, cold), news to glass, memory of both processes."""
    with TemporaryDirectory() as base, virtual_screen() as environment:
        pictures = _pictures(Path(base) / "pictures", 60 if options.quick else 210)
        yield from _starts(Path(base), pictures, environment, runs=2 if options.quick else 5)
        yield from _news(Path(base) / "news", pictures[:20], environment)
        yield from _memory(Path(base) / "long", pictures, environment)


def _starts(base: Path, pictures: list[Path], environment: Mapping[str, str], runs: int) -> Iterable[Figure]:
    demo = resource_path("demo")
    picture = next(demo.glob("*.jpg"))
    floor_s = median(_timed_bare(picture, environment) for _ in range(runs))
    cold_s = median(_timed_start(base / f"cold-{index}", environment) for index in range(runs))
    warm = base / "warm"
    with _wall(warm, {**environment, "KIOSK_PLAYBACK__DWELL_S": "600"}) as wall:
        _import(warm, pictures[:20], environment)
        _until(lambda: wall()["cache"]["pieces"] >= 20, "the cache is warm")
    warm_s = median(_timed_start(warm, environment) for _ in range(runs))
    bare = "a bare window with one picture"
    goal = "<= 3"
    yield Figure(name="first picture, cold start", value=cold_s, unit="s", rival=bare, rival_value=floor_s, goal=goal)
    yield Figure(name="first picture, warm cache", value=warm_s, unit="s", rival=bare, rival_value=floor_s, goal=goal)


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
    with _wall(folder, fast) as wall:
        _until(lambda: wall()["state"] == "holding" and wall()["link"]["state"] == "live", "the wall holds")
        for picture in pictures:
            (added,) = _import(folder, [picture], environment)["added"]
            _until(lambda added=added: wall()["artwork"]["id"] == added["id"], "the picture is on the glass")
            cached = next((folder / "cache").glob(f"{added['sha256']}.*"))
            waits_ms.append((added["id"], cached.stat().st_mtime))
    rows = _kiosk("report", "--from", "2020-01-01", "--to", "2100-01-01", folder=folder, environment=environment)
    shown = {row["artworkId"]: datetime.fromisoformat(row["first"]).timestamp() for row in rows}
    waits = sorted(1000 * (shown[id_] - local_s) for id_, local_s in waits_ms)
    yield Figure(name="news to glass once the image is local, median", value=median(waits), unit="ms", goal="<= 300")
    yield Figure(name="news to glass once the image is local, worst", value=waits[-1], unit="ms", goal="<= 300")


def _memory(folder: Path, pictures: list[Path], environment: Mapping[str, str]) -> Iterable[Figure]:
    quick = {
        **environment,
        "KIOSK_PLAYBACK__PIN_S": "0.3",
        "KIOSK_PLAYBACK__DWELL_S": "0.3",
        "KIOSK_PLAYBACK__MORPH_S": "0.2",
    }
    count = len(pictures) - 10
    with _wall(folder, quick) as wall:
        _import(folder, pictures, environment)
        _until(lambda: wall()["impressions"]["painted"] >= 20, "the wall is warm")
        early = wall()["memory"]["rssMb"]
        _until(lambda: wall()["impressions"]["painted"] >= count, f"{count} changes")
        late = wall()["memory"]["rssMb"]
        server = _resident_mib(int((folder / "server" / "server.lock").read_text()))
    yield Figure(
        name=f"memory of the display after {count} changes",
        value=late,
        unit="MiB",
        rival="the same after 20",
        rival_value=early,
    )
    yield Figure(name=f"memory of the server after {count} changes", value=server, unit="MiB")


def _timed_start(folder: Path, environment: Mapping[str, str]) -> float:
    begun_s = time.perf_counter()
    with _wall(folder, environment) as wall:
        _until(lambda: wall()["artwork"], "the first picture")
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


@contextmanager
def _wall(folder: Path, environment: Mapping[str, str]) -> Iterator[Any]:
    """Runs a wall that makes nothing itself; yields a function that returns its status."""
    command = [sys.executable, "-m", "kiosk", "run", "--windowed", "1280x720", "--no-generate", "--data-dir"]
    with subprocess.Popen([*command, str(folder)], env=dict(environment), stderr=subprocess.DEVNULL) as process:
        try:
            yield lambda: _status(folder)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _status(folder: Path) -> dict[str, Any]:
    nothing = {
        "artwork": None,
        "state": "",
        "link": {"state": ""},
        "cache": {"pieces": 0},
        "impressions": {"painted": 0},
    }
    try:
        status: dict[str, Any] = ask_display(DataFolder(folder), "status")
    except KioskError:
        return nothing
    return status


def _until(condition: Any, what: str) -> None:
    deadline_s = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"never within {LIMIT_S:.0f} s: {what}")
        time.sleep(POLL_S)


def _import(folder: Path, pictures: list[Path], environment: Mapping[str, str]) -> Any:
    _until(lambda: _status(folder)["link"]["state"] == "live", "the server answers")
    return _kiosk("import", *map(str, pictures), folder=folder, environment=environment)


def _kiosk(*words: str, folder: Path, environment: Mapping[str, str]) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", *words, "--json", "--data-dir", str(folder)],
        env=dict(environment),
        check=True,
        capture_output=True,
        timeout=LIMIT_S,
    )
    return json.loads(done.stdout)


def _pictures(folder: Path, count: int) -> list[Path]:
    folder.mkdir()
    y, x = np.mgrid[0:1080, 0:1920].astype(np.float32)
    made = []
    for index in range(count):
        turn = index * 0.13
        waves = np.stack([np.sin(x / 190 + turn) + np.cos(y / (120 + channel * 30) - turn) for channel in range(3)], -1)
        path = folder / f"{index:03d}.jpg"
        Image.fromarray((127 + 60 * waves).clip(0, 255).astype(np.uint8)).save(path, quality=85)
        made.append(path)
    return made


def _resident_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2
