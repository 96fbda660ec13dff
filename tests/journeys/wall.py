"""A real wall for the journeys: `kiosk run` as a process under Xvfb, its commands, its books, its end by any means."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from PIL import Image

from kiosk.cli.display_client import ask_display
from kiosk.domain.errors import KioskError
from kiosk.storage.folder import DataFolder

WAIT_S = 120.0
FAST = {
    "KIOSK_PLAYBACK__PIN_S": "0.6",
    "KIOSK_PLAYBACK__DWELL_S": "1.0",
    "KIOSK_PLAYBACK__MORPH_S": "0.4",
    "KIOSK_OUTBOX__FLUSH_AFTER_S": "0.3",
    "KIOSK_OUTBOX__CLOSE_TIMEOUT_S": "60",
    "KIOSK_SYNC__POLL_S": "1",
}


def wait_until(condition: Callable[[], Any], what: str, *, timeout_s: float = WAIT_S) -> Any:
    """Return the first true answer of `condition`; fail with `what` after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"never happened within {timeout_s:g} s: {what}")


def is_alive(pid: int) -> bool:
    """Tell whether a process lives; one that has ended and was never waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def child_of(parent: int, command: str) -> int:
    """Return the process id of the child that runs this command, once there is one."""

    def found() -> int | None:
        return next((pid for pid in _children(parent) if command in _words(pid)), None)

    pid: int = wait_until(found, f"process {parent} has a child that runs {command}")
    return pid


def _children(parent: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{parent}/task").iterdir():
        with suppress(OSError):
            found.extend(int(word) for word in (task / "children").read_text().split())
    return found


def _words(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        return []


def kiosk(*words: str | Path, timeout_s: float = WAIT_S) -> subprocess.CompletedProcess[str]:
    """Run one command of the program to its end."""
    command = [sys.executable, "-m", "kiosk", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout_s)


def kiosk_json(*words: str | Path) -> Any:
    """Run one command with --json and return its object; fail with its error when it fails."""
    done = kiosk(*words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Wall:
    """One display on one data folder, in a window, or on the whole of its monitors when `size` is empty.

    Use as a context manager: it is ended, by any means, at the end.
    """

    def __init__(
        self, folder: Path, *arguments: str | Path, environ: Mapping[str, str] | None = None, size: str = "480x270"
    ) -> None:
        self.folder = folder
        self._arguments = arguments
        self._environ = {**os.environ, **FAST, **(environ or {})}
        self._size = size
        self._log = folder.parent / f"{folder.name}.log"
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            status = kiosk("status", "--json", "--data-dir", self.folder)
            error.add_note(f"the display's status:\n{status.stdout or status.stderr}")
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.communicate(timeout=WAIT_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.communicate()
        if error is not None:
            error.add_note(f"the display's log:\n{self.log}")

    def start(self) -> None:
        """Start the display and wait until it answers."""
        size = ["--windowed", self._size] if self._size else []
        command = [sys.executable, "-m", "kiosk", "run", *size, "--json"]
        with self._log.open("a") as log:
            self.process = subprocess.Popen(
                [*command, "--data-dir", str(self.folder), *map(str, self._arguments)],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=self._environ,
            )
        wait_until(self.try_status, "the display answers")

    @property
    def log(self) -> str:
        """What the display has written to stderr so far."""
        return self._log.read_text()

    def stop(self) -> dict[str, Any]:
        """End the display as systemd would and return its final status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.finish()

    def finish(self) -> dict[str, Any]:
        """Wait for the display's own end and return its final status."""
        assert self.process is not None
        out, _ = self.process.communicate(timeout=WAIT_S)
        assert self.process.returncode == 0, self.log
        final: dict[str, Any] = json.loads(out.splitlines()[-1])
        return final

    def kill(self) -> None:
        """Kill the display without a word."""
        assert self.process is not None
        self.process.kill()
        self.process.communicate()

    def command(self, *words: str | Path) -> Any:
        """Send a command to this display and return what it printed as JSON."""
        return kiosk_json(*words, "--data-dir", self.folder)

    def try_status(self) -> dict[str, Any] | None:
        """Return the status, or None while nothing answers."""
        assert self.process is not None
        assert self.process.poll() is None, self.log
        try:
            status: dict[str, Any] = ask_display(DataFolder(self.folder), "status")
        except KioskError:
            return None
        return status

    def status(self) -> dict[str, Any]:
        """Return the status, as `kiosk status` asks for it."""
        status: dict[str, Any] = ask_display(DataFolder(self.folder), "status")
        books = status["impressions"]
        assert books["painted"] == books["delivered"] + books["pending"] + books["dropped"]
        return status

    def shows(self, *, other_than: Sequence[str] = ()) -> dict[str, Any]:
        """Wait until a piece is on the glass (none of `other_than`, by id) and return it."""

        def look() -> dict[str, Any] | None:
            piece: dict[str, Any] | None = self.status()["artwork"]
            return piece if piece is not None and piece["id"] not in other_than else None

        found: dict[str, Any] = wait_until(look, "a piece is on the glass")
        return found

    def shown_id(self) -> str | None:
        """Return the id of the piece on the glass, None while there is none."""
        piece: dict[str, Any] | None = self.status()["artwork"]
        return None if piece is None else str(piece["id"])

    def painted(self) -> int:
        """Return how many impressions there are."""
        return int(self.status()["impressions"]["painted"])

    def settles(self) -> None:
        """Put the wall to sleep, so that the last play ends too, and wait until the server has them all."""
        self.command("sleep")
        wait_until(lambda: self.status()["state"] == "asleep", "the wall sleeps")
        wait_until(lambda: self.status()["impressions"]["pending"] == 0, "every play is delivered")

    def has_shown(self, count: int) -> None:
        """Wait until so many pieces were on the glass and none is left. A wall also holds while it waits for news."""

        def all_shown() -> bool:
            status = self.status()
            return bool(status["impressions"]["painted"] >= count and status["state"] == "holding")

        wait_until(all_shown, f"{count} pieces were shown", timeout_s=2 * WAIT_S)

    def link_is(self, state: str) -> None:
        """Wait until the link to the server is `live`, `polling` or `offline`."""
        wait_until(lambda: self.status()["link"]["state"] == state, f"the link is {state}")

    def plays(self) -> dict[str, int]:
        """Return the plays the server has, per artwork id."""
        rows = self.command("report", "--from", "2020-01-01", "--to", "2100-01-01")
        return {row["artworkId"]: row["plays"] for row in rows}

    def snapshot(self, path: Path) -> Image.Image:
        """Return what is on the screen."""
        self.command("snapshot", path)
        with Image.open(path) as image:
            return image.convert("RGB")
