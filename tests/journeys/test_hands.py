"""Journeys of a wall and its people: commands over the network and by the shell, and what the glass answers."""

import io
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image, ImageStat

from tests.journeys.wall import WAIT_S, Wall, kiosk, wait_until

pytestmark = pytest.mark.journey
OFFLINE = ("--server", "http://127.0.0.1:9")
TOKEN = "open-sesame"  # a sham
SLOW = {"KIOSK_PLAYBACK__DWELL_S": "600"}


@pytest.fixture
def port() -> Iterator[int]:
    """A port that nobody else is given: it is bound here, only the wall listens on it, and until then it is closed."""
    with socket.socket() as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the wall's own: both may be bound to it
        kept.bind(("127.0.0.1", 0))
        yield int(kept.getsockname()[1])


def door(port: int, token: str = TOKEN) -> dict[str, str]:
    """The settings that open the door, as environment."""
    address = {"KIOSK_DISPLAY__HTTP_ADDRESS": "127.0.0.1", "KIOSK_DISPLAY__HTTP_PORT": str(port)}
    return {**SLOW, **address, "KIOSK_DISPLAY__HTTP_TOKEN": token}


def changed_share(one: Image.Image, other: Image.Image) -> float:
    """How much of the lower left corner differs between two pictures of the screen."""
    here, there = (np.asarray(image.convert("L"), np.int16) for image in (one, other))
    apart = np.abs(here - there)[here.shape[0] * 3 // 4 :, : here.shape[1] // 3]
    return float((apart > 6).mean())


def test_a_wall_obeys_over_the_network(folder: Path, pictures: Path, port: int) -> None:
    """Next, previous, pause, vote, label, sleep, wake and the picture of the screen, all by HTTP with the token."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with (
        Wall(folder, "--no-generate", "--import", pictures, environ=door(port)) as wall,
        httpx.Client(base_url=f"http://127.0.0.1:{port}/api", headers=headers, timeout=WAIT_S) as client,
    ):

        def post(path: str, **body: Any) -> tuple[int, Any]:
            reply = client.post(path, json=body or None)
            return reply.status_code, reply.json()

        wall.link_is("live")
        # Their coming is news and may change the piece at any time, so nothing here holds the wall to one piece.
        wait_until(lambda: wall.status()["queued"] >= 7, "pieces are waiting")
        assert client.get("/status", headers={"Authorization": "Bearer wrong"}).status_code == 401
        wait_until(lambda: client.get("/status").json()["artwork"] == wall.status()["artwork"], "both tell the same")
        first = wall.shows()["id"]
        assert post("/next")[0] == 200
        wall.shows(other_than=[first])
        painted = wall.painted()
        assert post("/previous")[0] == 200
        wait_until(lambda: wall.painted() > painted, "another piece was shown")
        assert (post("/pause")[0], client.get("/status").json()["paused"]) == (200, True)
        assert (post("/pause")[0], client.get("/status").json()["paused"]) == (200, True)
        assert (post("/resume")[0], client.get("/status").json()["paused"]) == (200, False)
        assert post("/vote", value=1)[1]["mine"] == 1
        assert post("/vote", value=-1)[1]["mine"] == -1
        with Image.open(io.BytesIO(client.get("/snapshot").content)) as image:
            assert image.format == "PNG"
            assert list(image.size) == wall.status()["frame"]["size"]
        assert post("/sleep")[0] == 200
        wait_until(lambda: wall.status()["state"] == "asleep", "the wall sleeps")
        status, problem = post("/next")
        assert (status, problem["code"]) == (409, "asleep")
        assert post("/wake")[0] == 200
        wait_until(lambda: wall.status()["state"] != "asleep", "the wall is awake")
        wall.stop()


def test_the_label_comes_and_goes_by_command(folder: Path, tmp_path: Path) -> None:
    """`kiosk label on` puts the label into the corner of the glass, `toggle` turns it over; no other setting does."""
    with Wall(folder, *OFFLINE, environ=SLOW) as wall:
        wall.shows()
        shot = tmp_path / "shot.png"

        def still() -> Image.Image | None:
            one, other = wall.snapshot(shot), wall.snapshot(shot)
            return one if changed_share(one, other) == 0 else None

        bare = wait_until(still, "the picture stands still")
        assert wall.command("label", "on")["label"] == "corner"
        wait_until(lambda: changed_share(wall.snapshot(shot), bare) > 0.3, "the label is there")
        for brightness in ("0.4", "1"):
            wall.command("settings", "set", "display.brightness", brightness)
            wait_until(lambda: (light(wall.snapshot(shot)) < 0.6 * light(bare)) == (brightness == "0.4"), brightness)  # noqa: B023
        assert wall.command("label", "toggle")["label"] == "off"
        wait_until(lambda: changed_share(wall.snapshot(shot), bare) == 0, "the label is gone")
        wall.stop()


def light(picture: Image.Image) -> float:
    """Return the mean of a picture's grey values, 0-255."""
    return float(ImageStat.Stat(picture.convert("L")).mean[0])


def test_a_port_without_a_token_stays_closed(folder: Path, port: int) -> None:
    """The wall shows art all the same, says so once in its log and in its status."""
    with Wall(folder, *OFFLINE, environ=door(port, token="")) as wall:
        wall.shows()
        wait_until(lambda: "it has no token" in wall.status()["fault"], "the status tells")
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.1:{port}/api/status")
        assert wall.log.count("it has no token") == 1
        wall.stop()


def test_settings_open_and_close_the_door_at_once(folder: Path, port: int) -> None:
    """A token set by the operator opens the port of a running wall; port 0 closes it."""
    words = ("--data-dir", folder)
    with Wall(folder, *OFFLINE, environ=SLOW) as wall:
        wall.shows()
        for key, value in (("address", "127.0.0.1"), ("token", TOKEN), ("port", str(port))):
            assert kiosk("settings", "set", f"display.http_{key}", value, *words).returncode == 0

        def answers() -> bool:
            try:
                reply = httpx.get(
                    f"http://127.0.0.1:{port}/api/status", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=WAIT_S
                )
            except (httpx.NetworkError, httpx.RemoteProtocolError):  # closed, or closed amid the answer
                return False
            return reply.status_code == 200

        wait_until(answers, "the port is open")
        assert kiosk("settings", "set", "display.http_port", "0", *words).returncode == 0
        wait_until(lambda: not answers(), "the port is closed")
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.1:{port}/api/status")
        wall.stop()
