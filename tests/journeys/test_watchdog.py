"""Journeys of the wall that looks at itself: what it tells who asks, and what it tells the service manager."""

import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from Xlib import X
from Xlib.display import Display

from tests.journeys.wall import Wall, child_of, kiosk, wait_until
from tests.journeys.xserver import map_again, unmap, windows_of_size

pytestmark = pytest.mark.journey
OFFLINE = ("--server", "http://127.0.0.1:9")
SLOW = {"KIOSK_PLAYBACK__DWELL_S": "600"}


class Manager:
    """A service manager's ear."""

    def __init__(self, path: Path) -> None:
        self._door = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._door.bind(str(path))
        self._door.setblocking(False)
        self.environ = {**SLOW, "NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "1500000"}
        self.heard: list[str] = []

    def listen(self) -> list[str]:
        """Return what has come since the last time."""
        new: list[str] = []
        with contextlib.suppress(BlockingIOError):
            while True:
                new.append(self._door.recv(4096).decode())
        self.heard += new
        return new

    def hears(self, what: str) -> None:
        """Wait for a message with this text in it, of now."""
        self.listen()
        wait_until(lambda: any(what in message for message in self.listen()), f"the manager hears {what!r}")

    def close(self) -> None:
        """Go away."""
        self._door.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    """A service manager that wants to hear of its wall every second and a half."""
    listening = Manager(tmp_path / "notify")
    yield listening
    listening.close()


@contextlib.contextmanager
def covered(name: str, width_px: int, height_px: int) -> Iterator[None]:
    """Another program's window over the upper left of the screen."""
    display = Display(name)
    screen = display.screen()
    window = screen.root.create_window(
        0, 0, width_px, height_px, 0, screen.root_depth, background_pixel=0x3A6EA5, override_redirect=True
    )
    window.configure(stack_mode=X.Above)
    window.map()
    display.sync()
    yield
    window.destroy()
    display.sync()
    display.close()


def glass_of(wall: Wall) -> dict[str, Any]:
    """What the wall says about its glass."""
    glass: dict[str, Any] = wall.status()["glass"]
    return glass


def test_the_wall_knows_that_art_is_on_the_glass(folder: Path) -> None:
    """`kiosk status` says so from the screen itself, and names the piece and the age of the last frame."""
    with Wall(folder, *OFFLINE, environ=SLOW) as wall:
        piece = wall.shows()

        def seen() -> dict[str, Any] | None:
            glass = glass_of(wall)
            return glass if glass["screen"] == "x11" and glass["art"] and glass["frameAgeMs"] < 5_000 else None

        glass = wait_until(seen, "art was seen on the screen, drawn a moment ago")
        assert (glass["artworkId"], glass["why"]) == (piece["id"], "")
        assert glass["bitsApart"] <= 10
        said = kiosk("status", "--data-dir", folder).stdout
        assert "glass        art" in said
        wall.stop()


def test_a_covered_wall_says_so_and_its_snapshot_shows_it(folder: Path, screen: str, tmp_path: Path) -> None:
    """With another program above it frames go on, and the answer is no all the same; uncovered it is yes again."""
    with Wall(folder, *OFFLINE, environ=SLOW) as wall:
        wall.shows()
        wait_until(lambda: glass_of(wall)["screen"] == "x11", "the screen was looked at")
        with covered(screen, 480, 270):
            wait_until(lambda: not glass_of(wall)["art"], "the wall knows that it is covered")
            assert "something else" in glass_of(wall)["why"]
            saved = wall.command("snapshot", tmp_path / "covered.png")
            assert saved["source"] == "screen"
            with Image.open(tmp_path / "covered.png") as picture:
                assert picture.convert("RGB").getpixel((240, 135)) == (0x3A, 0x6E, 0xA5)
        wait_until(lambda: glass_of(wall)["art"], "art is there again")
        wall.stop()


def test_asleep_there_is_no_art_and_all_is_well(folder: Path, manager: Manager) -> None:
    """A sleeping wall says asleep, to people and to the manager, and goes on living."""
    with Wall(folder, *OFFLINE, environ=manager.environ) as wall:
        wall.shows()
        wall.command("sleep")
        wait_until(lambda: glass_of(wall)["why"] == "asleep", "it sleeps")
        glass = glass_of(wall)
        assert (glass["art"], glass["healthy"]) == (False, True)
        manager.hears("WATCHDOG=1\nSTATUS=Asleep")
        wall.stop()


def test_the_manager_hears_ready_life_and_the_end(folder: Path, manager: Manager) -> None:
    """READY without any server, signs of life while art is on the glass, STOPPING at the end."""
    with Wall(folder, *OFFLINE, environ=manager.environ) as wall:
        wall.shows()
        manager.hears("WATCHDOG=1\nSTATUS=Art is on the glass")
        assert manager.heard[0] == "READY=1"
        wall.stop()
        assert "STOPPING=1" in manager.listen()


def test_a_covered_or_hidden_wall_gives_no_sign_of_life(folder: Path, screen: str, manager: Manager) -> None:
    """No WATCHDOG while something lies above, nor while no frame comes; well again it lives."""
    with Wall(folder, *OFFLINE, environ=manager.environ, size="482x272") as wall:
        wall.shows()
        wait_until(lambda: glass_of(wall)["screen"] == "x11", "the screen was looked at")
        with covered(screen, 482, 272):
            wait_until(lambda: not glass_of(wall)["art"], "the wall knows that it is covered")
            manager.hears("STATUS=The screen shows something else")
            manager.hears("STATUS=The screen shows something else")
            assert not [message for message in manager.listen() if "WATCHDOG" in message]
        wait_until(lambda: glass_of(wall)["art"], "uncovered")
        manager.hears("WATCHDOG=1")
        (window,) = windows_of_size(screen, 482, 272)
        unmap(screen, window)
        manager.hears("STATUS=No frame was presented")
        map_again(screen, window)
        manager.hears("WATCHDOG=1")
        wall.stop()


def test_a_stopped_imaging_process_costs_neither_picture_nor_life(folder: Path, manager: Manager) -> None:
    """Frozen, it leaves the frames to decide; who asks is answered at once."""
    with Wall(folder, *OFFLINE, environ=manager.environ) as wall:
        wall.shows()
        wait_until(lambda: glass_of(wall)["screen"] == "x11", "the screen was looked at")
        assert wall.process is not None
        child = child_of(wall.process.pid, "imaging")
        os.kill(child, signal.SIGSTOP)
        assert glass_of(wall)["art"]
        manager.hears("WATCHDOG=1")
        manager.hears("WATCHDOG=1")
        os.kill(child, signal.SIGCONT)
        wall.stop()
