"""A real wall for the benches: `kiosk run` as a process that makes nothing itself, its commands, pictures for it."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from kiosk.cli.display_client import ask_display
from kiosk.domain.errors import KioskError
from kiosk.storage.folder import DataFolder

LIMIT_S = 120.0
POLL_S = 0.01
SILENT: Mapping[str, Any] = {
    "artwork": None,
    "state": "",
    "link": {"state": ""},
    "cache": {"pieces": 0},
    "impressions": {"painted": 0},
}


@dataclass(frozen=True, slots=True)
class RunningWall:
    """A display on a data folder, as a process."""

    folder: Path
    pid: int

    def status(self) -> Mapping[str, Any]:
        """The display's status, or an empty one while it does not answer."""
        try:
            status: Mapping[str, Any] = ask_display(DataFolder(self.folder), "status")
        except KioskError:
            return SILENT
        return status


@contextmanager
def running_wall(
    folder: Path, environment: Mapping[str, str], *, size: str | None = "1280x720"
) -> Iterator[RunningWall]:
    """Runs a wall in a window of that size, or over the whole screen; it is ended with the block."""
    place = ["--windowed", size] if size else []
    command = [sys.executable, "-m", "kiosk", "run", *place, "--no-generate", "--data-dir", str(folder)]
    with subprocess.Popen(command, env=dict(environment), stderr=subprocess.DEVNULL) as process:
        try:
            yield RunningWall(folder, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def until(condition: Callable[[], Any], what: str, *, limit_s: float = LIMIT_S, poll_s: float = POLL_S) -> None:
    """Waits for a condition; TimeoutError with `what` after the limit."""
    deadline_s = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"never within {limit_s:.0f} s: {what}")
        time.sleep(poll_s)


def add(wall: RunningWall, pictures: Sequence[Path], environment: Mapping[str, str]) -> Any:
    """Imports pictures through the display's server; returns what `kiosk import` says of them."""
    until(lambda: wall.status()["link"]["state"] == "live", "the server answers")
    return kiosk("import", *map(str, pictures), folder=wall.folder, environment=environment)


def kiosk(*words: str, folder: Path, environment: Mapping[str, str]) -> Any:
    """Runs a command of the program to its end; returns its object."""
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", *words, "--json", "--data-dir", str(folder)],
        env=dict(environment),
        check=True,
        capture_output=True,
        timeout=10 * LIMIT_S,
    )
    return json.loads(done.stdout)


def waves(folder: Path, count: int, size: tuple[int, int] = (1920, 1080)) -> list[Path]:
    """Writes so many JPEG pictures of coloured waves, no two alike."""
    folder.mkdir()
    y, x = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32) * (1920 / size[0])
    made = []
    for index in range(count):
        turn = index * 0.13
        bands = [np.sin(x / 190 + turn) + np.cos(y / (120 + channel * 30) - turn) for channel in range(3)]
        path = folder / f"{index:04d}.jpg"
        picture = 127 + 60 * np.stack(bands, -1)
        Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(path, quality=85)
        made.append(path)
    return made
