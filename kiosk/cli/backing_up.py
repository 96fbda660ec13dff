"""`kiosk backup FILE` and `kiosk restore FILE`: everything a server keeps, in one file, and back.

A backup is taken from the running server, or from the folder when none runs; it is read back before it gets its name.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

from tqdm import tqdm

from kiosk.cli.display_client import is_display_running
from kiosk.cli.output import emit, say
from kiosk.cli.parser import data_dir
from kiosk.cli.server_access import server_of, server_options
from kiosk.domain.errors import KioskError
from kiosk.protocol.base import rfc3339
from kiosk.server import backup, backup_check
from kiosk.server.clock import SystemClock
from kiosk.server.moments import to_ms
from kiosk.server.restore import restore
from kiosk.server.wiring import open_services
from kiosk.settings.load import load
from kiosk.storage.folder import DataFolder, is_locked

WORDS = {"users": "users", "devices": "displays", "artworks": "pieces", "plays": "plays"}


def run(arguments: argparse.Namespace) -> int:
    """Make a backup, or put one in place."""
    facts, text = _backup(arguments) if arguments.command == "backup" else _restore(arguments)
    if arguments.json:
        emit(facts)
    else:
        say(text)
    return 0


def _backup(arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    target: Path = arguments.file.resolve()
    if target.exists() and not target.is_file():
        raise KioskError(f"{target} is no file that a backup could replace.", hint="Name a file.")
    with _landing(target) as part:
        with _progress(arguments, "backup") as bar:
            asyncio.run(_fetch(arguments, part, bar))
        size = part.stat().st_size
        with _progress(arguments, "check", total=size) as bar:
            manifest = backup_check.check(part, database_to=None, on_bytes=bar.update)
    lost = f"; {_counted(manifest.missing, 'image')} had no file" if manifest.missing else ""
    facts = {"path": str(target), "bytes": size, "images": manifest.images, "missing": manifest.missing}
    return facts | manifest.counts, f"{target}: {_told(manifest.counts)}, {size / 1e6:.1f} MB{lost}."


def _restore(arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    file: Path = arguments.file.resolve()
    folder = DataFolder(data_dir(arguments))
    options = server_options(folder, load(folder.settings_file, environ=os.environ))
    size = file.stat().st_size if file.is_file() else 0
    with _progress(arguments, "restore", total=2 * size) as bar:
        now_ms = to_ms(SystemClock().now())
        done = restore(file, options, replace=arguments.replace, now_ms=now_ms, on_bytes=bar.update)
    parts = [f"Restored what was there at {done.made:%Y-%m-%d %H:%M} UTC: {_told(done.counts)}"]
    if done.left_out:
        parts.append(f"{_counted(done.left_out, 'piece')} had no image and had to be left out")
    if done.kept is not None:
        parts.append(f"the database before it is kept as {done.kept}")
    facts = {"created": rfc3339(done.made), "leftOut": done.left_out, "kept": str(done.kept) if done.kept else None}
    return facts | done.counts, f"{'; '.join(parts)}."


async def _fetch(arguments: argparse.Namespace, part: Path, bar: "tqdm[Any]") -> None:
    """Write a backup into `part`, on disk when this returns."""
    async with _source(arguments) as chunks:
        with part.open("wb") as file:
            async for data in chunks:
                file.write(data)
                bar.update(len(data))
            file.flush()
            os.fsync(file.fileno())


@asynccontextmanager
async def _source(arguments: argparse.Namespace) -> AsyncIterator[AsyncIterator[bytes]]:
    folder = DataFolder(data_dir(arguments))
    if is_locked(folder.server_dir / "server.lock") or is_display_running(folder):
        async with server_of(arguments, admin=True) as client, client.backup() as body:
            yield body.chunks
        return
    clock = SystemClock()
    options = server_options(folder, load(folder.settings_file, environ=os.environ))
    with (
        open_services(options, clock=clock) as services,
        closing(
            backup.chunks(services.database, services.images, scratch=folder.server_dir, created=clock.now())
        ) as chunks,
    ):
        yield _each(chunks)


async def _each(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    for data in chunks:  # nothing else runs on this loop
        yield data


@contextmanager
def _landing(target: Path) -> Iterator[Path]:
    """Yield a file beside `target` that takes its name at the end of the block, and goes when the block fails."""
    try:
        fd, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        os.close(fd)
        part = Path(name)
        try:
            yield part
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        directory = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        raise KioskError(
            f"{target} cannot be written: {error.strerror or error}.", hint="Choose another place, or free some space."
        ) from error


def _progress(arguments: argparse.Namespace, what: str, *, total: int | None = None) -> "tqdm[Any]":
    quiet = arguments.json or not sys.stderr.isatty()
    return tqdm(total=total, unit="B", unit_scale=True, desc=what, disable=quiet, leave=False)


def _told(counts: dict[str, int]) -> str:
    return ", ".join(_counted(counts.get(name, 0), word[:-1]) for name, word in WORDS.items())


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
