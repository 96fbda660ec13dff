"""`kiosk migrate`: the server's database brought to this program's schema, or back to an older one."""

import argparse
import os
from pathlib import Path

from kiosk.cli.output import emit, say
from kiosk.cli.parser import data_dir
from kiosk.server.migrating import Migrated, migrate_database
from kiosk.server.opening import sqlite_file
from kiosk.settings.load import load
from kiosk.storage.folder import DataFolder, exclusive_lock


def run(arguments: argparse.Namespace) -> int:
    """Migrate the database of the data folder, or the one named."""
    folder = DataFolder(data_dir(arguments))
    url = arguments.database_url or load(folder.settings_file, environ=os.environ).settings.server.database_url
    file = sqlite_file(url) if url else folder.server_dir / "kiosk.db"
    done = migrate_database(url, arguments.to) if file is None else _migrate_file(folder, file, arguments.to)
    if arguments.json:
        emit({"from": done.before, "to": done.after, "copy": None if done.copy is None else str(done.copy)})
    else:
        say(_line(done))
    return 0


def _migrate_file(folder: DataFolder, file: Path, revision: str | None) -> Migrated:
    folder.ensure_writable()
    folder.server_dir.mkdir(mode=0o700, exist_ok=True)
    with exclusive_lock(folder.server_dir / "server.lock", held_by="a server"):
        return migrate_database(file, revision)


def _line(done: Migrated) -> str:
    if done.before == done.after:
        return f"The database has the schema {done.after} already."
    kept = "" if done.copy is None else f" As it was, it is kept as {done.copy}."
    return f"The database went from {done.before or 'nothing'} to the schema {done.after}.{kept}"
