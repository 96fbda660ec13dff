"""Journeys of the window itself."""

from pathlib import Path

import pytest

from tests.journeys.wall import Wall, wait_until
from tests.journeys.xserver import map_again, unmap, windows_of_size

pytestmark = pytest.mark.journey
OFFLINE = ("--server", "http://127.0.0.1:9")


def test_a_hidden_window_makes_no_impressions(folder: Path, screen: str) -> None:
    """Unmapped in play: the impression ends, no other begins however long; mapped again the wall goes on."""
    with Wall(folder, *OFFLINE, size="484x272") as wall:
        wall.shows()
        (window,) = windows_of_size(screen, 484, 272)
        unmap(screen, window)

        def settled() -> int | None:
            before, after = wall.status(), wall.status()
            same = before["impressions"]["painted"] == after["impressions"]["painted"]
            still = before["frame"]["framesSwapped"] == after["frame"]["framesSwapped"]
            return after["impressions"]["painted"] if same and still else None

        painted = wait_until(settled, "the hidden wall draws nothing")
        age_ms = 4 * 1000  # four times the dwell of this wall
        wait_until(lambda: wall.status()["frame"]["lastSwapAgeMs"] > age_ms, "it has been hidden for four dwells")
        assert wall.status()["impressions"]["painted"] == painted
        map_again(screen, window)
        wait_until(lambda: wall.status()["impressions"]["painted"] > painted, "it shows again")
