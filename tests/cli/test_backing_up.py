"""`kiosk backup` and `kiosk restore`: beside a running server, on a folder by itself, and what people are told."""

import argparse
import json
import os
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest

from kiosk.cli import backing_up
from kiosk.cli.main import main
from tests.journeys.wall import wait_until
from tests.server.backups import noise
from tests.server.harness import impression, picture
from tests.server.test_main import Process, process_on


def command(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    """Run a command; return its exit code and what it printed to stdout and stderr."""
    code = main(list(map(str, words)))
    out, err = capsys.readouterr()
    return code, out, err


def report_of(client: httpx.Client) -> dict[str, int]:
    """Plays by artwork."""
    rows = client.get("/api/report", params={"from": "2000-01-01", "to": "2100-01-01"}).raise_for_status().json()
    return {row["artworkId"]: row["plays"] for row in rows}


def upload(client: httpx.Client, number: int) -> str:
    """Add the picture of this number; return its id."""
    return str(client.post("/api/artworks", files={"file": ("a.jpg", picture(number))}).raise_for_status().json()["id"])


@contextmanager
def load_on(process: Process) -> Iterator[list[str]]:
    """Add pieces and show each at once, again and again, for the life of the block; yields their ids as they come."""
    stop, made = threading.Event(), list[str]()

    def work() -> None:
        with process.client() as client:
            while not stop.is_set():
                artwork_id = upload(client, 1_000 + len(made))
                client.post("/api/artworks/batch-impressions", json={"impressions": [impression(artwork_id)]})
                made.append(artwork_id)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield made
    finally:
        stop.set()
        thread.join()


def test_a_backup_beside_a_running_server_is_one_moment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Under load: every piece in it has its image, every play its piece, none later is there without all earlier.

    The folder of the running server is not restored to.
    """
    with process_on(tmp_path / "data") as process, process.client() as client:
        first = upload(client, 1)
        with load_on(process) as made:
            wait_until(lambda: len(made) >= 20 or process.popen.poll() is not None, "20 pieces were shown")
            code, out, err = command(capsys, "backup", tmp_path / "wall.tar", "--data-dir", tmp_path / "data")
        assert (code, err) == (0, "")
        assert "pieces" in out
        assert (tmp_path / "wall.tar").stat().st_mode & 0o777 == 0o600
        code, _, err = command(capsys, "restore", tmp_path / "wall.tar", "--replace", "--data-dir", tmp_path / "data")
        assert code == 1
        assert "in use by a server" in err
        assert len(err.strip().splitlines()) == 1
        restored = tmp_path / "restored"
        assert command(capsys, "restore", tmp_path / "wall.tar", "--data-dir", restored)[0] == 0
    with process_on(restored) as process, process.client() as client:
        plays = report_of(client)
        assert list(plays.values()) == [1] * len(plays)
        assert 20 <= len(plays) <= len(made)
        assert set(plays) == set(made[: len(plays)])  # what came first, without a hole
        for artwork_id in (first, *plays):
            name = client.post(f"/api/artworks/{artwork_id}/vote", json={"value": 1})
            assert name.status_code == 200
        page = client.get("/api/artworks/next", params={"limit": 100}).json()["artworks"]
        assert first in {piece["id"] for piece in page}
        for piece in page:
            assert len(client.get(piece["imageUrl"]).content) == piece["bytes"]


def test_a_folder_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With nothing running the folder is read directly; --json tells the counts; a restore names what it kept."""
    folder, file = tmp_path / "data", tmp_path / "wall.tar"
    picture_file = tmp_path / "a.jpg"
    picture_file.write_bytes(picture(1))
    assert command(capsys, "import", picture_file, "--data-dir", folder)[0] == 0
    code, out, _ = command(capsys, "backup", file, "--json", "--data-dir", folder)
    told = json.loads(out)
    assert (code, told["path"], told["missing"]) == (0, str(file), 0)
    assert told["bytes"] == file.stat().st_size
    assert told["images"] == told["artworks"] > 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jpg", "data", "wall.tar"]

    code, out, err = command(capsys, "restore", file, "--json", "--data-dir", folder)
    assert (code, out) == (1, "")
    assert json.loads(err)["error"]["code"] == "not_empty"
    code, out, _ = command(capsys, "restore", file, "--replace", "--data-dir", folder)
    assert code == 0
    assert len(out.strip().splitlines()) == 1
    assert "kiosk.db.before-restore-1" in out
    code, out, _ = command(capsys, "restore", file, "--json", "--data-dir", tmp_path / "new")
    restored = json.loads(out)
    assert (code, restored["artworks"], restored["leftOut"], restored["kept"]) == (0, told["artworks"], 0, None)
    code, out, _ = command(capsys, "import", picture_file, "--data-dir", tmp_path / "new")
    assert "already there" in out


@pytest.mark.parametrize(
    "words", [["backup", "nowhere/wall.tar"], ["restore", "nowhere/wall.tar"], ["restore", "torn"]]
)
def test_faults_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    """A place that is not there, a file that is not, one that is cut off: exit code 1 and one line; nothing is left."""
    (tmp_path / "torn").write_bytes(bytes(1_000))
    code, out, err = command(capsys, words[0], tmp_path / words[1], "--data-dir", tmp_path / "data")
    assert (code, out) == (1, "")
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "data" / "server" / "kiosk.db").exists() or words[0] == "backup"


def test_a_backup_replaces_nothing_but_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is there and is no plain file, a pipe or a device, stays what it is."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code, _, err = command(capsys, "backup", pipe, "--data-dir", tmp_path / "data")
    assert (code, len(err.strip().splitlines())) == (1, 1)
    assert pipe.is_fifo()


def test_a_backup_that_breaks_off_leaves_the_last_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server killed amid it: one line, no half file, and the backup of yesterday where it was."""
    folder, file = tmp_path / "data", tmp_path / "wall.tar"
    file.write_bytes(b"the backup of yesterday")
    with process_on(folder) as process, process.client() as client:
        for seed in range(6):  # more than sockets hold by themselves
            files = {"file": ("noise.png", noise(seed))}
            assert client.post("/api/artworks", files=files).status_code == 201

        whole = backing_up._source

        @asynccontextmanager
        async def killed_when_it_comes(arguments: argparse.Namespace) -> AsyncIterator[AsyncIterator[bytes]]:
            async def pieces(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
                async for data in chunks:
                    yield data
                    process.popen.kill()

            async with whole(arguments) as chunks:
                yield pieces(chunks)

        with monkeypatch.context() as patch:
            patch.setattr(backing_up, "_source", killed_when_it_comes)
            code, out, err = command(capsys, "backup", file, "--data-dir", folder)
    assert (code, out) == (1, "")
    assert len(err.strip().splitlines()) == 1
    assert file.read_bytes() == b"the backup of yesterday"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "data.log", "wall.tar"]
    assert command(capsys, "backup", file, "--data-dir", folder)[0] == 0
    assert not list((folder / "server").glob(".backup-*"))
