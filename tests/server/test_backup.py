"""Backups: what is in one, and that nothing but a whole and untouched one comes back."""

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text

from kiosk.domain.errors import AlreadyRunning, KioskError
from kiosk.server import backup
from kiosk.server.backup_check import BadBackup, check
from kiosk.server.database import Database
from kiosk.server.images_folder import ImageFolder
from kiosk.server.migrate import _config
from kiosk.server.opening import open_database
from kiosk.server.restore import NotEmpty, Restored, restore
from kiosk.server.store_people import add_user
from kiosk.storage.engine import open_sqlite
from kiosk.storage.folder import exclusive_lock
from tests.server.backups import ROWS, entries_of, fill, rows_of, tar_of
from tests.server.harness import options_on, picture

CREATED = datetime(2026, 11, 21, 5, 3, tzinfo=UTC)
NOW_MS = 1_800_000_000_000


def make(database: Database, images: ImageFolder, file: Path) -> Path:
    """Write a backup."""
    with file.open("wb") as opened:
        for chunk in backup.chunks(database, images, scratch=file.parent, created=CREATED):
            opened.write(chunk)
    return file


def put_back(file: Path, folder: Path, *, replace: bool = False, **changes: Any) -> Restored:
    """Restore a backup to a data folder."""
    return restore(file, options_on(folder, **changes), replace=replace, now_ms=NOW_MS, on_bytes=lambda _: None)


def database_in(folder: Path) -> Path:
    """The database file of a data folder."""
    return folder / "server" / "kiosk.db"


def held_by(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the database in a data folder."""
    database = open_database(database_in(folder))
    try:
        return rows_of(database)
    finally:
        database.close()


@pytest.fixture
def source(tmp_path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of a full database, of which `wall.tar` in the same folder is a backup."""
    database, images = open_database(tmp_path / "kiosk.db"), ImageFolder(tmp_path / "images")
    try:
        fill(database, images)
        make(database, images, tmp_path / "wall.tar")
        return rows_of(database)
    finally:
        database.close()


@pytest.fixture
def wall(tmp_path: Path, source: Any) -> Path:
    """A backup of a full database."""
    return tmp_path / "wall.tar"


def test_a_backup_is_a_tar_that_says_what_it_holds(tmp_path: Path, wall: Path) -> None:
    """Database first, images by their names, the manifest last; nothing is left of its making."""
    entries = entries_of(wall)
    assert next(iter(entries)) == "kiosk.db"
    assert list(entries)[-1] == "manifest.json"
    assert sorted(entries)[:2] == sorted(name for name in entries if name.startswith("images/"))
    manifest = json.loads(entries["manifest.json"])
    assert manifest["schemaRevision"] == "0003"
    assert manifest["created"] == "2026-11-21T05:03:00.000Z"
    assert (manifest["images"], manifest["missing"]) == (ROWS - 1, 0)
    assert manifest["counts"] == {"users": 3, "devices": 3, "artworks": 2, "impressions": 3, "plays": 3}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["images", "kiosk.db", "wall.tar"]
    assert check(wall, database_to=None, on_bytes=lambda _: None).images == ROWS - 1


def test_what_comes_back_is_what_was_there(tmp_path: Path, wall: Path, source: Any) -> None:
    """From SQLite to SQLite every table is the same, row for row, and every image is there."""
    done = put_back(wall, tmp_path / "new")
    assert (done.counts["plays"], done.made, done.left_out, done.kept) == (3, CREATED, 0, None)
    assert held_by(tmp_path / "new") == source
    images = {path.read_bytes() for path in (tmp_path / "new" / "server" / "images").rglob("*.jpg")}
    assert images == {picture(number) for number in range(ROWS - 1)}
    assert database_in(tmp_path / "new").stat().st_mode & 0o777 == 0o600
    assert not list((tmp_path / "new" / "server").glob(".backup-*"))


def test_a_wall_moves_to_postgresql_and_back(tmp_path: Path, wall: Path, source: Any, postgres_url: str) -> None:
    """SQLite to PostgreSQL to SQLite: every table the same; new rows are numbered after the old ones there."""
    put_back(wall, tmp_path / "fleet", database_url=postgres_url)
    database = open_database(postgres_url)
    try:
        assert rows_of(database) == source
        back = make(database, ImageFolder(tmp_path / "fleet" / "server" / "images"), tmp_path / "back.tar")
        assert database.write_now(lambda connection: add_user(connection, name="mara", now_ms=0).id) == ROWS + 1
    finally:
        database.close()
    put_back(back, tmp_path / "home")
    assert held_by(tmp_path / "home") == source
    with pytest.raises(NotEmpty):
        put_back(wall, tmp_path / "fleet", database_url=postgres_url)
    with pytest.raises(NotEmpty, match="createdb"):
        put_back(wall, tmp_path / "fleet", database_url=postgres_url, replace=True)


def test_a_backup_cut_off_anywhere_is_refused(tmp_path: Path, wall: Path) -> None:
    """Cut at any of 40 places it is no backup, and nothing at all is touched."""
    data, torn = wall.read_bytes(), tmp_path / "torn.tar"
    whole = len(data) - 1_024  # the end mark of a tar may be missing, which tar itself forgives
    for cut in range(0, whole, whole // 40):
        torn.write_bytes(data[:cut])
        with pytest.raises(BadBackup):
            put_back(torn, tmp_path / "new")
    assert [path.name for path in (tmp_path / "new" / "server").iterdir()] == ["server.lock"]


def test_a_backup_changed_anywhere_is_refused(tmp_path: Path, wall: Path) -> None:
    """One byte of the database or of an image, one entry more or less: refused before anything is touched."""
    entries = entries_of(wall)
    image = next(name for name in entries if name.startswith("images/"))

    def flipped(name: str) -> dict[str, bytes]:
        data = bytearray(entries[name])
        data[len(data) // 2] ^= 1
        return entries | {name: bytes(data)}

    def without(name: str) -> dict[str, bytes]:
        return {key: data for key, data in entries.items() if key != name}

    manifest = entries["manifest.json"]
    changed = [
        flipped("kiosk.db"),
        flipped(image),
        without("kiosk.db"),
        without(image),
        without("manifest.json"),
        entries | {"images/../../kiosk.db": b"x"},
        {"kiosk.db": entries["kiosk.db"], "../../evil": b"x", **without("kiosk.db")},
        {"kiosk.db": entries["kiosk.db"], "images/00/" + "0" * 64 + ".svg": b"x", **without("kiosk.db")},
        entries | {"manifest.json": b"{}"},
        entries | {"manifest.json": manifest.replace(b'"format":1', b'"format":2')},
        {"manifest.json": manifest, **without("manifest.json")},
    ]
    for number, entry in enumerate(changed):
        file = tar_of(tmp_path / f"changed-{number}.tar", entry)
        with pytest.raises(BadBackup):
            put_back(file, tmp_path / "new")
    assert [path.name for path in (tmp_path / "new" / "server").iterdir()] == ["server.lock"]


@pytest.mark.parametrize("data", [b"", b"no tar", bytes(10_240)])
def test_a_file_that_is_no_backup_is_refused(tmp_path: Path, data: bytes) -> None:
    """Whatever else it is; a file that is not there is named."""
    (tmp_path / "x.tar").write_bytes(data)
    with pytest.raises(BadBackup):
        put_back(tmp_path / "x.tar", tmp_path / "new")
    with pytest.raises(KioskError, match=r"y\.tar cannot be read"):
        put_back(tmp_path / "y.tar", tmp_path / "new")


def remade(tmp_path: Path, wall: Path, change: Callable[[Path], None]) -> Path:
    """A backup whose database was changed by `change` before it was made."""
    entries = entries_of(wall)
    file = tmp_path / "other.db"
    file.write_bytes(entries["kiosk.db"])
    change(file)
    data = file.read_bytes()
    manifest = json.loads(entries["manifest.json"])
    manifest |= {"databaseSha256": hashlib.sha256(data).hexdigest(), "databaseBytes": len(data)}
    changed = entries | {"kiosk.db": data, "manifest.json": json.dumps(manifest).encode()}
    return tar_of(tmp_path / "other.tar", changed)


def test_a_newer_schema_is_refused(tmp_path: Path, wall: Path) -> None:
    """A backup of a newer program is named as one, and nothing is touched."""

    def newer(file: Path) -> None:
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(KioskError, match=r"newer version of kiosk \(its schema is 9999\)"):
        put_back(remade(tmp_path, wall, newer), tmp_path / "new")
    assert not database_in(tmp_path / "new").exists()


def test_an_older_schema_is_brought_up_to_date(tmp_path: Path, wall: Path) -> None:
    """A backup from before an update is restored as the update would have left it."""

    def older(file: Path) -> None:
        file.unlink()
        engine = open_sqlite(file)
        try:
            with engine.begin() as connection:
                command.upgrade(_config(connection), "0001")
                connection.execute(text("INSERT INTO users VALUES (7, 'u', 'mara', 1)"))
        finally:
            engine.dispose()

    put_back(remade(tmp_path, wall, older), tmp_path / "new")
    assert held_by(tmp_path / "new")["users"][0][:3] == (7, "u", "mara")


def test_a_piece_whose_image_is_gone_is_left_out(tmp_path: Path) -> None:
    """A missing or damaged file costs its piece, not the backup; no wall gets a piece without a picture."""
    database, images = open_database(tmp_path / "kiosk.db"), ImageFolder(tmp_path / "images")
    try:
        fill(database, images)
        lost, damaged = sorted((tmp_path / "images").rglob("*.jpg"))
        lost.unlink()
        damaged.write_bytes(bytes(damaged.stat().st_size))
        make(database, images, tmp_path / "wall.tar")
    finally:
        database.close()
    assert json.loads(entries_of(tmp_path / "wall.tar")["manifest.json"])["missing"] == 2
    done = put_back(tmp_path / "wall.tar", tmp_path / "new")
    assert (done.left_out, done.counts["artworks"], done.counts["plays"]) == (2, 0, 3)


def test_a_database_with_something_in_it_is_kept(tmp_path: Path, wall: Path, source: Any) -> None:
    """It is refused; with `replace` the old one lies beside the new one, whole, and again the next time."""
    folder = tmp_path / "new"
    (folder / "server").mkdir(parents=True)
    open_database(database_in(folder)).close()
    assert put_back(wall, folder).kept is None  # nothing but what a first start puts there
    with pytest.raises(NotEmpty, match="--replace"):
        put_back(wall, folder)
    for number in (1, 2):
        database = open_database(database_in(folder))
        database.write_now(lambda connection: add_user(connection, name="mara", now_ms=0))
        database.close()
        kept = put_back(wall, folder, replace=True).kept
        assert kept == folder / "server" / f"kiosk.db.before-restore-{number}"
        assert held_by(folder) == source
        with closing(sqlite3.connect(kept)) as connection:
            assert connection.execute("SELECT count(*) FROM users").fetchone() == (ROWS + 1,)


def test_the_log_of_a_killed_server_never_meets_the_new_database(tmp_path: Path, wall: Path, source: Any) -> None:
    """What a killed server had in its log is in the database that is kept, and not in the one restored."""
    folder = tmp_path / "new"
    writer = (
        "import os, sys; from pathlib import Path; from kiosk.server.opening import open_database\n"
        "from kiosk.server.store_people import add_user\n"
        "database = open_database(Path(sys.argv[1]))\n"
        "database.write_now(lambda connection: add_user(connection, name='mara', now_ms=0))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    (folder / "server").mkdir(parents=True)
    subprocess.run([sys.executable, "-c", writer, str(database_in(folder))], check=False)
    assert database_in(folder).with_name("kiosk.db-wal").stat().st_size > 0
    kept = put_back(wall, folder, replace=True).kept
    assert held_by(folder) == source
    assert kept is not None
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("SELECT name FROM users").fetchall() == [("mara",)]


def test_a_log_without_its_database_is_not_taken_for_the_new_ones(tmp_path: Path, wall: Path, source: Any) -> None:
    """Where somebody took away the old file and left its log, the log goes too."""
    folder = tmp_path / "new"
    (folder / "server").mkdir(parents=True)
    other = open_database(database_in(folder))
    other.write_now(lambda connection: add_user(connection, name="mara", now_ms=0))
    log = database_in(folder).with_name("kiosk.db-wal")
    data = log.read_bytes()
    other.close()
    database_in(folder).unlink()
    log.write_bytes(data)
    put_back(wall, folder)
    assert held_by(folder) == source


def test_a_damaged_database_is_replaced(tmp_path: Path, wall: Path, source: Any) -> None:
    """What cannot even be opened counts as something, is kept, and makes way."""
    folder = tmp_path / "new"
    (folder / "server").mkdir(parents=True)
    database_in(folder).write_bytes(b"these are no tables " * 500)
    with pytest.raises(NotEmpty):
        put_back(wall, folder)
    kept = put_back(wall, folder, replace=True).kept
    assert kept is not None
    assert kept.read_bytes() == b"these are no tables " * 500
    assert held_by(folder) == source


def test_a_folder_in_use_is_left_alone(tmp_path: Path, wall: Path) -> None:
    """While a server holds the folder there is no restore."""
    folder = tmp_path / "new"
    with exclusive_lock(folder / "server" / "server.lock", held_by="a server"), pytest.raises(AlreadyRunning):
        put_back(wall, folder, replace=True)


def test_a_killed_restore_leaves_the_old_or_the_new(tmp_path: Path, wall: Path, source: Any) -> None:
    """Killed at any moment, the folder holds one of the two databases, whole; another restore then goes through."""
    folder = tmp_path / "new"
    (folder / "server").mkdir(parents=True)
    database = open_database(database_in(folder))
    database.write_now(lambda connection: add_user(connection, name="mara", now_ms=0))
    old = rows_of(database)
    database.close()
    program = (
        "import sys; from pathlib import Path; from kiosk.server.options import ServerOptions\n"
        "from kiosk.server.restore import restore\n"
        "def told(_): print(flush=True)\n"
        "while True:\n"
        "    options = ServerOptions(data_dir=Path(sys.argv[2]))\n"
        "    restore(Path(sys.argv[1]), options, replace=True, now_ms=0, on_bytes=told)\n"
    )
    command_line = [sys.executable, "-c", program, str(wall), str(folder)]
    for lines in (1, 3, 5, 6, 8, 13):
        with subprocess.Popen(command_line, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(lines):
                assert process.stdout.readline()
            os.kill(process.pid, signal.SIGKILL)
        assert held_by(folder) in (old, source)
    put_back(wall, folder, replace=True)
    assert held_by(folder) == source
