"""Journeys of the window itself."""

from pathlib import Path

import pytest

from tests.journeys.wall import Wall, kiosk, wait_until
from tests.journeys.xserver import ask_to_close, map_again, unmap, windows_of_size

pytestmark = pytest.mark.journey
OFFLINE = ("--server", "http://127.0.0.1:9")
DWELL_MS = 1000
UNHURRIED = {"KIOSK_PLAYBACK__DWELL_S": "4"}  # eight pieces last longer than all that is asked meanwhile


def test_a_hidden_window_makes_no_impressions(folder: Path, screen: str) -> None:
    """Unmapped in play: the impression ends, no other begins for some dwells of the wall; mapped again it goes on."""
    with Wall(folder, *OFFLINE, size="484x272") as wall:
        wall.shows()
        (window,) = windows_of_size(screen, 484, 272)
        unmap(screen, window)

        def hidden_for(dwells: int) -> bool:
            return bool(wall.status()["frame"]["lastSwapAgeMs"] > dwells * DWELL_MS)

        wait_until(lambda: hidden_for(3), "it has been hidden for three dwells")
        painted = wall.painted()
        wait_until(lambda: hidden_for(6), "and for three more")
        assert wall.painted() == painted
        map_again(screen, window)
        wait_until(lambda: wall.painted() > painted, "it shows again")


def test_the_close_button_ends_the_wall_cleanly(folder: Path, screen: str) -> None:
    """Without a PIN the close button ends it: exit code 0, the piece on the glass ended and on disk."""
    with Wall(folder, *OFFLINE, size="486x274") as wall:
        wall.shows()
        ask_to_close(screen, windows_of_size(screen, 486, 274)[0])
        final = wall.finish()
    assert final["impressions"]["painted"] >= 1


def test_with_a_pin_the_close_button_asks_for_it(folder: Path, screen: str) -> None:
    """With a PIN set the wall stays, and goes on showing art behind the pad."""
    assert kiosk("settings", "set", "operator.pin_hash", "270451", "--data-dir", folder).returncode == 0
    with Wall(folder, *OFFLINE, environ=UNHURRIED, size="488x276") as wall:
        wall.shows()
        ask_to_close(screen, windows_of_size(screen, 488, 276)[0])
        painted = wall.painted()
        wait_until(lambda: wall.painted() > painted, "the wall goes on")
        wall.stop()
