"""The shipped proxy configuration, run by a real nginx before real server processes."""

import asyncio
import io
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from kiosk.server.clock import SystemClock
from tests.server.daemons import free_port
from tests.server.harness import DEADLINE_S, until
from tests.server.test_main import ROOT, Process, process_on

NGINX = Path("/usr/sbin/nginx")
SHIPPED = ROOT / "resources" / "compose" / "nginx.conf"
CLOCK = SystemClock()


@contextmanager
def nginx_before(*servers: Process, folder: Path) -> Iterator[str]:
    """Run nginx with the configuration as it is shipped, before these servers; yield its address."""
    folder.mkdir()
    port = free_port()
    text = SHIPPED.read_text()
    upstreams = "".join(f"server {process.url.removeprefix('http://')};" for process in servers)
    text, count = re.subn(r"(?:server kiosk\d:8710;\s*)+", upstreams, text)
    assert count == 1
    text = text.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("/dev/stdout", str(folder / "access.log"))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    config = folder / "nginx.conf"
    config.write_text(text.replace("http {", f"http {{ {paths}", 1))
    asked = f"daemon off; pid {folder}/pid;" + (" user root;" if os.geteuid() == 0 else "")  # the folder is ours alone
    command = [NGINX, "-p", folder, "-c", config, "-e", folder / "error.log", "-g", asked]
    with (folder / "output").open("wb") as output:
        popen = subprocess.Popen(list(map(str, command)), stdout=output, stderr=output)
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = CLOCK.monotonic() + DEADLINE_S
        while True:
            assert popen.poll() is None, (folder / "output").read_text()
            try:
                httpx.get(f"{url}/healthz", trust_env=False).raise_for_status()
                break
            except httpx.HTTPError:
                assert CLOCK.monotonic() < deadline, (folder / "error.log").read_text()
        yield url
    finally:
        popen.send_signal(signal.SIGTERM)
        popen.wait(DEADLINE_S)


def noise(width: int, height: int) -> bytes:
    """A picture of some megabytes."""
    buffer = io.BytesIO()
    Image.frombytes("RGB", (width, height), os.urandom(width * height * 3)).save(buffer, "PNG", compress_level=0)
    return buffer.getvalue()


@pytest.mark.timeout(400)  # two servers and a proxy, on a slow machine
def test_through_the_proxy(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two servers behind nginx as shipped: an event of one reaches a stream on the other, a call waits for its piece,
    six megabytes go up, addresses are believed, figures are not for strangers, and a dead server is passed over.
    """
    common = ("--database-url", postgres_url, "--trust-proxy", "127.0.0.1", "--piece-size", "64x36")
    monkeypatch.setenv("KIOSK_SERVER__IMAGES_URL", f"file://{tmp_path}/images")
    with ExitStack() as stack:
        one = stack.enter_context(process_on(tmp_path / "one", *common))
        other = stack.enter_context(process_on(tmp_path / "other", *common))
        url = stack.enter_context(nginx_before(one, other, folder=tmp_path / "nginx"))
        with one.client(one.endpoint["adminToken"]) as admin:
            admin.post("/api/admin/users", json={"name": "museum"}).raise_for_status()
            made = admin.post("/api/admin/devices", json={"name": "foyer", "user": "museum"}).raise_for_status()
        headers = {"Authorization": f"Bearer {made.json()['token']}"}
        with httpx.Client(base_url=url, headers=headers, timeout=DEADLINE_S, trust_env=False) as wall:
            streams: list[Iterator[str]] = []
            for _ in range(2):  # least_conn: one on each server
                stream = stack.enter_context(wall.stream("GET", "/api/artworks/stream"))
                assert stream.headers["content-type"].startswith("text/event-stream")
                streams.append(stream.iter_lines())
                assert next(streams[-1]) == ": connected"
            assert [streams_of(process) for process in (one, other)] == [1, 1]
            files = {"file": ("big.png", noise(2_000, 1_000), "image/png")}
            piece = wall.post("/api/artworks", files=files).raise_for_status().json()
            assert piece["bytes"] > 6_000_000
            for lines in streams:  # what a proxy kept in its buffer would not come at all
                assert data_of(lines)["artwork"]["id"] == piece["id"]
            made = wall.post("/api/generate-art", json={}, headers={"Prefer": "wait=100"}, timeout=110)
            assert made.status_code == 200
            for lines in streams:
                assert data_of(lines)["artwork"]["id"] == made.json()["artwork"]["id"]
            assert wall.get("/metrics").status_code == 403
            reply = wall.get("/api/artworks/next")
            asked = reply.headers["x-request-id"]
            asyncio.run(until(lambda: asked in one.log.read_text() + other.log.read_text(), "it is in a log"))
            streams.clear()
        other.popen.kill()
        with httpx.Client(base_url=url, headers=headers, timeout=DEADLINE_S, trust_env=False) as wall:
            for _ in range(4):
                assert wall.get("/api/usage").status_code == 200


def streams_of(process: Process) -> int:
    """How many streams are open on a server, by its own figures."""
    with process.client(process.endpoint["adminToken"]) as admin:
        found = re.search(r"^kiosk_streams (\d+)", admin.get("/metrics").raise_for_status().text, re.MULTILINE)
    assert found is not None
    return int(found[1])


def data_of(lines: Iterator[str]) -> dict[str, Any]:
    """The data of the next event of a stream; the client's time limit is its deadline."""
    return dict(json.loads(next(line for line in lines if line.startswith("data: ")).removeprefix("data: ")))
