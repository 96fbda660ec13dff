"""Journeys of a wall that listens: what plays is what it paints, and a mute is a mute."""

import json
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kiosk.app.bundle import demo_pieces
from tests.audio.songs import music, written
from tests.journeys.wall import WAIT_S, Wall, wait_until

pytestmark = pytest.mark.journey
# It asks for one piece at its start, and from then on only for what it hears.
ONLY_MUSIC = {
    "KIOSK_AUDIO__ENABLED": "true",
    "KIOSK_GENERATE__POOL_LOW": "0",
    "KIOSK_GENERATE__EVERY_MIN": "1000",
    "KIOSK_GENERATE__STYLES": "silk",
    "KIOSK_PLAYBACK__DWELL_S": "600",
}
MARK_INK_PX, MARK_GROUND_PX = (24, 21), ((17, 24), (31, 24))  # of the mark on a wall of 480x270


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """The file in the place of a microphone: music in D minor, over and over."""
    return written(tmp_path / "room.wav", music(2, minor=True, bpm=120, seconds=16))


def pieces(folder: Path) -> list[dict[str, Any]]:
    """The pieces the wall has made of music, oldest first, with what was heard by their genomes."""
    bundled = {piece.artwork.id for piece in demo_pieces()}
    endpoint = json.loads((folder / "server" / "endpoint.json").read_bytes())
    request = urllib.request.Request(
        f"{endpoint['url']}/api/artworks?limit=100&origin=generated",
        headers={"Authorization": f"Bearer {endpoint['deviceToken']}"},
    )
    with urllib.request.urlopen(request, timeout=WAIT_S) as reply:
        rows = json.load(reply)["artworks"]
    genomes = [(row["id"], row["provenance"]["genome"]["audio"]) for row in reversed(rows)]
    return [{"id": piece_id, **audio} for piece_id, audio in genomes if audio.get("key") and piece_id not in bundled]


def listeners(sound: Path) -> set[int]:
    """The processes that have this file open in the place of a microphone."""
    found = set()
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                words = (each / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"audio" in words and any(word.endswith(str(sound).encode()) for word in words):
                found.add(int(each.name))
    return found


@pytest.mark.timeout(900)  # a second piece waits 25 s for the first, on a busy machine longer
def test_the_wall_paints_what_it_hears(folder: Path, sound: Path, tmp_path: Path) -> None:
    """The music's key and tempo are in a piece that takes the stage; other music gets another piece by itself."""
    other = written(tmp_path / "other.wav", music(-4, minor=False, bpm=92, seconds=16))
    with Wall(folder, environ=ONLY_MUSIC | {"KIOSK_AUDIO__DEVICE": f"file@16:{sound}"}) as wall:
        wall.link_is("live")
        first = wait_until(lambda: pieces(folder), "a piece of the music was made", timeout_s=400)[0]
        assert (first["key"], first["mode"]) == ("D", "minor")
        assert abs(first["tempo"] / 120 - 1) < 0.05
        wait_until(lambda: wall.shown_id() == first["id"], "the piece is on the glass")
        other.replace(sound)  # it is played from its next beginning on
        heard = wait_until(
            lambda: next((piece for piece in pieces(folder) if piece["key"] != "D"), None),
            "other music has a piece of its own",
            timeout_s=400,
        )
        assert (heard["key"], heard["mode"]) == ("G#", "major")

        def heard_now() -> tuple[str, ...]:
            audio = wall.status()["audio"]
            return audio["state"], audio["device"], audio["kind"]

        wait_until(lambda: heard_now() == ("listening", "room.wav", "music"), "the status says what is heard")


def test_a_mute_closes_the_microphone_and_outlasts_a_restart(folder: Path, sound: Path, tmp_path: Path) -> None:
    """Nothing listens until it is told to; then the mark shows. Asleep or muted neither process nor mark is there."""
    environ = {"KIOSK_AUDIO__DEVICE": f"file@16:{sound}"}

    def is_marked() -> bool:
        picture = np.asarray(wall.snapshot(tmp_path / "wall.png"))
        ink, *ground = (int(picture[y, x].mean()) for x, y in (MARK_INK_PX, *MARK_GROUND_PX))
        return ink > 200 and max(ground) < 100

    def state() -> str:
        return str(wall.status()["audio"]["state"])

    with Wall(folder, "--server", "http://127.0.0.1:9", environ=environ) as wall:
        wall.shows()
        assert state() == "off"
        assert listeners(sound) == set()
        wall.command("settings", "set", "audio.enabled", "true")
        wait_until(lambda: state() == "listening", "the wall listens")
        wait_until(lambda: len(listeners(sound)) == 1, "one process listens")
        wait_until(is_marked, "the mark is there")
        wall.command("sleep")
        wait_until(lambda: not listeners(sound), "nothing listens while it sleeps")
        wall.command("wake")
        wait_until(lambda: state() == "listening", "it listens again")
        wall.command("mute")
        assert listeners(sound) == set()
        assert state() == "muted"
        wait_until(lambda: not is_marked(), "the mark is gone")
        wall.stop()
        wall.start()
        assert state() == "muted"
        assert listeners(sound) == set()
        wall.command("unmute")
        wait_until(lambda: state() == "listening", "it listens once it may")
        wall.command("settings", "set", "generate.enabled", "false")
        wait_until(lambda: state() == "off", "it does not listen where that steers nothing")
        assert listeners(sound) == set()
