"""What Qt makes of monitors that come and go, and what we know beyond it. The stage is built on these facts."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.screens import Screens, environment, side_by_side, x_server

ROOT = Path(__file__).parents[2]
LIMIT_S = 120.0

pytestmark = pytest.mark.journey


class Program:
    """The windows of `qt_screens.py` on a server's screens, and all that was said so far."""

    def __init__(self, screens: Screens) -> None:
        command = [sys.executable, "-m", "tests.journeys.qt_screens"]
        environ = {**os.environ, **environment(screens)}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=ROOT, env=environ, bufsize=0)
        self.said: list[tuple[str, str, Any]] = []
        self._rest = b""

    def ask(self) -> dict[str, Any]:
        """Return the state of now; what was said before it is noted."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"?\n")
        while True:
            line = json.loads(self._line())
            if line["said"] == "state":
                return dict(line)
            self.said.append((line["said"], line["of"], line["to"]))

    def until(self, signal: str, of: str) -> None:
        """Wait until Qt has said that of it."""
        deadline = time.monotonic() + LIMIT_S
        while (signal, of) not in [one[:2] for one in self.said]:
            assert time.monotonic() < deadline, f"{signal} of {of} was never said; {self.said}"
            self.ask()
            time.sleep(0.02)

    def until_window(self, name: str, **wanted: object) -> dict[str, Any]:
        """Wait until the window is so; return it."""
        deadline = time.monotonic() + LIMIT_S
        while True:
            window = self.ask()["windows"][name]
            if all(window[key] == value for key, value in wanted.items()):
                return dict(window)
            assert time.monotonic() < deadline, f"{window} never became {wanted}"
            time.sleep(0.02)

    def until_screens(self, wanted: dict[str, list[int]]) -> dict[str, Any]:
        """Wait until Qt has these screens, by name; return the state then."""
        deadline = time.monotonic() + LIMIT_S
        while True:
            state = self.ask()
            if state["screens"] == wanted:
                return state
            assert time.monotonic() < deadline, f"{state['screens']} never became {wanted}"
            time.sleep(0.02)

    def take(self) -> list[tuple[str, str, Any]]:
        """Return what was said since the last time."""
        said, self.said = self.said, []
        return said

    def _line(self) -> bytes:
        assert self.process.stdout is not None
        while b"\n" not in self._rest:
            ready, _, _ = select.select([self.process.stdout], [], [], LIMIT_S)
            part = os.read(self.process.stdout.fileno(), 65_536) if ready else b""
            assert part, "the program has ended, or hangs"
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        return line


@contextmanager
def program_on(screens: Screens, windows: int) -> Iterator[Program]:
    """Run the program until its windows are exposed, end it after the test."""
    program = Program(screens)
    try:
        for number in range(1, windows + 1):
            program.until_window(f"window {number}", exposed=True, covered=False)
        program.take()
        yield program
    finally:
        program.process.communicate(timeout=LIMIT_S)
        assert program.process.returncode == 0


def test_one_monitor_of_several_goes_and_comes() -> None:
    """Its window is handed to the primary screen but stays where it was, exposed to nobody: only we call it covered.

    When the monitor is back Qt has a new screen of its name, and leaves the window with the primary one.
    """
    with x_server(*side_by_side(2), size=(960, 270)) as screens, program_on(screens, 2) as program:
        screens.unplug("WALL-2")
        program.until("covered", "window 2")
        program.until("screenChanged", "window 2")
        assert [one for one in program.take() if one[0] != "covered"] == [
            ("screenRemoved", "WALL-2", None),
            ("screenChanged", "window 2", "WALL-1"),
        ]
        lost = {"screen": "WALL-1", "area": [480, 0, 480, 270], "exposed": True, "covered": True}
        assert program.ask()["windows"]["window 2"] == lost
        screens.plug(side_by_side(2)[1])
        program.until("screenAdded", "WALL-2")
        assert program.until_window("window 2", covered=False) == {**lost, "covered": False}
        assert ("screenAdded", "WALL-2", [480, 0, 480, 270]) in program.take()


def test_the_only_monitor_goes_and_comes() -> None:
    """Qt says nothing when it goes, but its screen has the display's name then; we call the window covered."""
    with x_server(size=(640, 360)) as screens, program_on(screens, 1) as program:
        screens.unplug_output()
        program.until("covered", "window 1")
        state = program.until_screens({f"{screens.name}.0": [0, 0, 640, 360]})
        assert program.take() == [("covered", "window 1", True)]
        assert state["windows"]["window 1"]["exposed"]
        screens.replug_output()
        program.until_window("window 1", covered=False)
        program.until("screenChanged", "window 1")
        assert [one for one in program.take() if one[0] != "covered"] == [
            ("screenAdded", "screen", [0, 0, 640, 360]),
            ("primaryScreenChanged", "screen", None),
            ("screenRemoved", f"{screens.name}.0", None),
            ("screenChanged", "window 1", "screen"),
        ]


def test_another_resolution() -> None:
    """The same screen has another geometry; the fullscreen window keeps its own until somebody gives it that one."""
    with x_server(size=(640, 360)) as screens, program_on(screens, 1) as program:
        screens.resize_output(320, 180)
        program.until("geometryChanged", "screen")
        assert program.take() == [("geometryChanged", "screen", [0, 0, 320, 180])]
        assert program.ask()["windows"]["window 1"]["area"] == [0, 0, 640, 360]
        screens.resize_output(640, 360)
        program.until("geometryChanged", "screen")
        assert program.take() == [("geometryChanged", "screen", [0, 0, 640, 360])]


def test_a_cover_is_seen_by_us_alone() -> None:
    """A window over ours leaves it exposed for Qt; we call it covered, and uncovered when the other one goes."""
    with x_server(*side_by_side(2), size=(960, 270)) as screens, program_on(screens, 2) as program:
        screens.cover(480, 0, 480, 270)
        assert program.until_window("window 2", covered=True)["exposed"]
        assert not program.ask()["windows"]["window 1"]["covered"]
        screens.uncover()
        program.until_window("window 2", covered=False)
