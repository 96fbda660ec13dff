"""Journeys without a server: the wall shows what it has."""

from pathlib import Path

import pytest

from tests.journeys.wall import Wall, kiosk, wait_until

pytestmark = pytest.mark.journey
NO_SERVER = ("--server", "http://127.0.0.1:9")
SLOW = {"KIOSK_PLAYBACK__DWELL_S": "600"}


def test_a_first_start_offline_shows_the_bundled_pieces(folder: Path, tmp_path: Path) -> None:
    """Without any server the demo pieces show, one after the other, no piece twice; then the last one holds."""
    with Wall(folder, *NO_SERVER) as wall:
        first = wall.shows()
        assert first["reason"] == "demo"
        assert max(wall.snapshot(tmp_path / "s.png").convert("L").tobytes()) > 60
        wall.has_shown(8)
        status = wall.command("status")
        assert (status["state"], status["link"]["state"]) == ("holding", "offline")
        assert status["impressions"] == {"painted": 8, "delivered": 0, "pending": 8, "dropped": 0}
        final = wall.stop()
    assert final["impressions"] == {"painted": 8, "delivered": 0, "pending": 8, "dropped": 0}


def test_killed_while_offline_loses_nothing_and_repeats_nothing(folder: Path) -> None:
    """After kill -9 the impressions are there, and the restart goes on with pieces not shown before."""
    with Wall(folder, *NO_SERVER, environ=SLOW) as wall:
        seen = [wall.shows()["id"]]
        for _ in range(2):
            wall.command("next")
            seen.append(wall.shows(other_than=seen)["id"])
        wait_until(lambda: wall.painted() == 3, "all three are in the books")
        wall.kill()
        wall.start()
        after = wall.shows()
        assert after["id"] not in seen
        wait_until(lambda: wall.painted() == 4, "so is the one after them")
        assert wall.status()["impressions"]["pending"] == 4


def test_a_second_display_on_the_same_folder_is_refused(folder: Path) -> None:
    """One clear line, exit code 1; the first goes on."""
    with Wall(folder, *NO_SERVER) as wall:
        second = kiosk("run", "--data-dir", folder, "--for", "5")
        assert second.returncode == 1
        assert "in use by a display" in second.stderr
        assert len(second.stderr.strip().splitlines()) == 1
        wall.shows()


def test_hands_by_command(folder: Path) -> None:
    """next, previous, pause, resume, sleep and wake do what they say."""
    with Wall(folder, *NO_SERVER, environ=SLOW) as wall:
        first = wall.shows()["id"]
        wall.command("next")
        second = wall.shows(other_than=[first])["id"]
        wall.command("previous")
        wait_until(lambda: wall.shown_id() == first, "back at the first piece")
        wall.command("next")
        wait_until(lambda: wall.shown_id() == second, "on to the second again")
        wait_until(lambda: wall.painted() == 4, "four plays in all")
        wall.command("pause")
        assert wall.status()["state"] == "holding"
        wall.command("resume")
        assert wall.status()["state"] == "showing"
        wall.command("sleep")
        wait_until(lambda: wall.status()["state"] == "asleep", "asleep")
        asked = kiosk("next", "--data-dir", folder)
        assert (asked.returncode, "asleep" in asked.stderr) == (1, True)
        wall.command("wake")
        wait_until(lambda: wall.painted() == 5, "the same piece shows anew")
        assert wall.shown_id() == second


def test_the_time_asked_for_ends_the_display(folder: Path) -> None:
    """--for ends it with 0 and a final status in which nothing is open."""
    with Wall(folder, *NO_SERVER, "--for", "15", environ=SLOW) as wall:  # long enough for a first piece anywhere
        final = wall.finish()
    assert final["impressions"]["painted"] >= 1


def test_nothing_runs_is_exit_code_3(folder: Path) -> None:
    """A command to a display that is not there says so."""
    done = kiosk("status", "--data-dir", folder)
    assert done.returncode == 3
    assert "No display is running" in done.stderr
