"""`kiosk migrate`: a database brought to a revision by hand, where a start of the server always goes to the newest.

Down is the way back to an older program. What the older schema has no place for is lost then: sums of plays (they are
made again from the plays that are kept, at the next way up), what was purged from the counts of `usage`, and events for
everybody. Removed pieces stay removed. A SQLite file is copied first.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from kiosk.domain.errors import KioskError, UsageError
from kiosk.server import migrate
from kiosk.server.opening import change_schema, sqlite_file

_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name LIKE 'kiosk%' AND pid <> pg_backend_pid()"
)


class InUse(KioskError):
    """Others are at work on the database."""

    code = "in_use"


@dataclass(frozen=True, slots=True)
class Migrated:
    """From which revision to which; `copy` is the file as it was, where it went down."""

    before: str | None
    after: str
    copy: Path | None


def migrate_database(address: Path | str, revision: str | None) -> Migrated:
    """Bring the database at a path or URL to `revision` (None: the newest). No server may use it meanwhile.

    Raises UsageError for a revision this program does not know, InUse when a server would lose its schema, and what
    `open_database` raises.
    """
    known = migrate.revisions()
    wanted = known[-1] if revision is None else revision
    if wanted not in known:
        raise UsageError(f"There is no schema {wanted}.", hint=f"This program knows {', '.join(known)}.")
    file = address if isinstance(address, Path) else sqlite_file(address)
    done: list[Migrated] = []

    def change(connection: Connection, name: str) -> None:
        before = migrate.revision_of(connection)
        goes_down = before in known and known.index(wanted) < known.index(before)
        if goes_down and file is None and connection.scalar(_OTHERS):
            raise InUse(
                "Servers or render workers are at work on this database.", hint="Stop them all, then try again."
            )
        copy = _copy_of(file, before) if file is not None and before is not None and goes_down else None
        migrate.move(connection, wanted, name=name)
        done.append(Migrated(before, wanted, copy))

    change_schema(address, change)
    return done[-1]


def _copy_of(file: Path, revision: str) -> Path:
    """Copy a database beside itself, under a free name."""
    number = 1
    while (copy := file.with_name(f"{file.name}.schema-{revision}-{number}")).exists():
        number += 1
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    copy.chmod(0o600)
    return copy
