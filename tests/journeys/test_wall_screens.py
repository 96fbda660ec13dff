"""Journeys of a wall of several monitors, plugged and unplugged while it runs."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.journeys.screens import Monitor, Screens, side_by_side, x_server
from tests.journeys.wall import WAIT_S, Wall, is_alive, wait_until

pytestmark = pytest.mark.journey
OFFLINE = ("--server", "http://127.0.0.1:9")
SIZE = (960, 270)
LEFT, RIGHT = side_by_side(2)


@pytest.fixture
def monitors() -> Iterator[Screens]:
    """An X server with two monitors in a row."""
    with x_server(LEFT, RIGHT, size=SIZE) as server:
        yield server


def environ(server: Screens, **settings: str) -> Mapping[str, str]:
    """Return the environment of a wall on that server, holding each piece for long."""
    held = {"KIOSK_PLAYBACK__DWELL_S": "600", "KIOSK_PLAYBACK__MORPH_S": "0.4"}
    return {**held, "DISPLAY": server.name, **{f"KIOSK_{name}": value for name, value in settings.items()}}


def hung(wall: Wall) -> dict[str, list[str]]:
    """Return the ids of what hangs on each monitor, by the monitor's name."""
    screens: list[dict[str, Any]] = wall.status()["screens"]
    return {screen["monitor"]: [piece["id"] for piece in screen["artworks"]] for screen in screens}


def all_hung(wall: Wall, *names: str) -> dict[str, list[str]]:
    """Wait until these monitors, and no others, have a piece each; return what hangs where."""

    def look() -> dict[str, list[str]] | None:
        now = hung(wall)
        return now if now.keys() == set(names) and all(now.values()) else None

    found: dict[str, list[str]] = wait_until(look, f"art hangs on {names}")
    return found


def lit(server: Screens, monitor: Monitor) -> bool:
    """Tell whether a picture is on that part of the X screen."""
    part = np.asarray(server.photograph())[:, monitor.x : monitor.x + monitor.width]
    return bool(part.std() > 5)


def test_every_monitor_has_its_own_piece_and_proof(monitors: Screens, tmp_path: Path) -> None:
    """Two monitors show two different pieces at once, `next` brings two others, each is a play of its own."""
    wall = Wall(tmp_path / "data", *OFFLINE, environ=environ(monitors, DISPLAY__ALL_SCREENS="true"), size="")
    with wall:
        first = all_hung(wall, LEFT.name, RIGHT.name)
        wait_until(lambda: lit(monitors, LEFT) and lit(monitors, RIGHT), "both are lit")
        wait_until(lambda: wall.painted() == 2, "both are in the books")
        wall.command("next")
        wait_until(lambda: all(hung(wall)[name] != first[name] for name in first), "both have changed")
        second = hung(wall)
        shown = [*first[LEFT.name], *first[RIGHT.name], *second[LEFT.name], *second[RIGHT.name]]
        assert len(set(shown)) == 4
        wait_until(lambda: wall.painted() == 4, "each is a play")


def test_monitors_come_and_go(monitors: Screens, tmp_path: Path) -> None:
    """A monitor unplugged ends what hung there, one plugged in gets a piece nobody has seen; without its first monitor
    the wall goes on at those that are left (the server's own is one of them then).
    """
    wall = Wall(tmp_path / "data", *OFFLINE, environ=environ(monitors, DISPLAY__ALL_SCREENS="true"), size="")
    with wall:
        before = all_hung(wall, LEFT.name, RIGHT.name)
        monitors.unplug(RIGHT.name)
        assert all_hung(wall, LEFT.name) == {LEFT.name: before[LEFT.name]}
        monitors.plug(RIGHT)
        again = all_hung(wall, LEFT.name, RIGHT.name)
        assert again[RIGHT.name][0] not in {*before[LEFT.name], *before[RIGHT.name]}
        wait_until(lambda: lit(monitors, RIGHT), "the one plugged in is lit")
        monitors.unplug(LEFT.name)
        wait_until(lambda: LEFT.name not in (now := hung(wall)) and all(now.values()), "it goes on without the first")
        wait_until(lambda: lit(monitors, RIGHT), "art is on the glass that is left")
        final = wall.stop()
        assert final["impressions"]["painted"] >= 3


def test_one_wall_follows_its_monitor(monitors: Screens, tmp_path: Path) -> None:
    """A wall on the second monitor goes to the first when its own is unplugged, and back when it returns."""
    wall = Wall(tmp_path / "data", *OFFLINE, environ=environ(monitors, DISPLAY__SCREEN="1"), size="")
    with wall:
        all_hung(wall, RIGHT.name)
        monitors.unplug(RIGHT.name)
        all_hung(wall, LEFT.name)
        wait_until(lambda: lit(monitors, LEFT), "the first is lit")
        monitors.plug(RIGHT)
        all_hung(wall, RIGHT.name)
        wait_until(lambda: lit(monitors, RIGHT), "the second is lit again")


def test_another_resolution_is_filled(tmp_path: Path) -> None:
    """After a change of resolution the picture on the glass is printed anew for it, in the same showing."""
    with x_server(size=(800, 450)) as server:
        wall = Wall(tmp_path / "data", *OFFLINE, environ=environ(server), size="")
        with wall:
            piece = wall.shows()["id"]
            server.resize_output(640, 360)
            wait_until(lambda: wall.status()["frame"]["size"] == [640, 360], "the wall has the new size")
            wait_until(lambda: wall.status()["glass"]["art"], "art is on the glass")
            assert wall.snapshot(tmp_path / "new.png").size == (640, 360)
            status = wall.status()
            assert status["artwork"]["id"] == piece
            assert status["impressions"]["painted"] == 1


def test_a_dead_window_system_ends_the_wall(tmp_path: Path) -> None:
    """When the X server dies the wall says so and ends with exit code 1, its server too; nothing hangs."""
    with x_server(size=(640, 360)) as server:
        wall = Wall(tmp_path / "data", environ=environ(server), size="")
        with wall:
            wall.shows()
            wall.link_is("live")
            pid = json.loads((tmp_path / "data" / "server" / "endpoint.json").read_bytes())["pid"]
            server.kill()
            assert wall.process is not None
            wall.process.communicate(timeout=WAIT_S)
            assert wall.process.returncode == 1
            assert "The screen is gone" in wall.log
            assert "Traceback" not in wall.log
            assert "TypeError" not in wall.log
            wait_until(lambda: not is_alive(pid), "its server has ended too")
