"""A corrupt outbox: moved aside, kept for whoever wants to look, and everything still readable taken out of it.

Called by `store` when SQLite says that the file is malformed or no database at all.
"""

import itertools
import logging
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kiosk.outbox.records import Books
from kiosk.outbox.tables import State, put, read_books
from kiosk.storage.sqlite_file import open_file

_log = logging.getLogger(__name__)

_CORRUPT_CODES: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class CorruptFile(Exception):
    """The file's own check found it malformed."""


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What could be read: rows not delivered yet (column values), and the books when they were readable."""

    rows: tuple[dict[str, Any], ...]
    books: Books | None


def is_corruption(error: BaseException) -> bool:
    """Tell whether a fault means that the file itself is broken, not the disk or the moment."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, CorruptFile) or (isinstance(code, int) and code & 0xFF in _CORRUPT_CODES)


def move_aside(path: Path) -> Path:
    """Rename a database with its companions to the first free `<name>.corrupt-N` and return that."""
    target = next(
        candidate
        for number in itertools.count(1)
        if not (candidate := path.with_name(f"{path.name}.corrupt-{number}")).exists()
    )
    for suffix in ("", "-wal", "-shm"):
        companion = path.with_name(path.name + suffix)
        if companion.exists():
            companion.rename(target.with_name(target.name + suffix))
    return target


def salvage(path: Path) -> Salvaged:
    """Read from a corrupt database whatever still can be read; never raises for what cannot."""
    rows: dict[str, dict[str, Any]] = {}
    found_books: Books | None = None
    try:
        with closing(open_file(path, read_only=True)) as connection:
            for order in ("ASC", "DESC"):  # from both ends, up to the broken page
                _read_rows(connection, order, rows)
            found_books = Books(**read_books(connection))
    except (sqlite3.Error, TypeError) as error:
        _log.warning("Of the books in %s nothing can be read (%s).", path.name, type(error).__name__)
    return Salvaged(tuple(sorted(rows.values(), key=lambda row: int(row["seq"]))), found_books)


def refill(connection: sqlite3.Connection, salvaged: Salvaged, *, last_known: Books | None) -> int:
    """Put what was salvaged into new tables and return how many records are lost.

    Those are known from the books, the file's own or the `last_known`: they count as painted and dropped.
    """
    for row in salvaged.rows:
        put(connection, row)
    known = last_known or salvaged.books or Books(painted=len(salvaged.rows))
    lost = max(known.counts().pending - len(salvaged.rows), 0)
    totals = {
        "painted": known.delivered + known.dropped + lost + len(salvaged.rows),
        "delivered": known.delivered,
        "dropped": known.dropped + lost,
    }
    for name, value in totals.items():
        connection.execute("UPDATE books SET value = ? WHERE name = ?", (value, name))
    return lost


def _read_rows(connection: sqlite3.Connection, order: str, rows: dict[str, dict[str, Any]]) -> None:
    query = f"SELECT * FROM impressions WHERE state != ? ORDER BY seq {order}"  # noqa: S608 - our own words
    try:
        for row in connection.execute(query, (State.DELIVERED,)):
            rows.setdefault(row["id"], dict(row))
    except (sqlite3.Error, ValueError, TypeError) as error:
        _log.warning("Some records cannot be read (%s).", type(error).__name__)
