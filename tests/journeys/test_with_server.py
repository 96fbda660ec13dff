"""Journeys of a wall with its own server: from generation or import to the glass to the database."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from PIL import Image

from tests.journeys.wall import WAIT_S, Wall, is_alive, kiosk, kiosk_json, wait_until

pytestmark = pytest.mark.journey
QUIET = ("--no-generate",)
SLOW = {"KIOSK_PLAYBACK__DWELL_S": "600"}


def server_pid(folder: Path) -> int:
    """Return the process id of the wall's server child, once it has written it."""
    lock = folder / "server" / "server.lock"
    return int(wait_until(lambda: lock.exists() and lock.read_text(), "the server has written its number"))


def batch_calls(folder: Path) -> int:
    """Return how many batches of impressions the server has taken in since it started."""
    endpoint = json.loads((folder / "server" / "endpoint.json").read_bytes())
    request = urllib.request.Request(
        f"{endpoint['url']}/metrics", headers={"Authorization": f"Bearer {endpoint['adminToken']}"}
    )
    with urllib.request.urlopen(request, timeout=WAIT_S) as reply:
        text = reply.read().decode()
    found = re.search(r"^batch_impressions_latency_ms_count(?:\{[^}]*\})? (\S+)$", text, re.MULTILINE)
    assert found is not None, text
    return int(float(found[1]))


def test_generated_on_the_glass_at_once_then_in_the_database_once(folder: Path) -> None:
    """A piece a person asks for cuts a dwell of ten minutes, and counts exactly once."""
    with Wall(folder, *QUIET, environ=SLOW) as wall:
        wall.link_is("live")
        wall.shows()
        made = wall.command("generate", "--style", "silk", "--seed", "3")
        assert made["style"] == "silk"
        drawn = kiosk_json("generate", "--style", "silk", "--seed", "3", "--size", "64x36", "--out", folder / "a.png")
        assert made["provenance"]["genome"] == drawn["genome"]
        wait_until(lambda: wall.shown_id() == made["id"], "the new piece is on the glass")
        assert wall.status()["artwork"]["reason"] == "fresh"
        wall.command("next")
        wall.shows(other_than=[made["id"]])
        wait_until(lambda: wall.plays().get(made["id"]), "the impression is in the database")
        final = wall.stop()
    assert final["impressions"]["pending"] == 0
    plays = {
        row["artworkId"]: row["plays"]
        for row in kiosk_json("report", "--from", "2020-01-01", "--to", "2100-01-01", "--data-dir", folder)
    }
    assert plays[made["id"]] == 1
    assert sum(plays.values()) == final["impressions"]["delivered"]


def test_the_wall_makes_art_of_its_own(folder: Path) -> None:
    """With nothing configured, pieces the wall asks for itself come to the glass and count as well."""
    with Wall(folder) as wall:

        def own_piece() -> str | None:
            piece = wall.status()["artwork"]
            return piece["id"] if piece and piece["reason"] == "fresh" else None

        own = wait_until(own_piece, "its own piece", timeout_s=2 * WAIT_S)
        wait_until(lambda: wall.plays().get(own), "its impression is in the database")


def test_what_was_shown_does_not_come_back_after_a_restart(folder: Path, pictures: Path) -> None:
    """Half of the pictures before the restart, the other half after it, none twice."""
    with Wall(folder, *QUIET, "--import", pictures) as wall:
        wait_until(lambda: wall.painted() >= 6, "some pieces were shown")
        wall.stop()
        wall.start()
        wall.has_shown(16)
        wall.settles()
        wall.stop()
    rows = kiosk_json("report", "--from", "2020-01-01", "--to", "2100-01-01", "--data-dir", folder)
    assert len(rows) == 16
    assert [row["plays"] for row in rows] == [1] * 16


def test_the_first_load_makes_one_batch_call(folder: Path) -> None:
    """What was painted before the server was up goes in one batch, not one call a piece."""
    with Wall(folder, "--server", "http://127.0.0.1:9") as wall:
        wait_until(lambda: wall.painted() >= 5, "five pieces offline")
        wall.kill()
    with Wall(folder, *QUIET, environ=SLOW) as wall:
        wait_until(lambda: wall.status()["impressions"]["delivered"] >= 5, "they were delivered")
        assert batch_calls(folder) == 1
        wall.stop()


def test_killed_in_play_the_impressions_are_there_after_the_restart(folder: Path, pictures: Path) -> None:
    """kill -9 of the display: the server ends with it, nothing painted is lost, nothing counted twice."""
    with Wall(folder, *QUIET, "--import", pictures) as wall:
        wait_until(lambda: wall.painted() >= 4, "some pieces were shown")
        wall.link_is("live")
        painted = wall.painted()
        child = server_pid(folder)
        wall.kill()
        wait_until(lambda: not is_alive(child), "the server child ended with its display")
        wall.start()
        wall.has_shown(16)
        wall.settles()
        final = wall.stop()
    assert final["impressions"]["painted"] >= painted
    assert final["impressions"]["dropped"] == 0
    rows = kiosk_json("report", "--from", "2020-01-01", "--to", "2100-01-01", "--data-dir", folder)
    assert sum(row["plays"] for row in rows) == final["impressions"]["delivered"] == final["impressions"]["painted"]


def test_generate_repeated_quickly_is_one_piece(folder: Path) -> None:
    """Equal requests within the minute give the same piece, and it is in the queue once."""
    with Wall(folder, *QUIET, environ=SLOW) as wall:
        wall.link_is("live")

        def asked_twice_within_a_minute() -> set[str] | None:
            minute = time.time() // 60
            made = {wall.command("generate", "--seed", "5")["id"] for _ in range(2)}
            return made if time.time() // 60 == minute else None

        (made,) = wait_until(asked_twice_within_a_minute, "two answers within a minute of the clock")
        wait_until(lambda: wall.shown_id() == made, "it is on the glass")


def test_the_server_child_is_killed_and_the_picture_stays(folder: Path, pictures: Path, tmp_path: Path) -> None:
    """After kill -9 of the server the wall is never dark, the child comes back, and the queue goes on."""
    with Wall(folder, *QUIET, environ=SLOW) as wall:
        wall.link_is("live")
        wall.shows()
        before = server_pid(folder)
        os.kill(before, signal.SIGKILL)
        assert max(wall.snapshot(tmp_path / "s.png").convert("L").tobytes()) > 60
        wait_until(lambda: server_pid(folder) != before, "there is another server")
        wall.link_is("live")
        added = wall.command("import", pictures / "piece-0.png")["added"][0]["id"]
        wait_until(lambda: wall.shown_id() == added, "the new picture is on the glass")


def test_offline_after_a_while_online_shows_cached_pieces(folder: Path, pictures: Path) -> None:
    """A wall whose server is gone starts with what its cache holds and goes on through it."""
    with Wall(folder, *QUIET, "--import", pictures, environ=SLOW) as wall:
        wait_until(lambda: wall.status()["cache"]["pieces"] >= 8, "the pictures are cached")
        online = wall.shows()["id"]
        wall.stop()
    with Wall(folder, "--server", "http://127.0.0.1:9") as wall:
        first = wall.shows()
        assert first["id"] != online
        second = wall.shows(other_than=[first["id"]])
        assert {first["reason"], second["reason"]} <= {"fresh", "unseen"}
        assert wall.status()["link"]["state"] == "offline"


def test_the_good_ones_of_a_folder_show_and_the_bad_ones_are_named(folder: Path, pictures: Path) -> None:
    """Broken pictures among good ones: each file is answered, the good ones show, the wall lives."""
    (pictures / "truncated.png").write_bytes((pictures / "piece-1.png").read_bytes()[:200])
    (pictures / "empty.jpg").write_bytes(b"")
    (pictures / "drawing.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (pictures / "notes.txt").write_text("not a picture")
    with Wall(folder, *QUIET) as wall:
        wall.link_is("live")
        told = wall.command("import", pictures, pictures / "missing.png")
        assert len(told["added"]) == 8
        assert {Path(item["path"]).name for item in told["refused"]} == {
            *("truncated.png", "empty.jpg", "drawing.svg", "notes.txt", "missing.png")
        }
        assert all(item["reason"] for item in told["refused"])
        again = wall.command("import", pictures / "piece-0.png")
        assert [item["id"] for item in again["present"]] == [
            item["id"] for item in told["added"] if item["path"] == str(pictures / "piece-0.png")
        ]
        good = {item["id"] for item in told["added"]}
        wall.has_shown(16)
        wall.settles()
        assert good <= wall.plays().keys()


def test_import_with_nothing_running_goes_to_the_folder(folder: Path, pictures: Path) -> None:
    """Without a display the folder itself takes the pictures; the next start shows them."""
    told = kiosk_json("import", pictures, "--data-dir", folder)
    assert len(told["added"]) == 8
    nothing = kiosk("import", pictures / "missing.png", "--data-dir", folder)
    assert nothing.returncode == 1
    with Wall(folder, *QUIET) as wall:
        ids = {item["id"] for item in told["added"]}
        wait_until(lambda: wall.shown_id() in ids, "one of them shows")


def test_more_pieces_than_a_page_holds_are_all_shown(folder: Path, tmp_path: Path) -> None:
    """Forty pictures, twice a page: all of them and the bundle's reach the glass, without waiting for the next poll."""
    many = tmp_path / "many"
    many.mkdir()
    for index in range(40):
        Image.new("RGB", (64, 36), (6 * index, 255 - 6 * index, 90)).save(many / f"{index:02d}.png")
    kiosk_json("import", many, "--data-dir", folder)
    hurried = {"KIOSK_PLAYBACK__PIN_S": "0.2", "KIOSK_PLAYBACK__DWELL_S": "0.2", "KIOSK_PLAYBACK__MORPH_S": "0.1"}
    with Wall(folder, *QUIET, environ={**hurried, "KIOSK_SYNC__POLL_S": "3600"}) as wall:
        wall.has_shown(48)
        assert wall.painted() == 48


@pytest.mark.parametrize("transition", ["none", "ink"])
def test_the_books_of_both_sides_agree(folder: Path, pictures: Path, transition: str) -> None:
    """What the display counts as delivered is what the database has, row by row, once each; by cuts as by morphs."""
    environ = {"KIOSK_PLAYBACK__TRANSITION": transition}
    with Wall(folder, *QUIET, "--import", pictures, environ=environ) as wall:
        wall.has_shown(16)
        wait_until(lambda: wall.status()["impressions"]["pending"] == 1, "all but the one on the glass are delivered")
        wall.settles()
        final = wall.stop()
    with sqlite3.connect(folder / "server" / "kiosk.db") as database:
        plays, ids = database.execute("SELECT count(*), count(DISTINCT id) FROM plays").fetchone()
    database.close()
    assert plays == ids == final["impressions"]["delivered"] == final["impressions"]["painted"] == 16


def test_a_server_at_work_on_the_folder_is_used(folder: Path) -> None:
    """A display on the folder of a running `kiosk serve` uses that one; when it ends, a child takes its place."""
    command = [sys.executable, "-m", "kiosk", "serve", "--json", "--port", "0", "--data-dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = json.loads(server.stdout.readline())["url"]
            with Wall(folder, *QUIET, environ=SLOW) as wall:
                wall.link_is("live")
                assert wall.status()["link"]["server"] == url
                server.terminate()
                server.wait(WAIT_S)
                wait_until(lambda: wall.status()["link"]["server"] != url, "a child has taken over")
                wall.link_is("live")
        finally:
            server.kill()
