"""The server as a process: it starts with one line, ends as told, and a kill loses nothing it has acknowledged."""

import asyncio
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from kiosk.domain.errors import AlreadyRunning, DataFolderError, KioskError
from kiosk.server.main import open_app, serve
from kiosk.server.opening import CorruptDatabase
from kiosk.server.options import ServerOptions
from tests.server.harness import DEADLINE_S, client_of, impression, options_on, picture, until
from tests.server.test_renderers import is_alive

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT_S = 60
KILLS = 2
TOKEN = "a-token-of-a-display-for-this-run-only"


@dataclass
class Process:
    """A server process and what its first line said."""

    popen: subprocess.Popen[bytes]
    url: str
    folder: Path
    log: Path

    @property
    def endpoint(self) -> dict[str, Any]:
        """What local commands read."""
        return dict(json.loads((self.folder / "server" / "endpoint.json").read_bytes()))

    def client(self, token: str | None = None) -> httpx.Client:
        """A client of the wall's display."""
        headers = {"Authorization": f"Bearer {token or self.endpoint['deviceToken']}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=DEADLINE_S, trust_env=False)

    def children(self) -> list[int]:
        """The processes it has started."""
        found: list[int] = []
        for task in Path(f"/proc/{self.popen.pid}/task").glob("*/children"):
            with suppress(OSError):  # a thread that has ended meanwhile
                found += map(int, task.read_text().split())
        return found

    def renderers(self) -> list[int]:
        """The processes it has started, once there is one."""
        asyncio.run(until(self.children, "a renderer is started"))
        return self.children()


@contextmanager
def process_on(folder: Path, *arguments: str, child: bool = False, module: str = "kiosk") -> Iterator[Process]:
    """Start `python -m kiosk serve` on `folder` and wait for its first line."""
    log = folder.parent / f"{folder.name}.log"
    command = [sys.executable, "-m", module, "serve", "--json", "--port", "0", "--data-dir", str(folder), *arguments]
    if child:
        command.append("--child")
    with log.open("ab") as stderr:
        popen = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, cwd=ROOT, start_new_session=True
        )
    assert popen.stdin is not None
    assert popen.stdout is not None
    watchdog = threading.Timer(START_LIMIT_S, popen.kill)
    watchdog.start()
    try:
        if child:
            popen.stdin.write(json.dumps({"token": TOKEN}).encode() + b"\n")
            popen.stdin.flush()
        line = json.loads(popen.stdout.readline() or b"{}")
        watchdog.cancel()
        assert line.keys() == {"url", "version", "pid"}, log.read_text()
        assert line["pid"] == popen.pid
        yield Process(popen, line["url"], folder, log)
    finally:
        watchdog.cancel()
        popen.kill()
        popen.wait()
        popen.stdin.close()
        popen.stdout.close()


def test_it_starts_answers_and_ends_on_sigterm(tmp_path: Path) -> None:
    """One line of JSON, an endpoint only its user can read, an answer, and exit code 0 with the endpoint gone."""
    folder = tmp_path / "data"
    with process_on(folder, "--no-warm-up") as process:
        endpoint = folder / "server" / "endpoint.json"
        assert endpoint.stat().st_mode & 0o777 == 0o600
        assert process.endpoint.keys() == {"url", "pid", "adminToken", "deviceToken"}
        assert process.endpoint["url"] == process.url
        with process.client() as client:
            assert client.get("/api/version").json()["name"] == "gallery-kiosk"
            assert len(client.get("/api/artworks/next").json()["artworks"]) > 0
        process.popen.send_signal(signal.SIGTERM)
        assert process.popen.wait(DEADLINE_S) == 0
        assert not endpoint.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_good_order_with_streams_open(tmp_path: Path, number: signal.Signals) -> None:
    """Open streams, read or not, do not hold up the end: one that is read is ended, not cut off as what holds it up is.

    Renderers are gone too.
    """
    path = "/api/artworks/stream"
    with (
        process_on(tmp_path / "data") as process,
        process.client() as client,
        client.stream("GET", path) as response,
        client.stream("GET", path),
    ):
        chunks = response.iter_bytes()
        assert next(chunks).startswith(b": connected")
        children = process.renderers()
        process.popen.send_signal(number)
        assert b"event:" not in b"".join(chunks)  # to their end: those of a stream that is cut off raise
        assert process.popen.wait(DEADLINE_S) == 0
    asyncio.run(until(lambda: not any(is_alive(pid) for pid in children), "its processes ended with it"))


def test_a_kill_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """Killed amid its batches, and again: every impression it acknowledged is in the report, exactly once."""
    folder = tmp_path / "data"
    acknowledged: set[str] = set()
    record: dict[str, Any] = {}
    artwork: dict[str, Any] = {}
    for _ in range(KILLS):
        with process_on(folder, "--no-warm-up") as process, process.client() as client:
            artwork = client.post("/api/artworks", files={"file": ("a.jpg", picture(1))}).json()
            killer = threading.Timer(0.3, process.popen.kill)
            try:
                for number in range(10_000):
                    record = impression(artwork["id"])
                    sent = client.post("/api/artworks/batch-impressions", json={"impressions": [record]})
                    assert sent.json()["results"][0]["status"] == "stored"
                    acknowledged.add(record["id"])
                    if number == 0:
                        killer.start()
            except httpx.TransportError:
                pass
            killer.join()
            process.popen.wait()
    assert len(acknowledged) >= KILLS
    with process_on(folder, "--no-warm-up") as process, process.client() as client:
        unsure = client.post("/api/artworks/batch-impressions", json={"impressions": [record]}).json()
        assert unsure["results"][0]["status"] in {"stored", "duplicate"}
        assert client.get("/api/usage").json()["impressions"] >= len(acknowledged)
        again = [{**impression(artwork["id"]), "id": known} for known in sorted(acknowledged)]
        for start in range(0, len(again), 200):
            reply = client.post("/api/artworks/batch-impressions", json={"impressions": again[start : start + 200]})
            assert {result["status"] for result in reply.json()["results"]} == {"duplicate"}
        rows = client.get("/api/report", params={"from": "2020-01-01", "to": "2100-01-01"}).json()
        assert rows[0]["plays"] == client.get("/api/usage").json()["impressions"]


def test_a_child_ends_with_its_display(tmp_path: Path) -> None:
    """The end of standard input, as after `kill -9` of the display, ends the child, its renderers and its streams."""
    with (
        process_on(tmp_path / "data", child=True) as process,
        process.client(TOKEN) as client,
        client.stream("GET", "/api/artworks/stream") as response,
    ):
        chunks = response.iter_bytes()
        assert next(chunks).startswith(b": connected")
        children = process.renderers()
        assert process.popen.stdin is not None
        process.popen.stdin.close()
        assert b"event:" not in b"".join(chunks)  # to their end: those of a stream that is cut off raise
        assert process.popen.wait(DEADLINE_S) == 0
    asyncio.run(until(lambda: not any(is_alive(pid) for pid in children), "its processes ended with it"))


def test_a_child_knows_its_displays_token(tmp_path: Path) -> None:
    """The token from standard input works, across restarts always as the same display, and another does not."""
    folder = tmp_path / "data"
    sessions = set()
    for _ in range(2):
        with (
            process_on(folder, "--no-warm-up", child=True) as process,
            process.client(TOKEN) as client,
            process.client("another-token-altogether") as stranger,
        ):
            sessions.add(client.get("/api/artworks/next").json()["sessionId"])
            assert stranger.get("/api/artworks/next").status_code == 401
    assert len(sessions) == 1


def test_no_token_is_in_the_log(tmp_path: Path) -> None:
    """Neither good nor wrong tokens appear in what the server writes, whatever is asked with them."""
    with process_on(tmp_path / "data", "--no-warm-up", child=True) as process, process.client(TOKEN) as client:
        with process.client("wrong-token-0123456789") as stranger:
            assert stranger.get("/api/usage").status_code == 401
        client.get("/api/artworks/next")
        client.post("/api/generate-art", content=b"{")
        secrets = [TOKEN, "wrong-token-0123456789", process.endpoint["adminToken"]]
        process.popen.send_signal(signal.SIGTERM)
        process.popen.wait(DEADLINE_S)
    written = process.log.read_text()
    assert not any(secret in written for secret in secrets)


@pytest.mark.timeout(300)  # the renderer gives way to whatever else the machine does, and may have all to compile
def test_a_real_piece_from_a_real_process(tmp_path: Path) -> None:
    """The whole way: a wish over HTTP, drawn by a renderer process, its bytes fetched and of the announced hash.

    Told not to warm up, a server that answers has started no process; the first wish starts one.
    """
    with process_on(tmp_path / "data", "--no-warm-up", "--piece-size", "96x54") as process, process.client() as client:
        assert client.get("/api/artworks/next").json()["artworks"]
        assert process.children() == []
        headers = {"Prefer": "wait=100", "Idempotency-Key": "one wish"}
        while (reply := client.post("/api/generate-art", json={}, headers=headers, timeout=110)).status_code == 202:
            pass
        artwork = reply.raise_for_status().json()["artwork"]
        assert (artwork["width"], artwork["height"]) == (96, 54)
        data = client.get(artwork["imageUrl"]).content
        assert hashlib.sha256(data).hexdigest() == artwork["sha256"]
        assert process.children()


def test_a_second_server_on_the_folder_is_refused(tmp_path: Path) -> None:
    """A folder that a server holds is refused with its process id; nothing of the first is disturbed."""
    held = f"in use by a server \\(process {os.getpid()}\\)"
    with open_app(options_on(tmp_path)), pytest.raises(AlreadyRunning, match=held):
        serve(options_on(tmp_path))
    with open_app(options_on(tmp_path)) as opened:
        assert opened.admin_token


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    """The line names host and port, and the folder is free again afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(KioskError, match=f"cannot listen on 127.0.0.1 port {port}: Address already in use"):
            serve(options_on(tmp_path, port=port))
    with open_app(options_on(tmp_path)) as opened:
        assert opened.admin_token


@pytest.mark.parametrize("host", ["192.0.2.1", "no host at all", "x" * 300])
def test_a_bad_host_is_one_clear_line(tmp_path: Path, host: str) -> None:
    """An address of another machine, or none at all."""
    with pytest.raises(KioskError, match="cannot listen on"):
        serve(options_on(tmp_path, host=host))


def test_a_folder_that_is_none_is_one_clear_line(tmp_path: Path) -> None:
    """A file where the data folder should be."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DataFolderError, match="cannot be written"):
        serve(options_on(tmp_path / "file"))


def test_other_databases_are_refused_honestly(tmp_path: Path) -> None:
    """A kind of database this program does not know, and one that does not answer, are named without their password."""
    with pytest.raises(KioskError, match="cannot keep its database in mysql") as refused:
        serve(options_on(tmp_path, database_url="mysql://kiosk:secret@db/kiosk"))
    assert "secret" not in str(refused.value)
    with pytest.raises(KioskError, match="cannot be used") as refused:
        serve(options_on(tmp_path, database_url="postgresql+psycopg://kiosk:secret@127.0.0.1:1/kiosk"))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "no scheme"),
        ("postgresql://kiosk:secret@127.0.0.1:abc/kiosk", "port"),
        ("postgresql://kiosk:sec@ret@127.0.0.1/kiosk", "%40"),
        ("postgresql://127.0.0.1:1/kiosk?password=secret&user=kiosk", "postgresql://127.0.0.1:1/kiosk cannot be used"),
    ],
)
def test_a_misspelt_database_is_one_line_without_its_password(tmp_path: Path, url: str, said: str) -> None:
    """Whatever is wrong with the address, the message says what, and repeats no part of a password."""
    with pytest.raises(KioskError) as refused:
        serve(options_on(tmp_path, database_url=url))
    assert said in str(refused.value)
    assert "sec" not in str(refused.value)
    assert "ret@" not in str(refused.value)


def test_a_wall_loads_no_library_of_a_fleet(tmp_path: Path) -> None:
    """A server on SQLite, opened and closed, has imported neither PostgreSQL's driver nor Redis, jobs or buckets."""
    program = (
        "import sys; from pathlib import Path; from kiosk.server.main import open_app, ServerOptions\n"
        "with open_app(ServerOptions(Path(sys.argv[1]))): pass\n"
        "print(sorted({'psycopg', 'redis', 'procrastinate', 'obstore'} & sys.modules.keys()))"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert (ended.stdout.strip(), ended.returncode) == ("[]", 0), ended.stderr


def test_a_database_elsewhere(tmp_path: Path) -> None:
    """`sqlite:///FILE` puts the database where it says."""
    with open_app(options_on(tmp_path / "data", database_url=f"sqlite:///{tmp_path}/other.db")):
        assert (tmp_path / "other.db").exists()


def test_started_again_it_goes_on_where_it_was(tmp_path: Path) -> None:
    """Pieces, votes and impressions of an earlier run are there in the next."""

    async def visit(first: bool) -> None:
        with open_app(options_on(tmp_path)) as opened:
            transport = httpx.ASGITransport(opened.app)
            async with client_of(opened.device_token, transport=transport) as client:
                reply = await client.post("/api/artworks", files={"file": ("a.jpg", picture(1))})
                piece = reply.json()["id"]
                assert reply.status_code == (201 if first else 200)
                if first:
                    await client.post(f"/api/artworks/{piece}/vote", json={"value": 1})
                    await client.post(f"/api/artworks/{piece}/viewed", json={})
                counts = (await client.get("/api/usage")).json()
                assert (counts["impressions"], counts["votes"]) == (1, 1)

    for first in (True, False):
        asyncio.run(visit(first))


def test_a_damaged_database_is_kept_and_a_walls_own_server_begins_anew(tmp_path: Path) -> None:
    """The display's child moves it aside and serves; a server of its own leaves that to people, in one line."""
    folder = tmp_path / "data"
    (folder / "server").mkdir(parents=True)
    damaged = b"this was a database once" * 400
    (folder / "server" / "kiosk.db").write_bytes(damaged)
    with pytest.raises(CorruptDatabase, match=r"kiosk\.db"), open_app(ServerOptions(folder)):
        pytest.fail("a damaged database was opened")
    with process_on(folder, "--no-warm-up", child=True) as process, process.client(TOKEN) as client:
        assert client.get("/api/artworks/next").status_code == 200
    assert (folder / "server" / "kiosk.db.corrupt-1").read_bytes() == damaged


def test_what_the_server_keeps_is_its_users_alone(tmp_path: Path) -> None:
    """Nobody else on the machine can look into the server's folder: database, private pictures, endpoint."""
    with open_app(ServerOptions(tmp_path / "data")):
        assert (tmp_path / "data" / "server").stat().st_mode & 0o077 == 0
