"""Journeys of a monitor that is plugged in while the wall sleeps or stands still, and of what one leaves behind."""

from pathlib import Path

import numpy as np
import pytest

from kiosk.storage.scratch import SHARED_MEMORY, scratch_name
from tests.journeys.screens import Screens, side_by_side, x_server
from tests.journeys.test_wall_screens import LEFT, OFFLINE, RIGHT, SIZE, all_hung, environ, hung, lit
from tests.journeys.wall import Wall, wait_until

pytestmark = pytest.mark.journey


def wall_on(server: Screens, folder: Path) -> Wall:
    """Return a wall of every monitor of that server."""
    return Wall(folder, *OFFLINE, environ=environ(server, DISPLAY__ALL_SCREENS="true"), size="")


def print_folder(folder: Path, screen: int) -> Path:
    """Return the folder in which the prints of that screen (from 0) lie, in memory or among the cache."""
    on_disk = folder / "cache" / "prints"
    in_memory = SHARED_MEMORY / scratch_name(folder)
    return (in_memory if in_memory.exists() else on_disk) / str(screen)


def test_a_monitor_that_joins_a_sleeping_wall_is_dark(tmp_path: Path) -> None:
    """It is as black as the others, not only empty, and has a piece once the wall wakes."""
    with x_server(LEFT, size=SIZE) as server, wall_on(server, tmp_path / "data") as wall:
        all_hung(wall, LEFT.name)
        wall.command("sleep")
        server.plug(RIGHT)
        wait_until(lambda: RIGHT.name in hung(wall), "it joins")
        right = slice(RIGHT.x, RIGHT.x + RIGHT.width)
        wait_until(lambda: not np.asarray(server.photograph())[:, right].any(), "it is black")
        wall.command("wake")
        all_hung(wall, LEFT.name, RIGHT.name)
        wait_until(lambda: lit(server, RIGHT), "it is lit")


def test_a_monitor_that_joins_a_paused_wall_is_not_left_empty(tmp_path: Path) -> None:
    """A paused wall keeps its pictures; where there is none yet, the first one comes."""
    with x_server(LEFT, size=SIZE) as server, wall_on(server, tmp_path / "data") as wall:
        before = all_hung(wall, LEFT.name)
        wall.command("pause")
        server.plug(RIGHT)
        assert all_hung(wall, LEFT.name, RIGHT.name)[LEFT.name] == before[LEFT.name]
        assert wall.status()["paused"]


def test_a_monitor_that_goes_leaves_no_prints(tmp_path: Path) -> None:
    """However often it comes and goes, memory holds the prints of the screens there are."""
    with x_server(*side_by_side(2), size=SIZE) as server, wall_on(server, tmp_path / "data") as wall:
        all_hung(wall, LEFT.name, RIGHT.name)
        second = print_folder(tmp_path / "data", 1)
        assert second.exists()
        server.unplug(RIGHT.name)
        all_hung(wall, LEFT.name)
        wait_until(lambda: not second.exists(), "its prints are gone")
        server.plug(RIGHT)
        all_hung(wall, LEFT.name, RIGHT.name)
